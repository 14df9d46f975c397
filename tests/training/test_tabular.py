"""Tables as files: no cell starts a formula, and every cell comes back as it was written."""

import csv
import io
import zipfile

import pytest
from python_calamine import CalamineWorkbook
from training import tabular

HOSTILE = [
    "=1+1", "+8613800000000", "-2", "@SUM(A1)", "\t=1", "\r=1", "\n=1",
    " =1+1", "\u3000=1", "\ufeff=1", "＝1+1", "＋1", "－1", "＠x",
]  # fmt: skip
HARMLESS = ["", "清华大学", "a=1", "110105199912319990", "007", "'x", "1-2", "白　晓", "𠅤·𬭎"]


@pytest.mark.parametrize("text", HOSTILE)
def test_text_that_could_start_a_formula_is_marked_as_text(text: str) -> None:
    assert tabular.safe(text) == "'" + text


@pytest.mark.parametrize("cell", [*HARMLESS, 0, -5, 85.5])
def test_other_cells_stay_as_they_are(cell: tabular.Cell) -> None:
    assert tabular.safe(cell) == cell
    assert type(tabular.safe(cell)) is type(cell)


def test_csv_has_a_byte_order_mark_crlf_and_the_same_cells() -> None:
    rows: list[list[tabular.Cell]] = [['逗号,引号"', "两\n行", None], [7, "007", -1.5]]
    text = tabular.csv_text(["甲", "乙", "丙"], rows)
    assert text.encode().startswith(b"\xef\xbb\xbf\xe7\x94\xb2,")
    assert text.endswith("7,007,-1.5\r\n")
    assert list(csv.reader(io.StringIO(text[1:], newline=""))) == [
        ["甲", "乙", "丙"], ["逗号,引号\"", "两\n行", ""], ["7", "007", "-1.5"],
    ]  # fmt: skip


def test_csv_without_a_byte_order_mark() -> None:
    assert tabular.csv_text(["a"], [], bom=False) == "a\r\n"


def test_csv_is_made_a_row_at_a_time() -> None:
    drawn = []

    def rows():
        for number in range(3):
            drawn.append(number)
            yield [number]

    lines = tabular.csv_lines(["n"], rows())
    assert (next(lines), next(lines), drawn) == ("\ufeffn\r\n", "0\r\n", [0])


@pytest.mark.parametrize("text", HOSTILE)
def test_no_header_and_no_body_cell_of_either_format_starts_a_formula(text: str) -> None:
    csv_rows = list(csv.reader(io.StringIO(tabular.csv_text([text], [[text]])[1:], newline="")))
    sheet = sheet_of(tabular.xlsx_bytes("名单", [text], [[text]]))
    assert [row[0][0] for row in csv_rows] == ["'", "'"]
    assert [row[0][0] for row in sheet] == ["'", "'"]


def test_a_workbook_keeps_text_as_text_and_numbers_as_numbers() -> None:
    workbook = tabular.xlsx_bytes("名单", ["甲", "乙"], [["110105199912319990", 7], ["007", None]])
    assert sheet_of(workbook) == [["甲", "乙"], ["110105199912319990", 7.0], ["007", ""]]
    xml = zipfile.ZipFile(io.BytesIO(workbook)).read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in xml


@pytest.mark.parametrize("cell", [*HARMLESS, "https://example.com", "a\tb", "_x0041_"])
def test_a_workbook_gives_every_text_back(cell: str) -> None:
    assert sheet_of(tabular.xlsx_bytes("名单", ["x"], [["1", cell]]))[1][1] == cell


def test_a_text_longer_than_a_cell_shows_that_it_was_cut() -> None:
    cell = sheet_of(tabular.xlsx_bytes("名单", ["x"], [["长" * 40_000]]))[1][0]
    assert (len(cell), cell[-2:]) == (tabular.CELL_CHARACTERS, "长…")


def test_a_table_longer_than_a_worksheet_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tabular, "SHEET_ROWS", 3)
    assert len(sheet_of(tabular.xlsx_bytes("名单", ["x"], [["1"], ["2"]]))) == 3
    with pytest.raises(tabular.TooManyRows):
        tabular.xlsx_bytes("名单", ["x"], [["1"], ["2"], ["3"]])


@pytest.mark.parametrize(
    ("title", "sheet"),
    [("名单[1]/2", "名单 1  2"), ("'名单'", "名单"), ("长" * 40, "长" * 31), ("", "Sheet1")],
)
def test_any_title_makes_a_sheet_name(title: str, sheet: str) -> None:
    assert CalamineWorkbook.from_filelike(
        io.BytesIO(tabular.xlsx_bytes(title, ["x"], []))
    ).sheet_names == [sheet]


def test_a_download_has_its_name_in_both_forms() -> None:
    assert tabular.attachment('名单";\r\n.csv', "list.csv") == (
        "attachment; filename=\"list.csv\"; filename*=UTF-8''%E5%90%8D%E5%8D%95%22%3B%0D%0A.csv"
    )


@pytest.mark.parametrize("name", ["", "名单.csv", 'a"b', "a\r\nb", "a b"])
def test_a_plain_name_is_ascii_without_quotes(name: str) -> None:
    with pytest.raises(ValueError, match="not a plain file name"):
        tabular.attachment("x", name)


def sheet_of(workbook: bytes) -> list[list]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(workbook))
    return book.get_sheet_by_index(0).to_python()
