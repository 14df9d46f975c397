-- Provincial-level authorities (中小企业主管部门): 31 provinces, 5 separately planned cities, the corps.
create table provinces (
    code text primary key check (code glob '[0-9][0-9][0-9][0-9][0-9][0-9]'),
    seq integer not null unique,          -- the order of every list; names never sort a list
    name_zh text not null unique,
    short_zh text not null unique,
    name_en text not null unique,
    kind text not null check (kind in
        ('municipality', 'province', 'autonomous_region', 'separately_planned_city', 'corps')),
    kind_zh text not null,
    iso_3166_2 text,
    parent_code text references provinces (code),
    region_zh text not null,
    region_en text not null,
    in_gbt2260 integer not null check (in_gbt2260 in (0, 1)),
    longitude real not null,              -- degrees, GCJ-02
    latitude real not null,
    sources text not null
) strict;

create index provinces_parent on provinces (parent_code);

-- Training institutions (培训承担机构) and the coordination office itself.
create table institutions (
    slug text primary key check (slug glob '[a-z]*' and slug not glob '*[^a-z0-9-]*'),
    seq integer not null unique,          -- the notice's order
    name_zh text not null unique,
    name_en text not null unique,
    aliases text not null default '',     -- short names in use, joined by 、
    kind text not null check (kind in ('university', 'association', 'coordination_office', 'other')),
    moe_code text unique,                 -- 学校标识码
    supervisor text,                      -- 主管部门
    city text,
    province_code text references provinces (code),
    website_domain text,
    named_in text not null                -- the document and paragraph that names it
) strict;

create index institutions_province on institutions (province_code);

-- The four kinds of training (培训方向); the special topics (专题) are the office's own.
create table tracks (
    code text primary key,
    seq integer not null unique,
    name_zh text not null unique,
    name_en text not null unique,
    aliases text not null default '',
    organiser text not null check (organiser in ('institution', 'office')),
    named_for_provinces integer not null check (named_for_provinces in (0, 1)), -- notice 三(四)
    named_in text not null
) strict;

-- GB/T 4754-2017: sections (门类) and divisions (大类).
create table industries (
    code text primary key,
    level text not null check (level in ('section', 'division')),
    section_code text not null references industries (code),
    name_zh text not null,
    name_en text,
    is_manufacturing integer not null check (is_manufacturing in (0, 1)),
    sme_rule_set text
) strict;

create index industries_section on industries (section_code);

-- Size classes by 工信部联企业〔2011〕300号; amounts in 万元 (10,000 yuan).
create table sme_size_thresholds (
    rule_set text primary key,
    gbt4754_scope text not null,
    sme_max_employees integer,
    sme_max_revenue_wan integer,
    sme_max_assets_wan integer,
    medium_min_employees integer,
    medium_min_revenue_wan integer,
    medium_min_assets_wan integer,
    small_min_employees integer,
    small_min_revenue_wan integer,
    small_min_assets_wan integer,
    rule_version text not null default '工信部联企业〔2011〕300号'
) strict;

-- A programme year (年度) with its targets: other years' notices differ, so no such number is code.
create table programme_years (
    key text primary key check (key glob '[0-9][0-9][0-9][0-9]-[0-9][0-9][0-9][0-9]'),
    name_zh text not null,
    name_en text not null,
    state text not null default 'open' check (state in ('planned', 'open', 'closed')),
    doc_no text,                                   -- 文号
    signed_on text check (signed_on is date(signed_on)),
    published_on text check (published_on is date(published_on)),
    target_trainees integer not null check (target_trainees >= 0),                -- 一(一)
    min_manufacturing_percent integer check (min_manufacturing_percent between 0 and 100),
    period_months integer check (period_months > 0),                              -- 一(一)
    contact_form_due text check (contact_form_due is date(contact_form_due)),     -- 三(一)
    selection_due text check (selection_due is date(selection_due)),              -- 三(五)
    suspended_count integer not null check (suspended_count >= 0),                -- 三(六)
    max_people_per_enterprise integer not null default 2,      -- the notice is silent: warning only
    batch_change_limit_percent integer not null default 20,    -- a roster that differs more is asked about
    min_attendance_percent integer check (min_attendance_percent between 0 and 100),
    audit_days integer not null default 10 check (audit_days >= 0)   -- a batch that waits longer is a backlog
) strict;

-- The year that is meant when nobody names one: the newest open year, else the newest that was ever open.
create view current_year as
select key from programme_years where state <> 'planned' order by state = 'open' desc, key desc limit 1;

-- Which institution takes part in which year (二): membership is data, never a property of a university.
create table institution_years (
    year text not null references programme_years (key),
    institution text not null references institutions (slug),
    status text not null default 'active' check (status in
        ('named', 'active', 'assessed', 'continue', 'bottom_two_provisional',
         'suspended_next_year', 'suspended')),
    ranked integer not null default 1 check (ranked in (0, 1)),  -- the office itself is not ranked
    selection_basis text not null,
    primary key (year, institution)
) strict, without rowid;

create index institution_years_institution on institution_years (institution);

create table institution_tracks (
    year text not null,
    institution text not null,
    track text not null references tracks (code),
    primary key (year, institution, track),
    foreign key (year, institution) references institution_years (year, institution)
) strict, without rowid;

create index institution_tracks_track on institution_tracks (track);

-- Classes (班级) of an institution; the period of a long one is twelve months.
create table cohorts (
    id integer primary key,
    year text not null references programme_years (key),
    institution text not null references institutions (slug),
    track text not null references tracks (code),
    name text not null,
    starts_on text check (starts_on is date(starts_on)),
    ends_on text check (ends_on is date(ends_on)),
    duration_kind text check (duration_kind in ('long', 'short')),
    delivery text check (delivery in ('offline', 'online', 'mixed')),
    unique (year, institution, name),
    constraint "结束日期不得早于开始日期" check (ends_on >= starts_on)
) strict;

create index cohorts_institution on cohorts (institution);
create index cohorts_track on cohorts (track);

-- The states of a trainee and the sets that the checks count.
create table trainee_states (
    code text primary key,
    seq integer not null unique,
    name_zh text not null unique,
    name_en text not null unique,
    is_pipeline integer not null check (is_pipeline in (0, 1)),  -- not yet decided
    is_counted integer not null check (is_counted in (0, 1)),    -- approved, whatever came after
    is_active integer not null check (is_active in (0, 1)),      -- trained: the headline number
    is_done integer not null check (is_done in (0, 1))           -- finished by the rule
) strict;

-- Every step a trainee may take; '' is "not yet on a roster".
create table trainee_transitions (
    from_state text not null,
    to_state text not null references trainee_states (code),
    primary key (from_state, to_state)
) strict, without rowid;
