"""Rows of text to people with values and faults: the middle of the way of every roster.

    reading.rows ─▶ header ─▶ margins ─▶ rules, a column at a time ─▶ across columns ─▶ Parsed

All faults are found in one pass and nothing stops at the first. What is decided by looking at
other rows or at the record comes after (`roster.py`).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any, NamedTuple

from training import texts
from training.binding import Binding
from training.context import Context, Parsed, Sender
from training.margins import Margins, Row
from training.problems import Finding, Problem
from training.returned_faults import quote_is_open
from training.rules import Chunk
from training.tables import HEADER_WITHIN, Header, column_letters, find_header, header_problems

__all__ = ["Block", "Context", "Parsed", "RowStream", "Sender", "parse"]

#: So many rows go through the rules at a time: enough to be quick, few enough to be small.
_CHUNK = 1000
_SHOWN = 5
_NOTHING: frozenset[str] = frozenset()


class Block(NamedTuple):
    """Some people as columns: `values` by identifier, with None where a row has none.

    `cleared` and `problems` are by the index of the row in the block; what is decided by looking
    at other rows is added to `problems`.
    """

    numbers: Sequence[int]
    values: dict[str, Sequence[Any]]
    cleared: dict[int, set[str]]
    problems: defaultdict[int, list[Problem]]


def parse(source_rows: Iterable[Row], context: Context) -> "RowStream":
    """Start reading a roster: finds its header at once, and raises what the source raises."""
    return RowStream(source_rows, context)


class RowStream:
    """The people of a roster, once and in order.

    `header` (its cells as written), `columns` (header as written to identifier), `unknown_columns`
    and `header_row` are there from the start; `problems` of the file and its header, `skipped` and
    `first_rows` (the first people, as decoded) are complete when the last person has been taken.
    Whoever has seen enough sets `only_counts`: the blocks that follow have numbers of rows alone.
    """

    def __init__(self, source_rows: Iterable[Row], context: Context) -> None:
        self.problems: list[Problem] = []
        self.skipped = 0
        self.header: list[str] = []
        self.columns: dict[str, str] = {}
        self.unknown_columns: list[str] = []
        self.header_row: int | None = None
        self.first_rows: list[tuple[int, list[str]]] = []
        self.only_counts = False
        self._context = context
        self._filled: set[int] = set()
        rows = iter(source_rows)
        first = _first(rows)
        self._header = find_header(
            ((number, self._header_cells(cells)) for number, cells, _ in first), context.mapping
        )
        if self._header:
            self.header = list(self._header.cells)
            self.columns = self._header.names()
            self.unknown_columns = [self._header.cells[i] for i in self._header.unknown]
            self.header_row = self._header.row
        else:
            self.problems.append(_no_header(first))
            self.first_rows = [(number, list(cells)) for number, cells, _ in first[:_SHOWN]]
        below = self._header.row if self._header else HEADER_WITHIN
        for number, _, faults in first:
            if number <= below:
                self.problems += faults
        self._rows = chain((row for row in first if row[0] > below), rows)

    def __iter__(self) -> Iterator[Parsed]:
        for block in self.blocks():
            people = _people(block.values, len(block.numbers))
            for index, (number, person) in enumerate(zip(block.numbers, people, strict=True)):
                cleared = frozenset(block.cleared.get(index, _NOTHING))
                yield Parsed(number, person, cleared, block.problems.get(index) or [])

    def blocks(self) -> Iterator[Block]:
        """The same people, many at a time and a column at a time: for whoever has 100,000 of them."""
        if self._header is None:
            return
        margins = Margins(self._header)
        binding = Binding(self._header, self._context)
        anybody = False
        while rows := list(islice(self._rows, _CHUNK)):
            if self.only_counts:
                yield Block(
                    [row for row, cells, _ in rows if any(cells)], {}, {}, defaultdict(list)
                )
                continue
            people = margins.people(rows)
            self.skipped = margins.skipped
            if people:
                anybody = True
                yield self._parse(_noted(people, self._header), self._header, binding)
        margins.finish()
        self.skipped = margins.skipped
        self.problems += margins.problems
        self.problems += header_problems(self._header, self._filled)
        if not anybody:
            self.problems.append(Problem(None, None, "file-empty"))

    @property
    def is_refused(self) -> bool:
        """Whether a fault of the file or its header is known by now that keeps all of it out."""
        header = header_problems(self._header, self._filled) if self._header else []
        return any(problem.severity == "error" for problem in (*self.problems, *header))

    def _parse(self, rows: Sequence[Row], header: Header, binding: Binding) -> Block:
        room = _SHOWN - len(self.first_rows)
        self.first_rows += [(number, list(cells)) for number, cells, _ in rows[: max(room, 0)]]
        chunk = Chunk([number for number, _, _ in rows])
        unreadable = set()
        for index, (_, _, faults) in enumerate(rows):
            if faults:
                chunk.problems[index] += faults
                if any(fault.code == "row-quote" for fault in faults):
                    unreadable.add(index)
        columns = list(zip(*_squared(rows, len(header.cells), chunk), strict=True))
        self._watch(header, columns)
        values = binding.read(columns, chunk)
        for index in unreadable:
            # Where its cells end is a guess; the quote is all there is to say of this row.
            values = {name: _without(column, index) for name, column in values.items()}
            chunk.cleared.pop(index, None)
            chunk.problems[index] = list(rows[index][2])
        return Block(chunk.numbers, values, chunk.cleared, chunk.problems)

    def _header_cells(self, cells: Sequence[str]) -> Sequence[str]:
        """A sheet is as wide as its widest row: what follows the last header is no column."""
        if not self._context.workbook:
            return cells
        width = max((i for i, cell in enumerate(cells, start=1) if cell.strip()), default=0)
        return cells[:width]

    def _watch(self, header: Header, columns: Sequence[Sequence[str]]) -> None:
        """Remember which columns hold anything, of those that only matter if they do."""
        several = (i for places in header.columns.values() if len(places) > 1 for i in places)
        for index in {*header.forbidden, *header.empty, *several} - self._filled:
            if texts.clean("".join(columns[index])):
                self._filled.add(index)


def _people(values: Mapping[str, Sequence[Any]], size: int) -> list[dict[str, Any]]:
    """Columns of values as one dictionary a row, without the columns in which a row has none."""
    full = {name: column for name, column in values.items() if None not in column}
    names = tuple(full)
    rows = zip(*full.values(), strict=True) if full else [()] * size
    people: list[dict[str, Any]] = [dict(zip(names, cells, strict=True)) for cells in rows]
    for name in values.keys() - full.keys():
        for person, value in zip(people, values[name], strict=True):
            if value is not None:
                person[name] = value
    return people


def _without(column: Sequence[Any], index: int) -> Sequence[Any]:
    return [*column[:index], None, *column[index + 1 :]]


def _first(rows: Iterator[Row]) -> list[Row]:
    """The rows among which the header is looked for."""
    found = []
    for row in rows:
        found.append(row)
        if row[0] >= HEADER_WITHIN:
            break
    return found


def _noted(rows: Sequence[Row], header: Header) -> Sequence[Row]:
    """The rows, with the broken quotes that an error workbook says its rows have still."""
    (note, *_) = header.columns.get("fault_note") or (None,)
    if note is None:
        return rows
    return [
        (number, cells, [*faults, Problem(number, None, "row-quote")])
        if quote_is_open(cells, note)
        else (number, cells, faults)
        for number, cells, faults in rows
    ]


def _no_header(first: Sequence[Row]) -> Problem:
    return Problem(None, None, "header-missing" if first else "file-empty")


def _squared(rows: Sequence[Row], width: int, chunk: Chunk) -> Iterator[Sequence[str]]:
    """The cells of each row, as many as the header has; a value beyond them is `row-ragged`."""
    for index, (_, cells, _) in enumerate(rows):
        if len(cells) < width:
            yield [*cells, *[""] * (width - len(cells))]
        elif len(cells) > width:
            beyond = next((i for i, c in enumerate(cells[width:], width) if texts.clean(c)), None)
            if beyond is not None:
                where = f"{column_letters(beyond)}{chunk.numbers[index]}"
                chunk.blame(index, None, Finding("row-ragged", (("where", where),)))
            yield cells[:width]
        else:
            yield cells
