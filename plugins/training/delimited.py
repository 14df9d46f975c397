"""Delimited text: which character parses it, and its records one after the other.

A record is usually one line. Only a quote that opens a cell may carry it over several, and a
quote that never closes must not swallow the people below it: see :func:`records`.
"""

import csv
import re
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import islice
from typing import NamedTuple

#: A quoted cell of more lines is taken for a quote that somebody forgot to close.
MAX_CELL_LINES = 5
HEAD_ROWS = 20
#: No record goes on over a line end after so many cells: that bounds what a file can hold open.
MAX_CELLS = 1_000
_DELIMITERS = (",", ";", "\t")

# The module's own limit of 131,072 characters ends in an exception that names no row. What bounds
# a cell here is the longest line that `encodings` lets through.
csv.field_size_limit(1 << 30)

HeaderVote = Callable[[Sequence[str]], int]


class Layout(NamedTuple):
    """How a text is cut into cells. `width` is the header's number of cells, 0 if unknown."""

    delimiter: str
    width: int
    votes: int


class Record(NamedTuple):
    """One record; `row` counts records from 1, blank ones included, as Excel does."""

    row: int
    cells: list[str]
    is_broken: bool


def layout(lines: Sequence[str], header_vote: HeaderVote) -> Layout:
    """The delimiter under which the first ``lines`` of a file show the most known headers.

    Where no header is known, the delimiter that cuts the most records decides, then the comma.
    """
    ranked = []
    for delimiter in _DELIMITERS:
        head = [record.cells for record in islice(records([lines], delimiter, 0), HEAD_ROWS)]
        best = max(head, key=header_vote, default=[])
        votes = header_vote(best)
        widths = Counter(len(cells) for cells in head if len(cells) > 1)
        usual, times = widths.most_common(1)[0] if widths else (0, 0)
        ranked.append((votes, times, Layout(delimiter, len(best) if votes else usual, votes)))
    return max(ranked, key=lambda rank: rank[:2])[2]


def records(blocks: Iterable[Sequence[str]], delimiter: str, width: int) -> Iterator[Record]:
    """The records of a text given as blocks of lines (without line ends).

    A record `is_broken` by a quote that opens a cell if the file ends before it closes, or if the
    cell would run over more than five lines or hold a whole further record (a line of ``width``
    cells). The quote is then read as a plain character, the record ends with its line, and
    reading goes on with the next line.
    Blank lines yield nothing but count as rows; a line of delimiters only is a record.
    """
    lines = _Lines(blocks)
    row = 0
    while (line := lines.take()) is not None:
        row += 1
        if '"' not in line:
            if line and (delimiter in line or not line.isspace()):
                yield Record(row, line.split(delimiter), False)
            continue
        cells, is_open = _cut(line, delimiter)
        if is_open:
            yield Record(row, *_several_lines(line, lines, delimiter, width))
        else:
            yield Record(row, cells, False)


class _Lines:
    """Lines one by one, with a look at the few that follow."""

    def __init__(self, blocks: Iterable[Sequence[str]]) -> None:
        self._blocks = iter(blocks)
        self._waiting: deque[str] = deque()

    def take(self) -> str | None:
        """The next line, None at the end of the file."""
        if self._waiting or self.ahead(0) is not None:
            return self._waiting.popleft()
        return None

    def ahead(self, index: int) -> str | None:
        """The line that comes ``index`` lines after the next one; it stays where it is."""
        while len(self._waiting) <= index:
            block = next(self._blocks, None)
            if block is None:
                return None
            self._waiting.extend(block)
        return self._waiting[index]


def _cut(line: str, delimiter: str) -> tuple[list[str], bool]:
    """The cells of ``line``, and whether the last one's quote is still open at its end."""
    # The reader asks for the empty second line only while it is inside a quote.
    reader = csv.reader((line, ""), delimiter=delimiter)
    return next(reader) or [""], reader.line_num > 1


@cache
def _quoted(delimiter: str) -> re.Pattern[str]:
    """A closed quoted cell: its content, and what trails it as some writers leave it."""
    return re.compile(rf'"((?:[^"]|"")*+)"([^{delimiter}\n]*+)')


def _several_lines(text: str, lines: _Lines, delimiter: str, width: int) -> tuple[list[str], bool]:
    """The record that starts with the line ``text``, and whether one of its quotes is broken."""
    quoted = _quoted(delimiter)
    cells: list[str] = []
    while True:
        closed, is_open = _cut(text, delimiter)
        if not is_open:
            return cells + closed, False
        opening = closed.pop()
        cells += closed
        # Inside an open quote every quote is doubled, which the reader has undone.
        start = len(text) - len(opening) - opening.count('"') - 1
        longer, used = _close(quoted, text[start:], lines)
        found = quoted.match(longer)
        if not found or len(cells) > MAX_CELLS or _is_broken(found, delimiter, width):
            return cells + _split_line(text[start:], delimiter), True
        for _ in range(used):
            lines.take()
        cells.append(_content(found))
        if found.end() == len(longer):
            return cells, False
        text = longer[found.end() + 1 :]


def _close(quoted: re.Pattern[str], text: str, lines: _Lines) -> tuple[str, int]:
    """``text`` with as many of the following lines as its first cell needs to close its quote."""
    used = 0
    while not quoted.match(text) and used < MAX_CELL_LINES - 1:
        line = lines.ahead(used)
        if line is None:
            break
        text += "\n" + line
        used += 1
    return text, used


def _is_broken(cell: re.Match[str], delimiter: str, width: int) -> bool:
    """Whether a quoted cell reaches over a line end that it should not."""
    _, *further = cell[1].split("\n")
    if not further:
        return False
    # Letters after the closing quote: it was meant to open a cell of a later record.
    if cell[2].strip():
        return True
    return width > 1 and any(line.count(delimiter) >= width - 1 for line in further)


def _content(cell: re.Match[str]) -> str:
    return cell[1].replace('""', '"') + cell[2]


def _split_line(line: str, delimiter: str) -> list[str]:
    """The cells of one line by itself; a quote that does not close in it is a plain character."""
    quoted = _quoted(delimiter)
    cells = []
    rest = delimiter + line
    while rest:
        closed = quoted.match(rest, 1)
        end = closed.end() if closed else rest.find(delimiter, 1)
        if end < 0:
            end = len(rest)
        cells.append(_content(closed) if closed else rest[1:end])
        rest = rest[end:]
    return cells
