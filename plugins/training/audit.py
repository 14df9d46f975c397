"""The audit log: who did what, when, through which door. It never names a person of a roster."""

import json
import sqlite3
from typing import Any

from training import audit_chain
from training.database import now


def record(
    conn: sqlite3.Connection,
    actor: str,
    via: str,
    action: str,
    subject: str,
    subject_key: object = None,
    **detail: Any,
) -> None:
    """Add one entry inside the caller's transaction, so that act and entry stand or fall together.

    ``action`` is a verb (``import``, ``approve``), ``subject`` a table, ``subject_key`` its row;
    ``detail`` holds counts, hashes and reasons, never names, numbers or contacts of trainees.
    """
    within_act = conn.execute("select 1 from write_context").fetchone()
    if not within_act:
        audit_chain.link(conn, outside=True)
    conn.execute(
        "insert into audit_log (at, actor, via, action, subject, subject_key, detail)"
        " values (?, ?, ?, ?, ?, ?, ?)",
        (
            now(),
            actor,
            via,
            action,
            subject,
            None if subject_key is None else str(subject_key),
            json.dumps(detail, ensure_ascii=False),
        ),
    )
    if not within_act:
        audit_chain.link(conn)
