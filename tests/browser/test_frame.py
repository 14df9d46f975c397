"""Datasette's own pages in the frame: scripts run under the policy, in Chinese, at any width."""

from collections.abc import Iterator

import pytest
from conftest import Site, sign_in
from playwright.sync_api import Page, expect

QUERY = "/training/quota_headcount?year=2021-2022"


@pytest.fixture
def office(site: Site, page: Page) -> Iterator[Page]:
    """The office's browser; a script that fails or that the policy blocks fails the test."""
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    sign_in(page, site.account("office"))
    yield page
    assert faults == []


def test_no_page_is_wider_than_the_screen(office: Page) -> None:
    for path in (
        "/",
        "/training",
        "/training/institutions",
        "/training/institutions/tsinghua",
        QUERY,
    ):
        office.goto(path)
        for width in (1280, 390):
            office.set_viewport_size({"width": width, "height": 900})
            assert office.evaluate("document.documentElement.scrollWidth") <= width, path
            expect(office.locator("nav.main-navigation a").first).to_be_visible()


def test_the_menu_of_a_column(office: Page) -> None:
    office.goto("/training/institutions")
    office.locator("th[data-column=kind] .dropdown-menu-icon").click()
    expect(office.locator(".dropdown-actions a")).to_contain_text(["升序排列", "降序排列"])
    office.locator(".dropdown-actions >> text=选择列").click()
    chooser = office.locator("column-chooser dialog")
    expect(chooser).to_contain_text("全不选")
    expect(chooser.locator(".drag-item-label").first).not_to_have_text("name_zh")


def test_the_dialog_of_a_row_shows_labels_and_saves_nothing_by_itself(office: Page) -> None:
    office.goto("/training/institutions")
    office.locator("button[data-row-action=edit]").first.click()
    dialog = office.locator("dialog.row-edit-dialog")
    expect(dialog.locator(".row-edit-label", has_text="英文名称")).to_be_visible()
    expect(dialog.locator(".row-edit-save")).to_have_text("保存")
    dialog.locator(".row-edit-cancel").click()
    expect(dialog).to_be_hidden()


def test_columns_are_chosen_on_a_small_screen_without_an_inline_handler(office: Page) -> None:
    office.set_viewport_size({"width": 390, "height": 844})
    office.goto("/training/institutions")
    office.locator(".choose-columns-mobile").click()
    expect(office.locator("column-chooser dialog")).to_be_visible()


def test_jumping_and_the_other_language(office: Page) -> None:
    office.goto("/training")
    office.keyboard.press("/")
    office.keyboard.type("instit")
    expect(office.locator(".result-item").first).to_be_visible()
    office.keyboard.press("Escape")
    office.click("a.language")
    expect(office.locator("html")).to_have_attribute("lang", "en")
    office.goto("/training/institutions")
    office.locator("th[data-column=kind] .dropdown-menu-icon").click()
    expect(office.locator(".dropdown-actions a").first).to_have_text("Sort ascending")
