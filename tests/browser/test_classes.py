"""A class in a real browser: opened, taught, recorded with one click, paid for; and at any width."""

import re
from collections.abc import Iterator

import pytest
from conftest import Site, sign_in
from playwright.sync_api import Page, expect


@pytest.fixture
def office(site: Site, page: Page) -> Iterator[Page]:
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    sign_in(page, site.account("office"))
    yield page
    assert faults == []


def test_a_session_is_added_and_everybody_ticked_at_once(office: Page) -> None:
    office.goto("/-/classes")
    office.locator("tr", has_text="南京大学").locator("a").first.click()
    office.locator("summary", has_text="添加教学活动").click()
    form = office.locator("form", has=office.locator("[name=held_on]")).last
    form.locator("[name=held_on]").fill("2022-10-08")
    form.locator("[name=hours]").fill("2.3")
    form.locator("[name=title]").fill("浏览器里的课")
    form.locator("button").click()
    expect(office.locator("[role=alert]")).to_contain_text("0.5 为单位")
    expect(office.locator("[name=title]")).to_have_value("浏览器里的课")
    office.locator("[name=hours]").fill("2.5")
    office.locator("button[value=session]").click()
    row = office.locator("tr", has_text="浏览器里的课")
    expect(row).to_contain_text("未登记")

    office.locator("nav.tabs a", has_text="出勤").click()
    column = office.locator("th", has_text="浏览器里的课")
    session = column.get_attribute("data-session")
    boxes = office.locator(f"input[name=present][value^='{session}:']")
    assert boxes.count() > 20
    column.locator("[data-tick-all]").click()
    boxes.first.uncheck()
    office.locator("button[value=grid]").click()
    office.locator("nav.tabs a", has_text="班级和学员").click()
    expect(row).to_contain_text(re.compile(rf"{boxes_but_one(row)} / \d+"))


def boxes_but_one(row: object) -> str:
    """All but the one who was unticked."""
    text = re.search(r"(\d+) / (\d+)", row.inner_text())  # type: ignore[attr-defined]
    assert text
    return str(int(text[2]) - 1)


def test_the_pages_of_the_procedures_fit_the_screen(office: Page) -> None:
    office.goto("/-/classes")
    place = office.locator("td a[href^='/-/classes/']").first.get_attribute("href")
    for path in (
        *("/-/classes", f"{place}", f"{place}/attendance", f"{place}/funds", f"{place}/completion"),
        *("/-/contact-form", "/-/plans", "/-/commissioned", "/-/support", "/-/retraining"),
    ):
        office.goto(path)
        for width in (1280, 390):
            office.set_viewport_size({"width": width, "height": 900})
            assert office.evaluate("document.documentElement.scrollWidth") <= width, path


def test_the_contact_form_prints_as_a_table_to_stamp(site: Site, page: Page) -> None:
    sign_in(page, site.account("province"))
    page.goto("/-/contact-form")
    expect(page.locator("table.print-form")).to_be_hidden()
    page.emulate_media(media="print")
    expect(page.locator("table.print-form")).to_be_visible()
    expect(page.locator("form.form")).to_be_hidden()
