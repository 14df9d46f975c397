"""P13: a session is good for its owner, as he is now, until it ends; nothing else opens a door."""

import base64

import pytest
import pytest_asyncio
from training import accounts, sessions

from tests.security.conftest import City
from tests.served import PASSWORD

pytestmark = pytest.mark.asyncio(loop_scope="session")
NAME = "passer-by"


@pytest_asyncio.fixture(loop_scope="session")
async def guest(city: City) -> str:
    """The token of an analyst of his own, for a test that ends or changes him."""
    number = city.served.accounts.execute("select count(*) from accounts").fetchone()[0]
    name = f"{NAME}-{number}"
    accounts.create(
        city.served.accounts,
        name,
        PASSWORD,
        role="analyst",
        actor="test",
        must_change_password=False,
    )
    return sessions.start_session(city.served.accounts, name)


def name_of(city: City, token: str) -> str:
    found = sessions.visitor(city.served.accounts, token)
    assert found
    return str(found.actor["id"])


async def is_in(city: City, cookie: str, path: str = "/staging", **headers: str) -> bool:
    """Whether a request with these credentials is somebody's."""
    answer = await city.get(path, None, headers={"cookie": cookie, **headers})
    return answer.status == 200


async def replays(city: City, token: str) -> list[str]:
    """[] if a session that was ended opens nothing any more."""
    cookie = f"{sessions.COOKIE}={token}"
    places = ("/staging", "/analysis.json", "/-/actor.json", "/")
    return [path for path in places if await is_in(city, cookie, path)]


async def test_a_session_is_good_while_it_lasts(city: City, guest: str) -> None:
    assert len(await replays(city, guest)) == 4


async def test_replay_after_signing_out(city: City, guest: str) -> None:
    headers = {"cookie": f"{sessions.COOKIE}={guest}", "origin": "http://localhost"}
    answer = await city.ask("POST", "/-/logout", None, form={}, headers=headers)
    assert answer.status == 302
    assert await replays(city, guest) == []


@pytest.mark.parametrize("act", ["disable", "role", "password"])
async def test_a_change_of_the_account_ends_it(city: City, guest: str, act: str) -> None:
    conn, name = city.served.accounts, name_of(city, guest)
    if act == "disable":
        accounts.disable(conn, name, actor="test")
    elif act == "role":
        accounts.change_role(conn, name, "assessor", actor="test")
    else:
        accounts.set_password(conn, name, "Another-horse-9", actor="test")
    assert await replays(city, guest) == []


@pytest.mark.parametrize("age", ["last_seen_at", "created_at"])
async def test_an_old_session_ends(city: City, guest: str, age: str) -> None:
    long_ago = "2021-11-01T00:00:00+00:00"
    city.served.accounts.execute(
        "update sessions set last_seen_at = ?, created_at = min(created_at, ?) where token_hash = ?",
        (long_ago, long_ago, sessions._hash(guest)),
    )
    assert await replays(city, guest) == []


@pytest.mark.parametrize(
    "token", ["", "x", "a" * 43, "' or 1=1 --", "%00", "null", "undefined", "." * 5000]
)
async def test_no_token_that_was_made_up(city: City, token: str) -> None:
    assert await replays(city, token) == []


async def test_no_token_that_was_changed(city: City, guest: str) -> None:
    for other in (guest[:-1], guest + "x", guest.swapcase(), guest[::-1], sessions._hash(guest)):
        assert await replays(city, other) == []


async def test_a_token_given_before_is_not_the_one_afterwards(city: City) -> None:
    fixed = "fixed" * 8
    headers = {"cookie": f"{sessions.COOKIE}={fixed}", "origin": "http://localhost"}
    form = {"username": "analyst", "password": PASSWORD}
    answer = await city.ask(
        "POST", "/-/login", None, form=form, headers=headers, address="10.9.9.9"
    )
    assert answer.status == 302
    assert fixed not in answer.header("set-cookie")
    assert await replays(city, fixed) == []


@pytest.mark.parametrize("scheme", ["Basic", "Bearer", "Digest"])
async def test_no_other_way_in(city: City, scheme: str) -> None:
    word = base64.b64encode(f"office:{PASSWORD}".encode()).decode()
    for cookie in (
        "",
        "ds_actor=IntcImFcIjp7XCJpZFwiOlwib2ZmaWNlXCJ9fSI",
        "ds_actor=office; actor=office",
    ):
        for path in ("/staging", "/training/trainees.json", "/"):
            assert not await is_in(city, cookie, path, authorization=f"{scheme} {word}")


async def test_the_first_password_is_changed_first(city: City) -> None:
    accounts.create(city.served.accounts, "newcomer", PASSWORD, role="analyst", actor="test")
    token = sessions.start_session(city.served.accounts, "newcomer")
    assert await replays(city, token) == []
