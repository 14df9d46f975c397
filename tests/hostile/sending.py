"""A sender who knows the contract alone: a file in, the report of the contract out.

Rows of every file here are impossible people, of whom one remark is always made (the county of
their number is not known); it is left out of what a test compares.
"""

import csv
import io
import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xlsxwriter
from training import roster
from training.rows import Sender

from tests.conftest import ROOT, YEAR, World
from tests.people import person

TSINGHUA = Sender(institution="tsinghua")
OFFICE = Sender(institution="miit-talent-exchange")
BEIJING = Sender(province="110000")
EXPECTED = "id-county"
COUNTS = ("rows", "new", "changed", "unchanged", "rejected", "absent", "skipped")

#: The header of a roster with what is required and no more.
HEADER = list(person(0))
WARNING, ERROR = "warning", "error"

#: (row, column, code, severity)
Fault = tuple[int | None, str | None, str, str]


@dataclass
class Answer:
    """The contract's JSON object of one file."""

    found: dict[str, Any]

    @property
    def faults(self) -> list[Fault]:
        return [
            (p["row"], p["column"], p["code"], p["severity"])
            for p in self.found["problems"]
            if p["code"] != EXPECTED
        ]

    @property
    def counts(self) -> dict[str, int]:
        """The counts that are not zero."""
        return {word: self.found[word] for word in COUNTS if self.found[word]}

    def __getitem__(self, word: str) -> Any:
        return self.found[word]


class Office:
    """A record that files are sent to, from within this process."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._place = world.folder / "sent"
        self._place.mkdir(exist_ok=True)

    def send(
        self,
        content: bytes | str,
        *,
        sender: Sender = TSINGHUA,
        commit: bool = False,
        name: str = "名单.csv",
        **words: Any,
    ) -> Answer:
        """What the command prints with --json for a file of this content."""
        path = self._place / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        order = roster.Order(path=path, year=YEAR, sender=sender, by="clerk", **words)
        conn = self.world.connect()
        try:
            report = roster.run(conn, order, self.world.keys, commit=commit)
        finally:
            conn.close()
        # What can't be printed is no answer.
        text = json.dumps(report.as_json(), ensure_ascii=False).encode("utf-8")
        return Answer(json.loads(text))

    def stored(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows of the record."""
        conn = self.world.connect()
        try:
            return [tuple(row) for row in conn.execute(query, values)]
        finally:
            conn.close()


def copied(built: Path, folder: Path) -> World:
    """A complete, empty record of its own in ``folder``."""
    for file in built.iterdir():
        shutil.copy2(file, folder / file.name)
    return World(folder)


def grid(people: Sequence[dict[str, str]]) -> list[list[str]]:
    """Header and rows of people who need not have the same cells."""
    header = list(dict.fromkeys(name for one in people for name in one))
    return [header, *([one.get(name, "") for name in header] for one in people)]


def text(rows: Sequence[Sequence[str]], delimiter: str = ",", end: str = "\r\n") -> str:
    """Rows as a spreadsheet program writes them."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=end).writerows(rows)
    return out.getvalue()


def crowd(count: int = 3, **cells: str) -> list[dict[str, str]]:
    """So many good people."""
    return [person(n, **cells) for n in range(count)]


def one_odd(**cells: str) -> str:
    """Three people, the one in row 3 with other cells than usual; the others are good."""
    people = crowd()
    people[1] |= cells
    return text(grid(people))


def workbook(rows: Sequence[Sequence[Any]], **sheets: Sequence[Sequence[Any]]) -> bytes:
    """An .xlsx file as a writer makes it: texts as texts, figures as figures."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False}) as book:
        for name, table in {"名单": rows, **sheets}.items():
            tab = book.add_worksheet(name)
            for row, cells in enumerate(table):
                for column, cell in enumerate(cells):
                    if isinstance(cell, str):
                        tab.write_string(row, column, cell)
                    elif cell is not None:
                        tab.write_number(row, column, cell)
    return out.getvalue()


def command(world: World, file: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """The command itself, in a process of its own."""
    call = [sys.executable, str(ROOT / "scripts" / "import_roster.py"), str(file)]
    call += ["--year", YEAR, "--db", str(world.db), *words]
    return subprocess.run(call, capture_output=True, text=True, timeout=120, check=False)


def good(**cells: str) -> str:
    return text(grid(crowd(3, **cells)))


def lines(*extra: str, where: int = 99) -> str:
    """Three good people, with lines put in before line `where` (from 1)."""
    found = good().splitlines()
    found[where - 1 : where - 1] = extra
    return "\r\n".join(found) + "\r\n"
