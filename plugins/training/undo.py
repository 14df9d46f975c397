"""Taking a batch back (撤销): each cell returns to its value before, unless somebody changed it since."""

import sqlite3
from collections.abc import Collection
from dataclasses import dataclass, field

from training import audit, identity
from training.database import acting, now, transaction
from training.judging import COMPARED
from training.wording import t
from training.workflow import Refused


@dataclass
class Undone:
    """Rows of the sheet by what became of them."""

    reversed: set[int] = field(default_factory=set)  # as before the batch
    kept: set[int] = field(default_factory=set)  # changed or decided since: left alone
    failed: set[int] = field(default_factory=set)  # already approved or beyond


def spans(rows: Collection[int]) -> str:
    """Row numbers as people write them: ``2-5, 9``."""
    found: list[list[int]] = []
    for row in sorted(rows):
        if found and row == found[-1][1] + 1:
            found[-1][1] = row
        else:
            found.append([row, row])
    return ", ".join(f"{a}-{b}" if a < b else str(a) for a, b in found)


def undo(conn: sqlite3.Connection, keys: identity.Keys, batch: int, by: str, via: str) -> Undone:
    """Undo ``batch`` in one transaction; raise :class:`Refused` if it has been approved or undone.

    People it brought are withdrawn (their history stays), cells it changed get their value back,
    people it sent again go back to where they were.
    """
    result = Undone()
    with transaction(conn), acting(conn, by, via, f"undo batch {batch}"):
        found = conn.execute("select status from roster_batches where id = ?", (batch,)).fetchone()
        if found is None or found["status"] in ("approved", "undone"):
            raise Refused(
                t(
                    "已审核通过或已撤销的批次不能撤销。",
                    "An approved or undone batch stays as it is.",
                )
            )
        _withdraw_new(conn, batch, result)
        _restore_cells(conn, keys, batch, result)
        # A row with one cell kept is reported as kept, whatever became of its others.
        result.reversed -= result.kept | result.failed
        conn.execute(
            "update roster_batches set status = 'undone', decided_by = ?, decided_at = ?"
            " where id = ?",
            (by, now(), batch),
        )
        audit.record(
            conn, by, via, "undo", "roster_batches", batch, reversed=len(result.reversed),
            reversed_rows=spans(result.reversed), kept=len(result.kept),
            kept_rows=spans(result.kept), failed=len(result.failed), failed_rows=spans(result.failed),
        )  # fmt: skip
    return result


def _withdraw_new(conn: sqlite3.Connection, batch: int, result: Undone) -> None:
    rows = conn.execute(
        "select id, batch_id, batch_row, state from trainees where first_batch_id = ?", (batch,)
    ).fetchall()
    for row in rows:
        if row["batch_id"] != batch:
            result.kept.add(row["batch_row"])
        elif row["state"] in ("nominated", "selected", "submitted", "returned"):
            conn.execute("update trainees set state = 'withdrawn' where id = ?", (row["id"],))
            result.reversed.add(row["batch_row"])
        elif row["state"] in ("withdrawn", "rejected"):
            result.kept.add(row["batch_row"])
        else:
            result.failed.add(row["batch_row"])


def _restore_cells(
    conn: sqlite3.Connection, keys: identity.Keys, batch: int, result: Undone
) -> None:
    # Newest first, so that a place noted twice ends as it was before the batch.
    changes = conn.execute(
        "select c.*, exists (select 1 from batch_changes as later join roster_batches as b"
        " on b.id = later.batch_id where later.trainee_id = c.trainee_id and later.id > c.id"
        ' and later."column" = c."column" and later.batch_id <> c.batch_id'
        " and b.status <> 'undone') as again from batch_changes as c"
        " where c.batch_id = ? order by c.id desc",
        (batch,),
    ).fetchall()
    for change in changes:
        if change["again"] or not _restore(conn, keys, change):
            result.kept.add(change["row"])
        else:
            result.reversed.add(change["row"])


def _restore(conn: sqlite3.Connection, keys: identity.Keys, change: sqlite3.Row) -> bool:
    """Put one value back if it is still the one that the batch wrote; say whether it was."""
    column, trainee = change["column"], change["trainee_id"]
    if column == "mobile":
        return _restore_mobile(conn, keys, change)
    if column == "batch_id":
        old_batch, old_row = change["old"].split("/")
        statement = "update trainees set batch_id = ?, batch_row = ? where id = ? and batch_id = ?"
        values: tuple[object, ...] = (old_batch, old_row, trainee, change["batch_id"])
    elif column == "state":
        # Nobody goes back to "nominated": whoever was sent goes back to the sender.
        statement = "update trainees set state = 'returned' where id = ? and state = 'submitted'"
        values = (trainee,)
    else:
        if column not in COMPARED:
            raise ValueError(f"not a column of a roster: {column}")
        # Stored as text in the history; the column's own type decides what it is compared as.
        statement = f"update trainees set {column} = ? where id = ? and {column} is ?"
        values = (change["old"], trainee, _typed(column, change["new"]))
    return conn.execute(statement, values).rowcount == 1


def _typed(column: str, text: str | None) -> object:
    if text is None:
        return None
    return {"employees": int, "revenue_wan": float, "assets_wan": float}.get(column, str)(text)


def _restore_mobile(conn: sqlite3.Connection, keys: identity.Keys, change: sqlite3.Row) -> bool:
    row = conn.execute(
        "select t.person_key, t.mobile_masked, s.key_version, s.sealed from sealed_changes as s,"
        " trainees as t where s.change_id = ? and t.id = ?",
        (change["id"], change["trainee_id"]),
    ).fetchone()
    if row is None or row["mobile_masked"] != change["new"]:
        return False
    sealer = identity.Sealer(keys)
    mobile = sealer.open(row["person_key"], row["key_version"], row["sealed"]).split("\n")[1]
    conn.execute(
        "update sealed_identities set key_version = ?, sealed = ? where trainee_id = ?",
        (row["key_version"], row["sealed"], change["trainee_id"]),
    )
    conn.execute(
        "update trainees set mobile_key = ?, mobile_masked = ? where id = ?",
        (identity.mobile_key(keys, mobile), change["old"], change["trainee_id"]),
    )
    return True
