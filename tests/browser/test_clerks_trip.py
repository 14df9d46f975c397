"""The clerk's whole trip with a workbook: 120 rows, 7 faults, the error workbook, confirm, undo."""

import re
from pathlib import Path

import xlsxwriter
from conftest import Site, sign_in
from playwright.sync_api import Page, expect
from python_calamine import CalamineWorkbook

from tests.people import person

PEOPLE = 120
TITLES = ["2021－2022年度领军人才培训学员名单", "填报单位：清华大学"]
#: What the clerk got wrong: place in the list → header → what she wrote.
FAULTS: dict[int, tuple[str, str]] = {
    4: ("手机", "12345"),
    17: ("学员类别", "其他"),
    33: ("身份证号码", "11999919600101999?"),
    58: ("统一社会信用代码", "91119999"),
    77: ("省份", "广冻省"),
    90: ("职务", ""),
    119: ("承担机构", "清化大学"),
}
ABOVE = len(TITLES) + 1

Rows = list[list[str]]


def right() -> list[dict[str, str]]:
    # Numbers of their own: other tests send people to the same site.
    return [person(500 + n, industry="34") | {"备注": ""} for n in range(PEOPLE)]


def wrong() -> Rows:
    people = right()
    for place, (header, text) in FAULTS.items():
        people[place][header] = text
    header = list(people[0])
    return [*([title] for title in TITLES), header, *(list(row.values()) for row in people)]


def write(path: Path, rows: Rows) -> Path:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("学员名单")
        for number, row in enumerate(rows):
            for place, text in enumerate(row):
                sheet.write_string(number, place, text)
    return path


def read(path: Path) -> Rows:
    sheet = CalamineWorkbook.from_path(path).get_sheet_by_index(0)
    return [[str(cell) for cell in row] for row in sheet.to_python()]


def correct(path: Path, corrected: Path) -> Path:
    """The downloaded sheet with its faulty cells written again, and nothing else touched."""
    rows, people = read(path), right()
    header = rows[len(TITLES)]
    for place, (name, _) in FAULTS.items():
        column = header.index(name)
        assert rows[ABOVE + place][header.index("错误说明")]
        rows[ABOVE + place][column] = people[place][name]
    return write(corrected, rows)


def upload(page: Page, file: Path) -> None:
    page.goto("/-/roster")
    page.set_input_files("input[type=file]", file)
    page.click("button:has-text('上传并核对')")
    page.wait_for_url(re.compile(r"/-/roster/check/"))


def faulty_rows(page: Page) -> list[int]:
    return [int(text) for text in page.locator("tr.row-error td:first-child").all_inner_texts()]


def test_from_the_faulty_workbook_to_the_batch_and_back(
    site: Site, page: Page, tmp_path: Path
) -> None:
    sign_in(page, site.account("institution", "tsinghua"))
    upload(page, write(tmp_path / "名单.xlsx", wrong()))
    expected = [ABOVE + 1 + place for place in FAULTS]
    assert faulty_rows(page) == expected
    expect(page.locator("button:has-text('确认报送')")).to_have_count(0)
    expect(page.locator("text=广东省").first).to_be_visible()

    page.click("nav.tabs >> text=只看错误")
    assert faulty_rows(page) == expected
    expect(page.locator("text=系统读到的前几行")).to_have_count(0)

    with page.expect_download() as waiting:
        page.click("a:has-text('下载错误报告')")
    marked = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(marked)
    assert marked.suffix == ".xlsx"

    upload(page, marked)
    assert faulty_rows(page) == expected

    upload(page, correct(marked, tmp_path / "改正.xlsx"))
    assert faulty_rows(page) == []
    expect(page.locator("[data-count=new]")).to_have_text(str(PEOPLE))
    expect(page.locator("[data-what-if] tbody tr")).to_have_count(2)
    if page.locator("input[name=force]").count():
        page.check("input[name=force]")
    page.click("button:has-text('确认报送')")
    page.wait_for_url(re.compile(r"/-/roster/batch/\d+$"))
    for person_ in right():
        assert person_["身份证号码"] not in page.content()
    expect(page.locator("h2:has-text('学员')")).to_contain_text(str(PEOPLE))

    page.click("summary:has-text('撤销这一批')")
    page.check("label:has-text('我确认撤销') input")
    page.click("details button:has-text('撤销')")
    page.wait_for_url(re.compile(r"/-/roster/batch/\d+$"))
    expect(page.locator("[data-undone] [data-count=reversed]")).to_contain_text(str(PEOPLE))
    expect(page.locator("[data-undone] [data-count=failed]")).to_contain_text("0 ")
    expect(page.locator("summary:has-text('撤销这一批')")).to_have_count(0)


def test_the_pages_of_a_roster_fit_a_telephone_and_work_by_keyboard(
    site: Site, page: Page, tmp_path: Path
) -> None:
    sign_in(page, site.account("institution", "tsinghua"))
    upload(page, write(tmp_path / "名单.xlsx", wrong()))
    check = page.url
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        for language in ("zh", "en"):
            for address in ("/-/roster", check, f"{check}?show=faults", f"{check}?show=rows"):
                joint = "&" if "?" in address else "?"
                page.goto(f"{address}{joint}_lang={language}")
                assert page.evaluate("document.documentElement.scrollWidth") <= width, address
    page.goto(f"{check}?_lang=zh")
    page.focus("nav.tabs a >> nth=1")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("show=faults"))
    page.focus("button:has-text('取消')")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/-/roster$"))
    assert page.goto(check)
    expect(page.locator("tr.row-error")).to_have_count(0)
