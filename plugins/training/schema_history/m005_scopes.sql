-- What each audience reads is a file of its own, made from the record. This log says which of them a
-- change concerns; a file that has not seen the last entry of its scope is made anew before it is served.
-- Each scope counts for itself, so that no file tells how busy the others are.
create table scope_log (
    scope text not null,                  -- the audience, e.g. 'public'
    seq integer not null,
    at text not null,
    primary key (scope, seq)
) strict, without rowid;

create trigger scope_log_fixed before update on scope_log
begin
    select raise(abort, '范围变更记录只能追加，不能修改 (the log of scopes is append-only)');
end;

create trigger scope_log_kept before delete on scope_log
begin
    select raise(abort, '范围变更记录只能追加，不能删除 (the log of scopes is append-only)');
end;

-- insert into changed_scopes values ('public') adds the next entry of that scope.
create view changed_scopes as
select scope from scope_log;

create trigger changed_scopes_next instead of insert on changed_scopes
begin
    insert into scope_log (scope, seq, at)
    select new.scope,
        coalesce((select max(seq) from scope_log where scope = new.scope), 0) + 1,
        now_at
    from acting_now;
end;

-- The public list. Only what it shows counts: a change of the internal status of an institution, of a
-- score or of an unpublished suspension must not move the date of the list.
create trigger public_years_update after update on programme_years
when (old.key, old.name_zh, old.name_en, old.doc_no, old.published_on, old.state = 'planned')
    is not (new.key, new.name_zh, new.name_en, new.doc_no, new.published_on, new.state = 'planned')
begin
    insert into changed_scopes values ('public');
end;

create trigger public_institutions_update after update on institutions
when (old.slug, old.seq, old.name_zh, old.name_en, old.kind, old.city, old.province_code, old.website_domain)
    is not
    (new.slug, new.seq, new.name_zh, new.name_en, new.kind, new.city, new.province_code, new.website_domain)
begin
    insert into changed_scopes values ('public');
end;

create trigger public_tracks_update after update on tracks
when (old.code, old.seq, old.name_zh, old.name_en, old.organiser)
    is not (new.code, new.seq, new.name_zh, new.name_en, new.organiser)
begin
    insert into changed_scopes values ('public');
end;

create trigger public_provinces_update after update on provinces
when (old.code, old.name_zh, old.name_en) is not (new.code, new.name_zh, new.name_en)
begin
    insert into changed_scopes values ('public');
end;

-- A year that is being planned is nobody's business yet; opening it fires the trigger above.
create trigger public_institution_years_insert after insert on institution_years
when exists (select 1 from programme_years where key = new.year and state <> 'planned')
begin
    insert into changed_scopes values ('public');
end;

create trigger public_institution_years_update after update on institution_years
when (old.year, old.institution) is not (new.year, new.institution)
    and exists (select 1 from programme_years where key in (old.year, new.year) and state <> 'planned')
begin
    insert into changed_scopes values ('public');
end;

create trigger public_institution_years_delete after delete on institution_years
when exists (select 1 from programme_years where key = old.year and state <> 'planned')
begin
    insert into changed_scopes values ('public');
end;

create trigger public_institution_tracks_insert after insert on institution_tracks
when exists (select 1 from programme_years where key = new.year and state <> 'planned')
begin
    insert into changed_scopes values ('public');
end;

create trigger public_institution_tracks_update after update on institution_tracks
when exists (select 1 from programme_years where key in (old.year, new.year) and state <> 'planned')
begin
    insert into changed_scopes values ('public');
end;

create trigger public_institution_tracks_delete after delete on institution_tracks
when exists (select 1 from programme_years where key = old.year and state <> 'planned')
begin
    insert into changed_scopes values ('public');
end;

create trigger public_suspensions_insert after insert on suspensions
when new.published_at <> ''
begin
    insert into changed_scopes values ('public');
end;

create trigger public_suspensions_update after update on suspensions
when old.published_at <> '' or new.published_at <> ''
begin
    insert into changed_scopes values ('public');
end;

create trigger public_suspensions_delete after delete on suspensions
when old.published_at <> ''
begin
    insert into changed_scopes values ('public');
end;

-- A suspension is public from the moment this column is filled, so it names a moment that has come.
create trigger suspensions_published_insert before insert on suspensions
when new.published_at <> ''
    and (new.published_at not glob '????-??-??*' or new.published_at > (select now_at from acting_now))
begin
    select raise(abort, '公布时间应为不晚于现在的日期 (published_at is a date that has come, e.g. 2022-11-01)');
end;

create trigger suspensions_published_update before update on suspensions
when new.published_at <> '' and new.published_at is not old.published_at
    and (new.published_at not glob '????-??-??*' or new.published_at > (select now_at from acting_now))
begin
    select raise(abort, '公布时间应为不晚于现在的日期 (published_at is a date that has come, e.g. 2022-11-01)');
end;
