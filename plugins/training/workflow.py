"""Who may move a roster batch and its people on, and what is recorded when they do.

The steps a trainee may take are rows of ``trainee_transitions``; triggers refuse any other. What
stands here is the order of an act: check, move, say so in the audit log, in one transaction.
"""

import hashlib
import sqlite3
from collections.abc import Sequence

from training import audit
from training.database import acting, now, transaction
from training.wording import t


class Refused(Exception):
    """The act is not allowed as things stand; the text says why, in the reader's language."""


def inbox(conn: sqlite3.Connection) -> list[sqlite3.Row]:
    """Batches that wait for the office (审核学员名单, notice 三(五)), oldest first."""
    return conn.execute(
        "select b.*, i.name_zh as sender_zh, i.name_en as sender_en,"
        " (select count(*) from trainees as t where t.batch_id = b.id and t.state = 'submitted')"
        " as people from roster_batches as b join institutions as i on i.slug = b.institution"
        " where b.status = 'submitted' order by b.uploaded_at, b.id"
    ).fetchall()


def approve(conn: sqlite3.Connection, batch: int, by: str, via: str, *, enrol: bool) -> int:
    """Approve what the batch put before the office; return how many people that is.

    With ``enrol`` they are registered for training in the same act (approved → enrolled), so that
    they count in the headline of Q01. Raises :class:`Refused`.
    """
    with transaction(conn), acting(conn, by, via, f"batch {batch}"):
        _decide(conn, batch, by, "approved", None)
        moved = _move(conn, batch, "submitted", "approved")
        if enrol:
            _move(conn, batch, "approved", "enrolled")
        audit.record(
            conn, by, via, "approve", "roster_batches", batch, people=moved, enrolled=enrol
        )
    return moved


def send_back(conn: sqlite3.Connection, batch: int, by: str, via: str, reason: str) -> int:
    """Return the batch to its sender with a reason (退回); return how many people it brings back."""
    reason = reason.strip()
    if not reason:
        raise Refused(t("请写明退回理由。", "Write the reason for returning it."))
    with transaction(conn), acting(conn, by, via, reason):
        _decide(conn, batch, by, "returned", reason)
        moved = _move(conn, batch, "submitted", "returned")
        audit.record(conn, by, via, "return", "roster_batches", batch, people=moved, reason=reason)
    return moved


def reject(
    conn: sqlite3.Connection, batch: int, people: Sequence[int], by: str, via: str, reason: str
) -> int:
    """Reject some people of a batch for one reason (不予通过); the others still wait for a decision.

    Returns how many. Raises :class:`Refused` if one of them does not wait in this batch.
    """
    reason, chosen = reason.strip(), sorted(set(people))
    if not chosen:
        raise Refused(t("请先勾选学员。", "Choose at least one person."))
    if not reason:
        raise Refused(t("请写明不予通过的理由。", "Write the reason for the rejection."))
    with transaction(conn), acting(conn, by, via, reason):
        _may_decide(conn, batch, by)
        marks = ", ".join("?" * len(chosen))
        moved = conn.execute(
            "update trainees set state = 'rejected' where batch_id = ? and state = 'submitted'"
            f" and id in ({marks})",
            (batch, *chosen),
        ).rowcount
        if moved != len(chosen):
            raise Refused(
                t(
                    "名单已有变化，请刷新页面后重新勾选。",
                    "The list has changed: reload and choose again.",
                )
            )
        audit.record(conn, by, via, "reject", "roster_batches", batch, people=moved, reason=reason)
    return moved


def _may_decide(conn: sqlite3.Connection, batch: int, by: str) -> None:
    """Raise :class:`Refused` unless the batch waits and somebody else sent it (经办与审核分离)."""
    row = conn.execute(
        "select status, uploaded_by from roster_batches where id = ?", (batch,)
    ).fetchone()
    if row is None:
        raise Refused(t("没有这个批次。", "There is no such batch."))
    if row["status"] != "submitted":
        raise Refused(t("该批次已有审核结论。", "This batch has been decided already."))
    if row["uploaded_by"] == by:
        raise Refused(
            t("不能审核本人上传的批次，请由另一人审核。", "Somebody else must decide: you sent it.")
        )


def _decide(conn: sqlite3.Connection, batch: int, by: str, status: str, reason: str | None) -> None:
    _may_decide(conn, batch, by)
    conn.execute(
        "update roster_batches set status = ?, decided_by = ?, decided_at = ?, decision_reason = ?"
        " where id = ?",
        (status, by, now(), reason, batch),
    )


def _move(conn: sqlite3.Connection, batch: int, old: str, new: str) -> int:
    return conn.execute(
        "update trainees set state = ? where batch_id = ? and state = ?", (new, batch, old)
    ).rowcount


def nominees(conn: sqlite3.Connection, year: str, institution: str) -> list[sqlite3.Row]:
    """People that authorities recommend to ``institution`` and it has not selected yet."""
    return conn.execute(
        "select t.id, t.name, t.id_masked, t.enterprise_name, t.position, k.name_zh as track_zh,"
        " k.name_en as track_en, p.name_zh as authority_zh, p.name_en as authority_en"
        " from trainees as t join tracks as k on k.code = t.track"
        " join provinces as p on p.code = t.recommending_authority"
        " where t.year = ? and t.institution = ? and t.state = 'nominated' order by p.seq, t.id",
        (year, institution),
    ).fetchall()


def select_nominees(
    conn: sqlite3.Connection, year: str, institution: str, people: Sequence[int], by: str, via: str
) -> int:
    """Put recommended people on the institution's roster (选拔) and before the office; return the batch.

    Raises :class:`Refused` if one of them is not (or no longer) recommended to this institution.
    """
    if not people:
        raise Refused(t("请先勾选学员。", "Choose at least one person."))
    chosen = sorted(set(people))
    marks = ", ".join("?" * len(chosen))
    with transaction(conn), acting(conn, by, via, "selected"):
        found = conn.execute(
            f"select count(*) from trainees where id in ({marks}) and year = ? and institution = ?"
            " and state = 'nominated'",
            (*chosen, year, institution),
        ).fetchone()[0]
        if found != len(chosen):
            raise Refused(
                t(
                    "名单已有变化，请刷新页面后重新勾选。",
                    "The list has changed: reload it and choose again.",
                )
            )
        batch = _selection_batch(conn, year, institution, chosen, by)
        for row, person in enumerate(chosen, start=1):
            conn.execute(
                "update trainees set state = 'selected', batch_id = ?, batch_row = ?,"
                " selected_at = ? where id = ?",
                (batch, row, now(), person),
            )
        _move(conn, batch, "selected", "submitted")
        audit.record(conn, by, via, "select", "roster_batches", batch, people=len(chosen))
    return batch


def _selection_batch(
    conn: sqlite3.Connection, year: str, institution: str, people: Sequence[int], by: str
) -> int:
    digest = hashlib.sha256(",".join(map(str, people)).encode()).hexdigest()
    cursor = conn.execute(
        "insert into roster_batches (year, institution, file_name, sha256, size_bytes, kind, rows,"
        " new, changed, unchanged, rejected, absent, skipped, uploaded_by, uploaded_at)"
        " values (?, ?, ?, ?, 0, 'selection', ?, 0, ?, 0, 0, 0, 0, ?, ?)",
        (year, institution, t("从推荐名单选入", "Selected from recommendations"), digest,
         len(people), len(people), by, now()),
    )  # fmt: skip
    return int(cursor.lastrowid or 0)
