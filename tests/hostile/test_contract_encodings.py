"""Bytes of the contract: kinds of files, encodings, traces of damage, files that are no roster."""

import pytest
from training import roster

from tests.hostile.sending import (
    ERROR,
    HEADER,
    Office,
    crowd,
    good,
    grid,
    text,
    workbook,
)
from tests.people import identity_number, person

TRADITIONAL = {
    "序號": "1", "姓名": "張偉", "身分證號碼": identity_number(7), "手機": "13800000007",
    "單位名稱": "示例有限公司", "統一社會信用代碼": person(7)["统一社会信用代码"], "職務": "總經理",
    "省份": "廣東省", "選拔方式": "自主選拔", "所屬行業": "通用設備製造業", "學員類別": "龍頭骨幹",
    "承擔機構": "清華大學", "培訓方向": "區域發展",
}  # fmt: skip


@pytest.mark.parametrize(
    ("codec", "mark", "word"),
    [
        ("utf-8", b"", "utf-8"), ("utf-8", b"\xef\xbb\xbf", "utf-8"),
        ("utf-16-le", b"\xff\xfe", "utf-16-le"), ("utf-16-be", b"\xfe\xff", "utf-16-be"),
        ("utf-16-le", b"", "utf-16-le"), ("utf-16-be", b"", "utf-16-be"),
        ("gb18030", b"", "gb18030"), ("gbk", b"", "gb18030"), ("gb2312", b"", "gb18030"),
        ("gb18030", b"\x84\x31\x95\x33", "gb18030"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_an_encoding_is_told_from_the_bytes(
    reader: Office, codec: str, mark: bytes, word: str, delimiter: str
) -> None:
    answer = reader.send(mark + text(grid(crowd()), delimiter).encode(codec), name="x.txt")
    assert (answer["encoding"], answer["delimiter"], answer["kind"]) == (word, delimiter, "csv")
    assert (answer.faults, answer.counts) == ([], {"rows": 3, "new": 3})


def test_a_roster_in_big5(office: Office) -> None:
    answer = office.send(text(grid([TRADITIONAL])).encode("big5"), commit=True)
    assert (answer["encoding"], answer.faults, answer.counts) == ("big5", [], {"rows": 1, "new": 1})
    assert answer["columns"]["身分證號碼"] == "id_number"
    assert office.stored("select name, position, province, institution, track from trainees") == [
        ("張偉", "總經理", "440000", "tsinghua", "regional_development")
    ]


@pytest.mark.parametrize("name", ["名单.csv", "名单.xlsx", "名单", "名单.pdf"])
def test_the_name_tells_no_kind(reader: Office, name: str) -> None:
    assert reader.send(good(), name=name)["kind"] == "csv"
    assert reader.send(workbook(grid(crowd())), name=name)["kind"] == "xlsx"


def test_ascii_is_utf8(reader: Office) -> None:
    answer = reader.send("name,id_number,mobile\r\nA,1,2\r\n")
    assert answer["encoding"] == "utf-8"
    assert answer["columns"] == {"name": "name", "id_number": "id_number", "mobile": "mobile"}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file-empty"), (b"\r\n \r\n", "file-empty"), (b"\xef\xbb\xbf", "file-empty"),
        (b"%PDF-1.4\n", "file-kind"), (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9, "file-kind"),
        (b"<html><table><tr><td>x</td></tr></table>", "file-kind"), (b"PK\x03\x04junk", "file-kind"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "file-kind"), (b"{\\rtf1}", "file-kind"),
        ("株式会社,代表取締役\r\n".encode("shift_jis") * 9, "encoding-unknown"),
        (bytes(range(0x80, 0xFF)) * 5, "encoding-unknown"),
        (b"a,b\r\n1,2\r\n", "header-missing"),
        ("x,y\r\n" * 20 + good(), "header-missing"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_roster(reader: Office, content: bytes, code: str) -> None:
    answer = reader.send(content)
    assert answer.faults == [(None, None, code, ERROR)]
    assert answer.counts == {}
    assert len(answer["sha256"]) == 64


def test_a_header_without_people(reader: Office) -> None:
    answer = reader.send(",".join(HEADER) + "\r\n")
    assert answer.faults == [(None, None, "file-empty", ERROR)]
    assert (answer["header_row"], answer.counts) == (1, {})


def test_a_file_too_large(reader: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    content = good().encode()
    monkeypatch.setattr("training.reading.MAX_BYTES", len(content))
    assert reader.send(content).faults == []
    assert reader.send(content + b" ").faults == [(None, None, "file-too-large", ERROR)]


@pytest.mark.parametrize("trace", ["\ufffd", "锟斤拷", "ï»¿"])
def test_traces_of_a_wrong_conversion(reader: Office, trace: str) -> None:
    answer = reader.send(good().replace("学员甲乙", trace))
    assert answer.faults == [(None, None, "encoding-damaged", ERROR)]


def test_a_file_cut_inside_a_character(reader: Office) -> None:
    content = good(备注="好").encode("gb18030").rstrip()[:-1]
    answer = reader.send(content)
    assert answer.faults == [(None, None, "encoding-damaged", ERROR)]
    assert (answer["rows"], answer["encoding"]) == (3, "gb18030")


def test_one_nul_is_a_control_character(reader: Office) -> None:
    answer = reader.send(good().replace("学员甲乙", "学员\0乙"))
    assert answer.faults == [(3, "name", "cell-control", ERROR)]
    assert answer["encoding"] == "utf-8"


def test_an_encoding_that_the_sender_names(reader: Office) -> None:
    content = good().encode("gb18030")
    assert reader.send(content, encoding="gbk")["encoding"] == "gb18030"
    assert reader.send(content, encoding="utf-8").faults == [
        (None, None, "encoding-unknown", ERROR)
    ]
    with pytest.raises(roster.BadCall):
        reader.send(content, encoding="martian")
