"""Tokens: what is kept of them, when they are good, and what ends them."""

import json
import sqlite3
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from training import accounts, api_grants, api_tokens, exports, limits, passwords, second_factor
from training.account_faults import AccountFault
from training.account_store import BEIJING
from training.api_grants import Grant
from training.limits import Limiter
from training.token_door import Door, TokenRefused

from tests.conftest import World

NOW = datetime(2026, 3, 2, 9, tzinfo=BEIJING)
EVERYTHING: dict[str, Any] = {
    "databases": list(api_grants.DATABASES), "acts": list(api_grants.ACTS),
}  # fmt: skip


@pytest.fixture
def store(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[sqlite3.Connection]:
    monkeypatch.setattr(passwords, "ITERATIONS", 1)
    conn = accounts.open(world.folder / "accounts.db")
    for name, role in (("ann", "analyst"), ("ben", "analyst"), ("olga", "office")):
        accounts.create(
            conn, name, "Correct-horse-9", role=role, actor="test", must_change_password=False,
            now=NOW,
        )  # fmt: skip
    yield conn
    conn.close()


def made(store: sqlite3.Connection, **more: Any) -> str:
    values = {**EVERYTHING, "now": NOW, **more}
    return api_tokens.make(store, values.pop("username", "ann"), "notebook", **values)


def good(store: sqlite3.Connection, token: str, now: datetime = NOW) -> bool:
    found = api_tokens.look_up(store, token, now=now)
    return bool(found and found.grant)


def events(
    store: sqlite3.Connection, about: str = "token"
) -> list[tuple[str, str, dict[str, Any]]]:
    rows = store.execute(
        "select actor, action, detail from account_events where action glob ? order by id",
        (f"{about}-*",),
    )
    return [(actor, action, json.loads(detail)) for actor, action, detail in rows]


def test_only_the_hash_is_kept(store: sqlite3.Connection, world: World) -> None:
    token = made(store)
    assert token.startswith("ljt_")
    assert len(token) == 47
    assert api_grants.SHAPE.fullmatch(token)
    store.execute("pragma wal_checkpoint")
    for path in world.folder.iterdir():
        assert path.is_dir() or token.encode() not in path.read_bytes(), path
    assert good(store, token)


def test_made_used_and_revoked_are_in_the_history(store: sqlite3.Connection) -> None:
    token = made(store, databases=["staging", "analysis"], acts=["export", "tables"], days=7)
    for day in (0, 0, 1):
        assert good(store, token, NOW + timedelta(days=day))
    (one,) = api_tokens.tokens_of(store, "ann", NOW)
    assert one["last_used_on"] == "2026-03-03"
    assert (one["databases"], one["acts"]) == (["analysis", "staging"], ["tables", "export"])
    assert "token_hash" not in one
    assert api_tokens.revoke(store, "ann", actor="aud", only=one["public_id"]) == 1
    assert api_tokens.revoke(store, "ann", actor="aud") == 0
    assert [(who, action) for who, action, _ in events(store)] == [
        ("ann", "token-make"), ("ann", "token-first-use"), ("aud", "token-revoke"),
    ]  # fmt: skip
    assert {detail["token"] for *_, detail in events(store)} == {one["public_id"]}
    assert "notebook" not in json.dumps(events(store))
    assert not good(store, token)


def test_a_term_ends_and_is_written_down_once(store: sqlite3.Connection) -> None:
    token = made(store, days=30)
    assert good(store, token, NOW + timedelta(days=30, seconds=-1))
    late = NOW + timedelta(days=30)
    assert not good(store, token, late)
    assert not good(store, token, late)
    assert api_tokens.tokens_of(store, "ann", late) == []
    assert [action for _, action, _ in events(store)][-1] == "token-expired"
    assert len(events(store)) == 3
    # A clock that jumps back brings nothing back to life.
    assert not good(store, token, NOW)


def test_a_term_that_nobody_uses_is_written_down_too(store: sqlite3.Connection) -> None:
    made(store, days=7)
    api_tokens.tokens_of(store, "ben", NOW + timedelta(days=8))
    assert events(store)[-1][:2] == ("-", "token-expired")


@pytest.mark.parametrize(
    ("code", "more"),
    [
        ("token-role", {"username": "olga"}),
        ("token-role", {"username": "nobody"}),
        ("token-scope", {"databases": []}),
        ("token-scope", {"acts": []}),
        ("token-scope", {"databases": ["public"]}),
        ("token-scope", {"databases": ["institution-pku"]}),
        ("token-scope", {"acts": ["write"]}),
        ("token-term", {"days": 91}),
        ("token-term", {"days": 0}),
        ("token-term", {"days": 31}),
    ],
)
def test_what_is_not_made(store: sqlite3.Connection, code: str, more: dict[str, Any]) -> None:
    with pytest.raises(AccountFault) as fault:
        made(store, **more)
    assert fault.value.code == code
    assert events(store) == []


@pytest.mark.parametrize("name", ["", "  ", "x" * 61, "a\nb", "ljt_" + "a" * 43])
def test_a_name_is_a_name(store: sqlite3.Connection, name: str) -> None:
    with pytest.raises(AccountFault, match="60"):
        api_tokens.make(store, "ann", name, **EVERYTHING)


def test_ten_at_a_time(store: sqlite3.Connection) -> None:
    for _ in range(api_tokens.MOST):
        made(store, days=7)
    with pytest.raises(AccountFault):
        made(store)
    made(store, now=NOW + timedelta(days=8))
    made(store, username="ben")


@pytest.mark.parametrize("act", ["disable", "role", "password", "reset"])
def test_a_change_of_the_account_ends_its_tokens(store: sqlite3.Connection, act: str) -> None:
    token, other = made(store), made(store, username="ben")
    if act == "disable":
        accounts.disable(store, "ann", actor="aud", now=NOW)
        accounts.enable(store, "ann", actor="aud", now=NOW)
    elif act == "role":
        accounts.change_role(store, "ann", "assessor", actor="aud", now=NOW)
        accounts.change_role(store, "ann", "analyst", actor="aud", now=NOW)
    else:
        new = "Another-horse-9" if act == "password" else None
        accounts.set_password(store, "ann", new, actor="aud", now=NOW)
    assert not good(store, token)
    assert good(store, other)
    who, action, detail = next(e for e in events(store) if e[1] == "token-revoke")
    assert (who, action) == ("aud", "token-revoke")
    assert detail["because"]


@pytest.mark.parametrize(
    "sql",
    [
        "update accounts set disabled = 1",
        "update accounts set role = 'office'",
        "update accounts set must_change_password = 1",
        "update accounts set password_changed_at = '2025-11-01T00:00:00+08:00'",
        "insert into second_factor_roles values ('analyst')",
    ],
)
def test_the_account_is_looked_at_each_time(store: sqlite3.Connection, sql: str) -> None:
    """Even if the account was changed by a hand in the file."""
    token = made(store)
    store.execute(sql)
    assert not good(store, token)


def test_a_required_second_factor_that_is_there(store: sqlite3.Connection, world: World) -> None:
    token = made(store)
    second_factor.require(store, "analyst", True, actor="aud")
    assert not good(store, token)
    second_factor.begin(store, world.keys, "ann")
    store.execute("update second_factors set confirmed_at = '2026-03-01T00:00:00+08:00'")
    assert good(store, token)


def test_the_file_itself_knows_the_longest_term(store: sqlite3.Connection) -> None:
    made(store)
    with pytest.raises(sqlite3.IntegrityError, match="90"):
        store.execute("update api_tokens set expires_at = '2027-03-02T09:00:00+08:00'")


@pytest.mark.parametrize(
    ("path", "acts", "opens"),
    [
        ("/analysis.json", {"tables"}, True),
        ("/analysis/people_by_place.json", {"tables"}, True),
        ("/analysis/people_by_place/1.json", {"tables"}, True),
        ("/analysis/-/query.json?sql=select+1", {"sql"}, True),
        ("/analysis/people_by_place.json?_size=max", {"tables"}, False),
        ("/analysis/people_by_place.json?_size=max", {"tables", "export"}, True),
        ("/analysis/people_by_place.csv", {"tables"}, False),
        ("/analysis/people_by_place.csv", {"export"}, True),
        ("/analysis/people_by_place.xlsx", {"export"}, True),
        ("/analysis", {"tables"}, False),
        ("/analysis/people_by_place", {"tables"}, False),
        ("/analysis/people_by_place.Notebook", {"export"}, False),
        ("/analysis.db", {"export"}, False),
        ("/analysis/x/1.blob", {"export"}, False),
        ("/analysis/-/queries.json", {"sql"}, False),
        ("/analysis/people_by_place/-/schema.json", {"tables"}, False),
        ("/analysis/a/b/c.json", {"tables"}, False),
        ("/staging/x.json", {"tables"}, False),
        ("/-/actor.json", {"tables"}, False),
        ("/-/tokens", {"tables"}, False),
        ("/institutions.json", {"tables"}, False),
    ],
)
def test_what_a_grant_opens(path: str, acts: set[str], opens: bool) -> None:
    grant = Grant("0" * 16, frozenset({"analysis"}), frozenset(acts))
    path, _, query = path.partition("?")
    assert grant.opens("GET", path, query.encode()) is opens
    for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS"):
        assert not grant.opens(method, path, query.encode())


@pytest.mark.parametrize(
    ("path", "query", "found"),
    [
        ("/analysis.json", "_token=x", True),
        ("/analysis.json", "a=1&_token=", True),
        ("/analysis.json", "q=ljt_" + "a" * 43, True),
        ("/analysis.json", "q=%6cjt_" + "a" * 43, True),
        ("/ljt_" + "a" * 43, "", True),
        ("/analysis.json", "sql=select+'ljt_'", False),
        ("/-/auth-token", "token=x", False),
    ],
)
def test_a_token_in_an_address(path: str, query: str, found: bool) -> None:
    assert api_grants.stands_in_address(path, query) is found


def test_what_a_log_may_hold() -> None:
    assert api_grants.without_tokens(f"/x/ljt_{'a' * 43}/y") == "/x/ljt_***/y"


class TestDoor:
    """Refusals: all alike, slowed down, and written down within bounds."""

    def answer(self, door: Door, store: sqlite3.Connection, token: str, address: str) -> int:
        """The seconds of a refusal, -1 for being let in."""
        try:
            door.admit(store, token, address, NOW)
        except TokenRefused as refused:
            return refused.seconds
        return -1

    def test_who_tries_many_is_not_listened_to(self, store: sqlite3.Connection) -> None:
        now = [0.0]
        door, token = Door(Limiter(dict(limits.RATES), lambda: now[0])), made(store)
        assert self.answer(door, store, token, "10.0.0.1") == -1
        said = [self.answer(door, store, f"ljt_{n}", "10.0.0.1") for n in range(25)]
        assert said == [0] * 20 + [6] * 5
        assert self.answer(door, store, token, "10.0.0.1") == 6
        assert self.answer(door, store, token, "10.0.0.2") == -1
        now[0] += 6
        assert self.answer(door, store, token, "10.0.0.1") == -1
        assert len([e for e in events(store) if e[1] == "token-refused"]) == 20

    def test_an_old_one_slows_down_itself_alone(self, store: sqlite3.Connection) -> None:
        door = Door(Limiter(dict(limits.RATES), lambda: 0.0))
        old, token = made(store), made(store)
        api_tokens.revoke(store, "ann", actor="ann", now=NOW, only=self.first(store, old))
        said = [self.answer(door, store, old, "10.0.0.1") for _ in range(30)]
        assert said == [0] * 4 + [30] * 26
        assert self.answer(door, store, token, "10.0.0.1") == -1

    def first(self, store: sqlite3.Connection, token: str) -> str:
        found = api_tokens.look_up(store, token, now=NOW)
        assert found
        return found.public_id

    def test_the_history_does_not_fill(self, store: sqlite3.Connection) -> None:
        door = Door(Limiter({}))
        for number in range(exports.MOST_REFUSALS + 20):
            self.answer(door, store, f"ljt_{number}", "10.0.0.1")
        refused = [e for e in events(store) if e[1] == "token-refused"]
        assert len(refused) == exports.MOST_REFUSALS
        assert refused[0] == ("-", "token-refused", {"address": "10.0.0.1"})
