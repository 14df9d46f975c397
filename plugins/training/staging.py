"""The first half of an import: people in blocks become rows of a temporary table.

They are judged, and their identity numbers hashed and sealed, while the record is locked by nobody.
A block is handled column by column; a dictionary a row would take most of the time.
"""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from itertools import compress, repeat
from typing import Any

from training import identity
from training.across_rows import AcrossRows
from training.problems import Problem
from training.rows import Block, RowStream

#: Columns compared cell by cell; an identity number can't differ, it is the key.
COMPARED = (
    "name", "sex", "id_type", "email", "enterprise_name", "uscc", "position", "province",
    "recommending_authority", "origin", "industry_code", "main_business", "kind", "employees",
    "revenue_wan", "assets_wan", "founded_on", "srdi_level", "cohort", "note",
)  # fmt: skip
_STAGED = (
    "row", "person_key", "id_masked", "age_at_selection", "mobile_key", "mobile_masked",
    "sealed", "key_version", "institution", "track", "cleared", *COMPARED,
)  # fmt: skip
_INSERT = (
    f"insert into temp.incoming ({', '.join(_STAGED)}) values ({', '.join('?' * len(_STAGED))})"
)

#: A file whose columns are shifted has millions of faults, and nobody reads so many.
MOST_ERRORS = 20_000
#: Warnings keep nobody out, so all are listed that a real roster can have.
MOST_PROBLEMS = 250_000


def open_stage(conn: sqlite3.Connection) -> None:
    """Make the temporary tables empty; they are this connection's own and never reach the record."""
    for table in ("incoming", "refused", "differences"):
        conn.execute(f"drop table if exists temp.{table}")
    columns = ", ".join(
        f"{name} integer primary key" if name == "row" else name for name in _STAGED
    )
    conn.execute(f"create temp table incoming ({columns}, trainee_id, outcome default 'new')")
    # Few rows of a first roster are known, and few of a second one differ: only those are visited.
    conn.execute(
        "create index temp.incoming_known on incoming (outcome, trainee_id)"
        " where trainee_id is not null"
    )
    conn.execute("create temp table refused (person_key)")
    conn.execute('create temp table differences (row, trainee_id, "column", old, new)')


class Stage:
    """Takes the blocks of one file; `problems` are those of its rows, up to a limit."""

    def __init__(self, conn: sqlite3.Connection, keys: identity.Keys) -> None:
        self.rows = 0
        self.rejected = 0
        self.problems: list[Problem] = []
        self._conn = conn
        self._hasher = identity.Hasher(keys)
        self._sealer = identity.Sealer(keys)
        self._across = AcrossRows()
        self._errors = 0
        self._unlisted: Problem | None = None

    def take(self, block: Block) -> None:
        """Judge a block across its rows, and put its good people into ``temp.incoming``."""
        nothing: Sequence[Any] = [None] * len(block.numbers)
        numbers = block.values.get("id_number", nothing)
        kinds = block.values.get("id_type", repeat("resident"))
        persons = self._hasher.persons(kinds, numbers)
        self._across.judge(block, persons)
        refused = self._note_problems(block)
        refused |= {index for index, person in enumerate(persons) if person is None}
        self.rows += len(persons)
        self.rejected += len(refused)
        self._conn.executemany(
            "insert into temp.refused values (?)", ((persons[index],) for index in refused)
        )
        good = self._staged(block, persons, nothing)
        if refused:
            good = compress(good, [index not in refused for index in range(len(persons))])
        self._conn.executemany(_INSERT, good)

    def finish(self, stream: RowStream) -> list[Problem]:
        """All problems of the file whose people have been taken."""
        last = [self._unlisted] if self._unlisted else []
        return [*self.problems, *stream.problems, *last]

    def _staged(
        self, block: Block, persons: Sequence[str | None], nothing: Sequence[Any]
    ) -> Iterable[tuple[Any, ...]]:
        """The rows for ``_STAGED``. Without a required column nothing is stored, but compared."""
        values = block.values
        numbers = [number or "" for number in values.get("id_number", nothing)]
        mobiles = [mobile or "" for mobile in values.get("mobile", nothing)]
        return zip(
            block.numbers,
            persons,
            map(identity.mask_identity, numbers),
            values.get("age_at_selection", nothing),
            self._hasher.mobiles(mobiles),
            [identity.mask_mobile(mobile) if mobile else None for mobile in mobiles],
            self._sealer.seal_all(
                [person or "" for person in persons], map("{}\n{}".format, numbers, mobiles)
            ),
            repeat(self._sealer.version),
            values.get("institution", nothing),
            values.get("track", nothing),
            _cleared(block),
            *(values.get(column, nothing) for column in COMPARED),
            strict=False,
        )

    def _note_problems(self, block: Block) -> set[int]:
        """List the problems of a block; return the indexes of the rows that an error keeps out."""
        refused = set()
        for index in sorted(block.problems):
            found = block.problems[index]
            errors = sum(problem.severity == "error" for problem in found)
            if errors:
                refused.add(index)
            if self._errors >= MOST_ERRORS:
                self._leave_out(MOST_ERRORS, None)
            elif len(self.problems) >= MOST_PROBLEMS and not errors:
                self._leave_out(MOST_PROBLEMS, "warning")
            else:
                self._errors += errors
                self.problems += found
        return refused

    def _leave_out(self, limit: int, severity: Any) -> None:
        if self._unlisted is None or severity is None:
            details = (("limit", str(limit)),)
            self._unlisted = Problem(None, None, "too-many-faults", details, severity)


def _cleared(block: Block) -> Iterable[str | None]:
    if not block.cleared:
        return repeat(None)
    rows = (block.cleared.get(index) for index in range(len(block.numbers)))
    return [json.dumps(sorted(columns)) if columns else None for columns in rows]
