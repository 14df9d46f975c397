-- What happens in a class and around it: sessions, attendance, funds, exchange, completion, retraining;
-- what an authority gives; how large an enterprise is; which are little giants; who has consented.

-- Where the notice is silent, the parameter belongs to the year.
alter table programme_years add column period_tolerance_days integer not null default 31
    check (period_tolerance_days >= 0);                      -- a long class may end so many days off (一(一))
alter table programme_years add column startup_max_years integer not null default 5
    check (startup_max_years > 0);                           -- 初创: founded at most so long before selection
alter table programme_years add column min_age_hint integer not null default 18;
alter table programme_years add column max_age_hint integer not null default 75;
alter table programme_years add column min_completion_percent integer
    check (min_completion_percent between 0 and 100);        -- null: completion informs, nothing is judged
alter table programme_years add column retention_years integer not null default 3
    check (retention_years >= 0);                            -- rosters, after the last class has ended
alter table programme_years add column refused_retention_months integer not null default 6
    check (refused_retention_months >= 0);                   -- people rejected or withdrawn

-- 三(三) 分层分类: the level of a class; long or short and the delivery are there already.
alter table cohorts add column level text check (level in ('foundation', 'advanced', 'senior'));

-- 三(七) 课程体系: the modules of a year; a required one must be attended to complete.
create table course_modules (
    id integer primary key,
    year text not null references programme_years (key),
    seq integer not null,
    name_zh text not null,
    name_en text not null,
    required integer not null default 0 check (required in (0, 1)),
    unique (year, name_zh)
) strict;

-- 一(三): what a class does on a day. Hours are halves, so that sums are exact.
create table class_sessions (
    id integer primary key,
    cohort_id integer not null references cohorts (id),
    held_on text not null check (held_on is date(held_on)),
    mode text not null check (mode in ('classroom', 'practice', 'online', 'exchange', 'benchmark_visit')),
    hours real not null,
    title text not null check (length(trim(title)) > 0),
    host_province text references provinces (code),   -- where it was held, for exchange and visits
    module_id integer references course_modules (id),
    unique (cohort_id, held_on, title),
    constraint "学时应在 0.5 到 24 之间，且是 0.5 的倍数" check (hours between 0.5 and 24 and hours * 2 = round(hours * 2))
) strict;

create index class_sessions_host on class_sessions (host_province);
create index class_sessions_module on class_sessions (module_id);

create trigger class_sessions_module_insert before insert on class_sessions
when new.module_id is not null and not exists (
    select 1 from course_modules as m join cohorts as c on c.year = m.year
    where m.id = new.module_id and c.id = new.cohort_id)
begin
    select raise(abort, '课程模块不属于班级所在年度 (the module is of another year than the class)');
end;

create trigger class_sessions_module_update before update on class_sessions
when new.module_id is not null and not exists (
    select 1 from course_modules as m join cohorts as c on c.year = m.year
    where m.id = new.module_id and c.id = new.cohort_id)
begin
    select raise(abort, '课程模块不属于班级所在年度 (the module is of another year than the class)');
end;

-- Who was there. No row is "not recorded", which is not "absent".
create table attendance (
    session_id integer not null references class_sessions (id) on delete cascade,
    trainee_id integer not null references trainees (id),
    present integer not null check (present in (0, 1)),
    primary key (session_id, trainee_id)
) strict, without rowid;

create index attendance_trainee on attendance (trainee_id);

create trigger attendance_of_class before insert on attendance
when (select cohort_id from trainees where id = new.trainee_id)
    is not (select cohort_id from class_sessions where id = new.session_id)
begin
    select raise(abort, '该学员不在这个班 (this person is not in the class)');
end;

-- Somebody is put into a class of the same year and institution.
create trigger trainees_class before update on trainees
when new.cohort_id is not null and new.cohort_id is not old.cohort_id and not exists (
    select 1 from cohorts where id = new.cohort_id and year = new.year and institution = new.institution)
begin
    select raise(abort, '班级不属于该学员的承担机构和年度 (the class is of another institution or year)');
end;

-- How much of the class each member attended: what the completion rule of the year looks at.
create view class_attendance as
select t.id as trainee_id, t.cohort_id,
    count(s.id) as sessions,
    count(a.session_id) as recorded,
    total(s.hours) as hours,
    total(s.hours) filter (where a.present) as attended,
    total(s.hours) filter (where a.session_id is null) as unrecorded
from trainees as t
left join class_sessions as s on s.cohort_id = t.cohort_id
left join attendance as a on a.session_id = s.id and a.trainee_id = t.id
where t.cohort_id is not null
group by t.cohort_id, t.id;

-- 三(七) 跨区域交流: a session of exchange with the places of those who took part (all members of the
-- class as long as no attendance is recorded). It is cross-region if somebody came from elsewhere.
create view exchange_activities as
select s.id as session_id, s.cohort_id, s.held_on, s.mode, s.title, s.host_province,
    count(t.id) as participants,
    count(t.id) filter (where t.province <> s.host_province) as from_elsewhere,
    case
        when s.host_province is null or count(t.id) = 0 then null
        else count(t.id) filter (where t.province <> s.host_province) > 0
    end as is_cross_region
from class_sessions as s
left join trainees as t on t.cohort_id = s.cohort_id and t.state not in ('rejected', 'withdrawn', 'revoked')
    and (
        exists (select 1 from attendance as a where a.session_id = s.id and a.trainee_id = t.id and a.present)
        or not exists (select 1 from attendance as a where a.session_id = s.id)
    )
where s.mode in ('exchange', 'benchmark_visit')
group by s.cohort_id, s.id;

create index trainees_class on trainees (cohort_id) where cohort_id is not null;

-- 三(三) 学员复训: somebody who has finished in an earlier year comes back to a class. Never counted.
create table retraining (
    trainee_id integer not null references trainees (id),   -- his row of the earlier year
    cohort_id integer not null references cohorts (id),
    year text not null references programme_years (key),
    registered_at text not null,
    primary key (trainee_id, cohort_id)
) strict, without rowid;

create index retraining_class on retraining (cohort_id);

create trigger retraining_of_alumni before insert on retraining
when not exists (
    select 1 from trainees as t join trainee_states as s on s.code = t.state and s.is_done
    where t.person_key = (select person_key from trainees where id = new.trainee_id) and t.year < new.year)
begin
    select raise(abort, '只有以前年度完成学业的学员可以复训 (only who has finished in an earlier year is retrained)');
end;

create trigger retraining_year before insert on retraining
when new.year is not (select year from cohorts where id = new.cohort_id)
begin
    select raise(abort, '复训年度应与班级年度一致 (the year is that of the class)');
end;

-- 三(四) 地方财政支持: encouraged. A blank amount is not known, which is not zero.
create table province_supports (
    year text not null references programme_years (key),
    province text not null references provinces (code),
    amount_fen integer check (amount_fen >= 0),
    document text,                        -- 文件或说明
    reported_at text not null,
    primary key (year, province)
) strict, without rowid;

create index province_supports_province on province_supports (province);

-- 三(三) 强化资金管理: what a class received and spent, in whole fen, each with its voucher.
create table fund_items (
    id integer primary key,
    cohort_id integer not null references cohorts (id),
    direction text not null check (direction in ('received', 'spent')),
    source text,                          -- where it came from: 财政补助, 学费, 自筹 …
    category text,                        -- what it was spent on: 师资, 场地, 教材 …
    amount_fen integer not null,
    voucher_no text,
    booked_on text not null check (booked_on is date(booked_on)),
    constraint "金额应大于零" check (amount_fen > 0),
    constraint "收入必须写明来源" check (direction = 'spent' or length(trim(coalesce(source, ''))) > 0),
    constraint "支出必须写明用途" check (direction = 'received' or length(trim(coalesce(category, ''))) > 0)
) strict;

create index fund_items_class on fund_items (cohort_id);

-- The account of a class, once it is closed (结清).
create table cohort_accounts (
    cohort_id integer primary key references cohorts (id),
    closed_at text not null,
    closed_by text not null
) strict;

create trigger fund_items_closed_insert before insert on fund_items
when exists (select 1 from cohort_accounts where cohort_id = new.cohort_id)
begin
    select raise(abort, '该班账目已结清，不能再记账 (the account of this class is closed)');
end;

create trigger fund_items_closed_update before update on fund_items
when exists (select 1 from cohort_accounts where cohort_id in (old.cohort_id, new.cohort_id))
begin
    select raise(abort, '该班账目已结清，不能再修改 (the account of this class is closed)');
end;

create trigger fund_items_closed_delete before delete on fund_items
when exists (select 1 from cohort_accounts where cohort_id = old.cohort_id)
begin
    select raise(abort, '该班账目已结清，不能删除 (the account of this class is closed)');
end;

-- 二: with whom the special topics are held.
create table partner_organisations (
    id integer primary key,
    cohort_id integer not null references cohorts (id),
    name text not null,
    kind text not null check (kind in ('service_agency', 'industry_body', 'leading_enterprise')),
    unique (cohort_id, name)
) strict;

-- 三(二): a plan names the authority that agrees to it, and says what is planned.
alter table training_plans add column province text references provinces (code);
alter table training_plans add column content text;

create index training_plans_province on training_plans (province);

create trigger training_plans_agreed_insert before insert on training_plans
when new.status = 'in_force' and (new.office_agreed_at is null or new.institution_agreed_at is null
    or new.province_agreed_at is null)
begin
    select raise(abort, '三方都同意后方案才能生效 (a plan is in force once all three have agreed)');
end;

create trigger training_plans_agreed_update before update on training_plans
when new.status = 'in_force' and (new.office_agreed_at is null or new.institution_agreed_at is null
    or new.province_agreed_at is null)
begin
    select raise(abort, '三方都同意后方案才能生效 (a plan is in force once all three have agreed)');
end;

-- 附件: the liaison has a mobile as well; a form that is sent back says why.
alter table province_contacts add column mobile text;
alter table contact_forms add column returned_reason text;

-- The ministry's lists of 专精特新“小巨人”, batch by batch, from the published list alone.
create table little_giants (
    uscc text not null check (length(uscc) = 18),
    batch integer not null check (batch > 0),
    name text not null,
    year integer not null,                -- of the list
    valid_until text check (valid_until is date(valid_until)),
    source text not null,
    primary key (uscc, batch)
) strict, without rowid;

-- Enterprises show the latest batch they are in, whichever comes first, the list or the roster.
create trigger little_giants_listed after insert on little_giants
begin
    update enterprises set (little_giant_batch, little_giant_source) =
        (select batch, source from little_giants where uscc = new.uscc order by batch desc limit 1)
    where uscc = new.uscc;
end;

create trigger little_giants_changed after update on little_giants
begin
    update enterprises set (little_giant_batch, little_giant_source) =
        (select batch, source from little_giants where uscc = enterprises.uscc order by batch desc limit 1)
    where uscc in (old.uscc, new.uscc);
end;

create trigger little_giants_dropped after delete on little_giants
begin
    update enterprises set (little_giant_batch, little_giant_source) =
        (select batch, source from little_giants where uscc = old.uscc order by batch desc limit 1)
    where uscc = old.uscc;
end;

create trigger enterprises_listed after insert on enterprises
when exists (select 1 from little_giants where uscc = new.uscc)
begin
    update enterprises set (little_giant_batch, little_giant_source) =
        (select batch, source from little_giants where uscc = new.uscc order by batch desc limit 1)
    where uscc = new.uscc;
end;

-- 工信部联企业〔2011〕300号: below either ceiling is an SME; medium and small need every floor of theirs;
-- exactly at a limit is the upper class. An industry with no rule is not classified; a missing figure
-- leaves it undetermined unless the others decide; so do rules of one division that disagree.
create view size_classes as
with limits as (
    select t.id as trainee_id, i.code as industry, r.rule_set, r.rule_version,
        coalesce(t.employees < r.sme_max_employees, 0) or coalesce(t.revenue_wan < r.sme_max_revenue_wan, 0)
            or coalesce(t.assets_wan < r.sme_max_assets_wan, 0) as below_ceiling,
        (r.sme_max_employees is not null and t.employees is null)
            or (r.sme_max_revenue_wan is not null and t.revenue_wan is null)
            or (r.sme_max_assets_wan is not null and t.assets_wan is null) as ceiling_unknown,
        coalesce(t.employees < r.medium_min_employees, 0) or coalesce(t.revenue_wan < r.medium_min_revenue_wan, 0)
            or coalesce(t.assets_wan < r.medium_min_assets_wan, 0) as below_medium,
        (r.medium_min_employees is not null and t.employees is null)
            or (r.medium_min_revenue_wan is not null and t.revenue_wan is null)
            or (r.medium_min_assets_wan is not null and t.assets_wan is null) as medium_unknown,
        coalesce(t.employees < r.small_min_employees, 0) or coalesce(t.revenue_wan < r.small_min_revenue_wan, 0)
            or coalesce(t.assets_wan < r.small_min_assets_wan, 0) as below_small,
        (r.small_min_employees is not null and t.employees is null)
            or (r.small_min_revenue_wan is not null and t.revenue_wan is null)
            or (r.small_min_assets_wan is not null and t.assets_wan is null) as small_unknown
    from trainees as t
    left join industries as i on i.code = t.industry_code
    left join sme_size_thresholds as r on instr('|' || i.sme_rule_set || '|', '|' || r.rule_set || '|')
),
classes as (
    select *, case
        when industry is null then 'undetermined'
        when rule_set is null then 'not_classified'
        when not below_ceiling then iif(ceiling_unknown, 'undetermined', 'large')
        when below_small then 'micro'
        when below_medium then iif(small_unknown, 'undetermined', 'small')
        when medium_unknown then 'undetermined'
        else 'medium'
    end as size_class
    from limits
)
select trainee_id,
    iif(count(distinct size_class) = 1, min(size_class), 'undetermined') as size_class,
    group_concat(rule_set, '|') as rule_set,
    max(rule_version) as rule_version
from classes
group by trainee_id;

-- A size is a snapshot of the day the office approved, with the figures and the rule it came from.
create table trainee_sizes (
    trainee_id integer primary key references trainees (id) on delete cascade,
    size_class text not null check (size_class in
        ('large', 'medium', 'small', 'micro', 'not_classified', 'undetermined')),
    rule_set text,
    rule_version text,
    employees integer,
    revenue_wan real,
    assets_wan real,
    classified_on text not null check (classified_on is date(classified_on))
) strict;

create trigger trainees_sized after update on trainees
when new.state = 'approved' and old.state <> 'approved'
begin
    insert or replace into trainee_sizes (trainee_id, size_class, rule_set, rule_version, employees,
        revenue_wan, assets_wan, classified_on)
    select c.trainee_id, c.size_class, c.rule_set, c.rule_version, new.employees, new.revenue_wan,
        new.assets_wan, substr((select now_at from acting_now), 1, 10)
    from size_classes as c where c.trainee_id = new.id;
end;

-- People approved before there was a snapshot get one today.
insert into trainee_sizes (trainee_id, size_class, rule_set, rule_version, employees, revenue_wan,
    assets_wan, classified_on)
select c.trainee_id, c.size_class, c.rule_set, c.rule_version, t.employees, t.revenue_wan, t.assets_wan,
    date('now', '+8 hours')
from size_classes as c join trainees as t on t.id = c.trainee_id
join trainee_states as s on s.code = t.state and s.is_counted;

-- Words of a position (职务) that make, or unmake, a manager (经营管理者): 一(二).
create table management_words (
    word text primary key,
    is_management integer not null check (is_management in (0, 1))   -- 0 wins: 总经理助理 is none
) strict, without rowid;

-- PIPL: which text somebody consented to, when, and how.
create table consents (
    id integer primary key,
    trainee_id integer not null references trainees (id) on delete cascade,
    text_version text not null,
    at text not null,
    channel text not null check (channel in ('paper', 'online', 'sender')),
    unique (trainee_id, text_version)
) strict;
