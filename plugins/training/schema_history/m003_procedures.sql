-- Responsible official (分管负责同志) and liaison (联络员) of each authority; history is kept.
create table province_contacts (
    id integer primary key,
    province text not null references provinces (code),
    role text not null check (role in ('responsible_official', 'liaison')),
    name text not null,
    department text,
    title text,
    phone text,
    email text,
    valid_from text not null check (valid_from is date(valid_from)),
    valid_to text check (valid_to is date(valid_to)),
    constraint "结束日期不得早于开始日期" check (valid_to >= valid_from)
) strict;

create unique index province_contacts_current on province_contacts (province, role)
    where valid_to is null;

-- 《领军人才培训工作信息表》 of each authority. Late is a flag, never a refusal.
create table contact_forms (
    year text not null references programme_years (key),
    province text not null references provinces (code),
    received_at text not null check (received_at glob '????-??-??T??:??:??+08:00'),
    file_sha256 text check (length(file_sha256) = 64),
    status text not null default 'received' check (status in ('received', 'returned', 'accepted')),
    primary key (year, province)
) strict, without rowid;

create index contact_forms_province on contact_forms (province);

-- 培训方案, made together by office, authority and institution.
create table training_plans (
    id integer primary key,
    year text not null references programme_years (key),
    institution text not null references institutions (slug),
    version integer not null check (version > 0),
    status text not null check (status in ('draft', 'agreed', 'in_force')),
    office_agreed_at text,
    province_agreed_at text,
    institution_agreed_at text,
    unique (year, institution, version)
) strict;

create index training_plans_institution on training_plans (institution);

-- 联合或委托培养, reported to the ministry's SME bureau.
create table commissioned_trainings (
    id integer primary key,
    year text not null references programme_years (key),
    province text not null references provinces (code),
    institution text not null references institutions (slug),
    mode text not null check (mode in ('joint', 'entrusted')),
    title text not null,
    starts_on text check (starts_on is date(starts_on)),
    reported_at text,
    miit_ack_at text
) strict;

create index commissioned_trainings_province on commissioned_trainings (province);
create index commissioned_trainings_institution on commissioned_trainings (institution);

-- What the third party scores, with weights of the year that total 100.
create table assessment_indicators (
    year text not null references programme_years (key),
    code text not null,
    seq integer not null,
    name_zh text not null,
    name_en text not null,
    weight integer not null check (weight between 1 and 100),
    primary key (year, code)
) strict, without rowid;

create table assessments (
    id integer primary key,
    year text not null references programme_years (key),
    institution text not null references institutions (slug),
    status text not null default 'draft' check (status in ('draft', 'final')),
    scored_by text not null,
    finalised_at text,
    unique (year, institution),
    foreign key (year, institution) references institution_years (year, institution),
    constraint "定稿必须有时间" check (status = 'draft' or finalised_at is not null)
) strict;

create index assessments_institution on assessments (institution);

-- Scores in hundredths of a point (85.5 is 8550): a tie is a tie, not a rounding.
create table assessment_scores (
    assessment_id integer not null references assessments (id) on delete cascade,
    year text not null,
    indicator text not null,
    score_hundredths integer not null check (score_hundredths between 0 and 10000),
    primary key (assessment_id, indicator),
    foreign key (year, indicator) references assessment_indicators (year, code)
) strict, without rowid;

-- What an assessment comes to, in ten-thousandths of a point (hundredths times a weight in per cent).
-- Only a final one with a score for each indicator of its year has a total: no score is not a zero.
create view assessment_totals as
select a.id as assessment_id, a.year, a.institution, a.status,
    count(i.code) as indicators,
    count(s.indicator) as scored,
    a.status = 'final' and count(i.code) > 0 and count(s.indicator) = count(i.code) as is_final,
    case when count(s.indicator) = count(i.code) then sum(i.weight * s.score_hundredths) end as total
from assessments as a
left join assessment_indicators as i on i.year = a.year
left join assessment_scores as s on s.assessment_id = a.id and s.indicator = i.code
group by a.id;

-- 暂停下一年度培训任务: the row is for the suspended year alone, so it ends by itself.
create table suspensions (
    year text not null references programme_years (key),
    institution text not null references institutions (slug),
    assessed_year text not null references programme_years (key),
    decided_by text not null,
    decided_at text not null,
    document text not null,
    published_at text,
    primary key (year, institution)
) strict, without rowid;

create index suspensions_institution on suspensions (institution);

-- 结业证书, issued by the office alone, never deleted.
create table certificates (
    number text primary key,
    trainee_id integer not null references trainees (id),
    issued_on text not null check (issued_on is date(issued_on)),
    issued_by text not null,
    issuer_role text not null check (issuer_role = 'office'),
    status text not null default 'valid' check (status in ('valid', 'revoked', 'replaced')),
    revoked_reason text
) strict, without rowid;

create index certificates_trainee on certificates (trainee_id);

-- Who did what, when, and through which door. Nothing here names a person of a roster.
create table audit_log (
    id integer primary key autoincrement,
    at text not null,
    actor text not null,
    via text not null,
    action text not null,
    subject text not null,
    subject_key text,
    detail text not null default '{}' check (json_valid(detail))
) strict;

create index audit_log_at on audit_log (at);

-- The word of the present writer; the row lives only inside his transaction.
create table write_context (
    id integer primary key check (id = 1),
    actor text not null,
    via text not null,
    reason text,
    at text                               -- one moment for the whole act; else each row asks the clock
) strict;
