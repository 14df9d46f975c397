"""What is asked of one file of people, and what became of it: the two ends of `roster.run`."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, NamedTuple

from training.context import Sender
from training.memo import Memo
from training.problems import Language, Problem

#: Add people only, add and update, or update only; the words of ``roster_batches.mode``.
Mode = Literal["add", "upsert", "update"]


class Change(NamedTuple):
    """One cell that differs: what the record holds (masked if need be) and what the file says."""

    row: int
    name: str
    column: str
    old: str | None
    new: str | None


class Outcome(NamedTuple):
    """What becomes of one row that was readable: new, changed, unchanged or rejected."""

    row: int
    name: str
    outcome: str


class WhatIf(NamedTuple):
    """One quota before and after a batch.

    `name` is 'headcount' (people trained, of the year's target) or 'manufacturing' (share of them
    in manufacturing, of the year's floor); a denominator is None where the query has none.
    """

    name: str
    numerator_before: int
    denominator_before: int | None
    status_before: str
    numerator_after: int
    denominator_after: int | None
    status_after: str


@dataclass(frozen=True)
class Order:
    """What somebody asks to be done with one file."""

    path: Path
    year: str
    sender: Sender
    by: str
    via: str = "script"
    name: str | None = None
    encoding: str | None = None
    sheet: str | None = None
    mode: Mode = "upsert"
    only_valid: bool = False
    force: bool = False
    token: str | None = None  # the waiting upload that this order confirms
    mapping: dict[str, str] = field(default_factory=dict)
    office: bool = False  # by the office itself, which alone changes who an approved person is


@dataclass
class Report:
    """What became of a file: the object of roster.md's JSON, and what a page shows beside it."""

    file: str
    sha256: str = ""
    kind: str | None = None
    size: int = 0
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    header_row: int | None = None
    columns: dict[str, str] = field(default_factory=dict)
    unknown_columns: list[str] = field(default_factory=list)
    rows: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    rejected: int = 0
    absent: int = 0
    skipped: int = 0
    committed: bool = False
    batch: int | None = None
    already_imported: int | None = None
    problems: list[Problem] = field(default_factory=list)
    header: list[str] = field(default_factory=list)
    first_rows: list[tuple[int, list[str]]] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    what_if: list[WhatIf] = field(default_factory=list)

    @property
    def errors(self) -> list[Problem]:
        """The faults that keep a row, or the file, out."""
        return [problem for problem in self.problems if problem.severity == "error"]

    def as_json(self, language: Language = "zh") -> dict[str, Any]:
        """The contract's object, problems in the order of the sheet."""
        words = (
            "file", "sha256", "kind", "encoding", "delimiter", "header_row", "columns",
            "unknown_columns", "rows", "new", "changed", "unchanged", "rejected", "absent",
            "skipped", "committed", "batch", "already_imported",
        )  # fmt: skip
        found = {word: getattr(self, word) for word in words}
        return found | {"problems": [problem.as_json(language) for problem in self.problems]}

    def json_lines(self, language: Language = "zh") -> Iterator[str]:
        """The same object as text, a problem a line: 100,000 of them are never held at once."""
        encode = json.JSONEncoder(ensure_ascii=False).encode
        # Many rows have the same fault, and but for the row it reads the same.
        nowhere = len('{"row": null')
        same: Memo[Problem, str] = Memo(lambda fault: encode(fault.as_json(language))[nowhere:])
        yield encode(replace(self, problems=[]).as_json(language)).removesuffix("]}")
        for place, fault in enumerate(self.problems):
            row = encode(fault.row)
            yield f'{"," if place else ""}\n{{"row": {row}{same[Problem(None, *fault[1:])]}'
        yield "]}\n"
