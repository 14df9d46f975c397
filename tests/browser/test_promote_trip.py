"""An analyst saves and shares a query in the browser; the office reviews it at a page of its own."""

from conftest import Site, sign_in, sign_out
from playwright.sync_api import Page, expect

SQL = "select track, count(*) as people from people_by_institution where year = :year group by 1"
WORDS = {
    "title_zh": "各方向人数", "title_en": "People by track",
    "description_zh": "各培训方向的人数。", "description_en": "People of each track.",
}  # fmt: skip


def fits(page: Page) -> None:
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url
    page.set_viewport_size({"width": 1280, "height": 900})


def test_what_an_analyst_shares_the_office_accepts(site: Site, page: Page) -> None:
    sign_in(page, site.account("analyst"))
    page.goto(f"/analysis/-/query?sql={SQL.replace(' ', '+')}&year=2021-2022")
    page.click("a.save-query")
    page.fill("#query-title", "各方向人数")
    page.fill("#query-url-slug", "report_reviewed")
    page.uncheck("input[type=checkbox][name=is_private]")
    page.click("[data-query-create-submit]")
    page.wait_for_url("**/analysis/report_reviewed*")
    sign_out(page)

    sign_in(page, site.account("office"))
    page.goto("/")
    page.click("main a:has-text('固定查询审核')")
    fits(page)
    page.click("a:text-is('report_reviewed')")
    for name, word in WORDS.items():
        page.fill(f"#field-{name}", word)
    page.fill("#field-value-year", "2021-2022")
    page.click("button[value=check]")
    expect(page.locator(".notice-success")).to_contain_text("各项检查通过")
    assert page.locator("table.data tbody tr").count() > 1
    fits(page)
    page.click("button[value=accept]")
    expect(page.locator("#yaml")).to_contain_text("report_reviewed:")
    fits(page)
    page.goto("/-/audit?action=accept")
    expect(page.locator("tbody tr").first).to_contain_text("analysis/report_reviewed")
