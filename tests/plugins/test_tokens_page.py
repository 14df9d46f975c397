"""The page of tokens, what the auditor does about them, and requests that show one."""

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import yaml
from training import api_grants, api_tokens, attempts, gate, passwords, scopes

from tests.conftest import ROOT, World
from tests.security.conftest import copy_of
from tests.served import PASSWORD, PEOPLE, Served, plugin
from tests.worlds import add_people

pytestmark = pytest.mark.asyncio(loop_scope="module")
FORM = {
    "name": "家里的笔记本", "database-analysis": "1", "act-tables": "1", "act-export": "1",
    "days": "30", "password": PASSWORD, "act": "make",
}  # fmt: skip
TABLE = "/analysis/people_by_institution.json"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served(built: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    world = copy_of(built, tmp_path_factory.mktemp("tokens"))
    with world.connect() as conn:
        add_people(conn, 120)
    config = yaml.safe_load((ROOT / "metadata.yml").read_text(encoding="utf-8"))
    made = Served(world.folder, config=config)
    made.hire()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(passwords, "ITERATIONS", 1)
        await made.ds.invoke_startup()
        yield made
    made.ds.close()


def token(served: Served, **more: Any) -> str:
    scope: dict[str, Any] = {
        "databases": list(api_grants.DATABASES), "acts": list(api_grants.ACTS), **more,
    }  # fmt: skip
    return api_tokens.make(served.accounts, "analyst", "test", **scope)


@pytest.fixture(autouse=True)
def _no_token_left(served: Served) -> None:
    api_tokens.revoke(served.accounts, "analyst", actor="test")
    served.accounts.execute("delete from attempts")


async def by(served: Served, shown: str, path: str, who: str | None = None, **more: Any) -> Any:
    return await served.get(path, who, headers={"Authorization": f"Bearer {shown}"}, **more)


async def test_a_token_is_shown_once_and_reads(served: Served) -> None:
    answer = await served.post("/-/tokens", "analyst", data=FORM)
    assert answer.status_code == 200
    shown = re.search(r"ljt_[\w-]{43}", answer.text)
    assert shown
    assert answer.headers["cache-control"] == "no-store"
    later = await served.get("/-/tokens", "analyst")
    assert shown[0] not in later.text
    assert "家里的笔记本" in later.text
    assert "从未" in later.text
    rows = (await by(served, shown[0], f"{TABLE}?_size=max")).json()["rows"]
    assert len(rows) == 120
    assert "从未" not in (await served.get("/-/tokens", "analyst")).text
    assert "Tokens in force" in (await served.get("/-/tokens?_lang=en", "analyst")).text


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"password": "wrong"}, "当前密码不正确"),
        ({"name": " "}, "请填写令牌的用途"),
        ({"days": "365"}, "有效期"),
        ({"days": "x"}, "有效期"),
        ({"database-analysis": None}, "至少选一个"),
        ({"act-tables": None, "act-export": None}, "至少选一个"),
    ],
)
async def test_a_form_that_will_not_do_keeps_what_was_typed(
    served: Served, change: dict[str, str | None], said: str
) -> None:
    form = {key: value for key, value in (FORM | change).items() if value is not None}
    answer = await served.post("/-/tokens", "analyst", data=form)
    assert answer.status_code == 400
    assert said in answer.text
    assert "ljt_" not in answer.text
    if "name" not in change:
        assert 'value="家里的笔记本"' in answer.text
    assert ('name="database-staging" value="1" checked' in answer.text) is False
    assert PASSWORD not in answer.text


async def test_guessing_the_password_here_locks_as_well(served: Served) -> None:
    for _ in range(attempts.LIMIT):
        await served.post("/-/tokens", "analyst", data={**FORM, "password": "wrong"})
    assert (await served.post("/-/tokens", "analyst", data=FORM)).status_code == 400


async def test_revoking_ones_own(served: Served) -> None:
    shown = token(served)
    (one,) = api_tokens.tokens_of(served.accounts, "analyst")
    form = {"act": "revoke", "token": one["public_id"]}
    assert (await served.post("/-/tokens", "analyst", data=form)).status_code == 302
    assert (await by(served, shown, TABLE)).status_code == 401
    again = await served.post("/-/tokens", "analyst", data=form)
    assert (again.status_code, "已经失效" in again.text) == (400, True)


async def test_the_auditor_sees_and_revokes_anybodys(served: Served) -> None:
    shown, other = token(served), token(served)
    page = await served.get("/-/accounts/analyst", "auditor")
    ids = re.findall(r'name="token" value="([0-9a-f]{16})"', page.text)
    assert len(ids) == 2
    assert shown not in page.text
    form = {"act": "token", "token": ids[0]}
    assert (await served.post("/-/accounts/analyst", "auditor", data=form)).status_code == 302
    assert len(api_tokens.tokens_of(served.accounts, "analyst")) == 1
    await served.post("/-/accounts/analyst", "auditor", data={"act": "token", "token": "all"})
    for one in (shown, other):
        assert (await by(served, one, TABLE)).status_code == 401
    assert "撤销令牌" in (await served.get("/-/accounts/analyst", "auditor")).text
    assert "token-revoke" in (await served.get("/-/audit?log=accounts", "auditor")).text


@pytest.mark.parametrize("who", [None, *(who for who in PEOPLE if who != "analyst")])
async def test_other_roles_have_none(served: Served, who: str | None) -> None:
    for path in ("/-/tokens", "/-/notebook"):
        assert (await served.get(path, who)).status_code in (302, 404)
    answer = await served.post("/-/tokens", who, data=FORM)
    assert answer.status_code in (403, 404)
    assert who is None or "/-/tokens" not in (await served.get("/-/account", who)).text


async def test_the_closed_list_is_what_the_role_reads() -> None:
    """A database is added here when one is added there."""
    own = scopes.of({"role": "analyst"})
    assert own
    listed = plugin("access").listed("analyst", "view-database", own.name)
    assert {database for database, _ in listed} == set(api_grants.DATABASES)
    assert gate.PROGRAMMERS == api_grants.ROLES == {"analyst"}


@pytest.mark.parametrize("shown", ["", "x", "ljt_", "ljt_" + "a" * 43, "dstok_x", "ljt_a b", "'--"])
async def test_a_bad_token_is_401_whoever_else_one_is(served: Served, shown: str) -> None:
    for who in (None, "office"):
        answer = await by(served, shown, "/training/trainees.json", who)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'
        assert "/-/tokens" in answer.json()["error"]


async def test_a_cookie_beside_a_token_adds_nothing(served: Served) -> None:
    shown = token(served)
    assert (await by(served, shown, TABLE, "office")).status_code == 200
    for path in ("/training/trainees.json", "/-/actor.json", "/", "/-/tokens"):
        assert (await served.get(path, "analyst" if "tok" in path else "office")).status_code == 200
        assert (await by(served, shown, path, "office")).status_code == 404
    both = [("Authorization", f"Bearer {shown}"), ("Authorization", "Bearer x")]
    assert (await served.get(TABLE, headers=both)).status_code == 401


@pytest.mark.parametrize("name", ["Bearer", "bearer", "BEARER "])
async def test_the_scheme_in_any_case(served: Served, name: str) -> None:
    header = {"Authorization": f"{name} {token(served)}"}
    assert (await served.get(TABLE, headers=header)).status_code == 200


async def test_a_token_changes_nothing_even_with_a_cookie(served: Served) -> None:
    shown = token(served)
    for who in (None, "analyst", "office"):
        for path in ("/-/tokens", "/-/logout", "/staging/-/create", "/training/cohorts/-/insert"):
            header = {"Authorization": f"Bearer {shown}", "Sec-Fetch-Site": "cross-site"}
            answer = await served.post(path, who, json={}, headers=header)
            assert answer.status_code in (403, 404), path
    assert (await by(served, shown, TABLE)).status_code == 200
    assert (await served.get("/-/account", "analyst")).status_code == 200


@pytest.mark.parametrize("place", ["?_token={}", "?x={}", "?a=1&_token=1{}", "/{}.json"])
async def test_a_token_in_an_address_is_refused(served: Served, place: str) -> None:
    shown = token(served)
    for more in ({}, {"headers": {"Authorization": f"Bearer {shown}"}}):
        answer = await served.get("/analysis" + place.format(shown), **more)
        assert answer.status_code == 400
        assert "令牌不能写在网址里" in answer.json()["error"]
        assert shown not in answer.text
    english = await served.get("/analysis.json?_lang=en&_token=x")
    assert "never goes into an address" in english.json()["error"]


async def test_exports_of_a_token_are_on_the_trail(served: Served) -> None:
    shown = token(served)
    (one,) = api_tokens.tokens_of(served.accounts, "analyst")
    for path in (f"{TABLE}?_size=max", TABLE.replace("json", "csv"), TABLE.replace("json", "xlsx")):
        assert (await by(served, shown, path)).status_code == 200
    assert (await by(served, shown, "/staging/nothing.json")).status_code == 404
    with World(served.folder).connect() as conn:
        rows = conn.execute(
            "select actor, action, detail from audit_log where action in ('export', 'refused')"
            " order by id desc limit 4"
        ).fetchall()
    assert {row["actor"] for row in rows} == {"analyst"}
    details = [json.loads(row["detail"]) for row in rows]
    assert {detail.pop("token") for detail in details} == {one["public_id"]}
    forms = [{"status": 404}, {"form": "xlsx"}, {"form": "csv"}, {"form": "json"}]
    assert details == forms or details == [{"status": 403}, *forms[1:]]


async def test_a_workbook_is_put_together_with_the_token_alone(served: Served) -> None:
    narrow = token(served, databases=["analysis"], acts=["tables", "export"])
    path = TABLE.replace("json", "xlsx")
    assert (await by(served, narrow, path)).content[:2] == b"PK"
    query = await by(served, narrow, "/analysis/-/query.xlsx?sql=select+1")
    assert query.status_code == 404


async def test_without_the_record_nobody_has_tokens(served: Served, tmp_path: Path) -> None:
    """The public process has no accounts; a header it does not know is not looked at."""
    (tmp_path / "public.db").write_bytes((served.folder / "public.db").read_bytes())
    alone = Served(tmp_path, "public")
    await alone.ds.invoke_startup()
    assert (await by(alone, "x", "/institutions")).status_code == 200
    assert (await by(alone, "x", "/-/tokens")).status_code in (403, 404)
    alone.ds.close()
