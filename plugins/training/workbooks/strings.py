"""The shared strings of an .xlsx workbook: every text of its cells, once.

Standard: ECMA-376 part 1, 18.4.8 (si), 18.4.12 (t), 22.9.2.19 (escaped characters).
"""

import re

from training.workbooks import markup
from training.workbooks.package import Package

_PLAIN = re.compile(r'<si><t(?: xml:space="preserve")?>([^<]*)</t></si>')
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")


def read_strings(package: Package, part: str | None) -> list[str]:
    """The texts in the order in which cells number them; none for a workbook without the part."""
    if part is None:
        return []
    try:
        return _in_blocks(package, part)
    except (markup.NotPlain, UnicodeDecodeError):
        strings = _Strings()
        package.parse(part, strings.start, strings.end, strings.characters)
        return strings.found


def unescaped(text: str) -> str:
    """``text`` with what Excel writes as _x000D_ turned into the character."""
    return _ESCAPED.sub(_character, text) if "_x" in text else text


def _in_blocks(package: Package, part: str) -> list[str]:
    """As :func:`read_strings`, with the parser only for blocks that have formatted texts."""
    found: list[str] = []
    for block in markup.plain_blocks(package.blocks(part), "si", "sst"):
        plain = _PLAIN.findall(block)
        if len(plain) == block.count("<si"):
            found += map(unescaped, map(markup.text_of, plain))
        else:
            strings = _Strings()
            elements = block[block.index("<si") :]
            markup.parse_fragment(elements, strings.start, strings.end, strings.characters)
            found += strings.found
    return found


def _character(escape: re.Match[str]) -> str:
    point = int(escape[1], 16)
    return escape[0] if 0xD800 <= point <= 0xDFFF else chr(point)


class _Strings:
    """Joins the runs of a formatted text, and leaves out how it is pronounced (rPh)."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._pieces: list[str] = []
        self._is_text = False
        self._is_phonetic = False

    def start(self, element: str, _: dict[str, str]) -> None:
        if element == "si":
            self._pieces = []
        elif element == "rPh":
            self._is_phonetic = True
        elif element == "t":
            self._is_text = not self._is_phonetic

    def end(self, element: str) -> None:
        if element == "si":
            self.found.append(unescaped("".join(self._pieces)))
        elif element == "rPh":
            self._is_phonetic = False
        elif element == "t":
            self._is_text = False

    def characters(self, text: str) -> None:
        if self._is_text:
            self._pieces.append(text)
