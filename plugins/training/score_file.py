"""The scoring sheet as a file: a template with what is scored so far, and reading it back.

Any encoding and any spreadsheet that a roster may come in will do: reading is the same.
"""

import re
import tempfile
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from training import reading, tabular
from training.scores import Place
from training.wording import current_language, t

INSTITUTION = "承担机构"
_HEADERS = {INSTITUTION, "institution"}
_WEIGHT = re.compile(r"[（(].*[)）]$")


class Read(NamedTuple):
    """The cells of a file, and what in it could not be placed."""

    cells: dict[Place, str]
    remarks: list[str]


def as_csv(
    indicators: Sequence[Mapping[str, object]],
    institutions: Sequence[Mapping[str, str]],
    texts: Mapping[Place, str],
) -> bytes:
    """The sheet of the year as CSV with a byte order mark, the scores so far filled in."""
    header = [INSTITUTION, *(f"{one['name_zh']}（{one['weight']}%）" for one in indicators)]
    rows = [
        [one["name_zh"], *(texts.get((one["slug"], str(i["code"])), "") for i in indicators)]
        for one in institutions
    ]
    return tabular.csv_text(header, rows).encode()


def read(
    content: bytes,
    indicators: Sequence[Mapping[str, object]],
    institutions: Sequence[Mapping[str, str]],
) -> Read:
    """The cells of an uploaded sheet; raises :class:`reading.Unreadable`."""
    columns = _index((i, ("code", "name_zh", "name_en")) for i in indicators)
    places = _index((one, ("slug", "name_zh", "name_en")) for one in institutions)

    def votes(cells: Sequence[str]) -> int:
        return sum(_plain(cell) in columns or _plain(cell) in _HEADERS for cell in cells)

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "sheet")
        path.write_bytes(content)
        source = reading.open_source(path, header_vote=votes)
        rows = [(number, cells) for number, cells, _ in reading.rows(source)]
    start = next((place for place, row in enumerate(rows) if votes(row[1]) > 1), None)
    if start is None:
        raise reading.Unreadable("header-missing")
    header = [_plain(cell) for cell in rows[start][1]]
    return _cells(header, rows[start + 1 :], columns, places)


def _cells(
    header: list[str],
    rows: list[tuple[int, list[str]]],
    columns: Mapping[str, Mapping[str, object]],
    places: Mapping[str, Mapping[str, object]],
) -> Read:
    found: dict[Place, str] = {}
    said = [
        t(f"不认识的列“{name}”，没有读入。", f"The column “{name}” is not known and was not read.")
        for name in header
        if name and name not in columns and name not in _HEADERS
    ]
    own = next((place for place, name in enumerate(header) if name in _HEADERS), 0)
    seen: set[object] = set()
    for number, cells in rows:
        name = _plain(cells[own]) if own < len(cells) else ""
        institution = places.get(name)
        if institution is None or institution["slug"] in seen:
            why = (
                t("重复出现", "appears twice")
                if institution
                else t("不在本年度", "is not in this year")
            )
            said.append(
                t(
                    f"第 {number} 行的机构“{name}”{why}，没有读入。",
                    f"Row {number}: “{name}” {why}; not read.",
                )
            )
            continue
        seen.add(institution["slug"])
        for place, column in enumerate(header):
            if column in columns and place < len(cells):
                found[(str(institution["slug"]), str(columns[column]["code"]))] = cells[place]
    return Read(found, said)


def _index(entries: object) -> dict[str, Mapping[str, object]]:
    return {_plain(str(row[name])): row for row, names in entries for name in names}  # type: ignore[attr-defined]


def _plain(text: str) -> str:
    """A header or a name without its weight, its width and the blanks around."""
    return _WEIGHT.sub("", unicodedata.normalize("NFKC", text).strip().lstrip("'*")).strip().lower()


def refusal(error: reading.Unreadable) -> str:
    """Why a file could not be read, in the reader's language."""
    return error.problem.message("en" if current_language() == "en" else "zh")
