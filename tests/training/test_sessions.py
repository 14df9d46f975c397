"""Signing in, staying signed in, and everything that ends it."""

import sqlite3
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from training import accounts, attempts, passwords, sessions
from training.accounts import AccountFault
from training.database import BEIJING

GOOD = "Correct-horse-9"
NOW = datetime(2021, 12, 31, 9, 0, tzinfo=BEIJING)
HERE, THERE = "192.0.2.1", "192.0.2.2"


def later(**amount: float) -> datetime:
    return NOW + timedelta(**amount)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[sqlite3.Connection]:
    monkeypatch.setattr(passwords, "ITERATIONS", 1)
    conn = accounts.open(tmp_path / "accounts.db")
    for name in ("clerk", "other"):
        accounts.create(conn, name, GOOD, role="office", actor="test", must_change_password=False)
    yield conn
    conn.close()


def try_in(
    store: sqlite3.Connection,
    username: str = "clerk",
    password: str = GOOD,
    address: str | None = HERE,
    now: datetime = NOW,
) -> str | None:
    account = sessions.authenticate(store, username, password, address=address, now=now)
    return account.username if account else None


def fail(store: sqlite3.Connection, times: int, **more: object) -> None:
    for _ in range(times):
        assert try_in(store, password="wrong", **more) is None  # type: ignore[arg-type]


def test_the_right_words(store: sqlite3.Connection) -> None:
    assert try_in(store) == "clerk"
    assert try_in(store, " CLERK ") == "clerk"
    assert try_in(store, password=GOOD.lower()) is None
    assert try_in(store, "nobody") is None
    assert try_in(store, "") is None
    assert try_in(store, "cl\x00erk\udcff") is None
    assert try_in(store, password="\udcff") is None


def test_five_failures_lock_the_account_for_fifteen_minutes(store: sqlite3.Connection) -> None:
    for n in range(5):
        fail(store, 1, address=f"192.0.2.{n + 10}", now=later(minutes=n))
    assert try_in(store, address=THERE, now=later(minutes=4)) is None
    assert try_in(store, address=THERE, now=later(minutes=18, seconds=59)) is None
    assert try_in(store, address=THERE, now=later(minutes=19)) == "clerk"
    assert try_in(store, "other", address=THERE, now=later(minutes=5)) == "other"


def test_four_failures_do_not_lock_and_success_starts_afresh(store: sqlite3.Connection) -> None:
    fail(store, 4, address=None)
    assert try_in(store, address=None) == "clerk"
    fail(store, 4, address=None)
    assert try_in(store, address=None) == "clerk"


def test_old_failures_do_not_add_up(store: sqlite3.Connection) -> None:
    fail(store, 4)
    fail(store, 4, now=later(minutes=15))
    assert try_in(store, now=later(minutes=15)) == "clerk"


def test_five_failures_lock_the_address(store: sqlite3.Connection) -> None:
    for n in range(5):
        fail(store, 1, username=f"guess{n}")
    assert try_in(store) is None
    assert try_in(store, address=THERE) == "clerk"
    assert try_in(store, now=later(minutes=15)) == "clerk"


def test_a_good_account_does_not_clear_the_address(store: sqlite3.Connection) -> None:
    fail(store, 4, username="guess")
    assert try_in(store) == "clerk"
    fail(store, 1, username="other")
    assert try_in(store) is None


def test_many_people_behind_one_address_may_come_in(store: sqlite3.Connection) -> None:
    assert [try_in(store) for _ in range(12)] == ["clerk"] * 12


def test_trying_while_locked_does_not_prolong_the_lock(store: sqlite3.Connection) -> None:
    fail(store, 5)
    for minute in range(1, 15):
        fail(store, 3, now=later(minutes=minute))
    assert try_in(store, now=later(minutes=15)) == "clerk"


@pytest.mark.parametrize("username", ["clerk", "nobody"])
def test_known_and_unknown_names_cost_the_same_hashing(
    store: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch, username: str
) -> None:
    hashed = []
    verify = passwords.verify

    def counted(password: str, password_hash: str | None) -> bool:
        hashed.append(password)
        return verify(password, password_hash)

    monkeypatch.setattr(passwords, "verify", counted)
    for n in range(8):
        try_in(store, username, "wrong", address=f"192.0.2.{n}")
    assert len(hashed) == 8


def test_a_locked_address_is_not_worth_hashing(
    store: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail(store, 5)
    monkeypatch.setattr(passwords, "verify", lambda *_: pytest.fail("hashed"))
    assert try_in(store) is None


def test_an_ipv6_household_is_one_address(store: sqlite3.Connection) -> None:
    for n in range(5):
        fail(store, 1, username=f"guess{n}", address=f"2001:db8::{n:x}")
    assert try_in(store, address="2001:db8::ffff") is None
    assert try_in(store, address="2001:db8:0:1::1") == "clerk"
    assert attempts.of_address("::ffff:192.0.2.1") != attempts.of_address("::ffff:192.0.2.2")
    assert attempts.of_address("a socket") != attempts.of_address("another")


def test_a_clock_that_jumps_locks_nobody_out_for_a_day(store: sqlite3.Connection) -> None:
    fail(store, 5, now=later(days=1))
    assert try_in(store, now=later(days=1)) is None
    assert try_in(store) == "clerk"


def test_what_was_typed_as_a_name_is_not_kept(store: sqlite3.Connection) -> None:
    try_in(store, "My-secret-password-1")
    kept = "\n".join(store.iterdump())
    assert "my-secret" not in kept.lower()


def test_signing_in_is_on_record(store: sqlite3.Connection) -> None:
    try_in(store)
    fail(store, 1)
    try_in(store, "nobody")
    rows = store.execute("select actor, action, username from account_events where id > 2")
    assert [tuple(row) for row in rows] == [
        ("clerk", "sign-in", "clerk"),
        ("clerk", "sign-in-refused", "clerk"),
        ("-", "sign-in-refused", None),
    ]


def seen(store: sqlite3.Connection, token: str | None, now: datetime) -> str | None:
    found = sessions.visitor(store, token, now)
    return found.actor["id"] if found else None


def test_a_session_names_its_account(store: sqlite3.Connection) -> None:
    token = sessions.start_session(store, "clerk", address=HERE, now=NOW)
    assert len(token) >= 43
    assert seen(store, token, NOW) == "clerk"
    for wrong in (None, "", token[:-1], token.swapcase(), "\udcff"):
        assert seen(store, wrong, NOW) is None


def test_the_file_does_not_hold_the_token(store: sqlite3.Connection) -> None:
    token = sessions.start_session(store, "clerk", now=NOW)
    assert token not in "\n".join(store.iterdump())


def test_half_an_hour_without_a_request_ends_it(store: sqlite3.Connection) -> None:
    token = sessions.start_session(store, "clerk", now=NOW)
    assert seen(store, token, later(minutes=29)) == "clerk"
    assert seen(store, token, later(minutes=58)) == "clerk"
    assert seen(store, token, later(minutes=88)) is None


def test_twelve_hours_end_it_in_any_case(store: sqlite3.Connection) -> None:
    token = sessions.start_session(store, "clerk", now=NOW)
    for minutes in range(20, 12 * 60, 20):
        assert seen(store, token, later(minutes=minutes)) == "clerk"
    assert seen(store, token, later(hours=12)) is None


@pytest.mark.parametrize("jump", [timedelta(days=1), timedelta(hours=-1), timedelta(days=6000)])
def test_no_session_outlives_a_jump_of_the_clock(
    store: sqlite3.Connection, jump: timedelta
) -> None:
    token = sessions.start_session(store, "clerk", now=NOW)
    assert seen(store, token, NOW + jump) is None


@pytest.mark.parametrize(
    "act",
    [
        lambda store, _: accounts.disable(store, "clerk", actor="auditor"),
        lambda store, _: accounts.set_password(store, "clerk", actor="auditor"),
        lambda store, _: accounts.change_role(store, "clerk", "auditor", actor="auditor"),
        lambda store, token: sessions.end_session(store, token),
        lambda store, _: store.execute("update accounts set disabled = 1 where username = 'clerk'"),
        lambda store, _: store.execute("delete from accounts where username = 'clerk'"),
    ],
    ids=["disable", "password", "role", "sign-out", "disabled by hand", "deleted by hand"],
)
def test_it_ends_at_once(store: sqlite3.Connection, act) -> None:  # type: ignore[no-untyped-def]
    now = accounts.present()
    token = sessions.start_session(store, "clerk", now=now)
    other = sessions.start_session(store, "other", now=now)
    act(store, token)
    assert seen(store, token, now) is None
    assert seen(store, other, now) == "other"


def test_an_ended_session_does_not_come_back(store: sqlite3.Connection) -> None:
    now = accounts.present()
    token = sessions.start_session(store, "clerk", now=now)
    accounts.disable(store, "clerk", actor="auditor")
    accounts.enable(store, "clerk", actor="auditor")
    assert seen(store, token, now) is None


def test_a_one_time_password_is_told(store: sqlite3.Connection) -> None:
    accounts.set_password(store, "clerk", actor="auditor", now=NOW)
    found = sessions.visitor(store, sessions.start_session(store, "clerk", now=NOW), NOW)
    assert found
    assert found.must_change_password


def test_signing_in_again_replaces_the_session(store: sqlite3.Connection) -> None:
    first = sessions.sign_in(store, "clerk", GOOD)
    second = sessions.sign_in(store, "clerk", GOOD, replacing=first)
    now = accounts.present()
    assert first != second
    assert (seen(store, first, now), seen(store, second, now)) == (None, "clerk")
    assert sessions.sign_in(store, "clerk", "wrong", replacing=second) is None
    assert seen(store, second, now) == "clerk"


def change(store: sqlite3.Connection, current: str, new: str, again: str | None = None) -> str:
    return sessions.change_password(store, "clerk", current, new, again or new, now=NOW)


def test_changing_ones_password_ends_all_sessions_but_the_new_one(
    store: sqlite3.Connection,
) -> None:
    old = [sessions.start_session(store, "clerk", now=NOW) for _ in range(2)]
    token = change(store, GOOD, "Another-horse-9")
    assert [seen(store, one, NOW) for one in (*old, token)] == [None, None, "clerk"]
    assert try_in(store, password="Another-horse-9") == "clerk"
    assert try_in(store) is None


@pytest.mark.parametrize(
    ("current", "new", "again", "code"),
    [
        ("wrong", "Another-horse-9", None, "password-wrong"),
        (GOOD, "Another-horse-9", "Another-horse-8", "password-twice"),
        (GOOD, "short", None, "password-short"),
        (GOOD, GOOD, None, "password-reused"),
    ],
)
def test_a_change_is_refused(
    store: sqlite3.Connection, current: str, new: str, again: str | None, code: str
) -> None:
    token = sessions.start_session(store, "clerk", now=NOW)
    with pytest.raises(AccountFault) as refused:
        change(store, current, new, again)
    assert refused.value.code == code
    assert seen(store, token, NOW) == "clerk"


def test_guessing_the_current_password_locks(store: sqlite3.Connection) -> None:
    for _ in range(5):
        with pytest.raises(AccountFault):
            change(store, "wrong", "Another-horse-9")
    with pytest.raises(AccountFault):
        change(store, GOOD, "Another-horse-9")
    assert try_in(store, address=THERE) is None


def test_sessions_are_listed_while_they_are_good(store: sqlite3.Connection) -> None:
    sessions.start_session(store, "clerk", address=HERE, now=NOW)
    ended = sessions.start_session(store, "clerk", address=THERE, now=later(minutes=1))
    sessions.start_session(store, "clerk", address=THERE, now=later(minutes=2))
    sessions.start_session(store, "other", now=NOW)
    sessions.end_session(store, ended, later(minutes=3))
    listed = sessions.sessions_of(store, "clerk", later(minutes=3))
    assert [(one["opened_at"], one["address"]) for one in listed] == [
        ("2021-12-31T09:02:00+08:00", THERE),
        ("2021-12-31T09:00:00+08:00", HERE),
    ]
    assert sessions.sessions_of(store, "clerk", later(minutes=31, seconds=30)) == listed[:1]


def test_a_full_disk_signs_nobody_out(store: sqlite3.Connection) -> None:
    token = sessions.start_session(store, "clerk", now=NOW)
    store.execute("pragma query_only = on")
    assert seen(store, token, later(minutes=5)) == "clerk"


def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites() -> None:
    given = sessions.cookie("token")
    assert (given["value"], given["max_age"]) == ("token", None)
    assert (given["httponly"], given["samesite"]) == (True, "lax")
    assert sessions.cookie("")["max_age"] == 0


def test_sessions_are_ended_by_a_name_that_opens_nothing(store: sqlite3.Connection) -> None:
    here, there, third = (sessions.start_session(store, "clerk", now=NOW) for _ in range(3))
    foreign = sessions.start_session(store, "other", now=NOW)
    listed = sessions.sessions_of(store, "clerk", NOW, token=here)
    assert [one["present"] for one in listed].count(1) == 1
    names = {one["public_id"] for one in listed}
    assert len(names) == 3
    assert all(seen(store, name, NOW) is None for name in names)
    other = next(one["public_id"] for one in sessions.sessions_of(store, "other", NOW))
    assert sessions.end_sessions(store, "clerk", only=other, actor="clerk") == 0
    assert seen(store, foreign, NOW) == "other"
    there_id = sessions.sessions_of(store, "clerk", NOW, token=there)
    only = next(one["public_id"] for one in there_id if one["present"])
    assert sessions.end_sessions(store, "clerk", only=only, actor="clerk") == 1
    assert [seen(store, one, NOW) for one in (here, there, third)] == ["clerk", None, "clerk"]
    assert sessions.end_sessions(store, "clerk", sparing=here, actor="clerk") == 1
    assert [seen(store, one, NOW) for one in (here, third, foreign)] == ["clerk", None, "other"]
    assert sessions.end_sessions(store, "clerk", actor="auditor") == 1
    assert seen(store, here, NOW) is None
    kept = store.execute(
        "select actor, detail from account_events where action = 'end-sessions' order by id"
    )
    assert [tuple(row) for row in kept] == [
        ("clerk", '{"sessions": 1}'),
        ("clerk", '{"sessions": 1}'),
        ("auditor", '{"sessions": 1}'),
    ]


@pytest.mark.parametrize(("age", "old"), [(89, False), (90, True), (5000, True), (-400, False)])
def test_an_old_password_is_changed_like_the_first(
    store: sqlite3.Connection, age: int, old: bool
) -> None:
    """An age below zero is a clock that was set back: it asks nobody for anything."""
    accounts.set_password(store, "clerk", "Another-horse-9", actor="clerk", now=NOW)
    at = later(days=age)
    found = sessions.visitor(store, sessions.start_session(store, "clerk", now=at), at)
    assert found
    assert (found.must_change_password, found.password_old) == (old, old)


@pytest.mark.parametrize("year", [2037, 2038, 2040, 2107])
def test_time_goes_on_after_2038(store: sqlite3.Connection, year: int) -> None:
    at = NOW.replace(year=year)
    accounts.set_password(store, "clerk", "Another-horse-9", actor="clerk", now=at)
    token = sessions.start_session(store, "clerk", now=at)
    assert seen(store, token, at + timedelta(minutes=29)) == "clerk"
    assert seen(store, token, at + timedelta(hours=12)) is None
    fail(store, 5, now=at)
    assert try_in(store, password="Another-horse-9", now=at) is None
    assert try_in(store, password="Another-horse-9", now=at + timedelta(minutes=15)) == "clerk"
