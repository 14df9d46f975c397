-- A roster writes many thousand rows in one act. What a trigger would do for each of them alike, such an
-- act does once for all of them, and says so here; the triggers that refuse something never look at it.
alter table write_context add column bulk integer not null default 0 check (bulk in (0, 1));
