"""Marking, once for all of its rows, whose files an act on very many people concerns.

An act that is ``bulk`` keeps the triggers of single rows silent and calls this at its end.
"""

import sqlite3

#: People of the batch as they stand now, and where its own changes took them from.
_MARK = """
insert into changed_scopes
with people as (
    select institution, province, recommending_authority from trainees where batch_id = :batch
    union
    select t.institution, t.province, t.recommending_authority
    from batch_changes as c join trainees as t on t.id = c.trainee_id where c.batch_id = :batch
),
scopes (scope) as (
    select 'institution:' || institution from people
    union
    select 'province:' || province from people
    union
    select 'province:' || recommending_authority from people
    union
    select 'province:' || old from batch_changes
    where batch_id = :batch and "column" in ('province', 'recommending_authority')
    union
    select 'institution:' || old from batch_changes
    where batch_id = :batch and "column" = 'institution'
    union
    select 'analysis' from people
    union
    select coalesce('institution:' || institution, 'province:' || province)
    from roster_batches where id = :batch
)
select scope from scopes where scope is not null
"""


def mark_people(conn: sqlite3.Connection, batch: int) -> None:
    """Mark every scope file that the people, changes and faults of ``batch`` concern.

    To be called inside the transaction of the act, after its last write.
    """
    conn.execute(_MARK, {"batch": batch})
