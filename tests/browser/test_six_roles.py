"""Each of the six roles, from the sign-in page: its work, all of it, and nothing of the others'."""

import re

import pytest
from conftest import Site, sign_in
from playwright.sync_api import Page, expect

SCOPES = {"institution": "tsinghua", "province": "530000"}
ROLES = ("office", "institution", "province", "assessor", "analyst", "auditor")
#: An address of each role's own work, and who reaches it.
OWN = {
    "/-/office/inbox": {"office"},
    "/-/release": {"office"},
    "/-/certificates": {"office"},
    "/training/trainees": {"office"},
    "/-/roster": {"institution", "province"},
    "/-/people": {"office", "institution", "province"},
    "/-/classes": {"office", "institution"},
    "/institution-tsinghua/trainees": {"institution"},
    "/province-530000/trainees": {"province"},
    "/institution-pku/trainees": set(),
    "/analysis": {"analyst"},
    "/-/accounts": {"auditor"},
    "/-/audit": {"auditor", "office"},
    "/-/config": set(),
    "/-/plugins": set(),
    "/-/permissions": set(),
    "/accounts": set(),
}
CLOSED = "没有这个页面"


def enter(page: Page, site: Site, role: str) -> None:
    sign_in(page, site.account(role, SCOPES.get(role, "")))


def fits(page: Page) -> int:
    return int(
        page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    )


@pytest.mark.parametrize("role", ROLES)
def test_everything_that_the_home_page_offers_opens(site: Site, page: Page, role: str) -> None:
    enter(page, site, role)
    links = page.locator(".cards h2 a, .main-navigation a").evaluate_all(
        "found => [...new Set(found.map(one => one.getAttribute('href')))]"
    )
    assert len(links) >= 4
    for link in links:
        answer = page.goto(link)
        assert answer
        assert answer.status == 200, link
        heading = page.locator("h1").first.inner_text()
        assert re.search(r"[\u4e00-\u9fff]", heading), (link, heading)
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 900})
            assert fits(page) <= 0, f"{link} is too wide at {width}"


@pytest.mark.parametrize("role", ROLES)
def test_what_is_not_its_own_is_closed(site: Site, page: Page, role: str) -> None:
    enter(page, site, role)
    for path, roles in OWN.items():
        answer = page.goto(path)
        assert answer
        if role in roles:
            assert answer.status == 200, path
        else:
            assert answer.status in (403, 404), path
            if role != "office":
                expect(page.locator("main")).to_contain_text(CLOSED)


def test_an_institution_changes_one_of_its_people(site: Site, page: Page) -> None:
    enter(page, site, "institution")
    page.goto("/-/people")
    page.select_option("#state", "submitted")
    page.click("main button:has-text('查询')")
    found = page.locator("tbody a, .empty").first
    expect(found).to_be_visible()
    if page.locator("tbody a").count() == 0:
        page.select_option("#state", "alumni")
        page.click("main button:has-text('查询')")
    page.click("tbody a >> nth=0")
    page.click("summary:has-text('修改资料')")
    page.fill("#f-position", "")
    page.click("button:has-text('保存')")
    expect(page.locator(".field-error")).to_have_count(1)
    page.fill("#f-position", "执行董事")
    page.click("button:has-text('保存')")
    expect(page.locator("main")).to_contain_text("已保存")
    expect(page.locator("table")).to_contain_text("→ 执行董事")
    # The same person in the file of one's own, fresh at once.
    number = page.url.rsplit("/", 1)[1]
    page.goto(f"/institution-tsinghua/trainees/{number}")
    expect(page.locator("main")).to_contain_text("执行董事")


def test_an_authority_looks_at_its_own_and_exports(site: Site, page: Page) -> None:
    enter(page, site, "province")
    page.goto("/province-530000/trainees")
    with page.expect_download() as got:
        page.click(".export-links a:has-text('xlsx')")
    assert got.value.suggested_filename.endswith(".xlsx")
    page.goto("/-/contact-form")
    expect(page.locator("h1")).to_contain_text("信息表")


def test_an_analyst_asks_and_saves_a_query(site: Site, page: Page) -> None:
    enter(page, site, "analyst")
    page.goto("/analysis/-/query?sql=select+count(*)+as+n+from+sqlite_master")
    expect(page.locator("table td").first).to_be_visible()
    page.goto("/-/checks")
    expect(page.locator("#quota_headcount")).to_be_visible()


def test_an_assessor_sees_the_sheet(site: Site, page: Page) -> None:
    enter(page, site, "assessor")
    page.goto("/-/assessment")
    expect(page.locator("main table").first).to_be_visible()
    expect(page.locator("main")).to_contain_text("清华大学")


def test_an_auditor_makes_an_account_and_finds_it_in_the_log(site: Site, page: Page) -> None:
    enter(page, site, "auditor")
    page.goto("/-/audit?log=accounts")
    expect(page.locator("main")).to_contain_text("审计链完整")
    expect(page.locator("main")).not_to_contain_text("审计链不完整")
    expect(page.locator("tbody")).to_contain_text("sign-in")


def test_the_office_reads_one_number_with_a_reason(site: Site, page: Page) -> None:
    enter(page, site, "office")
    page.goto("/-/people")
    page.click("tbody a >> nth=0")
    page.click("summary:has-text('查看完整证件号码')")
    page.fill("#r-reason", "核对证书上的号码")
    page.click("button[value=reveal]")
    expect(page.locator("main")).to_contain_text("本次查看已记入审计记录")
    page.goto("/-/audit?action=reveal")
    expect(page.locator("tbody tr").first).to_contain_text("核对证书上的号码")
