"""An .xls workbook (Excel 97-2003), through calamine.

The format's 65,536 rows by 256 columns bound what calamine's grid can take; what does not fit the
process's memory is refused. A formula without a result and an error value come as blank cells.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import BinaryIO

from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from training.workbooks.cells import DATE, NUMBER, Row, Tally
from training.workbooks.values import number_text
from training.workbooks.xlsx import Sheet

Value = str | float | bool | date | datetime | time | timedelta


class XlsWorkbook:
    """An opened .xls file; raises calamine's errors for what is none."""

    def __init__(self, file: BinaryIO) -> None:
        self._workbook = CalamineWorkbook.from_filelike(file)
        self.sheets = [
            Sheet(sheet.name, sheet.visible != SheetVisibleEnum.Visible)
            for sheet in self._workbook.sheets_metadata
            if sheet.typ == SheetTypeEnum.WorkSheet
        ]

    def rows(self, index: int) -> Iterator[Row]:
        """The rows of a sheet that hold anything, from the top."""
        sheet = self._workbook.get_sheet_by_name(self.sheets[index].name)
        if sheet.start is None:
            return
        tally = Tally()
        # iter_rows gives the sheet from its first row and column on, empty ones included.
        for number, values in enumerate(sheet.iter_rows(), 1):
            row = _row(number, values)
            if row.cells:
                tally.add(row)
                yield row


def _row(number: int, values: list[Value]) -> Row:
    cells: list[str] = []
    marks: dict[str, list[int]] = {}
    for column, value in enumerate(values):
        text, mark = _text(value)
        cells.append(text)
        if mark:
            marks.setdefault(mark, []).append(column)
    while cells and not cells[-1]:
        cells.pop()
    return Row(number, cells, marks, [])


def _text(value: Value) -> tuple[str, str | None]:
    """A value as Excel shows it, and what it was if not text."""
    if isinstance(value, str):
        return value, None
    if isinstance(value, bool):
        return ("TRUE" if value else "FALSE"), None
    if isinstance(value, float | int):
        return number_text(repr(value)), NUMBER
    if isinstance(value, datetime) and value.time() == time.min:
        return value.date().isoformat(), DATE
    return (str(value) if isinstance(value, timedelta) else value.isoformat()), DATE
