"""The whole trip of one roster, as its people make it: upload, correct, confirm, approve, publish."""

import json
import re
from pathlib import Path

from conftest import Site, sign_in, sign_out
from playwright.sync_api import Page, expect

from tests.people import person, roster_csv

FAULTY = 3
GOOD = 9


def people() -> list[dict[str, str]]:
    return [person(n, institution="清华大学", industry="34") for n in range(GOOD + FAULTY)]


def faulty_and_corrected(folder: Path) -> tuple[Path, Path]:
    corrected = people()
    faulty = [dict(row) for row in corrected]
    faulty[2]["身份证号码"] = faulty[2]["身份证号码"][:17] + (
        "0" if faulty[2]["身份证号码"][17] != "0" else "1"
    )
    faulty[5]["手机"] = "12345"
    faulty[8]["学员类别"] = "其他"
    titles = ["2021－2022年度领军人才培训学员名单", "填报单位：清华大学"]
    wrong, right = folder / "学员名单.csv", folder / "学员名单（改正）.csv"
    wrong.write_bytes(roster_csv(faulty, titles).encode("gb18030"))
    right.write_bytes(roster_csv(corrected, titles).encode("gb18030"))
    return wrong, right


def headcount(page: Page) -> int:
    """People in training this year, as the canned query Q01 says."""
    page.goto("/training/quota_headcount.json?_shape=array&year=2021-2022")
    rows = json.loads(page.locator("body").inner_text())
    return next(int(row["numerator"]) for row in rows if row["scope"] == "active")


def test_a_roster_goes_from_the_clerk_to_the_quota(site: Site, page: Page, tmp_path: Path) -> None:
    wrong, right = faulty_and_corrected(tmp_path)
    office, clerk = site.account("office"), site.account("institution", "tsinghua")

    sign_in(page, office)
    before = headcount(page)
    page.goto("/")
    sign_out(page)

    sign_in(page, clerk)
    page.goto("/-/roster")
    page.set_input_files("input[type=file]", wrong)
    page.click("button:has-text('上传并核对')")
    expect(page.locator("tr.row-error")).to_have_count(FAULTY)
    # Two title rows and the header come first: the people begin in row 4, as Excel counts.
    rows = [int(text) for text in page.locator("tr.row-error td:first-child").all_inner_texts()]
    assert rows == [6, 9, 12]
    expect(page.locator("text=确认报送")).to_have_count(0)

    page.goto("/-/roster")
    page.set_input_files("input[type=file]", right)
    page.click("button:has-text('上传并核对')")
    expect(page.locator("tr.row-error")).to_have_count(0)
    expect(page.locator("[data-count=new]")).to_have_text(str(GOOD + FAULTY))
    expect(page.locator("tbody >> text=学员甲甲").first).to_be_visible()
    page.click("button:has-text('确认报送')")
    page.wait_for_url(re.compile(r"/-/roster/batch/\d+$"))
    batch = page.url
    expect(page.locator("[data-people] tbody tr")).to_have_count(GOOD + FAULTY)
    number = people()[0]["身份证号码"]
    assert number not in page.content()
    page.goto("/")
    sign_out(page)

    sign_in(page, office)
    page.goto("/-/office/inbox")
    page.click(f"a[href='{batch.removeprefix(site.url)}']")
    page.click("button[value=approve]")
    expect(page.locator("text=已审核通过").first).to_be_visible()
    assert headcount(page) == before + GOOD + FAULTY
    page.goto("/")
    sign_out(page)

    page.goto("/")
    expect(page.locator("text=清华大学").first).to_be_visible()
    for path in ("/training", "/training/trainees", "/training/trainees.json",
                 "/training/quota_headcount", batch, "/-/roster", "/-/office/inbox"):  # fmt: skip
        page.goto(path)
        assert "/-/login" in page.url or page.locator("text=学员甲甲").count() == 0
        assert "学员甲甲" not in page.content()


def test_the_same_click_twice_is_one_batch(site: Site, page: Page, tmp_path: Path) -> None:
    file = tmp_path / "again.csv"
    sign_in(page, site.account("institution", "tsinghua"))
    rows = [person(n, institution="清华大学") for n in range(100, 103)]
    file.write_bytes(roster_csv(rows).encode("utf-8-sig"))
    page.goto("/-/roster")
    page.set_input_files("input[type=file]", file)
    page.click("button:has-text('上传并核对')")
    check = page.url
    # Three people beside the many of the demo year: the sender is asked before so many go missing.
    if page.locator("input[name=force]").count():
        page.check("input[name=force]")
    page.click("button:has-text('确认报送')")
    page.wait_for_url(re.compile(r"/-/roster/batch/\d+$"))
    batch = page.url
    page.goto(check)
    page.wait_for_url(batch)
