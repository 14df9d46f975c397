"""Scanning a certificate: the browser turns the signed text into a question, and verifies alone, too."""

from contextlib import closing

from playwright.sync_api import Page, expect
from training import certificate_keys, certificate_tokens, certificates
from training.database import connect

from tests.browser.conftest import Site


def token_of_a_valid_one(site: Site) -> str:
    with closing(connect(site.folder / "training.db", read_only=True)) as conn:
        number = certificates.valid_numbers(conn, "2021-2022", "")[0]
        row = certificates.find(conn, number)
        assert row is not None
        key = certificate_keys.signing_key(site.folder)
        return certificate_tokens.sign(key, certificates.facts(row))


def test_a_scanned_code_is_answered_and_leaves_no_name_in_the_address(
    site: Site, page: Page
) -> None:
    page.goto(f"/verify#{token_of_a_valid_one(site)}")
    expect(page.locator("h2")).to_contain_text("证书有效")
    expect(page.locator("dl.facts")).to_contain_text("真实")
    assert page.url == f"{site.url}/verify"


def test_a_signature_is_verified_without_a_server(site: Site, page: Page) -> None:
    token = token_of_a_valid_one(site)
    page.goto("/verify/offline")
    page.context.set_offline(True)
    for text, said in ((token, "签名真实"), (token.replace("LJ1.Wy", "LJ1.Wz"), "签名不符")):
        page.fill("textarea", text)
        page.click("#offline button")
        expect(page.locator("#outcome")).to_contain_text(said)
