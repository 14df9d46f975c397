"""From a row of headers to our columns: which cell means what, and what is wrong with the header.

Headers are compared by their key: what is left of them without blanks, stars, colons, brackets and
quotation marks, in simplified characters and lower case.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Literal, NamedTuple

from training import texts
from training.columns import COLUMNS, DROPPED, FORBIDDEN
from training.problems import Problem

#: Titles and remarks above the header are normal; it is looked for in so many rows.
HEADER_WITHIN = 20

#: One word of ours may stand in a title by chance, two beside each other are a header.
_LEAST_KNOWN = 2

_LONGEST_HEADER = 200
_BRACKETED = re.compile(r"[(\[【〔{<][^()\[\]【】〔〕{}<>]*[)\]】〕}>]")
_NUMBERING = re.compile(r"^[ *#]*(?:\d{1,2}[.、)](?!\d)|\d{4}年度?)")
_UNIT_AT_END = re.compile("(?:单位|單位|人民币|人民幣)?[万萬亿億]?元$")
_UNIT = re.compile(r"(?:10,?000 ?yuan|百万元|千元|万?美元|[万亿]元?|元)", re.IGNORECASE)
_UNITS = {"元": "元", "万": "万元", "万元": "万元", "亿": "亿元", "亿元": "亿元"}
_LONG_DIGITS = re.compile(r"\d(?:[\s-]?[\dXx]){6,}")

Meaning = Literal["column", "dropped", "forbidden", "unknown", "empty"]


class HeaderCell(NamedTuple):
    """What a header means; `identifier` is None where we have no word for it."""

    meaning: Meaning
    identifier: str | None = None


_UNKNOWN, _EMPTY = HeaderCell("unknown"), HeaderCell("empty")


@dataclass(slots=True)
class Header:
    """A header row, understood: for each meaning the indexes of its cells, counted from 0."""

    row: int
    cells: tuple[str, ...]
    columns: dict[str, list[int]] = field(default_factory=dict)
    dropped: dict[int, str | None] = field(default_factory=dict)
    forbidden: list[int] = field(default_factory=list)
    unknown: list[int] = field(default_factory=list)
    empty: list[int] = field(default_factory=list)
    units: dict[int, str] = field(default_factory=dict)

    def names(self) -> dict[str, str]:
        """Each header of ours as it is written, with our identifier."""
        return {self.cells[i]: name for name, places in self.columns.items() for i in places}


def labels() -> dict[str, tuple[str, str]]:
    """Chinese and English label of each column."""
    return {column.identifier: (column.label_zh, column.label_en) for column in COLUMNS.values()}


def match_header(
    cells: Sequence[str], *, row: int = 1, mapping: Mapping[str, str] | None = None
) -> Header:
    """Understand a header row; `mapping` says what the sender decided about unknown headers."""
    by_hand = {texts.key(text): name for text, name in (mapping or {}).items() if name in COLUMNS}
    header = Header(row, tuple(str(cell) for cell in cells))
    for index, text in enumerate(header.cells):
        meaning, identifier = header_cell(text)
        if by_hand and meaning == "unknown" and texts.key(text) in by_hand:
            meaning, identifier = "column", by_hand[texts.key(text)]
        if meaning == "column" and identifier:
            header.columns.setdefault(identifier, []).append(index)
            if unit := _unit(text):
                header.units[index] = unit
        elif meaning == "dropped":
            header.dropped[index] = identifier
        elif meaning == "forbidden":
            header.forbidden.append(index)
        else:
            (header.empty if meaning == "empty" else header.unknown).append(index)
    if "industry_name" in header.columns and "industry_code" not in header.columns:
        # 行业名称 is something to compare with only where there is a code beside it.
        header.columns["industry_code"] = header.columns.pop("industry_name")
    return header


def find_header(
    rows: Iterable[tuple[int, Sequence[str]]], mapping: Mapping[str, str] | None = None
) -> Header | None:
    """The row among the first ones that names most of our columns; of equals, the upper one."""
    headers = (
        match_header(cells, row=row, mapping=mapping) for row, cells in rows if row <= HEADER_WITHIN
    )
    best = max(headers, key=lambda header: len(header.columns), default=None)
    return best if best and len(best.columns) >= _LEAST_KNOWN else None


def header_vote(cells: Sequence[str]) -> int:
    """How many of these cells are headers that we know, be it to drop or to refuse them."""
    return sum(header_cell(str(cell)).meaning not in ("unknown", "empty") for cell in cells)


def header_cell(text: str) -> HeaderCell:
    """What one header means, wherever it stands."""
    if len(text) > _LONGEST_HEADER:
        return _UNKNOWN
    known = _known_headers()
    for candidate in _candidates(texts.clean(text)):
        found = known.get(candidate) or known.get(texts.simplified(candidate))
        if found:
            return found
        if not candidate:
            return _EMPTY
    return _UNKNOWN


def _candidates(text: str) -> Iterator[str]:
    """Keys to look for, from the header as it is to what is left without its decorations."""
    key = texts.key(text)
    yield key
    for _ in range(2):
        text = _BRACKETED.sub("", text)
    text = _NUMBERING.sub("", text)
    bare = texts.key(text)
    if bare != key:
        yield bare
    if bare.endswith("元"):
        yield _UNIT_AT_END.sub("", bare)


@cache
def _known_headers() -> dict[str, HeaderCell]:
    known = {texts.key(text): HeaderCell("dropped", name) for text, name in DROPPED.items()}
    known |= {texts.key(text): HeaderCell("forbidden") for text in FORBIDDEN}
    for column in COLUMNS.values():
        words = (column.identifier, column.label_zh, column.label_en, *column.synonyms)
        known |= {texts.key(text): HeaderCell("column", column.identifier) for text in words}
    return known


def _unit(text: str) -> str | None:
    """The unit that a header names, if it is one of ours (元, 万元, 亿元)."""
    if texts.key(text) in ("revenuewan", "assetswan"):
        return "万元"
    found = _UNIT.findall(texts.simplified(texts.clean(text)))
    if not found:
        return None
    return "万元" if "yuan" in found[-1].lower() else _UNITS.get(found[-1])


def header_problems(header: Header, filled: Collection[int]) -> list[Problem]:
    """The faults of a header; `filled` are the columns that hold a value in any row below it.

    What is empty throughout does no harm: a second column of the same meaning, one that only the
    office fills in, one without a header.
    """
    return [
        *(
            Problem(header.row, name, "header-duplicate")
            for name, places in header.columns.items()
            if sum(place in filled for place in places) > 1
        ),
        *_missing(header),
        *(_about(header, i, "column-forbidden") for i in header.forbidden if i in filled),
        *(_about(header, i, "column-dropped", name) for i, name in header.dropped.items()),
        *(_about(header, i, "header-unknown") for i in header.unknown),
        *(_about(header, i, "header-unknown") for i in header.empty if i in filled),
    ]


def _missing(header: Header) -> Iterator[Problem]:
    for column in COLUMNS.values():
        if column.required and column.identifier not in header.columns:
            yield Problem(header.row, column.identifier, "column-missing")
    if "industry_code" not in header.columns:
        # Nobody is refused for it: those people count as "industry unknown" (domain: A4).
        yield Problem(None, "industry_code", "industry-unknown")


def _about(header: Header, index: int, code: str, identifier: str | None = None) -> Problem:
    details = (("header", _shown(header.cells[index])), ("place", column_letters(index)))
    return Problem(header.row, identifier, code, details)


def column_letters(index: int) -> str:
    """A column as Excel names it: 0 is A, 26 is AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _shown(text: str) -> str:
    """A header fit for a message: short, and without anything like a number of a person."""
    return _LONG_DIGITS.sub("***", " ".join(texts.clean(text).split()))[:40]
