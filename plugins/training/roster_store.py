"""The last part of an import: what was staged and compared is stored, as one batch.

Whole tables at a time, inside the transaction that :func:`roster.run` opened.
"""

import json
import sqlite3

from training import audit, scope_marks
from training.database import now
from training.memo import Memo
from training.problems import Details, Problem
from training.roster_report import Order, Report
from training.staging import COMPARED


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
    """Write the batch, its people, their changes and its faults, with the audit entry; its number."""
    batch = _insert_batch(conn, order, report)
    # An authority recommends; only the institution that selects puts people on the office's desk.
    state = "submitted" if order.sender.institution else "nominated"
    _insert_people(conn, order, batch, state)
    _update_people(conn, batch)
    if order.sender.institution:
        _submit_again(conn, batch)
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
    # Thousands of rows have the same to say, most of them nothing.
    details: Memo[Details, str] = Memo(lambda said: json.dumps(dict(said), ensure_ascii=False))
    conn.executemany(
        "insert into batch_problems (batch_id, row, column, code, severity, details)"
        " values (?, ?, ?, ?, ?, ?)",
        ((batch, p.row, p.column, p.code, p.severity, details[p.details]) for p in problems),
    )


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
        "mode": order.mode,
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
            " where i.outcome in ('changed', 'unchanged') and t.state in ('returned', 'nominated')"
            " limit 1"
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
