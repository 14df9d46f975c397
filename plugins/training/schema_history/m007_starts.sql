-- A roster starts a hundred thousand people in one act. What refuses a start looks at each of them, in any
-- act; what notes it (the event) an act that is bulk does once for all, see m006.
drop trigger trainees_started;

create trigger trainees_start after insert on trainees
when not exists (
        select 1 from trainee_transitions where from_state = '' and to_state = new.state)
    or not exists (
        select 1 from institution_years as y
        where y.year = new.year and y.institution = new.institution and y.status <> 'suspended')
begin
    select raise(abort, '新学员只能从推荐、选拔或上报开始 (a new trainee starts nominated, selected or submitted)')
    where not exists (
        select 1 from trainee_transitions where from_state = '' and to_state = new.state);
    select raise(abort, '该机构本年度不承担培训任务 (the institution does not train in this year)');
end;

create trigger trainees_started after insert on trainees
when not exists (select 1 from write_context where bulk)
begin
    insert into trainee_events (trainee_id, at, actor, via, from_state, to_state, reason, batch_id)
    select new.id, now_at, actor, via, '', new.state, reason, new.batch_id from acting_now;
end;

-- No query looks for a mobile; those that look for two alike (check_...) go through all of a year.
drop index trainees_mobile;
