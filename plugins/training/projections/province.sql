-- What one authority reads (省级主管部门): the people it recommends, and those whose enterprise is
-- registered in its place; its contacts, forms, commissioned trainings and own batches. Identity
-- numbers and mobiles are masks. Of somebody who is only registered there (relation 'registered') it
-- reads who trains where: not the e-mail, the note, the age, the enterprise's figures or the history,
-- which the institution collected for itself. Parameter: :province, the code.

create table programme_years (
    key text primary key,
    name_zh text not null,
    name_en text not null,
    state text not null,
    doc_no text,
    signed_on text,
    published_on text,
    target_trainees integer not null,
    min_manufacturing_percent integer,
    period_months integer,
    contact_form_due text,
    selection_due text,
    min_attendance_percent integer
) strict, without rowid;

create table provinces (
    code text primary key,
    seq integer not null,
    name_zh text not null,
    name_en text not null,
    kind_zh text not null,
    region_zh text not null,
    region_en text not null
) strict, without rowid;

create table institutions (
    slug text primary key,
    seq integer not null,
    name_zh text not null,
    name_en text not null
) strict, without rowid;

create table tracks (
    code text primary key,
    seq integer not null,
    name_zh text not null,
    name_en text not null,
    organiser text not null
) strict, without rowid;

create table industries (
    code text primary key,
    level text not null,
    section_code text not null references industries (code),
    name_zh text not null,
    name_en text,
    is_manufacturing integer not null
) strict, without rowid;

create table trainee_states (
    code text primary key,
    seq integer not null,
    name_zh text not null,
    name_en text not null,
    is_pipeline integer not null,
    is_counted integer not null,
    is_active integer not null,
    is_done integer not null
) strict, without rowid;

-- What the codes of a roster mean.
create table kinds (code text primary key, name_zh text not null, name_en text not null) strict, without rowid;
create table origins (code text primary key, name_zh text not null, name_en text not null) strict, without rowid;
create table sexes (code text primary key, name_zh text not null, name_en text not null) strict, without rowid;
create table srdi_levels (code text primary key, name_zh text not null, name_en text not null) strict, without rowid;
create table relations (code text primary key, name_zh text not null, name_en text not null) strict, without rowid;

create table institution_years (          -- whom one can recommend to: what the public list has, no more
    year text not null references programme_years (key),
    institution text not null references institutions (slug),
    status text not null check (status in ('named', 'active', 'suspended')),
    primary key (year, institution)
) strict, without rowid;

create table institution_tracks (
    year text not null references programme_years (key),
    institution text not null references institutions (slug),
    track text not null references tracks (code),
    primary key (year, institution, track)
) strict, without rowid;

create table roster_batches (
    id integer primary key,
    year text not null references programme_years (key),
    status text not null,
    file_name text not null,
    sha256 text not null,
    kind text not null,
    rows integer not null,
    new integer not null,
    changed integer not null,
    unchanged integer not null,
    rejected integer not null,
    absent integer not null,
    skipped integer not null,
    mode text not null,
    only_valid integer not null,
    uploaded_by text not null,
    uploaded_at text not null,
    decided_at text,
    decision_reason text
) strict;

create table trainees (
    id integer primary key,               -- the same number as in the record: links hold
    year text not null references programme_years (key),
    relation text not null references relations (code),
    name text not null,
    state text not null references trainee_states (code),
    institution text not null references institutions (slug),
    track text not null references tracks (code),
    id_type text not null,
    id_masked text not null,
    mobile_masked text not null,
    enterprise_name text not null,
    uscc text not null,
    position text not null,
    province text not null references provinces (code),
    recommending_authority text references provinces (code),
    origin text not null references origins (code),
    industry_code text references industries (code),
    kind text not null references kinds (code),
    srdi_level text references srdi_levels (code),
    on_giant_list integer not null,       -- the ministry's list, not the roster's word
    cohort text,                          -- the class: the institution's, or as the roster names it
    sex text references sexes (code),
    age_at_selection integer,
    email text,
    main_business text,
    employees integer,
    revenue_wan real,
    assets_wan real,
    founded_on text,
    note text,
    selected_at text,
    batch_id integer references roster_batches (id),
    batch_row integer
) strict;

create table trainee_events (             -- of the people it recommends
    id integer primary key,
    trainee_id integer not null references trainees (id),
    at text not null,
    from_state text not null,
    to_state text not null references trainee_states (code),
    reason text
) strict;

create table batch_changes (
    id integer primary key,
    batch_id integer not null references roster_batches (id),
    trainee_id integer not null references trainees (id),
    row integer not null,
    column text not null,
    old text,
    new text
) strict;

create table batch_problems (
    id integer primary key,
    batch_id integer not null references roster_batches (id),
    row integer,
    column text,
    code text not null,
    severity text not null,
    details text not null
) strict;

create table province_contacts (
    id integer primary key,
    role text not null,
    name text not null,
    department text,
    title text,
    phone text,
    email text,
    valid_from text not null,
    valid_to text
) strict;

create table contact_forms (
    year text primary key references programme_years (key),
    received_at text not null,
    file_sha256 text,
    status text not null
) strict, without rowid;

create table commissioned_trainings (
    id integer primary key,
    year text not null references programme_years (key),
    institution text not null references institutions (slug),
    mode text not null,
    title text not null,
    starts_on text,
    reported_at text,
    miit_ack_at text
) strict;

create index trainees_name on trainees (name);
create index trainees_state on trainees (year, state);
create index trainees_institution on trainees (institution);
create index trainees_batch on trainees (batch_id);
create index trainee_events_trainee on trainee_events (trainee_id);
create index batch_changes_batch on batch_changes (batch_id);
create index batch_changes_trainee on batch_changes (trainee_id);
create index batch_problems_batch on batch_problems (batch_id);

create view current_year as
select key from programme_years where state <> 'planned' order by state = 'open' desc, key desc limit 1;

-- The people with names in place of codes, as one reads or exports them.
create view people_in_words as
select t.id, t.year, r.name_zh as relation, t.name, s.name_zh as state, o.name_zh as institution,
    k.name_zh as track, t.cohort, t.id_masked, t.mobile_masked, t.enterprise_name, t.uscc, t.position,
    p.name_zh as province, a.name_zh as recommending_authority, i.name_zh as industry, i.is_manufacturing
from trainees as t
join relations as r on r.code = t.relation
join trainee_states as s on s.code = t.state
join institutions as o on o.slug = t.institution
join tracks as k on k.code = t.track
join provinces as p on p.code = t.province
left join provinces as a on a.code = t.recommending_authority
left join industries as i on i.code = t.industry_code;

insert into programme_years
select key, name_zh, name_en, state, doc_no, signed_on, published_on, target_trainees,
    min_manufacturing_percent, period_months, contact_form_due, selection_due, min_attendance_percent
from record.programme_years;

insert into provinces
select code, seq, name_zh, name_en, kind_zh, region_zh, region_en from record.provinces;

insert into institutions select slug, seq, name_zh, name_en from record.institutions;

insert into tracks select code, seq, name_zh, name_en, organiser from record.tracks;

insert into industries
select code, level, section_code, name_zh, name_en, is_manufacturing from record.industries
order by level = 'division', code;

insert into trainee_states
select code, seq, name_zh, name_en, is_pipeline, is_counted, is_active, is_done
from record.trainee_states;

insert into kinds values
    ('growth_backbone', '龙头骨干', 'Growth backbone'),
    ('startup_micro_small', '初创小微', 'Start-up, micro or small');

insert into origins values
    ('self_selected', '自主选拔', 'Self-selected'),
    ('recommended', '推荐', 'Recommended'),
    ('both', '自主选拔+推荐', 'Both');

insert into sexes values ('male', '男', 'Male'), ('female', '女', 'Female');

insert into srdi_levels values
    ('none', '无', 'None'),
    ('innovative', '创新型', 'Innovative'),
    ('provincial', '专精特新', 'Provincial'),
    ('little_giant', '小巨人', 'Little giant');

insert into relations values
    ('recommended', '本地推荐', 'Recommended by us'),
    ('registered', '企业在本地', 'Enterprise in our place'),
    ('both', '本地推荐且企业在本地', 'Both');

insert into institution_years
select year, institution,
    case
        when exists (
            select 1 from record.suspensions as s
            where s.year = m.year and s.institution = m.institution and s.published_at <> ''
        ) then 'suspended'
        when status = 'named' then 'named'
        else 'active'
    end
from record.institution_years as m
-- Who trains in a year that is being planned is not said before it opens.
where year in (select key from record.programme_years where state <> 'planned');

insert into institution_tracks select year, institution, track from record.institution_tracks
where year in (select key from record.programme_years where state <> 'planned');

insert into roster_batches
select id, year, status, file_name, sha256, kind, rows, new, changed, unchanged, rejected, absent, skipped,
    mode, only_valid, uploaded_by, uploaded_at, decided_at, decision_reason
from record.roster_batches
where province = :province;

-- An institution's own batch is not the authority's to see, even when its person is in it.
insert into trainees
select t.id, t.year,
    case
        when t.recommending_authority is not :province then 'registered'
        when t.province = :province then 'both'
        else 'recommended'
    end,
    t.name, t.state, t.institution, t.track, t.id_type, t.id_masked, t.mobile_masked, t.enterprise_name,
    t.uscc, t.position, t.province, t.recommending_authority, t.origin, t.industry_code, t.kind,
    t.srdi_level, e.little_giant_batch is not null, coalesce(c.name, t.cohort),
    null, null, null, null, null, null, null, null, null, null,
    b.id, iif(b.id is null, null, t.batch_row)
from record.trainees as t
join record.enterprises as e on e.uscc = t.uscc
left join record.cohorts as c on c.id = t.cohort_id
left join main.roster_batches as b on b.id = t.batch_id
where t.province = :province or t.recommending_authority = :province;

update main.trainees set (sex, age_at_selection, email, main_business, employees, revenue_wan, assets_wan,
    founded_on, note, selected_at) = (
    select t.sex, t.age_at_selection, t.email, t.main_business, t.employees, t.revenue_wan, t.assets_wan,
        t.founded_on, t.note, t.selected_at
    from record.trainees as t where t.id = main.trainees.id)
where relation <> 'registered';

insert into trainee_events
select e.id, e.trainee_id, e.at, e.from_state, e.to_state, e.reason
from main.trainees as t join record.trainee_events as e on e.trainee_id = t.id
where t.relation <> 'registered';

insert into batch_changes
select c.id, c.batch_id, c.trainee_id, c.row, c.column, c.old, c.new
from main.roster_batches as b
join record.batch_changes as c on c.batch_id = b.id
join main.trainees as t on t.id = c.trainee_id
where t.relation <> 'registered';

insert into batch_problems
select p.id, p.batch_id, p.row, p.column, p.code, p.severity, p.details
from main.roster_batches as b join record.batch_problems as p on p.batch_id = b.id;

insert into province_contacts
select id, role, name, department, title, phone, email, valid_from, valid_to
from record.province_contacts
where province = :province;

insert into contact_forms
select year, received_at, file_sha256, status from record.contact_forms where province = :province;

insert into commissioned_trainings
select id, year, institution, mode, title, starts_on, reported_at, miit_ack_at
from record.commissioned_trainings
where province = :province;
