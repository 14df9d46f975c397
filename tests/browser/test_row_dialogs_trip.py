"""The office's row dialogs by hand: a row is added, refused in words, changed and taken away."""

from conftest import Site, sign_in
from playwright.sync_api import Page, expect

NAME = "浏览器试验模块"


def test_a_row_comes_changes_and_goes(site: Site, page: Page) -> None:
    sign_in(page, site.account("office"))
    page.goto("/training/course_modules")
    page.click("button[data-table-action=insert-row]")
    dialog = page.locator("dialog.row-edit-dialog")
    for name, value in (("year", "2021-2022"), ("seq", "91"), ("name_zh", NAME), ("name_en", "X")):
        dialog.locator(f".row-edit-input[name={name}]").fill(value)
    dialog.locator(".row-edit-save").click()
    expect(dialog).to_be_hidden()

    page.goto(f"/training/course_modules?name_zh={NAME}")
    page.locator("button[data-row-action=edit]").first.click()
    dialog.locator(".row-edit-input[name=required]").fill("7")
    dialog.locator(".row-edit-save").click()
    expect(dialog.locator(".row-edit-error")).to_contain_text("填 1（是）或 0（否）")
    expect(dialog.locator(".row-edit-error")).not_to_contain_text("constraint")
    dialog.locator(".row-edit-input[name=required]").fill("1")
    dialog.locator(".row-edit-save").click()
    expect(dialog).to_be_hidden()

    page.goto(f"/training/course_modules?name_zh={NAME}")
    page.locator("button[data-row-action=delete]").first.click()
    page.click("dialog.row-delete-dialog .row-delete-confirm")
    expect(page.locator("dialog.row-delete-dialog")).to_be_hidden()
    page.goto(f"/training/course_modules?name_zh={NAME}")
    expect(page.locator("button[data-row-action=delete]")).to_have_count(0)
