"""Files to rows of text: kinds, encodings, faults, and what is known when a file is refused."""

import csv
import hashlib
import io
import os
import tracemalloc
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from training import reading
from training.problems import Problem

from tests.workbook_files import ole, row, sheet, xlsx

HEADER = ("姓名", "身份证号", "手机", "单位名称", "职务", "备注")
PERSON = ("李娜", "11999919800101999X", "13800000001", "某某科技有限公司", "经理", "")


def vote(cells: Sequence[str]) -> int:
    return sum(cell.strip() in HEADER for cell in cells)


def csv_text(*rows: Sequence[str]) -> str:
    file = io.StringIO()
    csv.writer(file).writerows(rows)
    return file.getvalue()


ROSTER = csv_text(HEADER, PERSON)


@pytest.fixture
def read(tmp_path: Path):  # type: ignore[no-untyped-def]
    """Open bytes as a file and take its rows."""

    def read_bytes(data: bytes, **options: str) -> tuple[reading.Source, list[reading.Row]]:
        path = tmp_path / "roster"
        path.write_bytes(data)
        source = reading.open_source(path, header_vote=vote, **options)
        return source, list(reading.rows(source))

    return read_bytes


@pytest.fixture
def refusal(read):  # type: ignore[no-untyped-def]
    """The fault with which bytes are refused as a whole."""

    def refused(data: bytes, **options: str) -> str:
        with pytest.raises(reading.Unreadable) as error:
            read(data, **options)
        assert error.value.problem[:2] == (None, None)
        return error.value.problem.code

    return refused


def faults(rows: list[reading.Row]) -> list[tuple[int | None, str | None, str]]:
    return [problem[:3] for _, _, problems in rows for problem in problems]


def test_a_plain_roster(read) -> None:
    source, rows = read(ROSTER.encode("gbk"), name="名单.csv")
    assert rows == [(1, list(HEADER), []), (2, list(PERSON), [])]
    assert (source.name, source.kind, source.encoding, source.delimiter, source.sheet) == (
        "名单.csv", "csv", "gb18030", ",", None,
    )  # fmt: skip
    assert source.size == len(ROSTER.encode("gbk"))
    assert source.sha256 == hashlib.sha256(ROSTER.encode("gbk")).hexdigest()
    assert list(reading.rows(source)) == rows


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "gb18030"])
def test_delimiters_in_encodings(read, delimiter: str, codec: str) -> None:
    text = "培训学员名单, 2021; 附件\r\n" + "\r\n".join(map(delimiter.join, (HEADER, PERSON)))
    source, rows = read(text.encode(codec))
    assert source.delimiter == delimiter
    assert rows[1:] == [(2, list(HEADER), []), (3, list(PERSON), [])]


def test_quotes_that_never_close_are_named_where_they_open(read) -> None:
    text = ROSTER + '王五,1,2,"某,经理,\r\n' + csv_text(PERSON) + '赵六,"1,2,3,4,\r\n'
    _, rows = read(text.encode())
    assert faults(rows) == [(3, None, "row-quote"), (5, None, "row-quote")]
    assert [cells[0] for _, cells, _ in rows] == ["姓名", "李娜", "王五", "李娜", "赵六"]


def test_rows_are_records(read) -> None:
    note = "第一行\r\n第二行\n第三行"
    text = "标题\r\n\r\n" + csv_text(HEADER, (*PERSON[:5], note), PERSON)
    _, rows = read(text.encode())
    assert [number for number, _, _ in rows] == [1, 3, 4, 5]
    assert rows[2][1][5] == "第一行\n第二行\n第三行"
    assert faults(rows) == []


def test_damage_is_named_once_and_with_its_place(read) -> None:
    _, rows = read((ROSTER + "王\ufffd,1,锟斤拷\r\n李娜,ï»¿\r\n").encode())
    assert [problem for _, _, problems in rows for problem in problems] == [
        Problem(None, None, "encoding-damaged", (("where", "A3"),))
    ]
    assert len(rows) == 4


def test_a_file_cut_inside_a_character(read) -> None:
    _, rows = read((ROSTER + "王五").encode("gbk")[:-1])
    assert faults(rows) == [(None, None, "encoding-damaged")]
    assert rows[-1][:2] == (3, ["王"])


def test_damage_in_a_workbook(read) -> None:
    _, rows = read(xlsx(sheet(row(1, *HEADER) + row(2, "李\ufffd", "1") + row(3, "锟斤拷"))))
    assert [problems for _, _, problems in rows] == [
        [], [Problem(None, None, "encoding-damaged", (("where", "A2"),))], [],
    ]  # fmt: skip


def test_a_nul_stays_in_its_cell(read) -> None:
    source, rows = read(ROSTER.replace("李", "李\0").encode())
    assert source.encoding == "utf-8"
    assert rows[1][1][0] == "李\0娜"
    assert read("姓名,手机\n李\0娜,1".encode())[1][1][1] == ["李\0娜", "1"]


@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf", b"\r\n \t\r\n", b"\xff\xfe", b"\xe6"])
def test_empty_files(refusal, data: bytes) -> None:
    assert refusal(data) == "file-empty"


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj",
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4,
        b"\x1f\x8b\x08" + os.urandom(3000),
        bytes(5000),
        b"<html><body><table><tr><td>\xe5\xa7\x93\xe5\x90\x8d</td></tr></table></body></html>",
        b'\xef\xbb\xbf\n<?xml version="1.0"?><Workbook></Workbook>',
        b"{\\rtf1\\ansi roster}",
        b"PK\x03\x04 no zip at all",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000),
        ole("WordDocument", b"text"),
        ole("EncryptedPackage", b"secret"),
    ],
)
def test_what_is_no_table(refusal, data: bytes) -> None:
    assert refusal(data) == "file-kind"


def test_a_folder_or_a_device_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(reading.Unreadable) as error:
        reading.open_source("/dev/null", header_vote=vote)
    assert error.value.problem.code == "file-kind"


def test_the_greatest_size(refusal, read, monkeypatch: pytest.MonkeyPatch) -> None:
    assert reading.MAX_BYTES == 64 * 1024 * 1024
    data = ROSTER.encode()
    monkeypatch.setattr(reading, "MAX_BYTES", len(data))
    assert len(read(data)[1]) == 2
    assert refusal(data + b"x") == "file-too-large"


def test_a_line_without_end(refusal, read) -> None:
    assert refusal((ROSTER + "," * 3_000_000).encode()) == "file-unsafe"
    _, rows = read((ROSTER + "x" * 900_000).encode())
    assert len(rows[-1][1][0]) == 900_000


def test_refusals_carry_what_was_known(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"Jos\xe9, Andr\xe9\n")
    with pytest.raises(reading.Unreadable) as error:
        reading.open_source(path, name="y.csv", header_vote=vote)
    source = error.value.source
    assert error.value.problem.code == "encoding-unknown"
    assert source is not None
    assert (source.name, source.kind, source.size) == ("y.csv", "csv", 12)
    assert source.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_an_encoding_that_was_named(read, refusal) -> None:
    source, _ = read(ROSTER.encode("gbk"), encoding="GBK")
    assert source.encoding == "gb18030"
    assert refusal(ROSTER.encode("gbk"), encoding="utf-8") == "encoding-unknown"
    assert refusal(b"name\xff,x\n", encoding="gb18030") == "encoding-unknown"
    with pytest.raises(reading.UnknownEncoding):
        read(ROSTER.encode(), encoding="klingon")


def test_a_text_file_has_no_sheets(read) -> None:
    with pytest.raises(reading.UnknownSheet):
        read(ROSTER.encode(), sheet="Sheet1")


# What a cell may hold; a lone CR or LF comes back as LF, and some marks mean damage.
cells = st.text(
    st.characters(
        codec="utf-8",
        exclude_categories=["Cs", "Co", "Cn", "Cc"],
        exclude_characters="\ufffd\ufeff锟ï",
        include_characters="\n\t",
    ),
    max_size=12,
)
codecs_of_all_characters = st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "gb18030"])


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(cells, min_size=6, max_size=6), max_size=5),
    codecs_of_all_characters,
    st.sampled_from(["\r\n", "\n", "\r"]),
    st.booleans(),
)
def test_every_cell_comes_back(tmp_path_factory, people, codec, end, quote_all) -> None:  # type: ignore[no-untyped-def]
    file = io.StringIO(newline="")
    # With CR for a line end, the writer would leave a cell with LF without quotes.
    quoting = csv.QUOTE_ALL if quote_all or end == "\r" else csv.QUOTE_MINIMAL
    people = [[cell[:8].replace("\n\n\n\n", "") for cell in person] for person in people]
    writer = csv.writer(file, lineterminator=end, quoting=quoting)
    writer.writerows([HEADER, *people])
    path = tmp_path_factory.getbasetemp() / "round-trip.csv"
    path.write_bytes(file.getvalue().encode(codec))
    source = reading.open_source(path, header_vote=vote)
    found = list(reading.rows(source))
    assert [(number, row) for number, row, _ in found] == list(
        enumerate([list(HEADER), *people], 1)
    )
    assert faults(found) == []
    assert source.encoding == codec.replace("utf-16", "utf-16-le").removesuffix("-sig")


def test_a_large_file_is_not_held_in_memory(tmp_path: Path) -> None:
    """Six megabytes of rows, read in the space of a few blocks."""
    path = tmp_path / "large.csv"
    with path.open("wb") as file:
        file.write(ROSTER.encode("gbk"))
        for _ in range(60):
            file.write(csv_text(PERSON).encode("gbk") * 1500)
    source = reading.open_source(path, header_vote=vote)
    tracemalloc.start()
    count = sum(1 for _ in reading.rows(source))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 2 + 60 * 1500
    assert peak < 3 << 20


@settings(max_examples=150, deadline=None)
@given(
    st.binary(max_size=200)
    | st.lists(
        st.sampled_from(
            [b'"', b",", b"\r", b"\n", b"\0", b"\xff", b"\xd0\xd5", b"\xe5\xa7", b"name"]
        ),
        max_size=40,
    ).map(b"".join)
)
def test_any_bytes_have_an_answer(tmp_path_factory, data: bytes) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(data)
    try:
        source = reading.open_source(path, header_vote=vote)
    except reading.Unreadable as refusal:
        answer = refusal.problem.code
    else:
        numbers = [number for number, _, _ in reading.rows(source)]
        answer = "rows" if numbers == sorted(set(numbers)) else "disorder"
    assert answer in {"rows", "file-empty", "file-kind", "encoding-unknown"}
