"""The first half of an import: blocks of a file become people who are judged, hashed and sealed.

Nothing here touches the record, so it can be done while nobody is locked out, or in a process of its
own (:mod:`training.judge_process`). A block is handled column by column; a dictionary a row would take
most of the time.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import compress, repeat
from typing import Any, NamedTuple

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
STAGED = (
    "row", "person_key", "id_masked", "age_at_selection", "mobile_key", "mobile_masked",
    "sealed", "key_version", "institution", "track", "cleared", *COMPARED,
)  # fmt: skip

#: A file whose columns are shifted has millions of faults, and nobody mends so many by hand: what
#: follows is counted and not judged, because after a fault of the whole file nothing is stored.
MOST_ERRORS = 20_000
#: Warnings keep nobody out, so all are listed that a real roster can have.
MOST_PROBLEMS = 250_000


class Part(NamedTuple):
    """What a block came to: how many rows and of them rejected, and the others as rows of ``columns``.

    ``columns`` are those of :data:`STAGED` that anybody here fills. ``refused`` are the person keys of
    the rejected, None for one without. It is not ``storable`` where a fault of the whole file is known
    by now.
    """

    rows: int
    rejected: int
    columns: tuple[str, ...]
    people: list[tuple[Any, ...]]
    refused: list[str | None]
    problems: list[Problem]
    storable: bool


class Ending(NamedTuple):
    """What is known of a file when its last row has been taken; the words are those of the report."""

    problems: list[Problem]
    header_row: int | None
    header: list[str]
    columns: dict[str, str]
    unknown_columns: list[str]
    skipped: int
    first_rows: list[tuple[int, list[str]]]


class Judge:
    """Judges the people of one stream, a block at a time."""

    def __init__(self, stream: RowStream, keys: identity.Keys) -> None:
        self._stream = stream
        self._hasher = identity.Hasher(keys)
        self._sealer = identity.Sealer(keys)
        self._across = AcrossRows()
        self._errors = 0
        self._problems = 0
        self._unlisted: Problem | None = None

    def parts(self) -> Iterator[Part]:
        """The file block by block."""
        for block in self._stream.blocks():
            if self._stream.only_counts:
                size = len(block.numbers)
                yield Part(size, size, (), [], [], [], storable=False)
            else:
                yield self._judge(block)

    def ending(self) -> Ending:
        """What there is to say after the last part."""
        stream = self._stream
        last = [self._unlisted] if self._unlisted else []
        return Ending(
            [*stream.problems, *last], stream.header_row, stream.header, stream.columns,
            stream.unknown_columns, stream.skipped, stream.first_rows,
        )  # fmt: skip

    def _judge(self, block: Block) -> Part:
        nothing: Sequence[Any] = [None] * len(block.numbers)
        numbers = block.values.get("id_number", nothing)
        kinds = block.values.get("id_type", repeat("resident"))
        persons = self._hasher.persons(kinds, numbers)
        self._across.judge(block, persons)
        problems, refused = self._note_problems(block)
        refused |= {index for index, person in enumerate(persons) if person is None}
        columns = self._staged(block, persons, nothing)
        # Half of the columns of a usual roster say nothing: what is not sent need not be stored.
        filled = [
            (name, column)
            for name, column in zip(STAGED, columns, strict=True)
            if any(cell is not None for cell in column)
        ]
        people = list(zip(*(column for _, column in filled), strict=True))
        if refused:
            people = list(compress(people, [i not in refused for i in range(len(persons))]))
        return Part(
            len(persons),
            len(refused),
            tuple(name for name, _ in filled),
            people,
            [persons[index] for index in refused],
            problems,
            storable=not (self._stream.is_refused or self._stream.only_counts),
        )

    def _staged(
        self, block: Block, persons: Sequence[str | None], nothing: Sequence[Any]
    ) -> Iterable[Sequence[Any]]:
        """The columns of ``STAGED``. Without a required one nothing is stored, but compared."""
        values = block.values
        numbers = [number or "" for number in values.get("id_number", nothing)]
        mobiles = [mobile or "" for mobile in values.get("mobile", nothing)]
        return (
            block.numbers,
            persons,
            list(map(identity.mask_identity, numbers)),
            values.get("age_at_selection", nothing),
            self._hasher.mobiles(mobiles),
            [identity.mask_mobile(mobile) if mobile else None for mobile in mobiles],
            self._sealer.seal_all(
                [person or "" for person in persons], map("{}\n{}".format, numbers, mobiles)
            ),
            [self._sealer.version] * len(persons),
            values.get("institution", nothing),
            values.get("track", nothing),
            _cleared(block),
            *(values.get(column, nothing) for column in COMPARED),
        )

    def _note_problems(self, block: Block) -> tuple[list[Problem], set[int]]:
        """The problems of a block to be listed, and the indexes of the rows that an error keeps out."""
        listed: list[Problem] = []
        refused = set()
        for index in sorted(block.problems):
            found = block.problems[index]
            errors = sum(problem.severity == "error" for problem in found)
            if errors:
                refused.add(index)
            if self._errors >= MOST_ERRORS:
                self._stop(block.numbers[index])
            elif self._problems >= MOST_PROBLEMS and not errors:
                self._leave_out_warnings()
            else:
                self._errors += errors
                self._problems += len(found)
                listed += found
        return listed, refused

    def _stop(self, row: int) -> None:
        """Count what follows, and say from which row on."""
        if not self._stream.only_counts:
            details = (("limit", str(MOST_ERRORS)), ("unjudged", str(row)))
            self._unlisted = Problem(None, None, "too-many-faults", details)
            self._stream.only_counts = True

    def _leave_out_warnings(self) -> None:
        if self._unlisted is None:
            details = (("limit", str(MOST_PROBLEMS)),)
            self._unlisted = Problem(None, None, "too-many-faults", details, "warning")


def _cleared(block: Block) -> Sequence[str | None]:
    if not block.cleared:
        return [None] * len(block.numbers)
    rows = (block.cleared.get(index) for index in range(len(block.numbers)))
    return [json.dumps(sorted(columns)) if columns else None for columns in rows]
