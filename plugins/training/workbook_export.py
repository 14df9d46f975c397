"""A result as a workbook (Excel 导出): the rows, and a sheet that says what, when and for whom."""

import io
from dataclasses import dataclass, field
from typing import Any

import xlsxwriter

from training.database import now
from training.tabular import CELL_CHARACTERS, SHEET_ROWS
from training.wording import t

#: More is no table to work on in a spreadsheet; the whole of it is there as CSV.
MOST_ROWS = 100_000
#: Whole numbers of more digits lose their end in a spreadsheet: those are written as text.
_DIGITS = 15


@dataclass
class Result:
    """Rows as they come in pages. ``cut`` says that there are more, ``refused`` why there are none."""

    columns: list[str] = field(default_factory=list)
    rows: list[list[Any]] = field(default_factory=list)
    cut: bool = False
    refused: str = ""

    def add(self, page: dict[str, Any]) -> None:
        """One page of the JSON, as arrays."""
        self.columns = self.columns or page.get("columns") or []
        room = MOST_ROWS - len(self.rows)
        self.cut = self.cut or bool(page.get("truncated")) or len(page["rows"]) > room
        self.rows += page["rows"][:room]

    @property
    def full(self) -> bool:
        """Whether no further row is taken."""
        return len(self.rows) >= min(MOST_ROWS, SHEET_ROWS - 1)


def workbook(title: str, header: list[str], found: Result, who: str) -> bytes:
    """The bytes of the workbook. Text is written as text: nothing in it is ever a formula."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        bold, text = book.add_format({"bold": True}), book.add_format({"num_format": "@"})
        sheet = book.add_worksheet(t("数据", "Data"))
        sheet.freeze_panes(1, 0)
        for column, name in enumerate(header):
            sheet.write_string(0, column, name[:CELL_CHARACTERS], bold)
        for number, row in enumerate(found.rows, 1):
            for column, value in enumerate(row):
                _write(sheet, number, column, value, text)
        sheet.autofilter(0, 0, len(found.rows), max(len(header) - 1, 0))
        _say_what(book.add_worksheet(t("说明", "About")), title, found, who, bold)
    return file.getvalue()


def _write(sheet: Any, row: int, column: int, value: Any, text: Any) -> None:
    if isinstance(value, dict):  # a foreign key with its label, or a blob
        value = value.get("label") or value.get("value") or ""
    if isinstance(value, bool) or value is None:
        value = "" if value is None else int(value)
    if isinstance(value, (int, float)) and len(str(abs(value))) <= _DIGITS + 2:
        sheet.write_number(row, column, value)
    elif value != "":
        sheet.write_string(row, column, str(value)[:CELL_CHARACTERS], text)


def _say_what(sheet: Any, title: str, found: Result, who: str, bold: Any) -> None:
    rows = [
        (t("内容", "What"), title),
        (t("导出时间", "When"), now()),
        (t("导出人", "By"), who),
        (t("行数", "Rows"), str(len(found.rows))),
    ]
    if found.cut:
        rows.append((
            t("注意", "Note"),
            t("只含前面的行，不是全部。需要全部时请导出 CSV。", "Not all rows: export CSV for all."),
        ))  # fmt: skip
    for number, (name, value) in enumerate(rows):
        sheet.write_string(number, 0, name, bold)
        sheet.write_string(number, 1, value)
    sheet.set_column(0, 0, 14)
    sheet.set_column(1, 1, 60)
