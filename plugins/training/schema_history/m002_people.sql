-- Enterprises (企业) by unified social credit code (统一社会信用代码): what does not depend on who reports it.
-- What a roster says about one (industry, employees, revenue) stays with the trainee: a snapshot of the year.
create table enterprises (
    uscc text primary key check (length(uscc) = 18),
    name text not null,
    little_giant_batch integer,           -- batch of the ministry's 小巨人 list, from that list alone
    little_giant_source text
) strict, without rowid;

-- One file sent by one sender (名单批次). It is stored whole, in one transaction, or not at all.
create table roster_batches (
    id integer primary key,
    year text not null references programme_years (key),
    institution text references institutions (slug),   -- the sender: an institution ...
    province text references provinces (code),         -- ... or an authority that recommends
    status text not null default 'submitted' check (status in
        ('submitted', 'recorded', 'approved', 'returned', 'undone')),
    file_name text not null,
    sha256 text not null check (length(sha256) = 64),
    size_bytes integer not null,
    kind text not null check (kind in ('csv', 'xlsx', 'xls', 'selection')),
    encoding text,
    delimiter text,
    sheet text,
    header_row integer,
    columns text not null default '{}' check (json_valid(columns)),
    unknown_columns text not null default '[]' check (json_valid(unknown_columns)),
    rows integer not null,
    new integer not null,
    changed integer not null,
    unchanged integer not null,
    rejected integer not null,
    absent integer not null,
    skipped integer not null,
    mode text not null default 'upsert' check (mode in ('add', 'upsert', 'update')),
    only_valid integer not null default 0 check (only_valid in (0, 1)),
    forced integer not null default 0 check (forced in (0, 1)),
    uploaded_by text not null,
    uploaded_at text not null,
    decided_by text,
    decided_at text,
    decision_reason text,
    constraint "批次只能由一个机构或一个主管部门报送" check ((institution is null) <> (province is null)),
    constraint "上传人不得审核本人上传的批次" check (decided_by is null or status = 'undone' or decided_by <> uploaded_by),
    constraint "退回必须写明理由" check (status <> 'returned' or length(trim(coalesce(decision_reason, ''))) > 0)
) strict;

create index roster_batches_year on roster_batches (year, institution, province);
create index roster_batches_status on roster_batches (status, uploaded_at);
create index roster_batches_institution on roster_batches (institution);
create index roster_batches_province on roster_batches (province);

-- A person in a programme year (学员). Identity number and mobile: keyed hash and mask only.
create table trainees (
    id integer primary key,
    year text not null references programme_years (key),
    institution text not null references institutions (slug),
    track text not null references tracks (code),
    cohort_id integer references cohorts (id),
    state text not null references trainee_states (code),
    person_key text not null check (length(person_key) = 32),  -- keyed hash of the identity number
    name text not null,
    sex text check (sex in ('male', 'female')),
    id_type text not null default 'resident',
    id_masked text not null,
    age_at_selection integer,             -- full years on the last day of selection, null for passports
    mobile_key text not null check (length(mobile_key) = 32),
    mobile_masked text not null,
    email text,
    enterprise_name text not null,
    uscc text not null references enterprises (uscc),
    position text not null,
    province text not null references provinces (code),
    recommending_authority text references provinces (code),
    origin text not null check (origin in ('self_selected', 'recommended', 'both')),
    industry_code text references industries (code),   -- a division, or 'C' when only that is known
    main_business text,
    kind text not null check (kind in ('growth_backbone', 'startup_micro_small')),
    employees integer check (employees >= 0),
    revenue_wan real,                     -- 万元, last year
    assets_wan real,                      -- 万元
    founded_on text,                      -- ISO 8601, as precise as it was written: year, month or day
    srdi_level text check (srdi_level in ('none', 'innovative', 'provincial', 'little_giant')),
    cohort text,                          -- the class as the roster names it
    note text,
    selected_at text,                     -- when the institution put the person on its roster
    first_batch_id integer references roster_batches (id),
    batch_id integer references roster_batches (id),   -- the last file that brought or changed the row
    batch_row integer,                    -- its row there, as Excel counts
    constraint "推荐学员必须有推荐单位" check (origin = 'self_selected' or recommending_authority is not null)
) strict;

-- A person counts once a year; rejected and withdrawn rows stay as history and may be followed by another.
create unique index trainees_person on trainees (year, person_key)
    where state not in ('rejected', 'withdrawn', 'revoked');
create index trainees_place on trainees (institution, year, track, state);
create index trainees_province on trainees (province);
create index trainees_recommending on trainees (recommending_authority)
    where recommending_authority is not null;
create index trainees_uscc on trainees (uscc);
create index trainees_mobile on trainees (mobile_key);
create index trainees_batch on trainees (batch_id);

-- Identity numbers and mobiles under AES-GCM; no role of Datasette is given this table.
create table sealed_identities (
    trainee_id integer primary key references trainees (id) on delete cascade,
    key_version integer not null,
    sealed blob not null
) strict;

-- What a file changed in people who were already there: cell by cell, so that it can be undone.
create table batch_changes (
    id integer primary key,
    batch_id integer not null references roster_batches (id),
    trainee_id integer not null references trainees (id),
    row integer not null,
    column text not null,
    old text,                             -- masked where the cell is an identity number or mobile
    new text
) strict;

create index batch_changes_batch on batch_changes (batch_id);
create index batch_changes_trainee on batch_changes (trainee_id);

-- The value before, where the cell shown above is a mask.
create table sealed_changes (
    change_id integer primary key references batch_changes (id) on delete cascade,
    key_version integer not null,
    sealed blob not null
) strict;

-- Faults of a stored batch, as data: the message is made from the code when somebody reads it.
create table batch_problems (
    id integer primary key,
    batch_id integer not null references roster_batches (id),
    row integer,
    column text,
    code text not null,
    severity text not null check (severity in ('error', 'warning')),
    details text not null default '{}' check (json_valid(details))
) strict;

create index batch_problems_batch on batch_problems (batch_id, row);

-- Each step of each trainee, written by a trigger, never changed.
create table trainee_events (
    id integer primary key,
    trainee_id integer not null references trainees (id),
    at text not null,
    actor text not null,
    via text not null,
    from_state text not null,             -- '' before the first roster
    to_state text not null,
    reason text,
    batch_id integer
) strict;

create index trainee_events_trainee on trainee_events (trainee_id);

-- A file that waits for its sender's word between preview and confirmation; its bytes lie sealed in db/uploads.
create table waiting_uploads (
    token text primary key check (length(token) >= 32),
    created_at text not null,
    account text not null,
    year text not null references programme_years (key),
    institution text references institutions (slug),
    province text references provinces (code),
    file_name text not null,
    sha256 text not null,
    options text not null default '{}' check (json_valid(options)),
    batch_id integer references roster_batches (id)   -- set once confirmed: a second click finds it
) strict;

create index waiting_uploads_institution on waiting_uploads (institution);
create index waiting_uploads_province on waiting_uploads (province);

-- Headers a sender mapped by hand once (记住的列对应).
create table remembered_headers (
    sender text not null,                 -- institution slug or authority code
    header text not null,
    column text not null,
    set_by text not null,
    set_at text not null,
    primary key (sender, header)
) strict, without rowid;
