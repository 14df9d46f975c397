-- People who may sign in (账号). One named account per person; the file is never attached to a URL.
create table accounts (
    username text primary key
        check (username glob '[a-z]*' and username not glob '*[^a-z0-9._-]*'
            and length(username) between 3 and 32),
    password_hash text not null,
    role text not null check (role in
        ('office', 'institution', 'province', 'assessor', 'analyst', 'auditor')),
    institution text,                     -- slug of the training institution
    province text check (province glob '[0-9][0-9][0-9][0-9][0-9][0-9]'),
    display_name text not null check (length(trim(display_name)) between 1 and 60),
    disabled integer not null default 0 check (disabled in (0, 1)),
    must_change_password integer not null default 1 check (must_change_password in (0, 1)),
    created_at text not null,
    password_changed_at text not null,
    constraint "机构账号必须且只能属于一个承担机构"
        check ((role = 'institution') = (institution is not null)),
    constraint "主管部门账号必须且只能属于一个省级主管部门"
        check ((role = 'province') = (province is not null))
) strict, without rowid;

-- Hashes of passwords that were replaced, so that the last five are not used again.
create table earlier_passwords (
    id integer primary key,
    username text not null references accounts (username) on delete cascade,
    password_hash text not null
) strict;

create index earlier_passwords_username on earlier_passwords (username);

-- The browser holds the token, this table only its hash: a copy of the file opens no session.
create table sessions (
    token_hash text primary key check (length(token_hash) = 64),
    username text not null references accounts (username) on delete cascade,
    created_at text not null,
    last_seen_at text not null,
    address text,
    ended_at text
) strict, without rowid;

create index sessions_username on sessions (username);

-- Wrong passwords, counted per account and per address. The subject is a hash: people type
-- passwords into the name field.
create table attempts (
    subject text primary key check (length(subject) = 64),
    failures integer not null check (failures >= 0),
    first_at text not null,
    locked_at text
) strict, without rowid;

-- What happened to accounts, never changed.
create table account_events (
    id integer primary key autoincrement,
    at text not null,
    actor text not null,
    action text not null,
    username text,                        -- null where no such account exists
    detail text not null default '{}' check (json_valid(detail))
) strict;

create index account_events_username on account_events (username, at);

create trigger account_events_fixed before update on account_events
begin
    select raise(abort, '账号记录只能追加，不能修改 (account events are append-only)');
end;

create trigger account_events_kept before delete on account_events
begin
    select raise(abort, '账号记录只能追加，不能删除 (account events are append-only)');
end;
