-- The draft of a release (发布草稿): the institutions of each programme year and the authorities, as the
-- record has them now, and nothing else. What two people of the office have looked at becomes a release.
-- Every column is named here one by one. No person, no contact, no score, no head count.

-- Programme years that are open or closed; one that is still being planned is not shown.
create table years (
    key text primary key,
    name_zh text not null,
    name_en text not null,
    doc_no text,                          -- number of the notice (文号)
    published_on text                     -- day of the notice
) strict, without rowid;

create table tracks (
    code text primary key,
    seq integer not null,
    name_zh text not null,
    name_en text not null,
    organiser text not null               -- 'institution', or 'office' for the special topics (专题)
) strict, without rowid;

-- 省级中小企业主管部门: the closed list of the notice's addressees, without anybody's name.
create table authorities (
    code text primary key,
    seq integer not null,
    name_zh text not null,
    name_en text not null,
    kind text not null,
    region_zh text not null,
    region_en text not null,
    parent text references authorities (code)   -- a separately planned city's province (计划单列市)
) strict, without rowid;

create table institutions (
    year text not null references years (key),
    slug text not null,
    seq integer not null,                 -- the notice's order
    name_zh text not null,
    name_en text not null,
    kind text not null,
    place_zh text,                        -- 黑龙江省哈尔滨市
    place_en text,                        -- the province alone: the record has no English name of a city
    authority text references authorities (code),
    website text,
    status text not null check (status in ('active', 'suspended')),
    suspended_on text,                    -- the day the suspension was published, and by which document
    suspended_by text,
    primary key (year, slug)
) strict, without rowid;

create table institution_tracks (
    year text not null,
    slug text not null,
    track text not null references tracks (code),
    primary key (year, slug, track),
    foreign key (year, slug) references institutions (year, slug)
) strict, without rowid;

-- Who is on a year's list: its members, and who was to be one and is suspended, so that nobody goes
-- missing without a word. A suspension exists for the public once the office has published it (三(六)).
-- The status within institution_years is internal: assessed, provisionally last and so on stay inside.
create temporary view listed as
select year, institution, exists (
    select 1 from record.suspensions as s
    where s.year = m.year and s.institution = m.institution and s.published_at <> '') as suspended
from (
    select year, institution from record.institution_years
    union
    select year, institution from record.suspensions where published_at <> ''
) as m
where year in (select key from record.programme_years where state <> 'planned');

insert into years (key, name_zh, name_en, doc_no, published_on)
select key, name_zh, name_en, doc_no, published_on
from record.programme_years
where key in (select year from listed);

insert into tracks (code, seq, name_zh, name_en, organiser)
select code, seq, name_zh, name_en, organiser
from record.tracks
where code in (select track from record.institution_tracks join listed using (year, institution));

insert into authorities (code, seq, name_zh, name_en, kind, region_zh, region_en, parent)
select code, seq, name_zh, name_en, kind, region_zh, region_en, parent_code
from record.provinces
order by parent_code is not null;

insert into institutions (year, slug, seq, name_zh, name_en, kind, place_zh, place_en, authority, website,
    status, suspended_on, suspended_by)
select listed.year, i.slug, i.seq, i.name_zh, i.name_en, i.kind,
    nullif(iif(p.name_zh = i.city, '', coalesce(p.name_zh, '')) || coalesce(i.city, ''), ''),
    p.name_en,
    i.province_code,
    -- The record keeps a domain. A university's home page is at www under it, another one's at itself.
    case
        when i.website_domain = '' or i.website_domain glob '*[^a-z0-9.-]*' then null
        when i.website_domain glob '*.edu.cn' and i.website_domain not glob 'www.*'
            then 'https://www.' || i.website_domain || '/'
        else 'https://' || i.website_domain || '/'
    end,
    iif(listed.suspended, 'suspended', 'active'),
    iif(listed.suspended, substr(s.published_at, 1, 10), null),
    iif(listed.suspended, s.document, null)
from listed
join record.institutions as i on i.slug = listed.institution
left join record.provinces as p on p.code = i.province_code
left join record.suspensions as s on s.year = listed.year and s.institution = listed.institution;

insert into institution_tracks (year, slug, track)
select year, institution, track
from record.institution_tracks join listed using (year, institution);

drop view listed;
