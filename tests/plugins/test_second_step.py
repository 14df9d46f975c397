"""The code after the password on the real application, as a browser meets it."""

import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pyotp
import pytest
import pytest_asyncio
from training import accounts, identity, passwords, second_factor, sessions

from tests.served import PASSWORD, Served


@pytest_asyncio.fixture
async def served(
    built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Served]:
    monkeypatch.setattr(passwords, "ITERATIONS", 1)
    for file in built.iterdir():
        shutil.copy2(file, tmp_path / file.name)
    made = Served(tmp_path)
    made.hire("office", "auditor")
    await made.ds.invoke_startup()
    yield made
    made.ds.close()


def set_up(served: Served) -> pyotp.TOTP:
    """The office signs in with codes; the step of its first one is long past."""
    keys = identity.load_keys(served.folder / "training.db")
    totp = pyotp.TOTP(second_factor.begin(served.accounts, keys, "office"))
    second_factor.confirm(served.accounts, keys, "office", totp.now())
    served.accounts.execute("update second_factors set last_step = 0")
    return totp


async def password(served: Served, path: str = "/-/login", **more: Any) -> Any:
    return await served.post(path, data={"username": "office", "password": PASSWORD}, **more)


def cookies(answer: Any) -> dict[str, str]:
    lines = answer.headers.get_list("set-cookie")
    return {line.partition("=")[0]: re.split("[=;]", line)[1] for line in lines}


async def test_password_then_code(served: Served) -> None:
    totp = set_up(served)
    first = await password(served, "/-/login?next=/training/cohorts")
    assert first.headers["location"] == "/-/login/code?next=/training/cohorts"
    given = cookies(first)
    assert sessions.COOKIE not in given
    header = {"Cookie": f"{second_factor.COOKIE}={given[second_factor.COOKIE]}"}
    flags = first.headers["set-cookie"].lower()
    assert "httponly" in flags
    assert "samesite=lax" in flags
    assert (await served.get("/training/cohorts", headers=header)).status_code == 302
    assert (await served.get("/-/actor.json", headers=header)).status_code == 403
    path = first.headers["location"]
    assert "6 位数字" in (await served.get(path, headers=header)).text
    wrong = await served.post(path, data={"code": "000000"}, headers=header)
    assert wrong.status_code == 403
    assert "不正确或已用过" in wrong.text
    right = await served.post(path, data={"code": totp.now()}, headers=header)
    assert (right.status_code, right.headers["location"]) == (302, "/training/cohorts")
    session = {"Cookie": f"{sessions.COOKIE}={cookies(right)[sessions.COOKIE]}"}
    actor = (await served.get("/-/actor.json", headers=session)).json()["actor"]
    plain = (await served.get("/-/actor.json", "office")).json()["actor"]
    assert actor == plain
    again = await served.post(path, data={"code": totp.now()}, headers=header)
    assert again.headers["location"].startswith("/-/login?")


async def test_the_session_of_before_ends_with_the_code(served: Served) -> None:
    totp = set_up(served)
    before = served.token("auditor")
    pending = second_factor.wait_for_code(served.accounts, "office")
    header = {"Cookie": f"{sessions.COOKIE}={before}; {second_factor.COOKIE}={pending}"}
    await served.post("/-/login/code", data={"code": totp.now()}, headers=header)
    assert sessions.visitor(served.accounts, before) is None


@pytest.mark.parametrize("cookie", ["", "x", "lingjun_session"])
async def test_without_the_password_there_is_no_code_to_give(served: Served, cookie: str) -> None:
    totp = set_up(served)
    header = {"Cookie": f"{second_factor.COOKIE}={cookie}"}
    for answer in (
        await served.get("/-/login/code?next=//evil.example", headers=header),
        await served.post("/-/login/code", data={"code": totp.now()}, headers=header),
    ):
        assert answer.headers["location"] == "/-/login?next=/"
        assert sessions.COOKIE not in cookies(answer)


@pytest.mark.parametrize("path", ["/-/login/code", "/-/account/totp"])
async def test_another_site_changes_nothing(served: Served, path: str) -> None:
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        answer = await served.post(path, "office", data={"act": "begin"}, headers=headers)
        assert answer.status_code == 403


@pytest.mark.parametrize("target", ["/-/login/code", "/-/account/totp", "/-/account/totp?x=1"])
async def test_signing_in_does_not_lead_to_its_own_pages(served: Served, target: str) -> None:
    assert (await password(served, f"/-/login?next={target}")).headers["location"] == "/"


async def act(served: Served, act: str, **more: str) -> Any:
    return await served.post("/-/account/totp", "office", data={"act": act, **more})


async def test_setting_it_up(served: Served) -> None:
    assert "当前密码" in (await served.get("/-/account/totp", "office")).text
    assert (await act(served, "begin", password="wrong")).status_code == 400
    page = (await act(served, "begin", password=PASSWORD)).text
    assert "<svg" in page
    secret = re.search(r'class="code hash">([A-Z2-7]{32})<', page)
    assert secret
    refused = await act(served, "confirm", code="000000x")
    assert refused.status_code == 400
    assert secret[1] in refused.text
    done = (await act(served, "confirm", code=pyotp.TOTP(secret[1]).now())).text
    codes = re.findall(r"<li>([a-z0-9]{5}-[a-z0-9]{5})</li>", done)
    assert len(codes) == 10
    later = (await served.get("/-/account/totp", "office")).text
    assert secret[1] not in later
    assert not any(one in later for one in codes)
    assert "还剩 10 个" in later
    assert (await password(served)).headers["location"] == "/-/login/code"
    assert (await act(served, "off", password="wrong")).status_code == 400
    await act(served, "off", password=PASSWORD)
    assert (await password(served)).headers["location"] == "/"


async def test_a_role_that_must_have_one(served: Served) -> None:
    duty = {"act": "duty", "role": "office", "on": "1"}
    assert (await served.post("/-/accounts", "office", data=duty)).status_code == 404
    assert (await served.post("/-/accounts", "auditor", data=duty)).status_code == 302
    for path in ("/", "/training/cohorts", "/-/account"):
        answer = await served.get(path, "office")
        assert (answer.status_code, answer.headers["location"]) == (302, "/-/account/totp")
    assert (await served.get("/training/cohorts.json", "office")).status_code == 404
    for path in ("/-/account/totp", "/-/password", "/-/logout"):
        assert (await served.get(path, "office")).status_code == 200
    set_up(served)
    assert (await served.get("/", "office")).status_code == 200
    refused = await act(served, "off", password=PASSWORD)
    assert refused.status_code == 400
    assert "不能关闭" in refused.text
    assert "必须" in (await served.get("/-/accounts", "auditor")).text
    wrong = await served.post("/-/accounts", "auditor", data={**duty, "role": "boss"})
    assert wrong.status_code == 400


async def test_the_auditor_drops_it_for_who_lost_the_telephone(served: Served) -> None:
    set_up(served)
    assert "totp-off" in (await served.get("/-/accounts/office", "auditor")).text
    await served.post("/-/accounts/office", "auditor", data={"act": "totp-off"})
    assert not second_factor.in_force(served.accounts, "office")
    assert "totp-off" not in (await served.get("/-/accounts/office", "auditor")).text


@pytest.mark.parametrize("body", [b"\xff", b"{}", b"act=confirm", b"code=%ff", b"act=nonsense"])
async def test_a_body_that_is_no_form(served: Served, body: bytes) -> None:
    assert (await served.post("/-/account/totp", "office", content=body)).status_code == 400
    pending = second_factor.wait_for_code(served.accounts, "office")
    header = {"Cookie": f"{second_factor.COOKIE}={pending}"}
    answer = await served.post("/-/login/code", content=body, headers=header)
    assert answer.status_code == 403


async def test_english(served: Served) -> None:
    page = await served.get("/-/account/totp?_lang=en", "office")
    assert "Second factor" in page.text
    assert accounts.find(served.accounts, "office")
