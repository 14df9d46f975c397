"""What the quotas would be if a batch were approved (预计影响), before anybody decides.

The figures are those of the canned queries; the batch is stored, approved and enrolled inside a
savepoint for the second look at them, and taken back.
"""

import sqlite3
from collections.abc import Callable
from typing import Any

from training import queries
from training.roster_report import WhatIf

#: The targets of notice 一(一) that a roster moves, and the queries that say how they stand.
_QUOTAS = {"headcount": "quota_headcount", "manufacturing": "quota_manufacturing_share"}
_STEPS = (("submitted", "approved"), ("approved", "enrolled"))


def foresee(conn: sqlite3.Connection, year: str, store: Callable[[], int]) -> list[WhatIf]:
    """The quotas of ``year`` as they are, and as they would be once the batch is approved.

    ``store`` puts the batch into the open transaction and returns its number. Nothing of it is left
    afterwards; the transaction goes on as it was.
    """
    known = queries.load()
    before = _figures(conn, known, year)
    conn.execute("savepoint foreseen")
    try:
        batch = store()
        for old, new in _STEPS:
            conn.execute(
                "update trainees set state = ? where batch_id = ? and state = ?", (new, batch, old)
            )
        after = _figures(conn, known, year)
    finally:
        conn.execute("rollback to foreseen")
        conn.execute("release foreseen")
    return [WhatIf(name, *before[name], *after[name]) for name in _QUOTAS]


def _figures(
    conn: sqlite3.Connection, known: dict[str, queries.Query], year: str
) -> dict[str, tuple[Any, Any, Any]]:
    """Numerator, denominator and status of each quota: the first row speaks for it."""
    found = {}
    for name, query in _QUOTAS.items():
        row = queries.run_named(conn, known, query, year=year)[0]
        found[name] = (row["numerator"], row["denominator"], row["status"])
    return found
