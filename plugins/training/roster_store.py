"""The last part of an import: what was staged and compared is stored, as one batch.

Whole tables at a time, inside the transaction that :func:`roster.run` opened. That act is ``bulk``:
what a trigger would note of each new person is noted here of all, and no trigger that refuses is silent.
"""

import json
import sqlite3
from itertools import groupby

from training import audit, scope_marks
from training.database import now
from training.judging import COMPARED
from training.problems import Problem
from training.roster_report import Order, Report

_COUNTS = ("rows", "new", "changed", "unchanged", "rejected", "absent", "skipped")


def may_store(order: Order, report: Report) -> bool:
    """All or nothing by default; ``only_valid`` forgives faults of rows, never those of the file."""
    if report.already_imported is not None:
        return False
    errors = report.errors
    if order.only_valid:
        errors = [problem for problem in errors if problem.row in (None, report.header_row)]
    stored = report.new + report.changed + report.unchanged
    return not errors and stored > 0


def store(conn: sqlite3.Connection, order: Order, report: Report) -> int:
    """Write the batch and all that is staged, with the audit entry; return its number."""
    batch = Batch(conn, order, report)
    batch.take()
    return batch.conclude()


class Batch:
    """One batch as it is written: first its own row, then people part by part, then the rest."""

    def __init__(self, conn: sqlite3.Connection, order: Order, report: Report) -> None:
        self._conn, self._order, self._report = conn, order, report
        self._number = _insert_batch(conn, order, report)
        self._is_resent = False

    def take(self) -> None:
        """Write the people that are staged and compared, and their changes."""
        conn, batch = self._conn, self._number
        self._is_resent = self._is_resent or _resent(conn)
        # An authority recommends; only the institution that selects puts people on the office's desk.
        state = "submitted" if self._order.sender.institution else "nominated"
        _insert_people(conn, self._order, batch, state)
        _update_people(conn, batch)
        if self._order.sender.institution:
            _submit_again(conn, batch)

    def conclude(self) -> int:
        """Write counts, faults and the audit entry, now that the report is complete; the number."""
        conn, order, report, batch = self._conn, self._order, self._report, self._number
        _complete_batch(conn, order, report, batch, is_resent=self._is_resent)
        _insert_problems(conn, batch, report.problems)
        if order.token:
            conn.execute(
                "update waiting_uploads set batch_id = ? where token = ?", (batch, order.token)
            )
        scope_marks.mark_people(conn, batch)
        audit.record(
            conn, order.by, order.via, "import", "roster_batches", batch,
            sha256=report.sha256, rows=report.rows, new=report.new, changed=report.changed,
            unchanged=report.unchanged, rejected=report.rejected, absent=report.absent,
            mode=order.mode, forced=order.force, only_valid=order.only_valid,
        )  # fmt: skip
        return batch


def _insert_problems(conn: sqlite3.Connection, batch: int, problems: list[Problem]) -> None:
    """Write the faults in their order; rows on end with the same one are one statement."""
    for said, alike in groupby(problems, key=lambda problem: problem[1:]):
        rows = [problem.row for problem in alike]
        fault = Problem(None, *said)
        conn.execute(
            "insert into batch_problems (batch_id, row, column, code, severity, details)"
            " select ?, value, ?, ?, ?, ? from json_each(?)",
            (
                batch, fault.column, fault.code, fault.severity,
                json.dumps(dict(fault.details), ensure_ascii=False), json.dumps(rows),
            ),
        )  # fmt: skip


def _insert_batch(conn: sqlite3.Connection, order: Order, report: Report) -> int:
    """The batch's row as far as it is known before the last row has been read."""
    values = {
        "year": order.year,
        "institution": order.sender.institution,
        "province": order.sender.province,
        "status": "recorded",
        "file_name": report.file,
        "sha256": report.sha256,
        "size_bytes": report.size,
        "kind": report.kind,
        "encoding": report.encoding,
        "delimiter": report.delimiter,
        "sheet": report.sheet,
        "mode": order.mode,
        "only_valid": order.only_valid,
        "forced": order.force,
        "uploaded_by": order.by,
        "uploaded_at": now(),
        **dict.fromkeys(_COUNTS, 0),
    }
    cursor = conn.execute(
        f"insert into roster_batches ({', '.join(values)})"
        f" values ({', '.join(':' + name for name in values)})",
        values,
    )
    return int(cursor.lastrowid or 0)


def _complete_batch(
    conn: sqlite3.Connection, order: Order, report: Report, batch: int, *, is_resent: bool
) -> None:
    # What changes nothing, or only recommends, is kept on record but is nothing to decide.
    to_decide = order.sender.institution and (report.new or report.changed or is_resent)
    values = {
        "status": "submitted" if to_decide else "recorded",
        "header_row": report.header_row,
        "columns": json.dumps(report.columns, ensure_ascii=False),
        "unknown_columns": json.dumps(report.unknown_columns, ensure_ascii=False),
        **{name: getattr(report, name) for name in _COUNTS},
    }
    settings = ", ".join(f"{name} = :{name}" for name in values)
    conn.execute(f"update roster_batches set {settings} where id = :id", {**values, "id": batch})


def _resent(conn: sqlite3.Connection) -> bool:
    return bool(
        conn.execute(
            "select 1 from temp.incoming as i join trainees as t on t.id = i.trainee_id"
            " where i.outcome in ('changed', 'unchanged') and t.state in ('returned', 'nominated')"
            " limit 1"
        ).fetchone()
    )


def _insert_people(conn: sqlite3.Connection, order: Order, batch: int, state: str) -> None:
    """Write whom nobody has sent before; their numbers follow those of all who are there."""
    last = _last(conn, "trainees")
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
        "insert into trainee_events (trainee_id, at, actor, via, from_state, to_state, reason, batch_id)"
        " select t.id, a.now_at, a.actor, a.via, '', t.state, a.reason, t.batch_id"
        " from acting_now as a cross join trainees as t where t.id > ?",
        (last,),
    )
    conn.execute(
        "insert into sealed_identities (trainee_id, key_version, sealed)"
        " select t.id, i.key_version, i.sealed from trainees as t"
        " cross join temp.incoming as i on i.row = t.batch_row where t.id > ?",
        (last,),
    )


def _last(conn: sqlite3.Connection, table: str) -> int:
    return int(conn.execute(f"select coalesce(max(id), 0) from {table}").fetchone()[0])


def _update_people(conn: sqlite3.Connection, batch: int) -> None:
    """Apply the differences, keeping each value before so that the batch can be undone."""
    last = _last(conn, "batch_changes")
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
        " where c.id > ? and c.column = 'mobile'",
        (last,),
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
