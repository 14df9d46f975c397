-- Who writes now. A hand in the file without a word of who it is shows as unknown.
create view acting_now as
select coalesce(w.actor, 'unknown') as actor,
    coalesce(w.via, 'sql') as via,
    w.reason as reason,
    coalesce(w.at, strftime('%Y-%m-%dT%H:%M:%S+08:00', 'now', '+8 hours')) as now_at
from (select 1) left join write_context as w on w.id = 1;

create trigger trainees_step before update on trainees
when old.state <> new.state and not exists (
    select 1 from trainee_transitions where from_state = old.state and to_state = new.state)
begin
    select raise(abort, '学员状态不能这样变更 (this change of state is not allowed)');
end;

-- One trigger for a start, because a roster fires it for every row. 二 and 三(六): nobody is put on the
-- roster of an institution that is not in the year, or suspended in it.
create trigger trainees_started after insert on trainees
begin
    select raise(abort, '新学员只能从推荐、选拔或上报开始 (a new trainee starts nominated, selected or submitted)')
    where not exists (
        select 1 from trainee_transitions where from_state = '' and to_state = new.state);
    select raise(abort, '该机构本年度不承担培训任务 (the institution does not train in this year)')
    where not exists (
        select 1 from institution_years as y
        where y.year = new.year and y.institution = new.institution and y.status <> 'suspended');
    insert into trainee_events (trainee_id, at, actor, via, from_state, to_state, reason, batch_id)
    select new.id, now_at, actor, via, '', new.state, reason, new.batch_id from acting_now;
end;

create trigger trainees_stepped after update on trainees when old.state <> new.state
begin
    insert into trainee_events (trainee_id, at, actor, via, from_state, to_state, reason, batch_id)
    select new.id, now_at, actor, via, old.state, new.state, reason, new.batch_id from acting_now;
end;

create trigger trainee_events_fixed before update on trainee_events
begin
    select raise(abort, '学员经历只能追加，不能修改 (trainee events are append-only)');
end;

create trigger trainee_events_kept before delete on trainee_events
begin
    select raise(abort, '学员经历只能追加，不能删除 (trainee events are append-only)');
end;

create trigger audit_log_fixed before update on audit_log
begin
    select raise(abort, '审计记录只能追加，不能修改 (the audit log is append-only)');
end;

create trigger audit_log_kept before delete on audit_log
begin
    select raise(abort, '审计记录只能追加，不能删除 (the audit log is append-only)');
end;

-- 三(六): a certificate follows a completed training, in the same act.
create trigger certificates_earned before insert on certificates
when (select state from trainees where id = new.trainee_id) is not 'completed'
begin
    select raise(abort, '只有已完成学业的学员可以颁发结业证书 (only a trainee who has completed is certified)');
end;

create trigger certificates_kept before delete on certificates
begin
    select raise(abort, '结业证书只能作废，不能删除 (a certificate is revoked, never deleted)');
end;

-- A decision stands: it is not rewritten by a second one.
create trigger roster_batches_decided before update on roster_batches
when old.status in ('approved', 'returned', 'undone') and new.status <> old.status
    and not (old.status = 'returned' and new.status = 'undone')
begin
    select raise(abort, '该批次已有审核结论 (this batch has been decided)');
end;

create trigger roster_batches_kept before delete on roster_batches
begin
    select raise(abort, '批次不能删除 (a batch is never deleted)');
end;

-- 三(六): the assessor is a third party, so an assessment never comes from the institution it scores.
create trigger assessments_final_fixed before update on assessments
when old.status = 'final' and new.status = 'draft'
begin
    select raise(abort, '已定稿的考核不能退回草稿 (a final assessment stays final)');
end;
