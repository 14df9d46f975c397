"""The second half of an import: compare the staged rows with the record, and store them.

Everything here is SQL over whole tables inside the transaction that :func:`roster.run` opened; a
row is never touched one by one, so two thousand rows cost little more than two.
"""

from __future__ import annotations

import json
import sqlite3
from typing import TYPE_CHECKING, NamedTuple

from training import audit
from training.database import now
from training.problems import Problem

if TYPE_CHECKING:
    from training.roster import Order, Report

#: Columns compared cell by cell; an identity number can't differ, it is the key.
COMPARED = (
    "name", "sex", "id_type", "email", "enterprise_name", "uscc", "position", "province",
    "recommending_authority", "origin", "industry_code", "main_business", "kind", "employees",
    "revenue_wan", "assets_wan", "founded_on", "srdi_level", "cohort", "note",
)  # fmt: skip
STAGED = (
    "row", "person_key", "id_masked", "age_at_selection", "mobile_key", "mobile_masked",
    "sealed", "key_version", "institution", "track", "cleared", *COMPARED,
)  # fmt: skip

#: After approval who somebody is can be changed by the office alone.
LOCKED = ("name", "sex", "id_type")

#: Rows of these states are history: they neither count as the person's row nor can be changed.
_STANDING = "t.state not in ('rejected', 'withdrawn', 'revoked')"

CHANGES_SHOWN = 1_000


class Change(NamedTuple):
    """One cell that differs: what the record holds (masked if need be) and what the file says."""

    row: int
    name: str
    column: str
    old: str | None
    new: str | None


def open_stage(conn: sqlite3.Connection) -> None:
    """Make the temporary tables empty; they are this connection's own and never reach the record."""
    for table in ("incoming", "refused", "differences"):
        conn.execute(f"drop table if exists temp.{table}")
    columns = ", ".join(f"{name} integer primary key" if name == "row" else name for name in STAGED)
    conn.execute(f"create temp table incoming ({columns}, trainee_id, outcome default 'new')")
    conn.execute("create temp table refused (person_key)")
    conn.execute('create temp table differences (row, trainee_id, "column", old, new)')


def stage_statement() -> str:
    """The INSERT for one staged row, values in the order of ``STAGED``."""
    return (
        f"insert into temp.incoming ({', '.join(STAGED)}) values ({', '.join('?' * len(STAGED))})"
    )


def settle(conn: sqlite3.Connection, order: Order, report: Report) -> None:
    """Decide for each staged row whether it is new, changed, unchanged or refused; fill the report."""
    from training.roster import same_file_batch

    conn.execute(
        "update temp.incoming set trainee_id = (select t.id from trainees as t"
        f" where t.year = ? and t.person_key = incoming.person_key and {_STANDING})",
        (order.year,),
    )
    _refuse_people_of_others(conn, report)
    _both_origins(conn, order)
    _find_differences(conn, report)
    _refuse_locked(conn, report)
    counts = dict(
        conn.execute("select outcome, count(*) from temp.incoming group by outcome").fetchall()
    )
    report.new, report.changed = counts.get("new", 0), counts.get("changed", 0)
    report.unchanged = counts.get("unchanged", 0)
    report.rejected += counts.get("rejected", 0)
    report.already_imported = same_file_batch(conn, order, report.sha256)
    _guard(conn, order, report)


def _refuse_people_of_others(conn: sqlite3.Connection, report: Report) -> None:
    """A person has one place a year: another institution's or track's roster keeps him."""
    found = conn.execute(
        "select i.row from temp.incoming as i join trainees as t on t.id = i.trainee_id"
        " where t.institution <> i.institution or t.track <> i.track"
    )
    _refuse(conn, report, [row["row"] for row in found], "id_number", "duplicate-in-year")


def _refuse(
    conn: sqlite3.Connection, report: Report, rows: list[int], column: str, code: str
) -> None:
    report.problems += [Problem(row, column, code) for row in rows]
    conn.executemany(
        "update temp.incoming set outcome = 'rejected' where row = ?", [(row,) for row in rows]
    )


def _both_origins(conn: sqlite3.Connection, order: Order) -> None:
    """An authority recommends whom an institution selected, or the reverse: that person is both."""
    other = "province" if order.sender.institution else "institution"
    conn.execute(
        "update temp.incoming set origin = 'both' from trainees as t"
        " join roster_batches as b on b.id = t.first_batch_id"
        " where t.id = incoming.trainee_id and incoming.origin <> t.origin"
        f" and b.{other} is not null"
    )


def _find_differences(conn: sqlite3.Connection, report: Report) -> None:
    """Cells that differ. Blank keeps the stored value; a cell in ``cleared`` empties it."""
    for column in COMPARED:
        conn.execute(
            "insert into temp.differences"
            f" select i.row, t.id, '{column}', t.{column}, i.{column} from temp.incoming as i"
            " join trainees as t on t.id = i.trainee_id where i.outcome <> 'rejected'"
            f" and ((i.{column} is not null and i.{column} is not t.{column})"
            f" or (i.cleared like '%\"{column}\"%' and t.{column} is not null))"
        )
    conn.execute(
        "insert into temp.differences"
        " select i.row, t.id, 'mobile', t.mobile_masked, i.mobile_masked from temp.incoming as i"
        " join trainees as t on t.id = i.trainee_id"
        " where i.outcome <> 'rejected' and i.mobile_key <> t.mobile_key"
    )
    conn.execute(
        "update temp.incoming set outcome = case"
        " when row in (select row from temp.differences) then 'changed' else 'unchanged' end"
        " where outcome = 'new' and trainee_id is not null"
    )
    report.changes = [
        Change(*row)
        for row in conn.execute(
            'select d.row, i.name, d."column", d.old, d.new from temp.differences as d'
            f" join temp.incoming as i on i.row = d.row order by d.row limit {CHANGES_SHOWN}"
        )
    ]


def _refuse_locked(conn: sqlite3.Connection, report: Report) -> None:
    marks = ", ".join("?" * len(LOCKED))
    found = conn.execute(
        'select d.row, d."column" from temp.differences as d'
        " join trainees as t on t.id = d.trainee_id"
        " join trainee_states as s on s.code = t.state"
        f' where s.is_counted and d."column" in ({marks})',
        LOCKED,
    ).fetchall()
    for row, column in found:
        _refuse(conn, report, [row], column, "cell-locked")
    conn.execute(
        "delete from temp.differences where row in"
        " (select row from temp.incoming where outcome = 'rejected')"
    )


def _guard(conn: sqlite3.Connection, order: Order, report: Report) -> None:
    """Count who is missing, and ask before a file changes or misses too many of the sender's people."""
    mine = (
        "t.institution = :sender and t.state <> 'nominated'"
        if order.sender.institution
        else "t.recommending_authority = :sender"
    )
    existing, absent, changed = conn.execute(
        "select count(*), count(*) filter (where t.id not in"
        " (select trainee_id from temp.incoming where trainee_id is not null)"
        " and t.person_key not in (select person_key from temp.refused where person_key is not null)),"
        " count(*) filter (where t.id in"
        " (select trainee_id from temp.incoming where outcome = 'changed'))"
        f" from trainees as t where t.year = :year and {mine} and {_STANDING}"
        " and t.track in (select track from temp.incoming)",
        {"year": order.year, "sender": order.sender.institution or order.sender.province},
    ).fetchone()
    report.absent = absent
    limit = conn.execute(
        "select batch_change_limit_percent from programme_years where key = ?", (order.year,)
    ).fetchone()[0]
    different = changed + absent
    if different * 100 > existing * limit and not order.force and report.already_imported is None:
        details = (("different", str(different)), ("existing", str(existing)))
        report.problems.append(Problem(None, None, "batch-too-different", details))


def may_store(order: Order, report: Report) -> bool:
    """All or nothing by default; ``only_valid`` forgives faults of rows, never those of the file."""
    if report.already_imported is not None:
        return False
    errors = report.errors
    if order.only_valid:
        errors = [problem for problem in errors if problem.row in (None, report.header_row)]
    stored = report.new + report.changed + report.unchanged
    return not errors and stored > 0


def store(conn: sqlite3.Connection, order: Order, report: Report) -> None:
    """Write the batch, its people, their changes and its faults, with the audit entry."""
    report.batch = _insert_batch(conn, order, report)
    # An authority recommends; only the institution that selects puts people on the office's desk.
    state = "submitted" if order.sender.institution else "nominated"
    _insert_people(conn, order, report.batch, state)
    _update_people(conn, report.batch)
    if order.sender.institution:
        _submit_again(conn, report.batch)
    conn.executemany(
        "insert into batch_problems (batch_id, row, column, code, severity, details)"
        " values (?, ?, ?, ?, ?, ?)",
        (
            (report.batch, p.row, p.column, p.code, p.severity,
             json.dumps(dict(p.details), ensure_ascii=False))
            for p in report.problems
        ),
    )  # fmt: skip
    if order.token:
        conn.execute(
            "update waiting_uploads set batch_id = ? where token = ?", (report.batch, order.token)
        )
    audit.record(
        conn, order.by, order.via, "import", "roster_batches", report.batch,
        sha256=report.sha256, rows=report.rows, new=report.new, changed=report.changed,
        unchanged=report.unchanged, rejected=report.rejected, absent=report.absent,
        forced=order.force, only_valid=order.only_valid,
    )  # fmt: skip


def _insert_batch(conn: sqlite3.Connection, order: Order, report: Report) -> int:
    # What changes nothing, or only recommends, is kept on record but is nothing to decide.
    to_decide = order.sender.institution and (report.new or report.changed or _resent(conn))
    values = {
        "year": order.year,
        "institution": order.sender.institution,
        "province": order.sender.province,
        "status": "submitted" if to_decide else "recorded",
        "file_name": report.file,
        "sha256": report.sha256,
        "size_bytes": report.size,
        "kind": report.kind,
        "encoding": report.encoding,
        "delimiter": report.delimiter,
        "sheet": report.sheet,
        "header_row": report.header_row,
        "columns": json.dumps(report.columns, ensure_ascii=False),
        "unknown_columns": json.dumps(report.unknown_columns, ensure_ascii=False),
        "rows": report.rows,
        "new": report.new,
        "changed": report.changed,
        "unchanged": report.unchanged,
        "rejected": report.rejected,
        "absent": report.absent,
        "skipped": report.skipped,
        "only_valid": order.only_valid,
        "forced": order.force,
        "uploaded_by": order.by,
        "uploaded_at": now(),
    }
    cursor = conn.execute(
        f"insert into roster_batches ({', '.join(values)})"
        f" values ({', '.join(':' + name for name in values)})",
        values,
    )
    return int(cursor.lastrowid or 0)


def _resent(conn: sqlite3.Connection) -> bool:
    return bool(
        conn.execute(
            "select 1 from temp.incoming as i join trainees as t on t.id = i.trainee_id"
            " where i.outcome <> 'rejected' and t.state in ('returned', 'nominated') limit 1"
        ).fetchone()
    )


def _insert_people(conn: sqlite3.Connection, order: Order, batch: int, state: str) -> None:
    conn.execute(
        "insert into enterprises (uscc, name) select uscc, enterprise_name from temp.incoming"
        " where outcome in ('new', 'changed') on conflict do nothing"
    )
    copied = (
        "person_key", "id_masked", "age_at_selection", "mobile_key", "mobile_masked",
        "institution", "track", *COMPARED,
    )  # fmt: skip
    taken = ["coalesce(id_type, 'resident')" if name == "id_type" else name for name in copied]
    conn.execute(
        f"insert into trainees (year, state, selected_at, first_batch_id, batch_id, batch_row,"
        f" {', '.join(copied)}) select :year, :state, :selected_at, :batch, :batch, row,"
        f" {', '.join(taken)} from temp.incoming where outcome = 'new' order by row",
        {
            "year": order.year,
            "state": state,
            "selected_at": now() if state == "submitted" else None,
            "batch": batch,
        },
    )
    conn.execute(
        "insert into sealed_identities (trainee_id, key_version, sealed)"
        " select t.id, i.key_version, i.sealed from temp.incoming as i"
        " join trainees as t on t.batch_id = ? and t.batch_row = i.row where i.outcome = 'new'",
        (batch,),
    )


def _update_people(conn: sqlite3.Connection, batch: int) -> None:
    """Apply the differences, keeping each value before so that the batch can be undone."""
    conn.execute(
        'insert into batch_changes (batch_id, trainee_id, row, "column", old, new)'
        ' select ?, trainee_id, row, "column", old, new from temp.differences order by row',
        (batch,),
    )
    _remember_place(conn, batch, "i.outcome = 'changed'")
    conn.execute(
        "insert into sealed_changes (change_id, key_version, sealed)"
        " select c.id, s.key_version, s.sealed from batch_changes as c"
        " join sealed_identities as s on s.trainee_id = c.trainee_id"
        " where c.batch_id = ? and c.column = 'mobile'",
        (batch,),
    )
    for column in COMPARED:
        conn.execute(
            f"update trainees set {column} = d.new from temp.differences as d"
            f" where d.trainee_id = trainees.id and d.\"column\" = '{column}'"
        )
    conn.execute(
        "update trainees set mobile_key = i.mobile_key, mobile_masked = i.mobile_masked"
        " from temp.incoming as i where i.trainee_id = trainees.id and i.outcome = 'changed'"
    )
    conn.execute(
        "update sealed_identities set key_version = i.key_version, sealed = i.sealed"
        " from temp.incoming as i where i.trainee_id = sealed_identities.trainee_id"
        " and i.row in (select row from temp.differences where \"column\" = 'mobile')"
    )
    conn.execute(
        "update trainees set batch_id = ?, batch_row = i.row from temp.incoming as i"
        " where i.trainee_id = trainees.id and i.outcome = 'changed'",
        (batch,),
    )


def _remember_place(conn: sqlite3.Connection, batch: int, which: str) -> None:
    """Note the batch and row that a person's row pointed to before this batch takes it over."""
    conn.execute(
        'insert into batch_changes (batch_id, trainee_id, row, "column", old, new)'
        " select ?, t.id, i.row, 'batch_id', t.batch_id || '/' || t.batch_row, ? || '/' || i.row"
        " from temp.incoming as i join trainees as t on t.id = i.trainee_id"
        f" where {which} and t.batch_id <> ?",
        (batch, batch, batch),
    )


def _submit_again(conn: sqlite3.Connection, batch: int) -> None:
    """Somebody recommended is selected, somebody returned is sent again: both stand before the office."""
    waits = "i.outcome in ('changed', 'unchanged') and t.state in ('nominated', 'returned')"
    _remember_place(conn, batch, waits)
    conn.execute(
        'insert into batch_changes (batch_id, trainee_id, row, "column", old, new)'
        " select ?, t.id, i.row, 'state', t.state, 'submitted' from temp.incoming as i"
        f" join trainees as t on t.id = i.trainee_id where {waits}",
        (batch,),
    )
    steps = (("nominated", "selected"), ("selected", "submitted"), ("returned", "submitted"))
    for old, new in steps:
        conn.execute(
            "update trainees set state = ?, batch_id = ?, batch_row = i.row,"
            " selected_at = coalesce(selected_at, ?) from temp.incoming as i"
            " where i.trainee_id = trainees.id and i.outcome in ('changed', 'unchanged')"
            " and trainees.state = ?",
            (new, batch, now(), old),
        )
