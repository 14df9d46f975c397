"""Each of the six roles, from the sign-in page: its work, all of it, and nothing of the others'."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import Site, sign_in
from playwright.sync_api import Browser, Page, expect
from python_calamine import CalamineWorkbook

SCOPES = {"institution": "tsinghua", "province": "530000"}
ROLES = ("office", "institution", "province", "assessor", "analyst", "auditor")
#: An address of each role's own work, and who reaches it.
OWN = {
    "/-/office/inbox": {"office"},
    "/-/release": {"office"},
    "/-/promote": {"office"},
    "/-/certificates": {"office"},
    "/training/trainees": {"office"},
    "/-/roster": {"institution", "province"},
    "/-/people": {"office", "institution", "province"},
    "/-/classes": {"office", "institution"},
    "/-/retraining": {"office", "institution"},
    "/-/plans": {"office", "institution", "province"},
    "/-/contact-form": {"office", "province"},
    "/-/commissioned": {"office", "province"},
    "/-/support": {"office", "province"},
    "/-/assessment": {"office", "institution", "assessor"},
    "/-/assessment/decision": {"office"},
    "/-/report": {"office"},
    "/-/upload-csvs": {"office", "analyst"},
    "/institution-tsinghua/trainees": {"institution"},
    "/province-530000/trainees": {"province"},
    "/institution-pku/trainees": set(),
    "/institution-pku/-/query?sql=select+1": set(),
    "/province-110000": set(),
    "/analysis": {"analyst"},
    "/-/accounts": {"auditor"},
    "/-/audit": {"auditor", "office"},
    "/-/config": set(),
    "/-/plugins": set(),
    "/-/permissions": set(),
    "/accounts": set(),
}
CLOSED = "没有这个页面，或您无权查看。"
#: Headings, column heads, buttons and labels that a reader of Chinese can't read. Codes that are
#: the same in any language (a certificate's number, SHA-256) have digits.
FOREIGN = """() => [...document.querySelectorAll("h1, h2, h3, thead th, summary, button, label")]
    .filter(one => one.offsetParent !== null).map(one => one.innerText.trim())
    .filter(said => /[A-Za-z]{3}/.test(said) && !/[\u4e00-\u9fff0-9]/.test(said))"""
#: Two fields of one id: a label then leads to the wrong one.
TWICE = """() => [...document.querySelectorAll("[id]")].map(one => one.id)
    .filter((id, at, all) => all.indexOf(id) !== at)"""
#: What only a program says.
RAW = ("Traceback", "sqlite3.", "OperationalError", "IntegrityError", "None", "undefined", "NaN")


@dataclass
class Desks:
    """One browser per role, signed in through the form when it is first needed."""

    site: Site
    chromium: Browser
    pages: dict[str, Page]

    def of(self, role: str) -> Page:
        """The page of ``role``, at its home page."""
        if role not in self.pages:
            context = self.chromium.new_context(
                base_url=self.site.url, viewport={"width": 1280, "height": 900}
            )
            context.set_default_timeout(15_000)
            self.pages[role] = context.new_page()
            sign_in(self.pages[role], self.site.account(role, SCOPES.get(role, "")))
        self.pages[role].set_viewport_size({"width": 1280, "height": 900})
        self.pages[role].goto("/")
        return self.pages[role]


@pytest.fixture(scope="module")
def desks(site: Site, chromium: Browser) -> Iterator[Desks]:
    made = Desks(site, chromium, {})
    yield made
    for page in made.pages.values():
        page.context.close()


def fits(page: Page) -> int:
    return int(
        page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    )


@pytest.mark.parametrize("role", ROLES)
def test_everything_that_the_home_page_offers_opens(desks: Desks, role: str) -> None:
    page = desks.of(role)
    page_errors: list[str] = []
    page.on("pageerror", lambda error: page_errors.append(str(error)))
    links = page.locator(".cards h2 a, .main-navigation a").evaluate_all(
        "found => [...new Set(found.map(one => one.getAttribute('href')))]"
    )
    assert len(links) >= 4
    for link in ["/", *links]:
        answer = page.goto(link)
        assert answer
        assert answer.status == 200, link
        expect(page.locator("h1")).to_have_count(1)
        assert page.evaluate(FOREIGN) == [], link
        assert page.evaluate(TWICE) == [], link
        expect(page.locator(".notice-error, .message-error")).to_have_count(0)
        said = page.locator("body").inner_text()
        assert [word for word in RAW if word in said] == [], link
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 900})
            assert fits(page) <= 0, f"{link} is too wide at {width}"
    assert page_errors == []


@pytest.mark.parametrize("role", ROLES)
def test_what_is_not_its_own_is_closed(desks: Desks, role: str) -> None:
    page = desks.of(role)
    for path, roles in OWN.items():
        answer = page.request.get(path)
        if role in roles:
            assert answer.status == 200, path
        elif (role, path) == ("office", "/-/roster"):
            # It reviews rosters below this address, and is told that it doesn't send any.
            assert answer.status == 403
        else:
            assert answer.status == 404, path
            assert CLOSED in answer.text(), path
    page.goto("/-/config")
    expect(page.locator("h1")).to_have_text("没有这个页面")
    expect(page.locator("main")).to_contain_text(CLOSED)


def exported(page: Page, form: str) -> list[tuple[str, ...]]:
    """The rows of the table page that is open, as its link ``form`` (CSV, xlsx) gives them."""
    with page.expect_download() as got:
        page.click(f".export-links a:text-is('{form}')")
    content = Path(got.value.path()).read_bytes()
    if form == "CSV":
        return [tuple(row) for row in csv.reader(io.StringIO(content.decode("utf-8-sig")))]
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
    return [tuple(map(str, row)) for row in sheet.to_python()]


def test_an_institution_asks_its_own_file(desks: Desks) -> None:
    page = desks.of("institution")
    page.goto("/institution-tsinghua/-/query?sql=select+count(*)+from+trainees")
    everybody = int(page.locator("table td").first.inner_text())
    page.goto("/institution-tsinghua/trainees")
    facet = page.locator("#facet-year a[data-facet-value='2021-2022']")
    named = int(facet.locator("xpath=..").inner_text().split()[-1])
    assert len(exported(page, "CSV")) - 1 == everybody
    facet.click()
    rows = exported(page, "xlsx")
    assert 0 < named == len(rows) - 1 < everybody


def test_an_institution_changes_one_of_its_people(desks: Desks) -> None:
    page = desks.of("institution")
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


def test_an_authority_looks_at_its_own_and_exports(desks: Desks) -> None:
    page = desks.of("province")
    page.goto("/province-530000/trainees")
    assert len(exported(page, "xlsx")) > 1
    page.goto("/-/people")
    expect(page.locator("tbody a").first).to_be_visible()
    page.goto("/-/contact-form")
    expect(page.locator("h1")).to_contain_text("信息表")


def test_an_analyst_asks_saves_and_opens_again(desks: Desks) -> None:
    page = desks.of("analyst")
    page.goto("/analysis/-/query?sql=select+count(*)+as+n+from+institutions")
    answer = page.locator("table td").first.inner_text()
    assert int(answer) > 20
    page.click("a.save-query")
    page.fill("#query-title", "机构个数")
    page.fill("#query-url-slug", "how_many")
    page.click("[data-query-create-submit]")
    page.wait_for_url("**/analysis/how_many")
    page.goto("/-/queries")
    page.click("a:has-text('机构个数')")
    expect(page.locator("h1")).to_contain_text("机构个数")
    expect(page.locator("table td").first).to_have_text(answer)


def test_an_assessor_saves_a_draft_of_what_the_office_sent_back(desks: Desks) -> None:
    desk = desks.of("office")
    desk.goto("/-/assessment")
    desk.select_option("#institution", "tsinghua")
    desk.fill("#reason", "课程体系一项重新核对")
    desk.click("button:has-text('退回')")
    expect(desk.locator("#tsinghua")).to_contain_text("草稿")

    page = desks.of("assessor")
    page.goto("/-/assessment")
    expect(page.locator("table.sheet tbody tr:has(input)")).to_have_count(1)
    cell = page.locator("#tsinghua input").first
    before = cell.input_value()
    cell.fill("101")
    page.click(".sheet-buttons button[value=save]")
    expect(page.locator("#tsinghua .field-error")).to_have_count(1)
    cell.fill("61.5")
    page.click(".sheet-buttons button[value=save]")
    expect(page.locator("#tsinghua .field-error")).to_have_count(0)
    page.goto("/-/assessment")
    expect(cell).to_have_value("61.5")
    # As it was, for the tests that read the ranking.
    cell.fill(before)
    page.click(".sheet-buttons button[value=save]")
    page.check("input[name=confirm]")
    page.click("#tsinghua button:has-text('定稿')")
    expect(page.locator("#tsinghua")).to_contain_text("已定稿")


def test_an_auditor_makes_an_account_and_finds_it_in_the_log(desks: Desks) -> None:
    page = desks.of("auditor")
    page.goto("/-/accounts")
    page.fill("#new input[name=username]", "newcomer")
    page.fill("#new input[name=name]", "示例·新人")
    page.locator("#new").get_by_label("角色").select_option("analyst")
    page.click("#new button")
    expect(page.locator(".one-time")).to_have_text(re.compile(r"\S{12,}"))
    page.goto("/-/audit?log=accounts")
    expect(page.locator("main .notice-success:has-text('审计链完整')")).to_have_count(2)
    made = page.locator("tbody tr", has_text="newcomer").first
    expect(made).to_contain_text("create")
    expect(made).to_contain_text("auditor")


def test_the_office_opens_its_inbox_and_a_row_dialog(desks: Desks) -> None:
    page = desks.of("office")
    page.goto("/-/office/inbox")
    page.click("tbody a >> nth=0")
    expect(page.locator("main button:has-text('通过')").first).to_be_visible()
    page.goto("/training/course_modules")
    page.locator("button[data-row-action=edit]").first.click()
    expect(page.locator("dialog.row-edit-dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("dialog.row-edit-dialog")).to_be_hidden()
    page.goto("/-/release")
    expect(page.locator("h1")).to_contain_text("公布")


def test_the_office_reads_one_number_with_a_reason(desks: Desks) -> None:
    page = desks.of("office")
    page.goto("/-/people")
    page.click("tbody a >> nth=0")
    page.click("summary:has-text('查看完整证件号码')")
    page.fill("#r-reason", "核对证书上的号码")
    page.click("button[value=reveal]")
    expect(page.locator("main")).to_contain_text("本次查看已记入审计记录")
    page.goto("/-/audit?action=reveal")
    expect(page.locator("tbody tr").first).to_contain_text("核对证书上的号码")
