"""Records of delimited text, and above all the quotes that nobody closed."""

import csv
import io
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from training.delimited import MAX_CELLS, layout, records

KNOWN = {"姓名", "身份证号", "手机", "备注"}


def vote(cells: Sequence[str]) -> int:
    return sum(cell.strip() in KNOWN for cell in cells)


def read(text: str, width: int = 4, delimiter: str = ",") -> list[tuple[int, list[str], bool]]:
    return [tuple(record) for record in records([text.split("\n")], delimiter, width)]


def test_rows_count_records_and_blank_ones() -> None:
    assert read('a,"b\nc",d\n\n  \n,,\ne') == [
        (1, ["a", "b\nc", "d"], False),
        (4, ["", "", ""], False),
        (5, ["e"], False),
    ]


def test_a_line_of_tabs_is_a_record_only_where_tabs_delimit() -> None:
    assert read("\t\t", delimiter="\t") == [(1, ["", "", ""], False)]
    assert read("\t\t", delimiter=",") == []


@pytest.mark.parametrize(
    ("line", "cells"),
    [
        ('"a,b",c', ["a,b", "c"]),
        ('"say ""hi""",', ['say "hi"', ""]),
        ('"",""', ["", ""]),
        ('5" pipe,x"y', ['5" pipe', 'x"y']),
        (' "a",b', [' "a"', "b"]),
        ('"a"b,c', ["ab", "c"]),
        ('a"b"",c', ['a"b""', "c"]),
    ],
)
def test_quotes_within_a_line(line: str, cells: list[str]) -> None:
    assert read(line) == [(1, cells, False)]


@pytest.mark.parametrize(
    ("cell", "is_broken"),
    [("1\n2\n3\n4\n5", False), ("1\n2\n3\n4\n5\n6", True)],
)
def test_a_cell_of_five_lines_is_the_longest(cell: str, is_broken: bool) -> None:
    first, *_ = read(f'x,"{cell}",y')
    assert first[2] == is_broken


def test_each_cell_has_its_own_five_lines() -> None:
    cells = ["1\n2\n3\n4", "", "5\n6\n7\n8", "9\n10"]
    text = ",".join(f'"{cell}"' for cell in cells)
    assert read(f"{text}\nnext,1,2,3") == [(1, cells, False), (2, ["next", "1", "2", "3"], False)]


@pytest.mark.parametrize(
    "text",
    [
        # Never closed.
        '李娜,"高工,13800000001,\n王五,x,13800000002,\n赵六,y,13800000003,',
        # Closed by the quote that opens a cell of the next record, or of the one after it.
        '李娜,"高工,13800000001,\n王五,"x",13800000002,\n赵六,y,13800000003,',
        '李娜,"高工,13800000001,\n王五,x,13800000002,\n赵六,"y",13800000003,',
        # Closed by a stray quote at the end of a further record: nothing trails it.
        '李娜,"高工,13800000001,\n王五,x,13800000002,"\n赵六,y,13800000003,',
    ],
)
def test_an_open_quote_keeps_only_its_own_row(text: str) -> None:
    first, *others = read(text)
    assert first == (1, ["李娜", '"高工', "13800000001", ""], True)
    assert [row for row, _, _ in others] == [2, 3]
    assert [cells[0] for _, cells, _ in others] == ["王五", "赵六"]
    assert [len(cells) for _, cells, _ in others] == [4, 4]


def test_an_open_quote_after_a_good_cell_of_two_lines() -> None:
    assert read('"a\nb","c,d\ne,f,g,h') == [
        (1, ["a\nb", '"c', "d"], True),
        (2, ["e", "f", "g", "h"], False),
    ]


def test_a_note_with_fewer_cells_than_a_record_is_no_record() -> None:
    note = "第一，甲\n第二, 乙, 丙\n第三"
    assert read(f'李娜,x,y,"{note}"') == [(1, ["李娜", "x", "y", note], False)]


def test_other_cells_of_a_broken_row_keep_their_quotes() -> None:
    first, _ = read('"北京, 朝阳","开,"", ""x",y,"z\n王五,x,y,z')
    assert first == (1, ["北京, 朝阳", '开,", "x', "y", '"z'], True)


def test_blocks_may_cut_anywhere() -> None:
    lines = ['a,"b', 'c",d', 'e,"f,g', "h,i,j,k"]
    whole = list(records([lines], ",", 4))
    assert whole == list(records([[line] for line in lines], ",", 4))
    assert [record.is_broken for record in whole] == [False, True, False]


def test_a_chain_of_quotes_over_lines_does_not_pile_up() -> None:
    lines = ['"a', *['b","c'] * (2 * MAX_CELLS)]
    longest = max(len(record.cells) for record in records([lines], ",", 0))
    assert longest <= MAX_CELLS + 2


def test_a_cell_may_be_longer_than_the_csv_module_likes() -> None:
    long = "x" * 200_000
    assert read(f'"{long}",1') == [(1, [long, "1"], False)]


# A cell over several lines must not look like a record (three commas) and be closed in five.
cells_of_text = st.text(
    st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=20
) | st.lists(st.text(st.sampled_from('ab"· 姓'), max_size=5), min_size=2, max_size=5).map("\n".join)


@given(st.lists(st.lists(cells_of_text, min_size=4, max_size=4), min_size=1, max_size=6))
def test_every_cell_comes_back(table: list[list[str]]) -> None:
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerows(table)
    assert read(file.getvalue().removesuffix("\n")) == [
        (row, cells, False) for row, cells in enumerate(table, 1)
    ]


@given(st.lists(st.text(st.sampled_from('a,"b\t;'), max_size=12).map("x".__add__), max_size=12))
def test_no_line_vanishes_or_comes_twice(lines: list[str]) -> None:
    found = list(records([lines], ",", 3))
    assert [record.row for record in found] == list(range(1, len(found) + 1))
    assert len(lines) == sum("".join(record.cells).count("\n") + 1 for record in found)


@given(st.text(st.sampled_from('a,"\n'), max_size=60))
def test_closed_quotes_are_read_as_the_csv_module_reads_them(text: str) -> None:
    found = list(records([text.split("\n")], ",", 0))
    if not any(record.is_broken for record in found):
        expected = csv.reader(io.StringIO(text, newline=""))
        assert [record.cells for record in found] == [cells for cells in expected if cells]


@pytest.mark.parametrize(
    ("text", "delimiter", "width"),
    [
        ("名单\n姓名,身份证号,手机\n李娜;x,1,2", ",", 3),
        ("姓名;身份证号;手机\n李娜;1,5;2,5", ";", 3),
        ("姓名\t身份证号\t备注\n李娜\t1\ta,b,c,d", "\t", 3),
        ('"姓名\n（必填）";身份证号;手机', ";", 3),
        ("x;y;z\n1;2;3\n4;5,5;6", ";", 3),
        ("只有一列\n李娜", ",", 0),
        ("", ",", 0),
    ],
)
def test_layout(text: str, delimiter: str, width: int) -> None:
    found = layout(text.split("\n"), vote)
    assert (found.delimiter, found.width) == (delimiter, width)
