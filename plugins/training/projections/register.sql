-- The register of certificates (证书公开登记), for whoever holds one in his hand. No person and no name: a
-- keyed hash of number and name together, so that one name under two numbers shows as nothing in common.
create table certificates (
    number text primary key,
    holder_key text,                      -- null once the person has been erased
    year text not null,
    institution_zh text not null,
    institution_en text not null,
    track_zh text not null,
    track_en text not null,
    studied_from text,
    studied_to text,
    issued_on text not null,
    status text not null check (status in ('valid', 'revoked', 'replaced')),
    closed_on text,
    replaced_by text
) strict, without rowid;

create table keys (
    public_key text primary key,          -- Ed25519, base64url
    since text not null
) strict, without rowid;

insert into certificates
select c.number, c.holder_key, printed ->> '$.year', printed ->> '$.institution_zh',
    printed ->> '$.institution_en', printed ->> '$.track_zh', printed ->> '$.track_en',
    printed ->> '$.studied_from', printed ->> '$.studied_to', c.issued_on, c.status,
    substr(c.closed_at, 1, 10),
    (select number from record.certificates as n where n.replaces = c.number)
from record.certificates as c
where c.printed is not null;

insert into keys (public_key, since)
select public_key, since from record.certificate_keys;
