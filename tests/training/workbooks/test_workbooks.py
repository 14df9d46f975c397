"""Workbooks through the process that reads them: sheets, cells as Excel shows them, row numbers."""

import datetime
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
import xlsxwriter
from training import reading
from training.markers import ExcelDate, NoValue, Number
from training.workbooks import parent

from tests.workbook_files import row, sheet, xls, xlsx

HEADER = ("姓名", "身份证号", "手机", "单位名称", "职务", "备注")
PERSON = ("李娜", "11999919800101999X", "13800000001", "某某科技有限公司", "经理", "x")
ROSTER = sheet(row(1, *HEADER) + row(2, *PERSON))
FORM = sheet(row(1, *HEADER))
WORDS = sheet(row(1, "姓名", "手机") + row(2, "a", "b"))
NOTES = sheet(row(1, "填表说明") + row(2, "请勿合并单元格"))


def vote(cells: Sequence[str]) -> int:
    return sum(cell.strip() in HEADER for cell in cells)


def open_bytes(tmp_path: Path, data: bytes, sheet: str | None = None) -> reading.Source:
    path = tmp_path / "book"
    path.write_bytes(data)
    return reading.open_source(path, sheet=sheet, header_vote=vote)


def test_a_roster_as_excel_writes_it(tmp_path: Path) -> None:
    path = tmp_path / "roster.xlsx"
    with xlsxwriter.Workbook(path) as book:
        tab = book.add_worksheet("学员名单")
        tab.merge_range("A1:F1", "2021 年培训学员名单")
        tab.write_row("A3", [*HEADER, "成立时间", "开班", "是否"])
        tab.write_row("A4", PERSON)
        tab.write_number("B5", 110105194912310000)
        tab.write_number("C5", 13800000002)
        day = book.add_format({"num_format": "yyyy/m/d"})
        tab.write_datetime("G5", datetime.datetime(2010, 5, 6), day)
        month = book.add_format({"num_format": 'yyyy"年"m"月"'})
        tab.write_datetime("H5", datetime.datetime(2021, 10, 1), month)
        tab.write_boolean("I5", True)
        tab.write_formula("J5", "=1+1", value=2)
        tab.write_string("A9", "合计 \n 1 人")
        tab.write_blank("Z2000", None, day)
    source = reading.open_source(path, header_vote=vote)
    assert (source.kind, source.sheet, source.sheets) == ("xlsx", "学员名单", ["学员名单"])
    assert (source.encoding, source.delimiter) == (None, None)
    rows = {number: cells for number, cells, _ in reading.rows(source)}
    assert rows == {
        1: ["2021 年培训学员名单"],
        3: [*HEADER, "成立时间", "开班", "是否"],
        4: list(PERSON),
        5: [
            "",
            "110105194912310000",
            "13800000002",
            "",
            "",
            "",
            "2010-05-06",
            "2021-10",
            "TRUE",
            "2",
        ],
        9: ["合计 \n 1 人"],
    }
    kinds = [type(cell) for cell in rows[5]]
    assert kinds == [str, Number, Number, str, str, str, ExcelDate, ExcelDate, str, Number]
    assert next(reading.rows(source))[1] == rows[1]


def test_shared_strings_of_every_sort(tmp_path: Path) -> None:
    strings = (
        "<sst><si><t>姓名</t></si><si><t xml:space='preserve'> a </t></si><si/><si><t/></si>"
        "<si><r><t>李</t></r><r><rPr><b/></rPr><t>娜</t></r><rPh sb='0' eb='1'><t>x</t></rPh></si>"
        "<si><t>A&amp;B_x000D_&#10;c</t></si></sst>"
    )
    cells = "".join(f'<c r="{"ABCDEF"[i]}1" t="s"><v>{i}</v></c>' for i in range(6))
    expected = ["姓名", " a ", "", "", "李娜", "A&B\r\nc"]
    for given in (strings, strings.replace("<sst>", "<sst><!-- -->")):
        data = xlsx(sheet(f'<row r="1">{cells}</row>'), strings=given)
        assert [cells for _, cells, _ in reading.rows(open_bytes(tmp_path, data))] == [expected]


def test_days_from_1904_and_formulas_without_a_result(tmp_path: Path) -> None:
    styles = (
        '<styleSheet><numFmts><numFmt numFmtId="170" formatCode="yyyy-mm-dd"/></numFmts>'
        '<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>'
        '<cellXfs><xf numFmtId="0"/><xf numFmtId="170"/></cellXfs></styleSheet>'
    )
    cells = '<c r="A1" s="1"><v>43038</v></c><c r="B1" s="0"><v>5</v></c><c r="C1"><f>A1</f></c>'
    data = xlsx(sheet(f'<row r="1">{cells}</row>'), styles=styles,
                properties='<workbookPr date1904="1"/>')  # fmt: skip
    ((_, found, _),) = reading.rows(open_bytes(tmp_path, data))
    assert found == ["2021-10-31", "5", ""]
    assert [type(cell) for cell in found] == [ExcelDate, Number, NoValue]


@pytest.mark.parametrize(
    ("sheets", "chosen"),
    [
        ([("说明", NOTES), ("名单", ROSTER)], "名单"),
        # A form that nobody filled in, and a list of words, are no second roster.
        ([("空表", FORM), ("名单", ROSTER)], "名单"),
        ([("词表", WORDS), ("名单", ROSTER)], "名单"),
        ([("去年", ROSTER, "hidden"), ("今年", ROSTER)], "今年"),
        ([("去年", ROSTER, "veryHidden"), ("说明", NOTES), ("今年", ROSTER)], "今年"),
        ([("说明", NOTES), ("名单", ROSTER, "hidden")], "名单"),
        ([("空", sheet("")), ("说明", NOTES), ("词", NOTES)], "说明"),
        ([("说明", NOTES), ("空表", FORM)], "空表"),
    ],
)
def test_the_sheet_that_looks_like_a_roster(
    tmp_path: Path, sheets: list[tuple[str, ...]], chosen: str
) -> None:
    source = open_bytes(tmp_path, xlsx(*sheets))  # type: ignore[arg-type]
    assert source.sheet == chosen
    assert source.sheets == [name for name, *_ in sheets]


def test_two_rosters_in_one_workbook(tmp_path: Path) -> None:
    data = xlsx(("A班", ROSTER), ("B班", ROSTER.replace("李娜", "王五")))
    with pytest.raises(reading.Unreadable) as error:
        open_bytes(tmp_path, data)
    assert error.value.problem == (None, None, "sheet-several", (("where", "A班、B班"),), None)
    assert error.value.source is not None
    assert error.value.source.sheets == ["A班", "B班"]
    source = open_bytes(tmp_path, data, sheet="b班 ")
    assert source.sheet == "B班"
    assert [cells[0] for _, cells, _ in reading.rows(source)] == ["姓名", "王五"]


@pytest.mark.parametrize("names", [("名单",), ("名单", "说明")])
def test_a_sheet_that_is_not_there(tmp_path: Path, names: tuple[str, ...]) -> None:
    with pytest.raises(reading.UnknownSheet):
        open_bytes(tmp_path, xlsx(*((name, ROSTER) for name in names)), sheet="nope")


def test_an_empty_workbook(tmp_path: Path) -> None:
    for data in (xlsx(sheet("")), xlsx(), xls({})):
        with pytest.raises(reading.Unreadable) as error:
            open_bytes(tmp_path, data)
        assert error.value.problem.code == "file-empty"


def test_hostile_names_stay_names(tmp_path: Path) -> None:
    name = "'; drop table x; --\"<&"
    assert open_bytes(tmp_path, xlsx((name, ROSTER), ("y", NOTES))).sheet == name


def test_an_xls_roster(tmp_path: Path) -> None:
    cells: dict[tuple[int, int], str | float] = {
        **{(2, place): text for place, text in enumerate(HEADER)},
        (4, 0): "李娜", (4, 1): 110105194912310021.0, (4, 2): 13800000001.0, (5, 1): 200.5,
    }  # fmt: skip
    source = open_bytes(tmp_path, xls(cells, name="名单"))
    assert (source.kind, source.sheet) == ("xls", "名单")
    rows = list(reading.rows(source))
    assert rows == [
        (3, list(HEADER), []),
        (5, ["李娜", "110105194912310000", "13800000001"], []),
        (6, ["", "200.5"], []),
    ]
    assert [type(cell) for cell in rows[1][1]] == [str, Number, Number]


def test_a_thread_may_open_a_workbook(tmp_path: Path) -> None:
    found: list[str | None] = []
    thread = threading.Thread(
        target=lambda: found.append(open_bytes(tmp_path, xlsx(("名单", ROSTER))).sheet)
    )
    thread.start()
    thread.join()
    assert found == ["名单"]


def test_the_process_knows_nothing_but_where_the_code_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = []

    def popen(command: list[str], **options: object) -> None:
        started.append((command, options))
        raise InterruptedError

    monkeypatch.setattr(parent.subprocess, "Popen", popen)
    with pytest.raises(InterruptedError):
        open_bytes(tmp_path, xlsx(("名单", ROSTER)))
    ((command, options),) = started
    assert set(options["env"]) == {"PYTHONPATH"}  # type: ignore[call-overload]
    assert command[1:] == ["-P", "-m", "training.workbooks.child", "xlsx"]
