"""An .xlsx workbook: its sheets, what its cells share, and the rows of each sheet.

Read here rather than by a library: one that fills a grid first needs 17 billion places for the two
cells A1 and XFD1048576, and none tells a formula without a result from a blank cell.
Standard: ECMA-376 part 1, 18.2 (workbook), 18.8 (styles).
"""

from collections.abc import Iterator
from functools import partial
from typing import BinaryIO, NamedTuple

from training.workbooks.cells import Row, RowBuilder
from training.workbooks.package import Package, Relation
from training.workbooks.sheet import sheet_rows
from training.workbooks.strings import read_strings
from training.workbooks.values import Precision, precision_of


class Sheet(NamedTuple):
    """A worksheet; `hidden` as the sender set it in Excel."""

    name: str
    hidden: bool
    part: str = ""


class XlsxWorkbook:
    """An opened .xlsx file."""

    def __init__(self, file: BinaryIO) -> None:
        self._package = Package(file)
        relations = self._package.relations(self._package.workbook)
        parts = {relation.kind: relation.part for relation in relations.values()}
        self.sheets, from_1904 = self._read_sheets(relations)
        strings = read_strings(self._package, parts.get("sharedStrings"))
        precisions = self._read_styles(parts.get("styles"))
        self._builder = partial(RowBuilder, strings, precisions, from_1904=from_1904)

    def rows(self, index: int) -> Iterator[Row]:
        """The rows of a sheet that hold anything, from the top."""
        part = self.sheets[index].part
        return sheet_rows(partial(self._package.blocks, part), self._builder)

    def _read_sheets(self, relations: dict[str, Relation]) -> tuple[list[Sheet], bool]:
        """The worksheets in the order of their tabs, and whether days count from 1904."""
        sheets = []
        from_1904 = False

        def start(element: str, attributes: dict[str, str]) -> None:
            nonlocal from_1904
            if element == "workbookPr":
                from_1904 = attributes.get("date1904") in ("1", "true")
            elif element == "sheet":
                link = next(value for key, value in attributes.items() if key.endswith(":id"))
                # Charts and macros have tabs of their own kind.
                if link in relations and relations[link].kind == "worksheet":
                    hidden = attributes.get("state", "visible") != "visible"
                    sheets.append(Sheet(attributes["name"], hidden, relations[link].part))

        self._package.parse(self._package.workbook, start)
        return sheets, from_1904

    def _read_styles(self, part: str | None) -> list[Precision | None]:
        """For each cell style: what it shows of a date, None if it is no date style."""
        codes: dict[int, str] = {}
        styles: list[int] = []
        inside: list[str] = []

        def start(element: str, attributes: dict[str, str]) -> None:
            if element == "numFmt":
                codes[int(attributes["numFmtId"])] = attributes.get("formatCode", "")
            elif element == "xf" and inside[-1:] == ["cellXfs"]:
                styles.append(int(attributes.get("numFmtId", 0)))
            inside.append(element)

        def end(_: str) -> None:
            inside.pop()

        if part:
            self._package.parse(part, start, end)
        return [precision_of(style, codes.get(style)) for style in styles]
