-- The public file (公开信息): every release that two people of the office have published, and nothing else.
-- A release holds the tables of draft.sql, which is where each public column is named.

create table releases (
    number integer primary key,
    released_at text not null,
    sha256 text not null,                 -- of the release's content, as /releases/N.json gives it
    note text not null,
    content text not null                 -- the release as one JSON document
) strict;

create table years (
    release integer not null references releases (number),
    key text not null,
    name_zh text not null,
    name_en text not null,
    doc_no text,                          -- number of the notice (文号)
    published_on text,                    -- day of the notice
    primary key (release, key)
) strict, without rowid;

create table tracks (
    release integer not null references releases (number),
    code text not null,
    seq integer not null,
    name_zh text not null,
    name_en text not null,
    organiser text not null,              -- 'institution', or 'office' for the special topics (专题)
    primary key (release, code)
) strict, without rowid;

create table authorities (
    release integer not null references releases (number),
    code text not null,
    seq integer not null,
    name_zh text not null,
    name_en text not null,
    kind text not null,
    region_zh text not null,
    region_en text not null,
    parent text,
    primary key (release, code)
) strict, without rowid;

create table institutions (
    release integer not null,
    year text not null,
    slug text not null,
    seq integer not null,                 -- the notice's order
    name_zh text not null,
    name_en text not null,
    kind text not null,
    place_zh text,
    place_en text,
    authority text,
    website text,
    status text not null check (status in ('active', 'suspended')),
    suspended_on text,
    suspended_by text,
    primary key (release, year, slug),
    foreign key (release, year) references years (release, key)
) strict, without rowid;

create table institution_tracks (
    release integer not null,
    year text not null,
    slug text not null,
    track text not null,
    primary key (release, year, slug, track),
    foreign key (release, year, slug) references institutions (release, year, slug)
) strict, without rowid;

-- What a release changed against the one before, one row per fact.
create table changes (
    release integer not null references releases (number),
    position integer not null,
    year text,
    slug text,
    name_zh text not null,
    name_en text not null,
    what text not null check (what in ('added', 'removed', 'changed')),
    "column" text,
    old text,
    new text,
    primary key (release, position)
) strict, without rowid;

insert into releases (number, released_at, sha256, note, content)
select number, confirmed_at, sha256, note, content from record.releases where status = 'published';

insert into years (release, key, name_zh, name_en, doc_no, published_on)
select number, value ->> 'key', value ->> 'name_zh', value ->> 'name_en', value ->> 'doc_no',
    value ->> 'published_on'
from releases, json_each(content, '$.years');

insert into tracks (release, code, seq, name_zh, name_en, organiser)
select number, value ->> 'code', value ->> 'seq', value ->> 'name_zh', value ->> 'name_en',
    value ->> 'organiser'
from releases, json_each(content, '$.tracks');

insert into authorities (release, code, seq, name_zh, name_en, kind, region_zh, region_en, parent)
select number, value ->> 'code', value ->> 'seq', value ->> 'name_zh', value ->> 'name_en',
    value ->> 'kind', value ->> 'region_zh', value ->> 'region_en', value ->> 'parent'
from releases, json_each(content, '$.authorities');

insert into institutions (release, year, slug, seq, name_zh, name_en, kind, place_zh, place_en, authority,
    website, status, suspended_on, suspended_by)
select number, value ->> 'year', value ->> 'slug', value ->> 'seq', value ->> 'name_zh',
    value ->> 'name_en', value ->> 'kind', value ->> 'place_zh', value ->> 'place_en',
    value ->> 'authority', value ->> 'website', value ->> 'status', value ->> 'suspended_on',
    value ->> 'suspended_by'
from releases, json_each(content, '$.institutions');

insert into institution_tracks (release, year, slug, track)
select number, value ->> 'year', value ->> 'slug', value ->> 'track'
from releases, json_each(content, '$.institution_tracks');

insert into changes (release, position, year, slug, name_zh, name_en, what, "column", old, new)
select r.number, c.key, c.value ->> 'year', c.value ->> 'slug', c.value ->> 'name_zh',
    c.value ->> 'name_en', c.value ->> 'what', c.value ->> 'column', c.value ->> 'old',
    c.value ->> 'new'
from record.releases as r, json_each(r.changes) as c
where r.status = 'published';
