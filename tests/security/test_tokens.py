"""A token opens what its account may read now and what it was made for, and nothing in any other way."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from training import accounts, api_grants, api_tokens, sessions
from training.account_store import present

from tests.security.addresses import DATABASES, ELSEWHERE, FORMS, routes
from tests.security.asking import Answer
from tests.security.canaries import ACTORS
from tests.security.conftest import City
from tests.security.test_reading import row_of, written
from tests.security.test_writing import ELSEWHERE as WRITES_ELSEWHERE
from tests.security.test_writing import WRITES, eval_words, sent
from tests.served import PASSWORD

pytestmark = pytest.mark.asyncio(loop_scope="session")
EVERYTHING = (tuple(api_grants.DATABASES), tuple(api_grants.ACTS))
#: One database and one act each, and what an address that they open looks like.
NARROW: tuple[tuple[tuple[tuple[str, ...], tuple[str, ...]], str], ...] = (
    ((("analysis",), ("tables",)), r"/analysis(/[a-z_]+)?\.json"),
    ((("staging",), ("tables",)), r"/staging(/[a-z_]+)?\.json"),
    ((("training",), ("queries",)), r"/training(/quota_\w+)?\.json"),
    ((("staging",), ("queries",)), r"/staging(/kept_by_analyst)?\.json"),
    ((("analysis",), ("sql",)), r"/analysis(/-/query)?\.json"),
    ((("analysis",), ("export",)), r"/analysis\.json"),
)
HERE = [f"/{database}{written(form, 1)}" for database in DATABASES for form in FORMS]
INSIDE = (
    "/analysis/people_by_place.json", "/analysis/people_by_place.json?_size=max",
    "/analysis/people_by_place.csv?_stream=1", "/analysis/people_by_place.xlsx",
    "/analysis/report_headcount.json", "/analysis/-/query.json?sql=select+1",
    "/analysis/-/query.csv?sql=select+1", "/training/quota_headcount.json",
    "/training/quota_headcount.csv", "/staging/kept_by_analyst.json",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _none_is_left(city: City) -> Iterator[None]:
    """The city stays as it was, and an account has ten tokens at most."""
    yield
    city.served.accounts.execute("delete from api_tokens")


def made(
    city: City, databases: Any = EVERYTHING[0], acts: Any = EVERYTHING[1], who: str = "analyst"
) -> str:
    return api_tokens.make(city.served.accounts, who, "attack", databases=databases, acts=acts)


async def shown(city: City, token: str, target: str, **more: Any) -> Answer:
    headers = {"authorization": f"Bearer {token}", **more.pop("headers", {})}
    return await city.ask(more.pop("method", "GET"), target, None, headers=headers, **more)


async def too_much(city: City, token: str, targets: Any, pattern: str = r"(?!)") -> list[str]:
    """The addresses that the token opens beyond its account, or that ``pattern`` has no room for."""
    found = []
    for target in targets:
        answer = await shown(city, token, target)
        found += city.scanner.leaks("analyst", target, answer.everything)
        if answer.status >= 500:
            found.append(f"{target}: {answer.status}")
        if answer.status < 300 and not re.fullmatch(pattern, target.partition("?")[0]):
            own = await city.get(target, "analyst")
            if pattern != r"(?!)" or own.status != 200 or own.body != answer.body:
                found.append(target)
    return found


async def test_no_more_than_the_account(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every address there is: what opens is what the account's own session is given, to the byte."""
    # Two answers are compared, and a busy machine must not end one of them half-way.
    monkeypatch.setitem(city.served.ds._settings, "sql_time_limit_ms", 20_000)
    token, elsewhere = made(city), [written(place, 1) for place in ELSEWHERE]
    timed = re.compile(r"\.xlsx|debug|_trace|\.json$")
    targets = [one for one in (*HERE, *routes(), *elsewhere) if not timed.search(one)]
    assert len(targets) > 500
    assert await too_much(city, token, targets) == []
    opened = [path for path in INSIDE if (await shown(city, token, path)).status == 200]
    assert opened == list(INSIDE)


@pytest.mark.parametrize("scope", NARROW, ids=lambda one: "-".join(sum(one[0], ())))
async def test_no_more_than_its_scope(city: City, scope: Any) -> None:
    (databases, acts), pattern = scope
    token = made(city, databases, acts)
    targets = [*HERE, *INSIDE, *routes(), *(written(place, 1) for place in ELSEWHERE)]
    assert await too_much(city, token, targets, pattern) == []
    opened = [path for path in INSIDE if (await shown(city, token, path)).status == 200]
    assert all(re.fullmatch(pattern, path.partition("?")[0]) for path in opened)
    assert opened or acts == ("export",) or databases != ("analysis",)


async def test_nobody_is_in_what_it_reads(city: City) -> None:
    token = made(city)
    for database in DATABASES:
        for form in FORMS:
            target = f"/{database}{written(form, row_of(city, 'analyst'))}"
            answer = await shown(city, token, target)
            assert city.scanner.leaks("analyst", target, answer.everything) == []


@pytest.mark.parametrize("write", WRITES)
async def test_it_writes_nothing(city: City, write: str) -> None:
    token = made(city)
    assert (await shown(city, token, "/analysis.json")).status == 200  # its first use of today
    for base in ("staging", "analysis", "training"):
        target = f"/{base}{write.replace('{table}', 'trainees').replace('{id}', '1')}"
        for who in (None, "analyst", "office"):
            headers = {"authorization": f"Bearer {token}"}
            body = eval_words(WRITES[write], "trainees")
            found, said = await sent(city, target, body, who, headers=headers)
            assert found == []
            assert set(said.values()) <= {403, 404}


async def test_nor_any_page_of_ours(city: City) -> None:
    token = made(city)
    for page in (*routes(), *WRITES_ELSEWHERE):
        if re.match(r"/(training|:memory:)", page):
            continue
        for method in ("GET", "POST"):
            form = {"act": "x"} if method == "POST" else None
            answer = await shown(city, token, page, method=method, form=form)
            assert answer.status in (403, 404), page
            assert answer.header("content-type").startswith("application/json")


async def dead(city: City, token: str) -> list[str]:
    """[] if the token opens nothing any more."""
    places = ("/analysis.json", "/staging.json", "/training/quota_headcount.json")
    return [path for path in places if (await shown(city, token, path)).status != 401]


@pytest.mark.parametrize(
    "act", ["expired", "revoked", "disabled", "role", "password", "reset", "hash", "altered"]
)
async def test_a_dead_token_opens_nothing(city: City, act: str) -> None:
    conn, name = city.served.accounts, f"walker-{act}"
    accounts.create(conn, name, PASSWORD, role="analyst", actor="test", must_change_password=False)
    token = made(city, who=name)
    assert len(await dead(city, token)) == 3
    if act == "expired":
        now = present()
        conn.execute(
            "update api_tokens set created_at = ?, expires_at = ? where username = ?",
            ((now - timedelta(days=8)).isoformat(), (now - timedelta(days=1)).isoformat(), name),
        )
    elif act == "revoked":
        api_tokens.revoke(conn, name, actor="test")
    elif act == "disabled":
        accounts.disable(conn, name, actor="test")
    elif act == "role":
        accounts.change_role(conn, name, "assessor", actor="test")
    elif act in ("password", "reset"):
        new = "Another-horse-9" if act == "password" else None
        accounts.set_password(conn, name, new, actor="test")
    elif act == "hash":
        token = api_tokens._hash(token)
    else:
        token = token.swapcase()
    assert await dead(city, token) == []


@pytest.mark.parametrize("who", [who for who in ACTORS if who != "analyst"])
async def test_a_token_of_another_role_opens_nothing(city: City, who: str) -> None:
    """Even one that a hand put into the file."""
    token, conn = made(city), city.served.accounts
    assert len(await dead(city, token)) == 3
    conn.execute("update api_tokens set username = ?", (who,))
    assert await dead(city, token) == []
    answer = await shown(city, token, "/training/trainees.json")
    assert answer.status == 401


async def test_a_scope_that_a_hand_widened_is_no_wider_than_the_account(city: City) -> None:
    token, conn = made(city), city.served.accounts
    wide = json.dumps(["training", "public", "institution-tsinghua", "accounts", "_internal"])
    conn.execute("update api_tokens set databases = ?", (wide,))
    for path in (
        "/training/trainees.json", "/institution-tsinghua/trainees.json", "/_internal.json",
        "/public.json", "/accounts.json", "/training/-/query.json?sql=select+1",
        "/training/report_headcount_by_institution.json", "/training/sealed_identities.json",
    ):  # fmt: skip
        answer = await shown(city, token, path)
        assert answer.status == 404, path
        assert city.scanner.leaks("analyst", path, answer.everything) == []


async def test_all_that_is_no_good_looks_alike(city: City) -> None:
    old, ended = made(city), made(city)
    api_tokens.revoke(city.served.accounts, "analyst", actor="test")
    said = {
        (await shown(city, token, path)).shape()
        for token in (old, ended, "ljt_" + "a" * 43, "", "x", "dstok_x", "ljt_" + "雀" * 9)
        for path in ("/analysis.json", "/nowhere.json", "/training/trainees", "/", "/-/accounts")
    }
    assert len(said) == 1


async def test_what_is_foreign_looks_like_what_is_not_there(city: City) -> None:
    token = made(city, ("analysis",))
    said = {
        (await shown(city, token, path)).shape()
        for path in (
            "/training/trainees.json", "/institution-pku/trainees.json", "/nowhere/x.json",
            "/analysis/nothing.json", "/staging/kept_by_analyst.json", "/-/accounts/office",
        )
    }  # fmt: skip
    assert len(said) == 1


async def test_a_session_is_no_token_and_a_token_no_session(city: City) -> None:
    token, session = made(city), city.served.token("office")
    assert (await shown(city, session, "/training/trainees.json")).status == 401
    for cookie in (f"{sessions.COOKIE}={token}", f"ds_actor={token}", f"Authorization={token}"):
        answer = await city.get("/analysis.json", None, headers={"cookie": cookie})
        assert answer.status == 403
    for header in ("x-api-key", "x-authorization", "proxy-authorization"):
        answer = await city.get("/analysis.json", None, headers={header: f"Bearer {token}"})
        assert answer.status == 403
