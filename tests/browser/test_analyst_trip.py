"""The analyst's trip: dictionary, example, own SQL, CSV, saved, shared, and made official."""

import csv
import io
import shutil
import subprocess
import sys
from pathlib import Path

from conftest import ROOT, Site, sign_in
from playwright.sync_api import Page, expect

WORDS = ["--title", "各方向人数 | People by track", "--description", "人数。 | People."]


def fits(page: Page) -> None:
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url
    page.set_viewport_size({"width": 1280, "height": 900})


def test_from_the_dictionary_to_an_official_query(site: Site, page: Page, tmp_path: Path) -> None:
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    sign_in(page, site.account("analyst"))
    page.click(".main-navigation a:has-text('数据字典')")
    expect(page.locator("#people_by_place")).to_contain_text("少于 5 人")
    fits(page)

    page.goto("/analysis/-/query")
    page.click("summary:has-text('SQL 示例')")
    page.click("a:has-text('各行业门类的人数和占比')")
    # The example has a parameter: its list is there, and what is chosen is kept.
    page.get_by_label("年度", exact=True).select_option("2021-2022")
    page.click("input[value='运行 SQL']")
    expect(page.get_by_label("年度", exact=True)).to_have_value("2021-2022")
    assert page.locator("table.rows-and-columns tbody tr").count() > 5
    fits(page)

    sql = (
        "select track, count(*) as people from people_by_institution where year = :year group by 1"
    )
    page.goto(f"/analysis/-/query?sql={sql.replace(' ', '+')}&year=2021-2022")
    shown = page.locator("table.rows-and-columns tbody tr").count()
    with page.expect_download() as got:
        page.click(".export-links a:text-is('CSV')")
    content = Path(got.value.path()).read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    assert len(list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))) == shown + 1

    page.click("a.save-query")
    page.fill("#query-title", "各方向人数")
    page.fill("#query-url-slug", "report_trip")
    page.get_by_label("仅自己可见").uncheck()
    page.click("[data-query-create-submit]")
    page.wait_for_url("**/analysis/report_trip*")
    # In its own page the parameter is a list, too.
    page.get_by_label("年度", exact=True).select_option("2020-2021")
    assert faults == []

    into = tmp_path / "metadata.yml"
    shutil.copy2(ROOT / "metadata.yml", into)
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / "promote_query.py", "report_trip", *WORDS,
         "--into", into, "--reviewer", site.account("office")["username"],
         "--db", site.folder / "training.db"],
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "      report_trip:\n" in into.read_text(encoding="utf-8")
