"""This side of the workbook process: starts it, bounds it, chooses the sheet, takes the rows."""

import json
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from training.delimited import HEAD_ROWS, HeaderVote
from training.markers import ExcelDate, NoValue, Number
from training.source import Source, UnknownSheet, Unreadable
from training.workbooks import limits
from training.workbooks.cells import DATE, FORMULA, NUMBER

#: Known headers in one row: fewer may be a word list or a signature.
_LEAST_VOTES = 2
_MARKERS: dict[str, type[str]] = {NUMBER: Number, DATE: ExcelDate, FORMULA: NoValue}
_BLOCK = 1 << 14


class SheetRow(NamedTuple):
    """A row as Excel numbers it; `far` names the filled cells that stand too far right to read."""

    number: int
    cells: list[str]
    far: list[str]


@dataclass(frozen=True, slots=True)
class Contents:
    """The rows of one sheet, compressed as the child sent them."""

    packed: bytes

    def rows(self) -> Iterator[SheetRow]:
        """The rows that hold anything; a cell that was no text has a type of `markers`."""
        for line in self._lines():
            for number, cells, marks, far in json.loads(line):
                for mark, columns in marks.items():
                    for column in columns:
                        cells[column] = _MARKERS[mark](cells[column])
                yield SheetRow(number, cells, far)

    def _lines(self) -> Iterator[bytes]:
        unpack = zlib.decompressobj()
        carry = b""
        for start in range(0, len(self.packed), _BLOCK):
            text = carry + unpack.decompress(self.packed[start : start + _BLOCK])
            *lines, carry = text.split(b"\n")
            yield from lines


def open_workbook(
    file: BinaryIO, source: Source, wanted: str | None, header_vote: HeaderVote
) -> None:
    """Fill in the sheets of ``source`` and read one: ``wanted``, or the one like a roster.

    Raises :class:`UnknownSheet` and :class:`Unreadable` (`file-unsafe`, `file-kind`,
    `file-empty`, `sheet-several`).
    """
    kind = source.kind or ""
    deadline = time.monotonic() + limits.WALL_SECONDS
    answer, packed = _ask_child(file, deadline, kind)
    source.sheets = [name for name, _ in answer["sheets"]]
    if not source.sheets:
        raise Unreadable("file-empty")
    if wanted is not None:
        chosen = _named(wanted, source.sheets)
    elif "sheet" in answer:
        chosen = 0
    else:
        chosen = _best(answer["sheets"], answer["heads"], header_vote)
    source.sheet = source.sheets[chosen]
    if "sheet" not in answer:
        _, packed = _ask_child(file, deadline, kind, str(chosen))
    source.reader = Contents(packed)


def _ask_child(file: BinaryIO, deadline: float, *arguments: str) -> tuple[dict[str, Any], bytes]:
    """What the child says of the workbook, and its packed rows."""
    file.seek(0)
    package_folder = str(Path(__file__).parents[2])
    process = subprocess.Popen(  # noqa: S603 - our own module, no shell, no word of the file
        [sys.executable, "-P", "-m", "training.workbooks.child", *arguments],
        stdin=file,
        stdout=subprocess.PIPE,
        # A traceback could quote a cell.
        stderr=subprocess.DEVNULL,
        env={"PYTHONPATH": package_folder},
    )
    with process:
        try:
            output, _ = process.communicate(timeout=max(deadline - time.monotonic(), 0))
        except subprocess.TimeoutExpired:
            process.kill()
            raise Unreadable("file-unsafe") from None
    # A signal (no more CPU time, an aborted allocation) is a limit; an exception is bad data.
    if process.returncode:
        raise Unreadable("file-unsafe" if process.returncode < 0 else "file-kind")
    first, _, packed = output.partition(b"\n")
    answer = json.loads(first)
    if "refused" in answer:
        raise Unreadable(answer["refused"])
    return answer, packed


def _named(wanted: str, names: list[str]) -> int:
    """Excel takes sheet names that differ in case alone for the same."""
    folded = [name.strip().casefold() for name in names]
    if wanted.strip().casefold() not in folded:
        raise UnknownSheet(f"no sheet {wanted!r}; there are: {', '.join(names)}")
    return folded.index(wanted.strip().casefold())


def _best(
    sheets: list[tuple[str, bool]], heads: list[list[list[str]]], header_vote: HeaderVote
) -> int:
    """The sheet with the best header; hidden ones count only where no visible one has any.

    A header with nobody below it is a form, not a second roster; nor is a list of words whose
    header knows less than half of what the best one does.
    """
    votes = [
        # Without its last row: a header there has nobody below it.
        max((header_vote(cells) for cells in head[:HEAD_ROWS][: len(head) - 1]), default=0)
        for head in heads
    ]
    seen = [place for place, (_, is_hidden) in enumerate(sheets) if not is_hidden]
    pool = seen if any(votes[place] >= _LEAST_VOTES for place in seen) else range(len(sheets))
    most = max(votes[place] for place in pool)
    rosters = [place for place in pool if votes[place] >= _LEAST_VOTES and votes[place] * 2 >= most]
    if len(rosters) > 1:
        names = "、".join(sheets[place][0] for place in rosters)
        raise Unreadable("sheet-several", (("where", names),))
    if rosters:
        return rosters[0]
    headed = [max(map(header_vote, head), default=-1) for head in heads]
    return max(pool, key=lambda place: (place in seen, headed[place]))
