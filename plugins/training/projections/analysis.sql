-- What an analyst reads (数据分析): people by what many of them have in common. There is no name, number,
-- contact, enterprise, note, exact date or age, and no key of the record.
--
-- The rule of small groups (小单元规则). A row stands for a person and is the same as at least 4 others.
-- Of whoever would be in a group of fewer than 5, less is told: first the last detail of the table is
-- withheld (null), then the one before, until the group has 5 or more. Therefore every combination of
-- columns and values, in any query, stands for nobody or for at least 5 people. The number of a row is
-- its place when the rows are sorted by what they say, and new at each refresh.
--
-- All three tables begin with the same columns (year, stage, manufacturing, kind), generalised once for
-- all of them, and what is withheld within such a group is never 1 to 4 people either: a difference
-- between two sums, or between two tables, singles nobody out. Nothing links a row of one table to a row
-- of another. A person counts once a year. A year with fewer than 5 people is left out.

create table programme_years (
    key text primary key,
    name_zh text not null,
    name_en text not null,
    state text not null,
    target_trainees integer not null,
    min_manufacturing_percent integer
) strict, without rowid;

create table stages (
    code text primary key,
    seq integer not null,
    name_zh text not null,
    name_en text not null,
    is_counted integer not null,
    is_active integer not null,
    is_done integer not null
) strict, without rowid;

create table kinds (
    code text primary key,
    name_zh text not null,
    name_en text not null
) strict, without rowid;

create table sexes (code text primary key, name_zh text not null, name_en text not null) strict, without rowid;
create table manufacturing (code text primary key, name_zh text not null, name_en text not null) strict, without rowid;
create table age_bands (code text primary key, name_zh text not null, name_en text not null) strict, without rowid;
create table srdi_levels (code text primary key, name_zh text not null, name_en text not null) strict, without rowid;
create table origins (code text primary key, name_zh text not null, name_en text not null) strict, without rowid;

create table institutions (
    slug text primary key,
    seq integer not null,
    name_zh text not null,
    name_en text not null
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

create table tracks (
    code text primary key,
    seq integer not null,
    name_zh text not null,
    name_en text not null
) strict, without rowid;

create table industries (                 -- sections (门类) alone
    code text primary key,
    name_zh text not null,
    name_en text,
    is_manufacturing integer not null
) strict, without rowid;

create table people_by_institution (
    id integer primary key,
    year text not null references programme_years (key),
    stage text references stages (code),
    manufacturing text references manufacturing (code),
    kind text references kinds (code),
    institution text references institutions (slug),
    track text references tracks (code)
) strict;

create table people_by_place (
    id integer primary key,
    year text not null references programme_years (key),
    stage text references stages (code),
    manufacturing text references manufacturing (code),
    kind text references kinds (code),
    region text,
    province text references provinces (code),
    sex text references sexes (code),
    age_band text references age_bands (code)
) strict;

create table people_by_profile (
    id integer primary key,
    year text not null references programme_years (key),
    stage text references stages (code),
    manufacturing text references manufacturing (code),
    kind text references kinds (code),
    section text references industries (code),
    sex text references sexes (code),
    age_band text references age_bands (code),
    srdi_level text references srdi_levels (code),
    origin text references origins (code)
) strict;

create index people_by_institution_place on people_by_institution (institution, year);
create index people_by_place_place on people_by_place (province, year);
create index people_by_profile_place on people_by_profile (section, year);

-- Q01 as far as the rule lets it be seen: `withheld` are people whose stage is not told.
create view headcount_by_year as
select y.key as year, y.target_trainees as target,
    count(*) filter (where s.is_active) as trained,
    count(*) filter (where s.is_counted) as approved,
    count(*) filter (where s.is_done) as finished,
    count(*) filter (where g.id is not null and g.stage is null) as withheld
from programme_years as y
left join people_by_institution as g on g.year = y.key
left join stages as s on s.code = g.stage
group by y.key;

-- Q02 and Q03: of the people trained, with those of unknown or withheld industry apart. The shares are
-- whole hundredths of a per cent, cut off, and stand between a lower and an upper bound.
create view manufacturing_by_year as
select year, count(*) filter (where manufacturing = 'yes') as manufacturing,
    count(*) as trained,
    count(*) filter (where manufacturing is null or manufacturing = 'unknown') as unknown,
    count(*) filter (where manufacturing = 'yes') * 10000 / count(*) / 100.0 as value,
    count(*) filter (where manufacturing is not 'no') * 10000 / count(*) / 100.0
        as upper_value
from people_by_institution join stages on code = stage
where is_active
group by year;

create view manufacturing_by_institution as
select year, institution,
    count(*) filter (where manufacturing = 'yes') as manufacturing,
    count(*) as trained,
    count(*) filter (where manufacturing is null or manufacturing = 'unknown') as unknown,
    count(*) filter (where manufacturing = 'yes') * 10000 / count(*) / 100.0 as value,
    count(*) filter (where manufacturing is not 'no') * 10000 / count(*) / 100.0
        as upper_value
from people_by_institution join stages on code = stage
where is_active
group by year, institution;

create view manufacturing_by_authority as
select year, province,
    count(*) filter (where manufacturing = 'yes') as manufacturing,
    count(*) as trained,
    count(*) filter (where manufacturing is null or manufacturing = 'unknown') as unknown,
    count(*) filter (where manufacturing = 'yes') * 10000 / count(*) / 100.0 as value,
    count(*) filter (where manufacturing is not 'no') * 10000 / count(*) / 100.0
        as upper_value
from people_by_place join stages on code = stage
where is_active
group by year, province;

insert into programme_years
select key, name_zh, name_en, state, target_trainees, min_manufacturing_percent
from record.programme_years;

insert into stages values
    ('waiting', 1, '待定', 'Waiting', 0, 0, 0),
    ('approved', 2, '已审核通过', 'Approved', 1, 0, 0),
    ('enrolled', 3, '在学', 'In training', 1, 1, 0),
    ('finished', 4, '已完成学业', 'Finished', 1, 1, 1),
    ('not_completed', 5, '未完成学业', 'Not completed', 1, 0, 0),
    ('left', 6, '未通过或已退出', 'Rejected or left', 0, 0, 0);

insert into kinds values
    ('growth_backbone', '龙头骨干', 'Growth backbone'),
    ('startup_micro_small', '初创小微', 'Start-up, micro or small');

insert into sexes values
    ('male', '男', 'Male'), ('female', '女', 'Female'), ('unknown', '未填', 'Unknown');

insert into manufacturing values
    ('yes', '制造业', 'Manufacturing'), ('no', '非制造业', 'Other'), ('unknown', '行业未知', 'Unknown');

insert into age_bands values
    ('<35', '35 岁以下', 'Under 35'),
    ('35-44', '35—44 岁', '35 to 44'),
    ('45-54', '45—54 岁', '45 to 54'),
    ('55+', '55 岁以上', '55 or older'),
    ('unknown', '未知', 'Unknown');

insert into srdi_levels values
    ('none', '无', 'None'),
    ('innovative', '创新型', 'Innovative'),
    ('provincial', '专精特新', 'Provincial'),
    ('little_giant', '小巨人', 'Little giant'),
    ('unknown', '未填', 'Unknown');

insert into origins values
    ('self_selected', '自主选拔', 'Self-selected'),
    ('recommended', '推荐', 'Recommended'),
    ('both', '自主选拔+推荐', 'Both');

insert into institutions select slug, seq, name_zh, name_en from record.institutions;

insert into provinces
select code, seq, name_zh, name_en, kind_zh, region_zh, region_en from record.provinces;

insert into tracks select code, seq, name_zh, name_en from record.tracks;

insert into industries
select code, name_zh, name_en, is_manufacturing from record.industries where level = 'section';

create temporary table rule as select 5 as least;

-- One row a person and year: the row that stands, else the last one.
create temporary table persons as
with rows as (
    select t.*, s.is_pipeline, s.is_counted, s.is_done,
        row_number() over (
            partition by t.year, t.person_key order by s.is_pipeline or s.is_counted desc, t.id desc
        ) as place
    from record.trainees as t join record.trainee_states as s on s.code = t.state
)
select t.year,
    case
        when t.is_pipeline then 'waiting'
        when t.is_done then 'finished'
        when t.is_counted then t.state
        else 'left'
    end as stage,
    case i.is_manufacturing when 1 then 'yes' when 0 then 'no' else 'unknown' end as manufacturing,
    t.kind, t.institution, t.track, p.region_zh as region, t.province,
    coalesce(t.sex, 'unknown') as sex,
    case
        when t.age_at_selection < 35 then '<35'
        when t.age_at_selection < 45 then '35-44'
        when t.age_at_selection < 55 then '45-54'
        when t.age_at_selection >= 55 then '55+'
        else 'unknown'
    end as age_band,
    coalesce(i.section_code, 'unknown') as section,
    coalesce(t.srdi_level, 'unknown') as srdi_level,
    t.origin,
    0 as told                             -- how the first columns are generalised: 0 is not yet
from rows as t
join record.provinces as p on p.code = t.province
left join record.industries as i on i.code = t.industry_code
where t.place = 1;

-- The columns that all tables share.
update persons set told = 4
where (year, stage, manufacturing, kind) in (
    select year, stage, manufacturing, kind from persons
    group by 1, 2, 3, 4 having count(*) >= (select least from rule));

update persons set told = 3, kind = null
where told = 0 and (year, stage, manufacturing) in (
    select year, stage, manufacturing from persons where told = 0
    group by 1, 2, 3 having count(*) >= (select least from rule));

update persons set told = 2, kind = null, manufacturing = null
where told = 0 and (year, stage) in (
    select year, stage from persons where told = 0
    group by 1, 2 having count(*) >= (select least from rule));

update persons set told = 1, kind = null, manufacturing = null, stage = null where told = 0;

-- Who is still too few takes in the smallest group of the year.
update persons set told = 1, kind = null, manufacturing = null, stage = null
where told > 1 and (year, told, stage, coalesce(manufacturing, ''), coalesce(kind, '')) in (
    select year, told, stage, manufacturing, kind
    from (
        select year, told, stage, coalesce(manufacturing, '') as manufacturing, coalesce(kind, '') as kind,
            row_number() over (partition by year order by count(*), told, stage, manufacturing, kind) as place
        from persons where told > 1
        group by 1, 2, 3, 4, 5
    )
    where place = 1 and year in (
        select year from persons where told = 1 group by 1 having count(*) < (select least from rule)));

delete from persons where year in (
    select year from persons group by 1 having count(*) < (select least from rule));

-- Each table divides the people of a shared group (`cell`) further. `class` is the group that somebody
-- is told to be in, null for what is withheld.
create temporary table cells as
select *, year || '/' || coalesce(stage, '') || '/' || coalesce(manufacturing, '') || '/' || coalesce(kind, '')
    as cell
from persons;

create temporary table places as
select cell, year, stage, manufacturing, kind, institution, track, null as class from cells;

update places set class = institution || '/' || track
where (cell, institution, track) in (
    select cell, institution, track from places
    group by 1, 2, 3 having count(*) >= (select least from rule));

update places set class = institution, track = null
where class is null and (cell, institution) in (
    select cell, institution from places where class is null
    group by 1, 2 having count(*) >= (select least from rule));

update places set class = null
where class is not null and (cell, class) in (
    select cell, class
    from (
        select cell, class, row_number() over (partition by cell order by count(*), class) as place
        from places where class is not null
        group by 1, 2
    )
    where place = 1 and cell in (
        select cell from places where class is null
        group by 1 having count(*) < (select least from rule)));

update places set institution = null, track = null where class is null;

insert into people_by_institution (year, stage, manufacturing, kind, institution, track)
select year, stage, manufacturing, kind, institution, track
from places
order by 1, 2, 3, 4, 5, 6;

create temporary table regions as
select cell, year, stage, manufacturing, kind, region, province, sex, age_band, null as class from cells;

update regions set class = province || '/' || sex || '/' || age_band
where (cell, province, sex, age_band) in (
    select cell, province, sex, age_band from regions
    group by 1, 2, 3, 4 having count(*) >= (select least from rule));

update regions set class = province || '/' || sex, age_band = null
where class is null and (cell, province, sex) in (
    select cell, province, sex from regions where class is null
    group by 1, 2, 3 having count(*) >= (select least from rule));

update regions set class = province, age_band = null, sex = null
where class is null and (cell, province) in (
    select cell, province from regions where class is null
    group by 1, 2 having count(*) >= (select least from rule));

update regions set class = region, age_band = null, sex = null, province = null
where class is null and (cell, region) in (
    select cell, region from regions where class is null
    group by 1, 2 having count(*) >= (select least from rule));

update regions set class = null
where class is not null and (cell, class) in (
    select cell, class
    from (
        select cell, class, row_number() over (partition by cell order by count(*), class) as place
        from regions where class is not null
        group by 1, 2
    )
    where place = 1 and cell in (
        select cell from regions where class is null
        group by 1 having count(*) < (select least from rule)));

update regions set region = null, province = null, sex = null, age_band = null where class is null;

insert into people_by_place (year, stage, manufacturing, kind, region, province, sex, age_band)
select year, stage, manufacturing, kind, region, province, sex, age_band
from regions
order by 1, 2, 3, 4, 5, 6, 7, 8;

create temporary table profiles as
select cell, year, stage, manufacturing, kind, section, sex, age_band, srdi_level, origin, null as class
from cells;

update profiles set class = section || '/' || sex || '/' || age_band || '/' || srdi_level || '/' || origin
where (cell, section, sex, age_band, srdi_level, origin) in (
    select cell, section, sex, age_band, srdi_level, origin from profiles
    group by 1, 2, 3, 4, 5, 6 having count(*) >= (select least from rule));

update profiles set class = section || '/' || sex || '/' || age_band || '/' || srdi_level, origin = null
where class is null and (cell, section, sex, age_band, srdi_level) in (
    select cell, section, sex, age_band, srdi_level from profiles where class is null
    group by 1, 2, 3, 4, 5 having count(*) >= (select least from rule));

update profiles set class = section || '/' || sex || '/' || age_band, origin = null, srdi_level = null
where class is null and (cell, section, sex, age_band) in (
    select cell, section, sex, age_band from profiles where class is null
    group by 1, 2, 3, 4 having count(*) >= (select least from rule));

update profiles set class = section || '/' || sex, origin = null, srdi_level = null, age_band = null
where class is null and (cell, section, sex) in (
    select cell, section, sex from profiles where class is null
    group by 1, 2, 3 having count(*) >= (select least from rule));

update profiles set class = section, origin = null, srdi_level = null, age_band = null, sex = null
where class is null and (cell, section) in (
    select cell, section from profiles where class is null
    group by 1, 2 having count(*) >= (select least from rule));

update profiles set class = null
where class is not null and (cell, class) in (
    select cell, class
    from (
        select cell, class, row_number() over (partition by cell order by count(*), class) as place
        from profiles where class is not null
        group by 1, 2
    )
    where place = 1 and cell in (
        select cell from profiles where class is null
        group by 1 having count(*) < (select least from rule)));

update profiles set section = null, sex = null, age_band = null, srdi_level = null, origin = null
where class is null;

insert into people_by_profile (
    year, stage, manufacturing, kind, section, sex, age_band, srdi_level, origin)
select year, stage, manufacturing, kind, nullif(section, 'unknown'), sex, age_band, srdi_level, origin
from profiles
order by 1, 2, 3, 4, 5, 6, 7, 8, 9;

drop table profiles;
drop table regions;
drop table places;
drop table cells;
drop table persons;
drop table rule;
