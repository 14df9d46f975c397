-- An act may touch thousands of rows of one scope; it adds one entry to that scope's log. What it has
-- marked already stands here while it lasts, and nowhere without a word of who acts.
create table scope_marks (
    scope text primary key
) strict, without rowid;

create trigger scope_marks_begin after insert on write_context
begin
    delete from scope_marks;
end;

create trigger scope_marks_end after delete on write_context
begin
    delete from scope_marks;
end;

drop trigger changed_scopes_next;

create trigger changed_scopes_next instead of insert on changed_scopes
when not exists (select 1 from scope_marks where scope = new.scope)
begin
    insert into scope_log (scope, seq, at)
    select new.scope,
        coalesce((select max(seq) from scope_log where scope = new.scope), 0) + 1,
        now_at
    from acting_now;
    insert into scope_marks select new.scope from write_context;
end;
