"""Tables as files (导出): CSV that Excel opens in Chinese, and workbooks of text cells.

No cell of ours starts a formula: a name that begins with ``=`` must not run at the reader's.
"""

import csv
import io
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import chain
from urllib.parse import quote

import xlsxwriter

Cell = str | int | float | None

BOM = "\ufeff"
#: The media type of a workbook.
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: What a worksheet can hold; xlsxwriter silently drops what is beyond.
SHEET_ROWS = 1_048_576
CELL_CHARACTERS = 32_767

# Full-width signs count: spreadsheets in East Asian locales read them as the plain ones. So does a
# sign behind blanks, which some programs strip when they open a file.
_FORMULA = re.compile(r"[\s\ufeff]*[=+\-@＝＋－＠]|[\t\r\n]")
_NOT_IN_SHEET_NAMES = re.compile(r"[\[\]:*?/\\\x00-\x1f]")


class TooManyRows(ValueError):
    """The table is longer than a worksheet."""


def safe(value: Cell) -> Cell:
    """The cell as it may be written: text that could start a formula gets an apostrophe before it.

    The apostrophe is Excel's own mark for "this is text" and reading a roster takes it off again.
    Numbers stay numbers; a missing value is an empty cell.
    """
    if isinstance(value, str):
        return f"'{value}" if _FORMULA.match(value) else value
    return "" if value is None else value


def csv_lines(
    header: Sequence[str], rows: Iterable[Sequence[Cell]], *, bom: bool = True
) -> Iterator[str]:
    """The table as CSV text, a row at a time, the header first, CRLF at each end.

    To be sent as UTF-8: with the byte order mark Excel shows Chinese, without it garble.
    """
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    buffer.write(BOM if bom else "")
    for row in chain([header], rows):
        writer.writerow([safe(cell) for cell in row])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def csv_text(header: Sequence[str], rows: Iterable[Sequence[Cell]], *, bom: bool = True) -> str:
    """The whole table as CSV text; see :func:`csv_lines`."""
    return "".join(csv_lines(header, rows, bom=bom))


def xlsx_bytes(
    title: str,
    header: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    created: datetime | None = None,
) -> bytes:
    """The table as a workbook of one sheet named ``title``.

    Text is stored as text (no formula, no link, no number made of an 18-digit code) and formatted
    as text, so that it survives being edited. A text longer than a cell ends in ``…``. With
    ``created`` the same table makes the same bytes. Raises :class:`TooManyRows`.
    """
    file = io.BytesIO()
    # Rows go through a file so that a long table needs no more memory than a short one; in a
    # folder of our own, because they may be people.
    with (
        tempfile.TemporaryDirectory() as folder,
        xlsxwriter.Workbook(file, {"constant_memory": True, "tmpdir": folder}) as book,
    ):
        book.set_properties({"created": created} if created else {})
        as_text, bold = book.add_format({"num_format": "@"}), book.add_format({"bold": True})
        sheet = book.add_worksheet(_NOT_IN_SHEET_NAMES.sub(" ", title).strip("' ")[:31])
        sheet.freeze_panes(1, 0)
        for number, row in enumerate(chain([header], rows)):
            if number == SHEET_ROWS:
                raise TooManyRows(f"more than {SHEET_ROWS} rows")
            for column, cell in enumerate(map(safe, row)):
                if isinstance(cell, str):
                    sheet.write_string(number, column, _fitting(cell), as_text if number else bold)
                else:
                    sheet.write_number(number, column, cell)
    return file.getvalue()


def _fitting(text: str) -> str:
    return text if len(text) <= CELL_CHARACTERS else text[: CELL_CHARACTERS - 1] + "…"


def attachment(name: str, plain_name: str) -> str:
    """The Content-Disposition of a download called ``name`` (RFC 6266, RFC 5987).

    ``plain_name`` is what a program sees that reads ASCII only; ASCII letters, digits, ``.-_``.
    """
    if not re.fullmatch(r"[\w.-]+", plain_name, re.ASCII):
        raise ValueError(f"not a plain file name: {plain_name!r}")
    return f"attachment; filename=\"{plain_name}\"; filename*=UTF-8''{quote(name, safe='')}"
