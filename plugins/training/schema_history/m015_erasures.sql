-- Who has been erased (删除), so that a restored backup can erase them again. The row of the trainee stays
-- as a tombstone: year, institution, track, state and certificate, and nothing that says who it was.
create table erasures (
    trainee_id integer primary key references trainees (id),
    row_hash text not null check (length(row_hash) = 32),  -- keyed hash of the row and whom it was about
    at text not null,
    by text not null,
    ground text not null check (ground in ('request', 'overdue', 'restored')),
    reason text not null,
    constraint "删除必须写明理由" check (length(trim(reason)) > 0)
) strict;

create trigger erasures_fixed before update on erasures
begin
    select raise(abort, '删除记录只能追加，不能修改 (the list of erasures is append-only)');
end;

create trigger erasures_kept before delete on erasures
begin
    select raise(abort, '删除记录只能追加，不能删除 (the list of erasures is append-only)');
end;

-- Whoever is erased stays erased: no undo of a batch and no later roster fills the tombstone again.
create trigger trainees_stay_erased before update on trainees
when exists (select 1 from erasures where trainee_id = old.id) and (
    old.person_key, old.name, old.sex, old.id_masked, old.age_at_selection, old.mobile_key,
    old.mobile_masked, old.email, old.enterprise_name, old.uscc, old.position, old.main_business,
    old.employees, old.revenue_wan, old.assets_wan, old.founded_on, old.note
) is not (
    new.person_key, new.name, new.sex, new.id_masked, new.age_at_selection, new.mobile_key,
    new.mobile_masked, new.email, new.enterprise_name, new.uscc, new.position, new.main_business,
    new.employees, new.revenue_wan, new.assets_wan, new.founded_on, new.note
)
begin
    select raise(abort, '该学员的个人信息已删除，不能再填写 (this person has been erased)');
end;

create trigger sealed_identities_stay_erased before insert on sealed_identities
when exists (select 1 from erasures where trainee_id = new.trainee_id)
begin
    select raise(abort, '该学员的个人信息已删除，不能再填写 (this person has been erased)');
end;

-- The history of somebody erased stays, without the words that people wrote about him.
drop trigger trainee_events_fixed;

create trigger trainee_events_fixed before update on trainee_events
when not exists (select 1 from erasures where trainee_id = old.trainee_id)
    or new.reason is not null
    or (old.id, old.trainee_id, old.at, old.actor, old.via, old.from_state, old.to_state, old.batch_id)
    is not (new.id, new.trainee_id, new.at, new.actor, new.via, new.from_state, new.to_state, new.batch_id)
begin
    select raise(abort, '学员经历只能追加，不能修改 (trainee events are append-only)');
end;
