"""账号管理 and 我的账号 on the real application: what the auditor does holds at the next request."""

import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from training import accounts, passwords, sessions

from tests.served import PASSWORD, PEOPLE, Served

NEW = "Another-horse-9"
CREATED = {"username": "newcomer", "name": "李四", "role": "institution"}
ONE_TIME = re.compile(r'class="one-time code">([^<]+)<')


@pytest_asyncio.fixture
async def served(
    built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Served]:
    monkeypatch.setattr(passwords, "ITERATIONS", 1)
    for file in built.iterdir():
        shutil.copy2(file, tmp_path / file.name)
    made = Served(tmp_path)
    made.hire()
    await made.ds.invoke_startup()
    yield made
    made.ds.close()


async def act(served: Served, name: str, act: str, who: str = "auditor", **more: str) -> Any:
    return await served.post(f"/-/accounts/{name}", who, data={"act": act, **more})


async def knows(served: Served, token: str) -> dict[str, Any] | None:
    """Who the holder of a token is at the next request."""
    headers = {"Cookie": f"{sessions.COOKIE}={token}"}
    answer = await served.get("/-/actor.json", headers=headers)
    return answer.json()["actor"] if answer.status_code == 200 else None


@pytest.mark.parametrize("who", [None, *sorted(PEOPLE.keys() - {"auditor"})])
async def test_only_the_auditor_keeps_accounts(served: Served, who: str | None) -> None:
    before = accounts.everybody(served.accounts)
    for path in ("/-/accounts", "/-/accounts/analyst", "/-/accounts/nobody-there"):
        assert (await served.get(path, who)).status_code in (302, 404)
        for data in (CREATED, {"act": "disable"}, {"act": "reset"}):
            assert (await served.post(path, who, data=data)).status_code in (403, 404)
    assert accounts.everybody(served.accounts) == before


@pytest.mark.parametrize("who", PEOPLE)
async def test_everybody_sees_his_own_account(served: Served, who: str) -> None:
    page = await served.get("/-/account", who)
    assert page.status_code == 200
    assert f"<dd>{who}</dd>" in page.text
    others = set(PEOPLE) - {who}
    assert not any(f"<dd>{other}</dd>" in page.text for other in others)
    assert served.token(who) not in page.text
    assert sessions._hash(served.token(who)) not in page.text
    assert 'href="/-/account"' in (await served.get("/", who)).text


async def test_the_list_and_its_choices(served: Served) -> None:
    accounts.disable(served.accounts, "analyst", actor="test")
    page = (await served.get("/-/accounts", "auditor")).text
    assert "清华大学" in page
    assert all(f'href="/-/accounts/{name}"' in page for name in PEOPLE)
    for query, names in (
        ("role=office", {"office"}),
        ("state=disabled", {"analyst"}),
        ("role=office&state=disabled", set()),
        ("role=boss&state=x", set(PEOPLE)),
    ):
        shown = (await served.get(f"/-/accounts?{query}", "auditor")).text
        assert set(re.findall(r'<td><a href="/-/accounts/([a-z]+)"', shown)) == names
    english = (await served.get("/-/accounts?_lang=en", "auditor")).text
    assert "Tsinghua University" in english
    assert "New account" in english


async def test_a_new_account_signs_in_with_what_is_shown_once(served: Served) -> None:
    form = CREATED | {"scope": "institution:tsinghua"}
    answer = await served.post("/-/accounts", "auditor", data=form)
    password = ONE_TIME.search(answer.text)
    assert answer.status_code == 200
    assert password
    assert answer.headers["cache-control"] == "no-store"
    account = sessions.authenticate(served.accounts, "newcomer", password[1])
    assert account
    assert account.must_change_password
    assert account.actor["institution"] == "tsinghua"
    assert password[1] not in (await served.get("/-/accounts/newcomer", "auditor")).text
    again = await served.post("/-/accounts", "auditor", data=form)
    assert again.status_code == 400
    assert "该用户名已存在" in again.text
    assert 'value="newcomer"' in again.text


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"username": "X Y"}, "用户名须为"),
        ({"role": "boss"}, "没有这个角色"),
        ({"role": ""}, "没有这个角色"),
        ({"scope": ""}, "机构账号须且只须写明机构"),
        ({"scope": "province:330000"}, "机构账号须且只须写明机构"),
        ({"scope": "institution:nowhere"}, "名录中没有这个机构"),
        ({"scope": "x:y"}, "机构账号须且只须写明机构"),
        ({"name": "长" * 61}, "不超过 60 字"),
    ],
)
async def test_a_form_is_refused_and_kept(
    served: Served, change: dict[str, str], said: str
) -> None:
    form = CREATED | {"scope": "institution:tsinghua"} | change
    answer = await served.post("/-/accounts", "auditor", data=form)
    assert answer.status_code == 400
    assert said in answer.text
    assert f'value="{form["name"]}"' in answer.text
    assert len(accounts.everybody(served.accounts)) == len(PEOPLE)


@pytest.mark.parametrize("body", [b"\xff\xfe", b"{}", b"act=%ff", b"act=", b"act=nonsense"])
async def test_a_body_that_is_no_form(served: Served, body: bytes) -> None:
    before = accounts.everybody(served.accounts)
    for path in ("/-/accounts", "/-/accounts/analyst"):
        assert (await served.post(path, "auditor", content=body)).status_code == 400
    assert (await served.post("/-/account", "office", content=body)).status_code == 302
    assert accounts.everybody(served.accounts) == before


@pytest.mark.parametrize("name", ["nobody", "x", "NOBODY", "a%2Fb", "..%2F"])
async def test_an_account_that_is_none(served: Served, name: str) -> None:
    for answer in (await served.get(f"/-/accounts/{name}", "auditor"),
                   await act(served, name, "disable")):  # fmt: skip
        assert answer.status_code == 404


async def test_a_reset_holds_at_the_next_request(served: Served) -> None:
    token = served.token("office")
    given = ONE_TIME.search((await act(served, "office", "reset")).text)
    assert given
    assert await knows(served, token) is None
    assert sessions.authenticate(served.accounts, "office", PASSWORD) is None
    assert sessions.authenticate(served.accounts, "office", given[1])


async def test_disabling_and_enabling_hold_at_the_next_request(served: Served) -> None:
    token = served.token("office")
    assert (await act(served, "office", "disable")).status_code == 302
    assert await knows(served, token) is None
    await act(served, "office", "enable")
    assert await knows(served, token) is None
    assert sessions.authenticate(served.accounts, "office", PASSWORD)


async def test_another_role_holds_at_the_next_request(served: Served) -> None:
    token = served.token("analyst")
    answer = await act(served, "analyst", "role", role="province", scope="province:330000")
    assert answer.status_code == 302
    assert await knows(served, token) is None
    actor = await knows(served, sessions.start_session(served.accounts, "analyst"))
    assert actor
    assert (actor["role"], actor["province"]) == ("province", "330000")


async def test_a_changed_password_holds_at_the_next_request(served: Served) -> None:
    others = [sessions.start_session(served.accounts, "office") for _ in range(2)]
    words = {"current": PASSWORD, "new": NEW, "again": NEW}
    assert (await served.post("/-/password", "office", data=words)).status_code == 302
    assert [await knows(served, token) for token in (*others, served.token("office"))] == [None] * 3


async def test_nobody_shuts_himself_or_the_last_auditor_out(served: Served) -> None:
    token = served.token("auditor")
    for data in ({"act": "disable"}, {"act": "role", "role": "office"}):
        answer = await served.post("/-/accounts/auditor", "auditor", data=data)
        assert answer.status_code == 400
        assert "请由另一位审计人员操作" in answer.text
    assert await knows(served, token)
    served.hire_as("second", "auditor")
    assert (await act(served, "second", "disable")).status_code == 302
    page = (await served.get("/-/accounts/auditor", "auditor")).text
    assert 'value="disable"' not in page


async def test_unlocking(served: Served) -> None:
    for n in range(5):
        sessions.authenticate(served.accounts, "office", "wrong", address=f"192.0.2.{n}")
    assert "解锁" in (await served.get("/-/accounts/office", "auditor")).text
    assert (await act(served, "office", "unlock")).status_code == 302
    page = (await served.get("/-/accounts/office", "auditor")).text
    assert 'value="unlock"' not in page
    assert "登录未成功" in page
    assert sessions.authenticate(served.accounts, "office", PASSWORD)


async def test_the_auditor_ends_a_session(served: Served) -> None:
    tokens = [sessions.start_session(served.accounts, "office") for _ in range(3)]
    first = sessions.sessions_of(served.accounts, "office", token=tokens[0])
    name = next(one["public_id"] for one in first if one["present"])
    assert name in (await served.get("/-/accounts/office", "auditor")).text
    assert (await act(served, "office", "end", session=name)).status_code == 302
    assert [bool(await knows(served, token)) for token in tokens] == [False, True, True]
    again = await act(served, "office", "end", session=name)
    assert again.status_code == 400
    assert (await act(served, "office", "end")).status_code == 400
    await act(served, "office", "end", session="all")
    assert [await knows(served, token) for token in tokens] == [None] * 3


async def test_the_owner_ends_his_sessions_and_nobody_elses(served: Served) -> None:
    here, there = served.token("office"), sessions.start_session(served.accounts, "office")
    foreign = served.token("analyst")
    stranger = sessions.sessions_of(served.accounts, "analyst")[0]["public_id"]
    await served.post("/-/account", "office", data={"session": stranger})
    assert await knows(served, foreign)
    listed = sessions.sessions_of(served.accounts, "office", token=there)
    name = next(one["public_id"] for one in listed if one["present"])
    await served.post("/-/account", "office", data={"session": name})
    assert [bool(await knows(served, token)) for token in (here, there)] == [True, False]
    third = sessions.start_session(served.accounts, "office")
    await served.post("/-/account", "office", data={"session": "all"})
    assert [bool(await knows(served, token)) for token in (here, third)] == [True, False]


async def test_a_planted_session_is_not_taken_over(served: Served) -> None:
    """Fixation: whoever plants a token in a browser holds nothing after its owner signs in."""
    served.hire_as("attacker", "analyst")
    own = served.token("attacker")
    for planted in ("A" * 43, own):
        headers = {"Cookie": f"{sessions.COOKIE}={planted}"}
        words = {"username": "office", "password": PASSWORD}
        answer = await served.post("/-/login", data=words, headers=headers)
        given = re.search(rf"{sessions.COOKIE}=([\w-]+)", answer.headers["set-cookie"])
        assert given
        assert given[1] != planted
        assert await knows(served, planted) is None
        actor = await knows(served, given[1])
        assert actor
        assert actor["id"] == "office"


async def test_an_old_password_is_changed_first(served: Served) -> None:
    served.accounts.execute(
        "update accounts set password_changed_at = '2021-01-01T00:00:00+08:00'"
        " where username = 'office'"
    )
    home = await served.get("/", "office")
    assert (home.status_code, home.headers["location"]) == (302, "/-/password")
    assert "90 天" in (await served.get("/-/password", "office")).text
    words = {"current": PASSWORD, "new": NEW, "again": NEW}
    changed = await served.post("/-/password", "office", data=words)
    token = re.search(rf"{sessions.COOKIE}=([\w-]+)", changed.headers["set-cookie"])
    assert token
    headers = {"Cookie": f"{sessions.COOKIE}={token[1]}"}
    assert (await served.get("/", headers=headers)).status_code == 200


CHANGES = (
    ("auditor", "/-/accounts"),
    ("auditor", "/-/accounts/office"),
    ("office", "/-/account"),
    ("office", "/-/password"),
    ("office", "/-/logout"),
    ("office", "/-/release"),
    ("office", "/-/upload-csvs"),
    ("institution", "/-/roster"),
    ("institution", "/-/roster/check"),
    ("office", "/-/roster/batch/1/undo"),
    ("office", "/-/office/batch/1/decide"),
    ("office", "/training/cohorts/-/insert"),
    ("office", "/training/cohorts/1/-/update"),
    ("office", "/training/cohorts/1/-/delete"),
    (None, "/-/login"),
)
FOREIGN = (
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
    {"Sec-Fetch-Site": "cross-site", "Authorization": "Bearer x"},
)


@pytest.mark.parametrize(("who", "path"), CHANGES)
async def test_another_site_changes_nothing(served: Served, who: str | None, path: str) -> None:
    """A program that sends neither header is let through: no browser, nobody's cookie to abuse."""
    for headers in FOREIGN:
        answer = await served.post(path, who, data={"act": "disable"}, headers=headers)
        assert answer.status_code == (401 if "Authorization" in headers else 403), headers
        if who:
            assert await knows(served, served.token(who))
    own = {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"}
    assert (await served.post(path, who, json={}, headers=own)).status_code != 403 or not who
