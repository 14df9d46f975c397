-- What is public is a release (发布): a frozen copy of the draft that one person of the office prepared and
-- another confirmed. The public file is made from releases alone; older ones stay.
create table releases (
    number integer primary key,
    source text not null default 'office' check (source in ('notice', 'office')),
    prepared_by text not null,
    prepared_at text not null,
    note text not null default '',        -- what the public is told about it
    content text not null check (json_valid(content)),   -- the tables of projections/draft.sql, as rows
    changes text not null check (json_valid(changes)),   -- against the release before
    sha256 text not null check (length(sha256) = 64),    -- of the content
    status text not null default 'prepared' check (status in ('prepared', 'published', 'withdrawn')),
    confirmed_by text,
    confirmed_at text,
    constraint "发布须由另一人确认" check (
        status <> 'published' or source = 'notice' or confirmed_by <> prepared_by),
    constraint "确认必须有人和时间" check (
        status <> 'published' or (confirmed_by is not null and confirmed_at is not null))
) strict;

create unique index releases_waiting on releases (status) where status = 'prepared';

-- The files that a release was published as.
create table release_files (
    release integer not null references releases (number),
    path text not null,
    bytes integer not null,
    sha256 text not null check (length(sha256) = 64),
    primary key (release, path)
) strict, without rowid;

create trigger releases_started before insert on releases
when new.status <> 'prepared' and (
    new.source <> 'notice' or exists (select 1 from releases))
begin
    select raise(abort, '发布须先准备、再由另一人确认 (a release is prepared first, then confirmed by another)');
end;

-- The list that the notice itself made public is the first release, and only the first.
create trigger releases_notice_first before insert on releases
when new.source = 'notice' and exists (select 1 from releases)
begin
    select raise(abort, '只有第一次发布可以来自通知 (only the first release comes from the notice)');
end;

create trigger releases_fixed before update on releases
when old.status <> 'prepared'
    or (old.number, old.source, old.prepared_by, old.prepared_at, old.note, old.content, old.changes,
        old.sha256)
    is not (new.number, new.source, new.prepared_by, new.prepared_at, new.note, new.content,
        new.changes, new.sha256)
begin
    select raise(abort, '已准备的发布不能修改 (a release is confirmed or withdrawn, never changed)');
end;

create trigger releases_kept before delete on releases
begin
    select raise(abort, '发布记录不能删除 (a release is never deleted)');
end;

create trigger release_files_fixed before update on release_files
begin
    select raise(abort, '发布记录不能修改 (the files of a release are on record)');
end;

create trigger release_files_kept before delete on release_files
begin
    select raise(abort, '发布记录不能删除 (the files of a release are on record)');
end;

-- The public file is concerned by releases and by nothing else: a change of the record waits for one.
drop trigger public_years_update;
drop trigger public_institutions_update;
drop trigger public_tracks_update;
drop trigger public_provinces_update;
drop trigger public_institution_years_insert;
drop trigger public_institution_years_update;
drop trigger public_institution_years_delete;
drop trigger public_institution_tracks_insert;
drop trigger public_institution_tracks_update;
drop trigger public_institution_tracks_delete;
drop trigger public_suspensions_insert;
drop trigger public_suspensions_update;
drop trigger public_suspensions_delete;

create trigger public_releases_insert after insert on releases when new.status = 'published'
begin
    insert into changed_scopes values ('public');
end;

create trigger public_releases_update after update on releases when new.status = 'published'
begin
    insert into changed_scopes values ('public');
end;
