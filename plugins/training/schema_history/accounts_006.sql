-- Tokens (令牌) by which a programme reads for an account. The programme holds the token, this table only
-- its hash; public_id is its name on pages and in the log, and opens nothing.
create table api_tokens (
    public_id text primary key check (public_id glob '[0-9a-f]*' and length(public_id) = 16),
    token_hash text not null unique check (length(token_hash) = 64),
    username text not null references accounts (username) on delete cascade,
    name text not null check (length(trim(name)) between 1 and 60),
    databases text not null check (json_array_length(databases) > 0),
    acts text not null check (json_array_length(acts) > 0),
    created_at text not null,
    expires_at text not null check (expires_at > created_at),
    last_used_on text,                    -- the day, no more: it is for seeing which ones are idle
    ended_at text,                        -- revoked, or found to have expired
    constraint "令牌最长 90 天"
        check (julianday(expires_at) - julianday(created_at) <= 90.001)
) strict, without rowid;

create index api_tokens_username on api_tokens (username);
