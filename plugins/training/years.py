"""Programme years (年度) as pages offer them: a planned one is the office's alone until it opens."""

import sqlite3
from dataclasses import dataclass


@dataclass(frozen=True)
class Year:
    """A programme year in a list to choose from."""

    key: str
    is_planned: bool


def known(conn: sqlite3.Connection, *, office: bool) -> list[Year]:
    """The years of the record, the newest first; those being planned for the office only."""
    rows = conn.execute(
        "select key, state = 'planned' as is_planned from programme_years"
        " where ? or state <> 'planned' order by key desc",
        (office,),
    )
    return [Year(row["key"], bool(row["is_planned"])) for row in rows]
