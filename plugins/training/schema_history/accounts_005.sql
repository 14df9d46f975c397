-- The second factor of an account (动态口令, RFC 6238), in force once a first code was right. The secret
-- is sealed under the keys of the record: a copy of this file makes no codes.
create table second_factors (
    username text primary key references accounts (username) on delete cascade,
    sealed blob not null,
    key_version integer not null,
    confirmed_at text,
    last_step integer not null default 0   -- the 30 seconds of the last code: none is used twice
) strict, without rowid;

-- Codes for who has lost the telephone: hashes, each good for one sign-in.
create table recovery_codes (
    code_hash text primary key check (length(code_hash) = 64),
    username text not null references second_factors (username) on delete cascade,
    used_at text
) strict, without rowid;

create index recovery_codes_username on recovery_codes (username);

-- Roles that must have one.
create table second_factor_roles (
    role text primary key check (role in
        ('office', 'institution', 'province', 'assessor', 'analyst', 'auditor'))
) strict, without rowid;

-- Somebody whose password was right and whose code is awaited. It opens nothing.
create table pending_sign_ins (
    token_hash text primary key check (length(token_hash) = 64),
    username text not null references accounts (username) on delete cascade,
    created_at text not null
) strict, without rowid;
