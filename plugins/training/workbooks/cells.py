"""The cells of an .xlsx sheet put together to rows, whoever reads the XML.

Standard: ECMA-376 part 1, 18.3.1.4 (c) and 18.18.11 (cell types).
"""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from training.workbooks import limits
from training.workbooks.values import Precision, date_text, number_text

#: What a cell may have been other than text: the keys of :attr:`Row.marks`.
NUMBER, DATE, FORMULA = "number", "date", "formula"
#: A cell type of our own: a formula without a stored result.
NO_VALUE = "formula"
_LAST_ROW = 1_048_576

#: A cell as the XML has it: its column's letters, its other attributes as written, its stored
#: value, its inline text; "" for what is not there.
RawCell = tuple[str, str, str, str]
_ATTRIBUTE = re.compile(r'\b([st])="([^"]*)"')


class Row(NamedTuple):
    """One row of a sheet: its number, its texts, and where they were not texts (from 0).

    `far` names the cells right of `limits.COLUMNS` that hold something ("XFD7").
    """

    number: int
    cells: list[str]
    marks: dict[str, list[int]]
    far: list[str]


class RowBuilder:
    """Makes rows of raw cells: looks up shared strings, writes numbers and dates out, counts."""

    def __init__(
        self, strings: Sequence[str], precisions: Sequence[Precision | None], *, from_1904: bool
    ) -> None:
        self._strings = strings
        self._formats = _Formats(precisions)
        self._from_1904 = from_1904
        self._columns = _Columns()
        self._tally = Tally()
        self._last = 0

    def row(self, number: int | None, raw_cells: Iterable[RawCell]) -> Row | None:
        """The row, None if nothing is in it. Rows and cells must come in the sheet's order."""
        number = self._last + 1 if number is None else number
        if not self._last < number <= _LAST_ROW:
            raise limits.not_a_workbook()
        self._last = number
        row = Row(number, *self._line_up(number, raw_cells))
        if not row.cells and not row.far:
            return None
        self._tally.add(row)
        return row

    def _line_up(
        self, number: int, raw_cells: Iterable[RawCell]
    ) -> tuple[list[str], dict[str, list[int]], list[str]]:
        # Two million turns for the largest sheet: hence the local names and the one loop.
        strings, columns, formats = self._strings, self._columns, self._formats
        cells: list[str] = []
        marks: dict[str, list[int]] = {}
        far: list[str] = []
        for letters, attributes, stored, inline in raw_cells:
            kind, precision = formats[attributes]
            mark = None
            if kind == "s" and stored:
                text = strings[int(stored)]
            elif kind == "inlineStr":
                text = inline
            else:
                text, mark = self._value(kind, precision, stored)
            if not text and mark is None:
                continue
            column = columns[letters]
            gap = column - len(cells)
            if gap:
                if column >= limits.COLUMNS:
                    far.append(f"{letters}{number}")
                    continue
                if gap < 0:
                    raise limits.not_a_workbook()
                cells += [""] * gap
            cells.append(text)
            if mark:
                marks.setdefault(mark, []).append(column)
        return cells, marks, far

    def _value(self, kind: str, precision: Precision | None, stored: str) -> tuple[str, str | None]:
        """A cell's text, and what it was if not text."""
        if kind == "n" and stored:
            text = precision and date_text(float(stored), precision, from_1904=self._from_1904)
            return (text, DATE) if text else (number_text(stored), NUMBER)
        if kind == NO_VALUE:
            return "", FORMULA
        if kind == "b" and stored:
            return ("TRUE" if stored in ("1", "true") else "FALSE"), None
        if kind == "d":
            return stored.removesuffix("T00:00:00"), DATE
        return stored, None


class Tally:
    """Counts the cells and characters of one sheet; raises `limits.Refused` past a limit."""

    def __init__(self) -> None:
        self._cells = 0
        self._characters = 0

    def add(self, row: Row) -> None:
        """Count ``row``."""
        filled = len(row.cells) - row.cells.count("") + len(row.far)
        characters = sum(map(len, row.cells))
        if row.number > limits.UNCOUNTED_ROWS:
            self._cells += filled
        self._characters += characters
        if (
            filled > limits.COLUMNS
            or self._cells > limits.CELLS
            or self._characters > limits.TEXT_CHARACTERS
            or characters > limits.ROW_CHARACTERS
        ):
            raise limits.unsafe()


class _Columns(dict[str, int]):
    """Column letters to numbers from 0: A 0, Z 25, AA 26."""

    def __missing__(self, letters: str) -> int:
        number = 0
        for letter in letters:
            number = number * 26 + ord(letter) - 64
        self[letters] = number - 1
        return number - 1


class _Formats(dict[str, tuple[str, Precision | None]]):
    """A cell's attributes, as written, to its type and what its style shows of a date."""

    def __init__(self, precisions: Sequence[Precision | None]) -> None:
        self._precisions = precisions

    def __missing__(self, attributes: str) -> tuple[str, Precision | None]:
        given = dict(_ATTRIBUTE.findall(attributes))
        style = int(given.get("s") or 0)
        precision = self._precisions[style] if style < len(self._precisions) else None
        self[attributes] = given.get("t", "n"), precision
        return self[attributes]
