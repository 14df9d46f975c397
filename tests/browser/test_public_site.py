"""The public site as anybody sees it: accessible (WCAG 2.2 AA), narrow, and without any script."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import Site
from playwright.sync_api import Browser, Page, expect

PAGES = (
    "/institutions", "/institutions/2021-2022/track/thematic", "/institution/tsinghua",
    "/authorities", "/authority/440000", "/releases", "/releases/2", "/releases/1/2021-2022",
    "/data", "/en/institutions", "/en/institution/cicasme", "/en/data",
)  # fmt: skip
#: One of each kind is looked through at 1280 pixels too; at 390 the rows of a table become blocks.
WIDE = ("/institutions", "/institution/tsinghua", "/authority/440000", "/releases/2", "/data")
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.mark.parametrize("path", PAGES)
def test_a_public_page_is_accessible_and_fits_a_telephone(page: Page, path: str) -> None:
    answer = page.goto(path)
    assert answer
    assert answer.status == 200
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        if width == 390 or path in WIDE:
            found = Axe().run(page, options=RULES)
            assert found.violations_count == 0, found.generate_report()
        overflow = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert overflow <= 0, f"{path} is {overflow} px too wide at {width}"


def test_it_works_without_any_script(site: Site, chromium: Browser) -> None:
    context = chromium.new_context(base_url=site.url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/")
    page.click("text=东北")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.click("tbody a:has-text('哈尔滨工业大学')")
    expect(page.locator("h1")).to_have_text("哈尔滨工业大学")
    page.click("text=English")
    expect(page.locator("h1")).to_have_text("Harbin Institute of Technology")
    page.click("main >> text=Releases")
    page.click("text=Release 2")
    expect(page.locator("main")).to_contain_text("listed: Sichuan University")
    page.click("text=中文")
    expect(page.locator("main")).to_contain_text("新列入：四川大学")
    context.close()
