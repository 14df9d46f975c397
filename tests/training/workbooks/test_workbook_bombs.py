"""Workbooks built to hurt: each ends in a clear answer, and soon."""

import io
import struct
import time
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from training import reading
from training.workbooks import limits, parent

from tests.workbook_files import SHEET_TYPE, row, sheet, xls, xlsx, zipped

HEADER = ("姓名", "身份证号", "手机")
PEOPLE = row(1, *HEADER) + row(2, "李娜", "1", "2")


def vote(cells: Sequence[str]) -> int:
    return sum(cell in HEADER for cell in cells)


def refused(tmp_path: Path, data: bytes) -> str:
    path = tmp_path / "book"
    path.write_bytes(data)
    with pytest.raises(reading.Unreadable) as error:
        list(reading.rows(reading.open_source(path, header_vote=vote)))
    return error.value.problem.code


@pytest.fixture(autouse=True)
def _soon() -> Iterator[None]:
    start = time.monotonic()
    yield
    assert time.monotonic() - start < 30


def claiming(data: bytes, part: str, size: int) -> bytes:
    """A zip file whose directory says that ``part`` has ``size`` bytes."""
    place = data.rindex(part.encode()) - 46
    assert data[place : place + 4] == b"PK\x01\x02"
    return data[: place + 24] + struct.pack("<I", size) + data[place + 28 :]


def test_a_far_lone_cell_beside_a_roster(tmp_path: Path) -> None:
    far = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    path = tmp_path / "book"
    path.write_bytes(xlsx(sheet(PEOPLE + far)))
    source = reading.open_source(path, header_vote=vote)
    rows = list(reading.rows(source))
    assert [(number, cells) for number, cells, _ in rows] == [
        (1, list(HEADER)), (2, ["李娜", "1", "2"]), (1048576, []),
    ]  # fmt: skip
    ((problem,),) = [problems for _, _, problems in rows if problems]
    assert problem[:4] == (1048576, None, "row-ragged", (("where", "XFD1048576"),))


def test_only_a_first_and_a_last_cell(tmp_path: Path) -> None:
    xml = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"/></row>'
    path = tmp_path / "book"
    path.write_bytes(xlsx(sheet(xml)))
    assert [cells for _, cells, _ in reading.rows(reading.open_source(path, header_vote=vote))] == [
        ["1"]
    ]


def test_the_farthest_cell_of_an_xls_is_read(tmp_path: Path) -> None:
    path = tmp_path / "book"
    path.write_bytes(xls({(0, 0): "姓名", (65535, 255): "x"}))
    first, last = reading.rows(reading.open_source(path, header_vote=vote))
    assert first[:2] == (1, ["姓名"])
    assert (last[0], len(last[1]), last[1][-1]) == (65536, 256, "x")


def test_sixteen_thousand_columns(tmp_path: Path) -> None:
    cells = "".join(
        f'<c r="{"" if i < 26 else chr(64 + i // 26)}{chr(65 + i % 26)}1"><v>1</v></c>'
        for i in range(limits.COLUMNS + 1)
    )
    assert refused(tmp_path, xlsx(sheet(f'<row r="1">{cells}</row>'))) == "file-unsafe"
    cells = '<c r="XFD1"><v>1</v></c>' * 16_000
    assert refused(tmp_path, xlsx(sheet(f'<row r="1">{cells}</row>'))) == "file-unsafe"


@pytest.mark.parametrize("size", [limits.UNZIPPED_BYTES, (1 << 32) - 1])
def test_a_part_that_claims_to_be_huge(tmp_path: Path, size: int) -> None:
    data = claiming(xlsx(sheet(PEOPLE)), "xl/worksheets/sheet1.xml", size)
    assert refused(tmp_path, data) == "file-unsafe"


def test_a_part_that_hides_its_size(tmp_path: Path) -> None:
    data = claiming(xlsx(sheet(PEOPLE)), "xl/worksheets/sheet1.xml", 200)
    assert refused(tmp_path, data) == "file-kind"


def test_a_part_that_unpacks_a_thousandfold(tmp_path: Path) -> None:
    blanks = " " * (limits.RATIO_COUNTS_FROM + 1)
    assert refused(tmp_path, xlsx(sheet(PEOPLE + blanks))) == "file-unsafe"


def test_a_giant_cell(tmp_path: Path) -> None:
    for length in (limits.ROW_CHARACTERS + 1, 14 << 20):
        assert refused(tmp_path, xlsx(sheet(row(1, "x" * length)))) == "file-unsafe"


def test_one_long_string_shared_by_many_cells(tmp_path: Path) -> None:
    strings = f"<sst><si><t>{'x' * 500_000}</t></si></sst>"
    rows = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 1001))
    assert refused(tmp_path, xlsx(sheet(rows), strings=strings)) == "file-unsafe"


@pytest.mark.parametrize("where", ["before", "inside", "strings", "workbook"])
def test_deep_nesting(tmp_path: Path, where: str) -> None:
    deep = "<a>" * 100_000 + "</a>" * 100_000
    rows = PEOPLE.replace("</row>", f"{deep}<c/></row>", 1) if where == "inside" else PEOPLE
    xml = sheet(rows).replace(
        "<sheetData>", f"<!-- -->{deep if where == 'before' else ''}<sheetData>"
    )
    data = xlsx(
        xml if where == "before" else sheet(rows),
        strings=f"<sst><si>{deep if where == 'strings' else ''}</si></sst>",
        properties=deep if where == "workbook" else "",
    )
    assert refused(tmp_path, data) == "file-unsafe"


@pytest.mark.parametrize("where", ["sheet", "strings", "styles"])
def test_entities_that_expand(tmp_path: Path, where: str) -> None:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<!DOCTYPE x [<!ENTITY e0 "lol">{entities}]>'
    xml = sheet(PEOPLE + row(3, "&e9;"))
    data = xlsx(
        xml.replace("<worksheet", f"{bomb}<worksheet") if where == "sheet" else sheet(PEOPLE),
        strings=f"{bomb if where == 'strings' else ''}<sst><si><t>&e9;</t></si></sst>"
        if where == "strings"
        else None,
        styles=f"{bomb}<styleSheet>&e9;</styleSheet>" if where == "styles" else None,
    )
    assert refused(tmp_path, data) == "file-unsafe"


def test_an_external_entity_reads_no_file(tmp_path: Path) -> None:
    xml = sheet(row(1, "&x;")).replace(
        "<worksheet", '<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/hostname">]><worksheet'
    )
    assert refused(tmp_path, xlsx(xml)) == "file-unsafe"


def test_very_many_parts(tmp_path: Path) -> None:
    extra = [(f"x{number}", b"") for number in range(limits.ENTRIES)]
    assert refused(tmp_path, xlsx(sheet(PEOPLE), extra=extra)) == "file-unsafe"


def test_a_bomb_in_another_sheet_does_not_hide_the_roster(tmp_path: Path) -> None:
    wide = '<c r="XFD1"><v>1</v></c>' * (limits.COLUMNS + 1)
    path = tmp_path / "book"
    path.write_bytes(xlsx(sheet(f'<row r="1">{wide}</row>'), sheet(PEOPLE)))
    assert reading.open_source(path, header_vote=vote).sheet == "Sheet2"


def test_a_process_that_takes_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parent.limits, "WALL_SECONDS", 0)
    assert refused(tmp_path, xlsx(sheet(PEOPLE))) == "file-unsafe"


def test_an_answer_comes_within_thirty_seconds() -> None:
    assert limits.CPU_SECONDS < limits.WALL_SECONDS < 30


@pytest.mark.parametrize(
    "data",
    [
        xlsx(sheet(PEOPLE), workbook_type=SHEET_TYPE.replace("openxml", "ms-excel.macroEnabled")),
        xlsx(sheet(PEOPLE), workbook_type="application/vnd.ms-excel.sheet.macroEnabled.main+xml"),
        xlsx(sheet(PEOPLE).replace("</row>", "</raw>", 1)),
        xlsx(sheet(PEOPLE)[:-30] + "&<"),
        xlsx(sheet('<row r="1"><c r="A1" t="s"><v>5</v></c></row>')),
        zipped([("mimetype", "application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", "")]),
        zipped([("word/document.xml", "<w/>")]),
        zipped([]),
        xlsx(sheet(PEOPLE))[:-40],
        xlsx(sheet(PEOPLE))[:300],
        xls({(0, 0): "姓名"})[:1500],
    ],
    ids=[
        "macros", "macros-2", "no-xml", "no-end", "no-string", "ods", "docx", "zip", "cut", "cut-2",
        "xls-cut",
    ],
)  # fmt: skip
def test_what_is_no_sound_workbook(tmp_path: Path, data: bytes) -> None:
    assert refused(tmp_path, data) == "file-kind"


def test_a_zip_file_with_a_password(tmp_path: Path) -> None:
    data = bytearray(xlsx(sheet(PEOPLE)))
    for entry in zipfile.ZipFile(io.BytesIO(data)).infolist():
        data[entry.header_offset + 6] |= 1
    place = -1
    while (place := data.find(b"PK\x01\x02", place + 1)) >= 0:
        data[place + 8] |= 1
    assert refused(tmp_path, bytes(data)) == "file-kind"


def test_bytes_changed_at_random(tmp_path: Path) -> None:
    """Whatever a damaged file does to the process, the answer is a fault or rows."""
    import random

    chance = random.Random(7)
    data = xlsx(sheet(PEOPLE), strings="<sst><si><t>x</t></si></sst>")
    path = tmp_path / "book"
    answers = set()
    for _ in range(25):
        changed = bytearray(data)
        for _ in range(chance.choice((1, 3, 20))):
            changed[chance.randrange(4, len(changed))] = chance.randrange(256)
        path.write_bytes(changed)
        try:
            list(reading.rows(reading.open_source(path, header_vote=vote)))
            answers.add("rows")
        except reading.Unreadable as error:
            answers.add(error.problem.code)
    assert "file-kind" in answers
    assert answers <= {"rows", "file-kind", "file-unsafe", "file-empty"}
