"""The rows of an .xlsx sheet out of its XML.

Two readers of the same thing. Nearly every row of nearly every sheet is written so plainly that a
pattern takes it apart, three times as fast as a parser; each row and each sheet that is not goes
through the parser. A test holds the two to the same rows.
Standard: ECMA-376 part 1, 18.3.1 (worksheets).
"""

import re
from collections.abc import Callable, Iterable, Iterator

from training.workbooks import markup
from training.workbooks.cells import NO_VALUE, RawCell, Row, RowBuilder
from training.workbooks.strings import unescaped

_PLAIN_CELL = re.compile(
    r'<c r="([A-Z]++)[0-9]++"([^>]*+)>'
    r"(?:(?:<f[^>]*(?:/>|>[^<]*</f>))?<v>([^<]++)</v></c>"
    r'|<is><t(?: xml:space="preserve")?>([^<]*+)</t></is></c>'
    # An empty cell closes itself, with or without a tag of its own.
    r"|</c>|(?<=/>))"
)
_NUMBER = re.compile(r' r="([0-9]+)"')

Blocks = Callable[[], Iterable[bytes]]


def sheet_rows(blocks: Blocks, builder: Callable[[], RowBuilder]) -> Iterator[Row]:
    """The rows of the sheet whose XML ``blocks()`` gives, those without content left out."""
    last = 0
    try:
        for row in plain_rows(blocks(), builder()):
            last = row.number
            yield row
    except (markup.NotPlain, UnicodeDecodeError):
        yield from (row for row in parsed_rows(blocks(), builder()) if row.number > last)


def plain_rows(blocks: Iterable[bytes], builder: RowBuilder) -> Iterator[Row]:
    """Rows by pattern; raises `markup.NotPlain` where only a parser may cut the text."""
    for block in markup.plain_blocks(blocks, "row", "sheetData"):
        is_special = _is_special(block)
        for piece in block.removesuffix("</row>").split("</row>"):
            # Rows without cells may have no end tag of their own and stand before.
            start = piece.rfind("<row")
            text = piece[start:]
            number = _NUMBER.search(text, 0, text.find(">"))
            if number is None or "<c " in piece[:start]:
                raise markup.NotPlain
            cells: list[RawCell] = _PLAIN_CELL.findall(text)
            if len(cells) == text.count("<c") and not (is_special and _is_special(text)):
                row = builder.row(int(number[1]), cells)
            else:
                row = _parsed_row(text + "</row>", builder)
            if row:
                yield row


def parsed_rows(blocks: Iterable[bytes], builder: RowBuilder) -> Iterator[Row]:
    """The same rows by the parser alone."""
    handler = _RowHandler(builder)
    parser = markup.parser(handler.start, handler.end, handler.characters)
    for block in blocks:
        parser.Parse(block)
        yield from handler.rows
        handler.rows.clear()
    parser.Parse(b"", True)


def _is_special(text: str) -> bool:
    """Whether there may be references, line ends that XML reads as others, or escapes."""
    return "&" in text or "\r" in text or "_x" in text


def _parsed_row(text: str, builder: RowBuilder) -> Row | None:
    handler = _RowHandler(builder)
    markup.parse_fragment(text, handler.start, handler.end, handler.characters)
    return handler.rows[0] if handler.rows else None


class _RowHandler:
    """Collects the cells of each row, and what ``builder`` makes of them in `rows`."""

    def __init__(self, builder: RowBuilder) -> None:
        self.rows: list[Row] = []
        self._builder = builder
        self._attributes: dict[str, str] = {}
        self._number: int | None = None
        self._letters = ""
        self._cells: list[RawCell] = []
        self._texts = {"v": "", "t": ""}
        self._open = ""
        self._is_formula = self._is_phonetic = False

    def start(self, element: str, attributes: dict[str, str]) -> None:
        if element == "row":
            number = attributes.get("r")
            self._number = int(number) if number else None
            self._letters = ""
            self._cells = []
        elif element == "c":
            self._attributes = attributes
            self._texts = {"v": "", "t": ""}
            self._is_formula = False
        elif element == "f":
            self._is_formula = True
        elif element == "rPh":
            self._is_phonetic = True
        elif element in ("v", "t") and not self._is_phonetic:
            self._open = element

    def end(self, element: str) -> None:
        if element == self._open:
            self._open = ""
        elif element == "rPh":
            self._is_phonetic = False
        elif element == "c":
            self._cells.append(self._raw_cell())
        elif element == "row":
            row = self._builder.row(self._number, self._cells)
            if row:
                self.rows.append(row)

    def characters(self, text: str) -> None:
        if self._open:
            self._texts[self._open] += text

    def _raw_cell(self) -> RawCell:
        given = self._attributes.get
        kind = given("t", "n")
        if self._is_formula and not self._texts["v"] and kind != "str":
            kind = NO_VALUE
        letters = given("r", "").rstrip("0123456789") or _following(self._letters)
        self._letters = letters
        attributes = f's="{given("s", "")}" t="{kind}"'
        return letters, attributes, unescaped(self._texts["v"]), unescaped(self._texts["t"])


def _following(letters: str) -> str:
    """The column after ``letters``, for cells that don't say where they are."""
    if not letters:
        return "A"
    if letters[-1] == "Z":
        return _following(letters[:-1]) + "A"
    return letters[:-1] + chr(ord(letters[-1]) + 1)
