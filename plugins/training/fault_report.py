"""The sender's own sheet with its faults in it (错误说明): coloured cells and one column that says why.

Row for row and cell for cell what was sent, so that it can be corrected and sent again as it is;
reading knows the added column and leaves it out.
"""

import io
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

import xlsxwriter

from training import reading, tables
from training.columns import COLUMNS
from training.markers import NoValue, Number
from training.problems import Language, Problem
from training.returned_faults import NO_RESULT
from training.roster import Report
from training.source import Unreadable
from training.tabular import CELL_CHARACTERS, SHEET_ROWS, TooManyRows
from training.texts import clean

__all__ = ["TooManyRows", "Unreadable", "of_file", "workbook"]

_COLOURS = {"error": "#F8D7DA", "warning": "#FFF3CD"}
_NOTE = COLUMNS["fault_note"].label_zh


def of_file(
    path: Path, report: Report, *, encoding: str | None = None, language: Language = "zh"
) -> bytes:
    """The error workbook (错误报告) of the file at ``path``, which ``report`` is about.

    Raises :class:`Unreadable` where there are no rows to mark, and
    :class:`TooManyRows` for more than a worksheet holds.
    """
    source = reading.open_source(
        path,
        name=report.file,
        encoding=encoding,
        sheet=report.sheet,
        header_vote=tables.header_vote,
    )
    return workbook(source, report, language)


def workbook(source: reading.Source, report: Report, language: Language = "zh") -> bytes:
    """The rows of ``source`` as a workbook of text cells, marked with the faults of ``report``."""
    file = io.BytesIO()
    # Rows go through a folder of our own: they are people, and may be many.
    with (
        tempfile.TemporaryDirectory() as folder,
        xlsxwriter.Workbook(file, {"constant_memory": True, "tmpdir": folder}) as book,
    ):
        _Sheet(book, report, language).write(reading.rows(source))
        _of_the_whole_file(book, report, language)
    return file.getvalue()


class _Sheet:
    def __init__(self, book: xlsxwriter.Workbook, report: Report, language: Language) -> None:
        self._faults: dict[int | None, list[Problem]] = defaultdict(list)
        for problem in report.problems:
            self._faults[problem.row].append(problem)
        self._language, self._header_row = language, report.header_row
        self._columns = report.columns
        self._places: dict[str, int] = {}
        self._note_at: int | None = None
        self._is_added = False
        self._sheet = book.add_worksheet("名单")
        self._plain = book.add_format({"num_format": "@"})
        self._marked = {
            severity: book.add_format({"num_format": "@", "bg_color": colour})
            for severity, colour in _COLOURS.items()
        }

    def write(self, rows: Iterable[tuple[int, Sequence[str], Sequence[Problem]]]) -> None:
        """Each row at its own place, its faults behind the last header."""
        for number, cells, _ in rows:
            if number > SHEET_ROWS:
                raise TooManyRows(f"more than {SHEET_ROWS} rows")
            if number == self._header_row:
                self._find_places(cells)
            self._write_row(number, cells)

    def _find_places(self, cells: Sequence[str]) -> None:
        for place, text in enumerate(cells):
            column = self._columns.get(text) or self._columns.get(clean(text))
            if column:
                self._places.setdefault(column, place)
        known = [place for place, text in enumerate(cells) if clean(text) == _NOTE]
        width = max((i for i, text in enumerate(cells, start=1) if text.strip()), default=0)
        self._note_at, self._is_added = (known[0], False) if known else (width, True)

    def _write_row(self, number: int, cells: Sequence[str]) -> None:
        faults = [] if number == self._header_row else self._faults.get(number, [])
        marks = {
            self._places[p.column]: p.severity for p in faults[::-1] if p.column in self._places
        }
        cells = [*cells, *[""] * (max(marks, default=-1) + 1 - len(cells))]
        for place, text in enumerate(cells):
            if place == self._note_at and not self._is_added:
                continue
            # What stands beyond the last header stays there, now behind the added column.
            beyond = self._is_added and self._note_at is not None and place >= self._note_at
            self._write_cell(number - 1, place + beyond, text, marks.get(place))
        self._write_note(number, faults)

    def _write_cell(self, row: int, place: int, text: str, severity: str | None) -> None:
        style = self._marked[severity] if severity else self._plain
        if severity and isinstance(text, NoValue):
            # Blank it would be another fault or none; a formula of ours would get a result.
            self._sheet.write_string(row, place, NO_RESULT, style)
        elif not text:
            if severity:
                self._sheet.write_blank(row, place, None, style)
        elif severity and isinstance(text, Number):
            # Still the number that Excel made of it: as a text it might look right.
            self._sheet.write_number(row, place, float(text), style)
        else:
            self._sheet.write_string(row, place, text[:CELL_CHARACTERS], style)

    def _write_note(self, number: int, faults: Sequence[Problem]) -> None:
        if self._note_at is None:
            return
        if number == self._header_row:
            self._sheet.write_string(number - 1, self._note_at, _NOTE, self._plain)
        elif faults:
            worst = "error" if any(p.severity == "error" for p in faults) else "warning"
            note = "\n".join(_sentence(problem, self._language) for problem in faults)
            self._sheet.write_string(number - 1, self._note_at, note, self._marked[worst])


def _of_the_whole_file(book: xlsxwriter.Workbook, report: Report, language: Language) -> None:
    """What concerns the file or its header, on a second sheet: reading takes it for no roster."""
    faults = [p for p in report.problems if p.row is None or p.row == report.header_row]
    if faults:
        sheet = book.add_worksheet("整个文件")
        for number, problem in enumerate(faults):
            sheet.write_string(number, 0, _sentence(problem, language))


def _sentence(problem: Problem, language: Language) -> str:
    column = COLUMNS.get(problem.column or "")
    if column is None:
        return problem.message(language)
    if language == "zh":
        return f"{column.label_zh}：{problem.message('zh')}"
    return f"{column.label_en}: {problem.message('en')}"
