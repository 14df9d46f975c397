"""The error workbook: the sender's own sheet, marked, and fit to be sent again as it is."""

import csv
import io
import re
import sqlite3
import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook
from training import fault_report, roster
from training.problems import CODES, Language
from training.rows import Sender

from tests.conftest import YEAR, World
from tests.people import person, roster_csv
from tests.workbook_files import xls, zipped

SENDER = Sender(institution="tsinghua")
Fault = tuple[int | None, str | None, str]


class Bench:
    """One clerk who checks files and asks for their error workbook."""

    def __init__(self, world: World, conn: sqlite3.Connection, folder: Path) -> None:
        self.world, self.conn, self.folder = world, conn, folder
        self._made = 0

    def check(self, content: bytes) -> tuple[Path, roster.Report]:
        self._made += 1
        path = self.folder / f"{self._made}"
        path.write_bytes(content)
        order = roster.Order(path=path, year=YEAR, sender=SENDER, by="clerk")
        return path, roster.run(self.conn, order, self.world.keys, commit=False)

    def marked(self, content: bytes) -> tuple[roster.Report, bytes]:
        path, report = self.check(content)
        return report, fault_report.of_file(path, report)

    def faults(self, content: bytes) -> list[Fault]:
        return faults(self.check(content)[1])


def faults(report: roster.Report) -> list[Fault]:
    return [(p.row, p.column, p.code) for p in report.problems]


@pytest.fixture
def bench(world: World, conn: sqlite3.Connection, tmp_path: Path) -> Bench:
    return Bench(world, conn, tmp_path)


def faulty_rows() -> list[dict[str, str]]:
    rows = [person(n) | {"备注": ""} for n in range(10)]
    rows[1]["手机"] = "12345"
    rows[2]["身份证号码"] = rows[2]["身份证号码"][:17] + "?"
    rows[3]["学员类别"] = ""
    rows[4]["统一社会信用代码"] = "91119999X"
    rows[5]["所属行业"] = "说不清"
    rows[7]["身份证号码"] = rows[6]["身份证号码"]
    return rows


def sheet(content: bytes) -> list[list[str]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return [[str(cell) for cell in row] for row in book.get_sheet_by_index(0).to_python()]


def as_xlsx(rows: list[dict[str, object]], titles: int = 0) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        page = book.add_worksheet("学员")
        for n in range(titles):
            page.write_string(n, 0, "2021年学员名单")
        for place, header in enumerate(rows[0]):
            page.write_string(titles, place, header)
        for number, row in enumerate(rows, start=titles + 1):
            for place, value in enumerate(row.values()):
                page.write(number, place, value)
    return file.getvalue()


@pytest.mark.parametrize("titles", [[], ["名单", "填报单位：清华大学"]])
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_sent_again_uncorrected_it_has_the_same_faults_in_the_same_rows(
    bench: Bench, kind: str, titles: list[str]
) -> None:
    rows = faulty_rows()
    content = (
        roster_csv(rows, titles).encode("gb18030")
        if kind == "csv"
        else as_xlsx([dict(row) for row in rows], len(titles))
    )
    report, marked = bench.marked(content)
    assert len(report.errors) == 5
    again, marked_again = bench.marked(marked)
    assert faults(again) == faults(report)
    assert again.unknown_columns == report.unknown_columns
    assert faults(bench.check(marked_again)[1]) == faults(report)
    assert len(sheet(marked_again)[len(titles)]) == len(sheet(marked)[len(titles)])


def without_result(content: bytes, row: int, column: str) -> bytes:
    """A workbook in which a cell is a formula that was never computed."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        parts = [(name, package.read(name)) for name in package.namelist()]
    cell = re.compile(rf'<c r="{column}{row}"[^>]*>.*?</c>'.encode())
    formula = f'<c r="{column}{row}"><f>A1</f></c>'.encode()
    assert any(cell.search(xml) for _, xml in parts)
    return zipped([(name, cell.sub(formula, xml)) for name, xml in parts])


@pytest.mark.parametrize("column", ["B", "C", "G", "K"], ids=["name", "number", "position", "kind"])
def test_a_formula_without_a_result_is_one_until_it_is_corrected(bench: Bench, column: str) -> None:
    content = without_result(as_xlsx([dict(person(n)) for n in range(4)]), 3, column)
    report, marked = bench.marked(content)
    assert [(p.row, p.code) for p in report.errors] == [(3, "cell-formula")]
    assert bench.faults(marked) == faults(report)
    # As it comes out of a spreadsheet that has saved it as text.
    lines = [[*row] for row in sheet(marked)]
    out = io.StringIO()
    csv.writer(out).writerows(lines)
    assert bench.faults(out.getvalue().encode("gb18030")) == faults(report)
    place = ord(column) - ord("A")
    lines[2][place] = list(person(1).values())[place]
    out = io.StringIO()
    csv.writer(out).writerows(lines)
    assert bench.check(out.getvalue().encode("gb18030"))[1].errors == []


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("place", [0, 6, 12])
def test_a_quote_that_never_closes_is_one_until_it_is_corrected(
    bench: Bench, place: int, language: Language
) -> None:
    lines = roster_csv([person(n) for n in range(6)]).splitlines()
    cells = lines[3].split(",")
    cells[place] = f'"{cells[place]}'
    lines[3] = ",".join(cells)
    path, report = bench.check("\r\n".join(lines).encode())
    assert [(p.row, p.code) for p in report.errors] == [(4, "row-quote")]
    marked = fault_report.of_file(path, report, language=language)
    again, marked_again = bench.marked(marked)
    assert faults(again) == faults(report)
    assert bench.faults(marked_again) == faults(report)
    rows = sheet(marked)
    rows[3][place] = rows[3][place].lstrip('"')
    header, *people = rows
    corrected = [dict(zip(header, row, strict=True)) for row in people]
    assert bench.check(as_xlsx([dict(row) for row in corrected]))[1].errors == []


def test_a_quote_in_a_workbook_is_a_character_like_any_other(bench: Bench) -> None:
    rows: list[dict[str, object]] = [dict(person(n)) | {"备注": '"优秀'} for n in range(3)]
    rows[1]["手机"] = "12345"
    report, marked = bench.marked(as_xlsx(rows))
    assert [p.code for p in report.errors] == ["mobile-format"]
    assert bench.faults(marked) == faults(report)


def test_with_the_cells_corrected_it_is_clean(bench: Bench) -> None:
    wrong, right = faulty_rows(), [person(n) | {"备注": ""} for n in range(10)]
    _, marked = bench.marked(roster_csv(wrong).encode("utf-8-sig"))
    header, *rows = sheet(marked)
    for row, person_ in zip(rows, right, strict=True):
        for place, name in enumerate(header):
            if name in person_:
                row[place] = person_[name]
    corrected = [dict(zip(header, row, strict=True)) for row in rows]
    assert header[-1] == "错误说明"
    assert any(row["错误说明"] for row in corrected)
    report = bench.check(as_xlsx([dict(row) for row in corrected]))[1]
    assert {p.code for p in report.problems} == {"id-county"}
    assert report.new == 10


def test_the_note_stands_in_the_faulty_rows_and_repeats_no_number(bench: Bench) -> None:
    rows = faulty_rows()
    report, marked = bench.marked(roster_csv(rows).encode())
    written = sheet(marked)
    noted = {number for number, row in enumerate(written[1:], start=2) if row[-1]}
    assert noted == {p.row for p in report.problems if p.row is not None}
    for row, cells in zip(rows, written[1:], strict=True):
        assert row["身份证号码"] not in cells[-1]
        assert row["手机"] not in cells[-1]
    assert CODES["mobile-format"].zh.split("。")[0].split("{")[0] in written[2][-1]


def test_what_excel_made_a_number_is_a_number_still(bench: Bench) -> None:
    rows: list[dict[str, object]] = [dict(person(n)) for n in range(3)]
    rows[1]["身份证号码"] = 119999196001019990
    rows[2]["成立时间"] = ""
    for row in rows:
        row.setdefault("成立时间", 2021.1)
    content = as_xlsx(rows)
    report, marked = bench.marked(content)
    assert (3, "id_number", "id-rounded") in faults(report)
    assert (2, "founded_on", "date-ambiguous") in faults(report)
    assert bench.faults(marked) == faults(report)


def test_a_value_beyond_the_header_stays_beyond_it(bench: Bench) -> None:
    lines = roster_csv([person(n) for n in range(4)]).splitlines()
    lines[2] += ",多出来的"
    report, marked = bench.marked("\r\n".join(lines).encode())
    assert [p.code for p in report.errors] == ["row-ragged"]
    assert sheet(marked)[2][-1] == "多出来的"
    assert [(p.row, p.code) for p in bench.check(marked)[1].errors] == [(3, "row-ragged")]


def test_a_lone_cell_far_away_is_named_again(bench: Bench) -> None:
    rows = [list(person(0)), *(list(person(n).values()) for n in range(3))]
    cells: dict[tuple[int, int], str | float] = {
        (r, c): text for r, row in enumerate(rows) for c, text in enumerate(row)
    }
    report, marked = bench.marked(xls(cells | {(500, 40): "x"}))
    assert [(p.row, p.code) for p in report.errors] == [(501, "row-ragged")]
    again, _ = bench.marked(marked)
    assert [(p.row, p.code) for p in again.errors] == [(501, "row-ragged")]
    assert again.rows == report.rows == 3


def test_faults_of_the_whole_file_stand_on_a_sheet_of_their_own(bench: Bench) -> None:
    rows = [person(n) for n in range(3)]
    for row in rows:
        del row["手机"]
    report, marked = bench.marked(roster_csv(rows).encode())
    assert "column-missing" in {p.code for p in report.errors}
    book = CalamineWorkbook.from_filelike(io.BytesIO(marked))
    assert book.sheet_names == ["名单", "整个文件"]
    assert bench.faults(marked) == faults(report)


def test_no_cell_is_a_formula(bench: Bench) -> None:
    rows = [person(0) | {"备注": "=1+1", "手机": "@SUM(A1)"}]
    _, marked = bench.marked(roster_csv(rows).encode())
    assert "=1+1" in sheet(marked)[1]
    assert b"<f>" not in marked


def test_a_file_that_can_not_be_read_has_no_rows_to_mark(bench: Bench) -> None:
    path, report = bench.check(b"%PDF-1.7 nothing")
    with pytest.raises(fault_report.Unreadable):
        fault_report.of_file(path, report)
