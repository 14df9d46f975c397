"""From the assessor's faulty sheet to the suspension on the public list, in a real browser."""

import csv
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from conftest import Site, bare_site, sign_in, sign_out
from playwright.sync_api import Browser, Page, expect

NEXT = "2022-2023"


@pytest.fixture(scope="module")
def unscored(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A record of its own without people, so that nothing another test looks at is decided here."""
    people = {name: {"role": "office"} for name in ("one", "another")}
    people["assessor"] = {"role": "assessor"}
    with bare_site(tmp_path_factory.mktemp("unscored"), people) as site:
        yield site


def sheet(template: Path, folder: Path, fault: str = "") -> Path:
    """The downloaded sheet filled in as GBK, with one cell of ``fault``."""
    with template.open(encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file)
    for place, row in enumerate(rows):
        row[1:] = [f"{70 + place}.5"] * (len(header) - 1)
    rows[3][2] = fault or rows[3][2]
    path = folder / f"评分表{len(fault)}.csv"
    with path.open("w", encoding="gb18030", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def upload(page: Page, file: Path) -> None:
    page.set_input_files("input[type=file]", file)
    page.click("button:has-text('上传并保存草稿')")
    page.wait_for_load_state()


def test_from_a_faulty_sheet_to_the_public_list(
    unscored: Site, chromium: Browser, tmp_path: Path
) -> None:
    context = chromium.new_context(base_url=unscored.url, accept_downloads=True)
    page: Page = context.new_page()
    assessor, one, another = (unscored.accounts[n] for n in ("assessor", "one", "another"))

    sign_in(page, assessor)
    page.click("a:has-text('考核评分') >> nth=0")
    with page.expect_download() as download:
        page.click("a:has-text('下载评分表')")
    template = tmp_path / "template.csv"
    download.value.save_as(template)
    upload(page, sheet(template, tmp_path, fault="一百分"))
    wrong = page.locator("input[aria-invalid=true]")
    expect(wrong).to_have_count(1)
    expect(wrong).to_have_value("一百分")
    wrong.fill("73.5")
    page.click(".sheet-buttons button[value=save]")
    expect(page.locator("input[aria-invalid=true]")).to_have_count(0)
    page.check("input[name=confirm]")
    page.click("button:has-text('全部定稿')")
    expect(page.locator("table.sheet .badge-good")).to_have_count(21)
    expect(page.locator("table.sheet input")).to_have_count(0)
    sign_out(page)

    sign_in(page, one)
    page.goto("/-/assessment/decision")
    page.click(f"button:has-text('建立 {NEXT} 年度')")
    page.fill("input[name=document]", "工信厅企业函〔2022〕9号")
    page.fill("input[name=dated_on]", "2022-12-20")
    page.click("button:has-text('记录决定')")
    expect(page.locator("dd >> nth=0")).to_have_text("清华大学、北京大学")
    expect(page.locator("button[value=publish]")).to_have_count(0)
    with closing(sqlite3.connect(unscored.folder / "training.db")) as conn:
        conn.execute("pragma busy_timeout = 5000")
        conn.execute("update programme_years set state = 'open' where key = ?", (NEXT,))
        conn.commit()
    release(page, another)
    page.goto(f"/institutions?year={NEXT}")
    expect(page.locator(".badge-bad")).to_have_count(0)

    page.goto("/-/assessment/decision?year=2021-2022")
    page.check("input[name=confirm]")
    page.click("button[value=publish]")
    expect(page.locator("h2 .badge-good")).to_have_text("已公布")
    page.goto("/")
    sign_out(page)
    sign_in(page, one)
    release(page, another)
    page.goto(f"/institutions?year={NEXT}")
    expect(page.locator(".badge-bad")).to_have_count(2)
    context.close()


def release(page: Page, another: dict[str, str]) -> None:
    """Release the list as two people do, the signed-in one and ``another``, who stays signed in."""
    page.goto("/-/release")
    page.click("button[value=prepare]")
    sign_out(page)
    sign_in(page, another)
    page.goto("/-/release")
    page.click("button[value=confirm]")
    page.wait_for_load_state()
