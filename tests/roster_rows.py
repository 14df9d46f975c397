"""Rosters as rows of text, and what the rules make of them: position and code, never the sentence."""

import csv
from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Any

from training.lookups import References
from training.rows import Context, Parsed, RowStream, Sender, parse

from tests.conftest import ROOT
from tests.people import person

SELECTION_DUE = date(2021, 12, 31)
#: What is said of every person who cannot exist: the county is not known.
EXPECTED = "id-county"

Fault = tuple[int | None, str | None, str]


@cache
def references() -> References:
    """The closed lists as they are seeded."""
    return References.of(
        **{table: _seed(table) for table in ("provinces", "institutions", "tracks", "industries")}
    )


def _seed(table: str) -> list[dict[str, str]]:
    path = ROOT / "db" / "seed" / f"{table}.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def context(**changes: Any) -> Context:
    """Tsinghua sends a roster of 2021-2022, unless `changes` say otherwise."""
    given = {
        "year": "2021-2022",
        "selection_due": SELECTION_DUE,
        "sender": Sender(institution="tsinghua"),
        "references": references(),
    }
    return Context(**given | changes)


class Reading:
    """A roster read to its end: its people, and all faults as (row, column, code)."""

    def __init__(self, rows: Sequence[Sequence[str]], **changes: Any) -> None:
        numbered = [(number, list(cells), []) for number, cells in enumerate(rows, start=1)]
        self.stream: RowStream = parse(iter(numbered), context(**changes))
        self.people: list[Parsed] = list(self.stream)
        found = [*self.stream.problems, *(p for one in self.people for p in one.problems)]
        self.problems = [problem for problem in found if problem.code != EXPECTED]

    @property
    def faults(self) -> list[Fault]:
        return [(problem.row, problem.column, problem.code) for problem in self.problems]


def sheet(*people: dict[str, str], header: Sequence[str] | None = None) -> list[list[str]]:
    """A header row and a row for each person; cells come by header."""
    names = list(header or dict.fromkeys(name for one in people for name in one))
    return [names, *([one.get(name, "") for name in names] for one in people)]


def read(*people: dict[str, str], **changes: Any) -> Reading:
    """Read the roster of these people."""
    return Reading(sheet(*people), **changes)


def read_cell(header: str, text: str, **changes: Any) -> Reading:
    """Read a roster of one good person with one cell changed or added."""
    return read(person(0, **{header: text}), **changes)
