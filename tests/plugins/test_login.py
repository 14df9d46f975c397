"""Signing in, out and changing one's password, as a browser does it."""

import asyncio
import shutil
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from training import accounts, passwords, sessions

from tests.served import PASSWORD, Served

NEW = "Another-horse-9"


@pytest_asyncio.fixture
async def served(
    built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Served]:
    monkeypatch.setattr(passwords, "ITERATIONS", 1)
    for file in built.iterdir():
        shutil.copy2(file, tmp_path / file.name)
    made = Served(tmp_path)
    made.hire("office", "analyst")
    await made.ds.invoke_startup()
    yield made
    made.ds.close()


async def sign_in(
    served: Served,
    username: str = "office",
    password: str = PASSWORD,
    path: str = "/-/login",
    **more: Any,
) -> Any:
    return await served.post(path, data={"username": username, "password": password}, **more)


def cookie_of(answer: Any) -> str:
    return next(
        (c for c in answer.headers.get_list("set-cookie") if c.startswith(sessions.COOKIE)), ""
    )


async def actor(served: Served, cookie: str) -> str | None:
    headers = {"Cookie": cookie.partition(";")[0]}
    answer = await served.get("/-/actor.json", headers=headers)
    return answer.json()["actor"]["id"] if answer.status_code == 200 else None


async def test_the_page_is_ours(served: Served) -> None:
    answer = await served.get("/-/login")
    assert answer.status_code == 200
    assert 'autocomplete="current-password"' in answer.text
    english = await served.get("/-/login?_lang=en")
    assert "<h1>Sign in</h1>" in english.text


async def test_the_right_words(served: Served) -> None:
    answer = await sign_in(served)
    assert (answer.status_code, answer.headers["location"]) == (302, "/")
    assert await actor(served, cookie_of(answer)) == "office"


async def test_the_cookie(served: Served) -> None:
    flags = {flag.strip().lower() for flag in cookie_of(await sign_in(served)).split(";")[1:]}
    assert flags == {"httponly", "samesite=lax", "path=/"}


async def test_the_cookie_is_secure_where_the_address_is(served: Served) -> None:
    served.ds._settings["force_https_urls"] = True
    assert "secure" in cookie_of(await sign_in(served)).lower()


async def test_a_claim_of_https_by_a_header_is_no_https(served: Served) -> None:
    """The server believes its own proxy; by the time a request is here that has been settled."""
    answer = await sign_in(served, headers={"X-Forwarded-Proto": "https"})
    assert "secure" not in cookie_of(answer).lower()


@pytest.mark.parametrize(
    ("target", "landing"),
    [
        ("/training/trainees?name=x", "/training/trainees?name=x"),
        ("//evil.example/", "/"),
        ("https://evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("/-/logout", "/"),
    ],
)
async def test_where_signing_in_leads(served: Served, target: str, landing: str) -> None:
    from urllib.parse import quote

    path = f"/-/login?next={quote(target, safe='')}"
    assert (await sign_in(served, path=path)).headers["location"] == landing
    again = await served.get(path, "office")
    assert (again.status_code, again.headers["location"]) == (302, landing)


@pytest.mark.parametrize(
    ("username", "password"),
    [("office", "wrong"), ("nobody", PASSWORD), ("", ""), ("office' or 1=1 --", "x"), ("\0", "\0")],
)
async def test_wrong_words_all_look_alike(served: Served, username: str, password: str) -> None:
    answer = await sign_in(served, username, password)
    usual = await sign_in(served, "analyst", "wrong")
    assert answer.status_code == usual.status_code == 403
    assert cookie_of(answer) == ""
    assert notice_of(answer) == notice_of(usual) != ""


def notice_of(answer: Any) -> str:
    _, found, rest = answer.text.partition('<div class="notice')
    return rest.partition("</div>")[0] if found else ""


async def test_locked_and_disabled_look_like_wrong(served: Served) -> None:
    wrong = notice_of(await sign_in(served, password="wrong"))
    accounts.disable(served.accounts, "analyst", actor="test")
    assert notice_of(await sign_in(served, "analyst")) == wrong
    for _ in range(5):
        assert notice_of(await sign_in(served, password="wrong")) == wrong
    assert notice_of(await sign_in(served)) == wrong


@pytest.mark.parametrize(
    "body", [b"\xff\xfe", b"{}", b"username", b"username=%ff%fe&password=%00", b"&&&==="]
)
async def test_a_body_that_is_no_form(served: Served, body: bytes) -> None:
    answer = await served.post("/-/login", content=body)
    assert answer.status_code == 403
    assert notice_of(answer)


async def test_the_name_comes_back_and_the_password_does_not(served: Served) -> None:
    answer = await sign_in(served, '"><b>', "Seen-nowhere-1")
    assert "&#34;&gt;&lt;b&gt;" in answer.text
    assert "Seen-nowhere-1" not in answer.text


async def test_another_site_cannot_sign_anybody_in_or_out(served: Served) -> None:
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        assert (await sign_in(served, headers=headers)).status_code == 403
        await served.post("/-/logout", "office", headers=headers)
        assert (await served.get("/-/actor.json", "office")).status_code == 200


async def test_signing_out_ends_the_session(served: Served) -> None:
    cookie = cookie_of(await sign_in(served))
    headers = {"Cookie": cookie.partition(";")[0]}
    assert (await served.get("/-/logout", headers=headers)).status_code == 200
    assert await actor(served, cookie) == "office"
    answer = await served.post("/-/logout", headers=headers)
    assert (answer.status_code, answer.headers["location"]) == (302, "/-/login")
    assert "max-age=0" in cookie_of(answer).lower()
    assert await actor(served, cookie) is None


async def test_signing_in_again_ends_the_former_session(served: Served) -> None:
    first = cookie_of(await sign_in(served))
    headers = {"Cookie": first.partition(";")[0]}
    second = cookie_of(await sign_in(served, "analyst", headers=headers))
    assert await actor(served, first) is None
    assert await actor(served, second) == "analyst"


async def change(served: Served, who: str, current: str, new: str, again: str) -> Any:
    words = {"current": current, "new": new, "again": again}
    return await served.post("/-/password", who, data=words)


async def test_the_first_password_is_ones_own(served: Served) -> None:
    given = accounts.create(served.accounts, "newcomer", role="office", actor="test")
    answer = await sign_in(served, "newcomer", given)
    headers = {"Cookie": cookie_of(answer).partition(";")[0]}
    home = await served.get("/", headers=headers)
    assert (home.status_code, home.headers["location"]) == (302, "/-/password")
    words = {"current": given, "new": NEW, "again": NEW}
    changed = await served.post("/-/password", data=words, headers=headers)
    assert (changed.status_code, changed.headers["location"]) == (302, "/")
    assert await actor(served, headers["Cookie"]) is None
    fresh = {"Cookie": cookie_of(changed).partition(";")[0]}
    assert (await served.get("/", headers=fresh)).status_code == 200
    assert cookie_of(await sign_in(served, "newcomer", NEW))


@pytest.mark.parametrize(
    ("current", "new", "again"),
    [
        ("wrong", NEW, NEW),
        (PASSWORD, NEW, NEW + "x"),
        (PASSWORD, "Sh-9x", "Sh-9x"),
        (PASSWORD, PASSWORD, PASSWORD),
        (PASSWORD, "Office-horse-9", "Office-horse-9"),
        ("", "", ""),
    ],
)
async def test_a_change_is_refused(served: Served, current: str, new: str, again: str) -> None:
    answer = await change(served, "office", current, new, again)
    assert answer.status_code == 400
    assert notice_of(answer)
    assert new == "" or new not in answer.text
    assert cookie_of(await sign_in(served))


async def test_hashing_stops_nobody_elses_request(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed = threading.Event()
    monkeypatch.setattr(passwords, "verify", lambda *_: hashed.wait(20))
    guesses = [asyncio.create_task(sign_in(served, f"guess{n}")) for n in range(4)]
    await asyncio.sleep(0.02)
    for _ in range(3):
        assert (await served.get("/-/actor.json", "office")).status_code == 200
    assert not any(guess.done() for guess in guesses)
    hashed.set()
    assert {answer.status_code for answer in await asyncio.gather(*guesses)} == {403}


async def test_leaving_works_in_a_crowd(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    async def crowded(_: object) -> None:
        raise passwords.Busy

    monkeypatch.setattr(passwords, "apart", crowded)
    assert (await served.post("/-/logout", "office")).status_code == 302
    assert (await served.get("/", "office")).headers["location"] == "/institutions"


async def test_a_crowd_is_told_to_wait(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    async def crowded(_: object) -> None:
        raise passwords.Busy

    monkeypatch.setattr(passwords, "apart", crowded)
    answer = await sign_in(served)
    assert answer.status_code == 503
    assert notice_of(answer)


async def test_the_other_login_page_has_lost(served: Served) -> None:
    """No Basic authentication, no password tool, and no second form behind the same address."""
    assert "password-login-input" not in (await served.get("/-/login")).text
    assert (await served.get("/-/password-tool", "office")).status_code == 404


async def test_the_menu_leads_in_and_to_ones_account(served: Served) -> None:
    public = (await served.get("/institutions")).text
    assert 'href="/-/login"' in public
    assert 'href="/-/account"' not in public
    own = (await served.get("/institutions", "analyst")).text
    assert 'href="/-/login"' not in own
    assert 'href="/-/account"' in own
