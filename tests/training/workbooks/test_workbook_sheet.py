"""The rows of a sheet out of its XML, by pattern and by parser alike."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from training.workbooks import limits, markup
from training.workbooks.cells import DATE, FORMULA, NUMBER, Row, RowBuilder
from training.workbooks.sheet import parsed_rows, plain_rows, sheet_rows

from tests.workbook_files import row, sheet

STRINGS = ["甲", "乙 ", "丙\n丁"]
PRECISIONS = [None, "day", "month"]


def builder() -> RowBuilder:
    return RowBuilder(STRINGS, PRECISIONS, from_1904=False)


def read(rows: str, **options: str) -> list[Row]:
    xml = sheet(rows, **options).encode()
    return list(sheet_rows(lambda: [xml[:50], xml[50:]], builder))


@pytest.mark.parametrize(
    ("cell", "text", "mark"),
    [
        ('<c r="A1" t="s"><v>1</v></c>', "乙 ", None),
        ('<c r="A1" s="1" t="s"><v>2</v></c>', "丙\n丁", None),
        ('<c r="A1"><v>110105194912310000</v></c>', "110105194912310000", NUMBER),
        ('<c r="A1" t="n"><v>1.1010519491231E+17</v></c>', "110105194912310000", NUMBER),
        ('<c r="A1" s="1"><v>44500</v></c>', "2021-10-31", DATE),
        ('<c r="A1" t="n" s="2"><v>44500</v></c>', "2021-10", DATE),
        ('<c r="A1" s="1"><v>99999999</v></c>', "99999999", NUMBER),
        ('<c r="A1" s="77"><v>5</v></c>', "5", NUMBER),
        ('<c r="A1" t="d"><v>2021-10-08T00:00:00</v></c>', "2021-10-08", DATE),
        ('<c r="A1" t="b"><v>1</v></c>', "TRUE", None),
        ('<c r="A1" t="b"><v>0</v></c>', "FALSE", None),
        ('<c r="A1" t="e"><v>#N/A</v></c>', "#N/A", None),
        ('<c r="A1" t="inlineStr"><is><t>李娜</t></is></c>', "李娜", None),
        ('<c r="A1" t="inlineStr"><is><t xml:space="preserve"> a </t></is></c>', " a ", None),
        ('<c r="A1" t="inlineStr"><is><r><t>李</t></r><r><t>娜</t></r></is></c>', "李娜", None),
        (
            '<c r="A1" t="inlineStr"><is><t>東</t><rPh sb="0" eb="1"><t>ひがし</t></rPh></is></c>',
            "東",
            None,
        ),
        ('<c r="A1" t="inlineStr"><is><t>A&amp;B&#x4e2d;</t></is></c>', "A&B中", None),
        ('<c r="A1" t="inlineStr"><is><t>a_x000D_b_x005F_x</t></is></c>', "a\rb_x", None),
        ('<c r="A1" t="inlineStr"><is><t>a\r\nb</t></is></c>', "a\nb", None),
        ('<c r="A1" t="inlineStr"><is><t><![CDATA[</row><c>]]></t></is></c>', "</row><c>", None),
        ('<c r="A1" t="inlineStr"><!-- </row> --><is><t>x</t></is></c>', "x", None),
        ('<c r="A1"><f>1+1</f><v>2</v></c>', "2", NUMBER),
        ('<c r="A1"><f t="shared" si="0"/><v>2</v></c>', "2", NUMBER),
        ('<c r="A1" t="str"><f>"a"&amp;"b"</f><v>ab</v></c>', "ab", None),
        ('<c r="A1"><f>1+1</f></c>', "", FORMULA),
        ('<c r="A1"><f>1+1</f><v></v></c>', "", FORMULA),
        ('<c r="A1"><f>1+1</f><v/></c>', "", FORMULA),
        ("<c><v>5</v></c>", "5", NUMBER),
    ],
)
def test_kinds_of_cells(cell: str, text: str, mark: str | None) -> None:
    assert read(f'<row r="1">{cell}</row>') == [Row(1, [text], {mark: [0]} if mark else {}, [])]


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="A1"/>', '<c r="A1" s="1"/>', '<c r="A1" s="1"></c>', '<c r="A1" t="s"/>',
        '<c r="A1" t="b"/>', '<c r="A1" t="inlineStr"><is><t></t></is></c>',
        '<c r="A1" t="str"><f>""</f><v></v></c>', '<c r="A1"><v/></c>',
    ],
)  # fmt: skip
def test_empty_cells_are_no_cells(cell: str) -> None:
    assert read(f'<row r="1">{cell}</row>') == []


def test_gaps_and_numbers_are_kept() -> None:
    found = read('<row r="3"/><row r="7"><c r="C7"><v>1</v></c><c r="E7" s="1"/></row>')
    assert found == [Row(7, ["", "", "1"], {NUMBER: [2]}, [])]


def test_rows_and_cells_that_do_not_say_where_they_are() -> None:
    found = read(
        '<row/><row><c t="s"><v>0</v></c><c/><c r="Z2"><v>1</v></c><c><v>2</v></c></row>'
        '<row r="9"><c r="B9"><v>3</v></c></row><row><c><v>4</v></c></row>'
    )
    assert [(row.number, "".join(row.cells)) for row in found] == [
        (2, "甲12"), (9, "3"), (10, "4"),
    ]  # fmt: skip
    assert len(found[0].cells) == 27


def test_prefixed_elements_and_other_encodings() -> None:
    rows = '<x:row r="1"><x:c r="A1" t="inlineStr"><x:is><x:t>李娜</x:t></x:is></x:c></x:row>'
    prefixed = f'<x:worksheet xmlns:x="u"><x:sheetData>{rows}</x:sheetData></x:worksheet>'
    plain = sheet(row(1, "李娜")).replace("UTF-8", "UTF-16")
    for data in (prefixed.encode(), plain.encode("utf-16")):
        assert [found.cells for found in sheet_rows(lambda data=data: [data], builder)] == [
            ["李娜"]
        ]


def test_a_comment_far_down_changes_the_reader_but_not_the_rows() -> None:
    rows = "".join(row(number, f"n{number}") for number in range(1, 6))
    blocks = [part.encode() for part in (sheet(rows) + "<!-- -->").partition(row(4, "n4"))]
    assert [found.number for found in sheet_rows(lambda: blocks, builder)] == [1, 2, 3, 4, 5]


def test_a_far_cell_is_named_and_its_row_stays_small() -> None:
    found = read(
        '<row r="1048576"><c r="A1048576"><v>1</v></c><c r="XFD1048576"><v>2</v></c></row>'
    )
    assert found == [Row(1048576, ["1"], {NUMBER: [0]}, ["XFD1048576"])]


@pytest.mark.parametrize(
    "rows",
    [
        row(2, "a") + row(1, "b"),
        row(2, "a") + row(2, "b"),
        row(1048577, "a"),
        '<row r="1"><c r="B1"><v>1</v></c><c r="A1"><v>1</v></c></row>',
    ],
)
def test_rows_and_cells_out_of_order_are_damage(rows: str) -> None:
    with pytest.raises(limits.Refused) as refusal:
        read(rows)
    assert refusal.value.code == "file-kind"


@pytest.mark.parametrize("reader", [plain_rows, parsed_rows])
def test_limits(reader, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    rows = sheet("".join(row(number, "abc", "de", "f") for number in range(1, 41))).encode()
    assert len(list(reader([rows], builder()))) == 40
    for name, limit in (
        ("CELLS", 3 * (40 - limits.UNCOUNTED_ROWS) - 1),
        ("TEXT_CHARACTERS", 6 * 40 - 1),
        ("ROW_CHARACTERS", 5),
        ("COLUMNS", 2),
        ("XML_DEPTH", 3),
    ):
        if name == "XML_DEPTH" and reader is plain_rows:
            continue
        with monkeypatch.context() as patch:
            patch.setattr(limits, name, limit)
            with pytest.raises(limits.Refused) as refusal:
                list(reader([rows], builder()))
            assert refusal.value.code == "file-unsafe"


def test_the_head_and_100_000_people_in_20_columns_are_within_the_limit() -> None:
    assert limits.CELLS == 100_000 * 20
    assert limits.UNCOUNTED_ROWS >= 20


cell_xml = st.one_of(
    st.integers(0, 2).map(lambda i: ("s", f"<v>{i}</v>")),
    st.floats(allow_nan=False, allow_infinity=False).map(lambda f: ("n", f"<v>{f!r}</v>")),
    st.sampled_from(
        [("b", "<v>1</v>"), ("n", ""), ("str", "<f>A1</f><v>x</v>"), ("n", "<f>A1</f>")]
    ),
    st.text(st.sampled_from("李a&<_x0D\r\n "), max_size=8).map(
        lambda text: (
            "inlineStr",
            f"<is><t>{text.replace('&', '&amp;').replace('<', '&lt;')}</t></is>",
        )
    ),
)


@st.composite
def rows_xml(draw: st.DrawFn) -> str:
    numbers = sorted(draw(st.sets(st.integers(1, 60), max_size=5)))
    xml = ""
    for number in numbers:
        columns = sorted(draw(st.sets(st.integers(0, 25), max_size=6)))
        cells = ""
        for column in columns:
            kind, content = draw(cell_xml)
            style = draw(st.sampled_from(["", ' s="0"', ' s="1"', ' s="2"']))
            cells += f'<c r="{chr(65 + column)}{number}"{style} t="{kind}">{content}</c>'
        xml += f'<row r="{number}" spans="1:3">{cells}</row>'
    return xml


@given(rows_xml(), st.integers(1, 400))
def test_pattern_and_parser_agree(rows: str, cut: int) -> None:
    xml = sheet(rows).encode()
    blocks = [xml[:300], *(xml[at : at + cut] for at in range(300, len(xml), cut))]
    assert list(plain_rows(blocks, builder())) == list(parsed_rows(blocks, builder()))


def test_an_element_without_end_is_not_collected_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "ELEMENT_CHARACTERS", 1000)
    with pytest.raises(limits.Refused):
        list(markup.plain_blocks([b"<sst>", *[b"<si><t>" + b"x" * 300] * 9], "si", "sst"))
