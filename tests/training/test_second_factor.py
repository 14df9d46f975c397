"""Codes after the password: once each, near the present, few guesses, and nothing before them."""

import sqlite3
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pyotp
import pytest
from cryptography.exceptions import InvalidTag
from training import accounts, attempts, identity, passwords, second_factor, sessions
from training.account_faults import AccountFault
from training.database import BEIJING

GOOD = "Correct-horse-9"
NOW = datetime(2021, 12, 31, 9, 0, tzinfo=BEIJING)
KEYS = identity.Keys(hashing=b"h" * 32, sealing={1: b"s" * 32}, audit=b"a" * 32)
HERE = "192.0.2.1"


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[sqlite3.Connection]:
    monkeypatch.setattr(passwords, "ITERATIONS", 1)
    conn = accounts.open(tmp_path / "accounts.db")
    for name in ("clerk", "other"):
        accounts.create(conn, name, GOOD, role="office", actor="test", must_change_password=False)
    yield conn
    conn.close()


@pytest.fixture
def secret(store: sqlite3.Connection) -> str:
    """The clerk's secret, in force since a minute ago; its recovery codes are thrown away."""
    made = second_factor.begin(store, KEYS, "clerk")
    past = NOW - timedelta(minutes=10)
    second_factor.confirm(store, KEYS, "clerk", code(made, past), past)
    return made


def code(secret: str, at: datetime = NOW) -> str:
    return pyotp.TOTP(secret).at(at)


def enter(
    store: sqlite3.Connection, given: str, now: datetime = NOW, address: str | None = None
) -> bool:
    """Whether somebody with the right password comes in with this code."""
    pending = second_factor.wait_for_code(store, "clerk", now)
    return bool(sessions.sign_in_with_code(store, KEYS, pending, given, address=address, now=now))


def test_a_password_alone_opens_nothing(store: sqlite3.Connection, secret: str) -> None:
    with pytest.raises(sessions.SecondStep) as step:
        sessions.sign_in(store, "clerk", GOOD)
    assert sessions.visitor(store, step.value.token) is None
    assert sessions.sessions_of(store, "clerk") == []
    assert sessions.sign_in(store, "clerk", "wrong") is None
    assert sessions.sign_in(store, "other", GOOD)


def test_a_secret_that_was_only_begun_is_not_asked_for(store: sqlite3.Connection) -> None:
    second_factor.begin(store, KEYS, "clerk")
    assert sessions.sign_in(store, "clerk", GOOD)
    with pytest.raises(AccountFault):
        second_factor.confirm(store, KEYS, "clerk", "000000x", NOW)
    assert not second_factor.in_force(store, "clerk")


@pytest.mark.parametrize(
    ("seconds", "good"), [(0, True), (-30, True), (30, True), (-60, False), (60, False)]
)
def test_one_step_early_or_late(
    store: sqlite3.Connection, secret: str, seconds: int, good: bool
) -> None:
    assert enter(store, code(secret, NOW + timedelta(seconds=seconds))) is good


def test_no_code_twice_and_none_older(store: sqlite3.Connection, secret: str) -> None:
    assert enter(store, code(secret))
    assert not enter(store, code(secret))
    assert not enter(store, code(secret, NOW - timedelta(seconds=30)))
    assert enter(store, f" {code(secret, NOW + timedelta(seconds=30))} ")


@pytest.mark.parametrize("given", ["", "0", "١٢٣٤٥٦", "\udcff", "a" * 1000, "000000 or 1=1"])
def test_no_code(store: sqlite3.Connection, secret: str, given: str) -> None:
    assert not enter(store, given)


def test_guessing_is_bounded_and_a_right_password_forgives_nothing(
    store: sqlite3.Connection, secret: str
) -> None:
    """The password is known: each guess begins with it, and the fifth wrong code still locks."""
    for n in range(5):
        now = NOW + timedelta(seconds=n)
        assert sessions.authenticate(store, "clerk", GOOD, now=now)
        assert not enter(store, "000000", now)
    assert not enter(store, code(secret, NOW), NOW + timedelta(seconds=9))
    later = NOW + timedelta(minutes=16)
    assert enter(store, code(secret, later), later)


def test_a_right_code_starts_afresh(store: sqlite3.Connection, secret: str) -> None:
    for minute in range(3):
        now = NOW + timedelta(minutes=minute)
        for _ in range(4):
            assert not enter(store, "000000", now)
        assert enter(store, code(secret, now), now)


def test_wrong_codes_lock_the_address_too(store: sqlite3.Connection, secret: str) -> None:
    for _ in range(5):
        enter(store, "000000", address=HERE)
    assert attempts.locked(store, attempts.of_address(HERE), NOW)


def test_the_auditor_unlocks(store: sqlite3.Connection, secret: str) -> None:
    now = accounts.present()
    for _ in range(5):
        enter(store, "000000", now)
    found = accounts.find(store, "clerk")
    assert found
    assert accounts.state(store, found) == "locked"
    accounts.unlock(store, "clerk", actor="auditor")
    assert enter(store, code(secret, now), now)


def test_a_pending_token_is_short_lived_and_used_up(store: sqlite3.Connection, secret: str) -> None:
    pending = second_factor.wait_for_code(store, "clerk", NOW)
    assert second_factor.waiting(store, pending, NOW + timedelta(seconds=299)) == "clerk"
    for at in (NOW + timedelta(minutes=5), NOW - timedelta(seconds=1)):
        assert second_factor.waiting(store, pending, at) is None
    assert sessions.sign_in_with_code(store, KEYS, pending, code(secret), now=NOW)
    later = NOW + timedelta(seconds=60)
    assert not sessions.sign_in_with_code(store, KEYS, pending, code(secret, later), now=later)
    for wrong in (None, "", "x", "\udcff"):
        assert second_factor.waiting(store, wrong, NOW) is None


@pytest.mark.parametrize(
    "act",
    [
        lambda store: accounts.disable(store, "clerk", actor="auditor"),
        lambda store: accounts.set_password(store, "clerk", actor="auditor"),
        lambda store: accounts.change_role(store, "clerk", "analyst", actor="auditor"),
    ],
)
def test_what_ends_a_session_ends_the_wait(store: sqlite3.Connection, secret: str, act) -> None:  # type: ignore[no-untyped-def]
    pending = second_factor.wait_for_code(store, "clerk", NOW)
    act(store)
    assert second_factor.waiting(store, pending, NOW) is None


def test_recovery_codes_are_good_once(store: sqlite3.Connection) -> None:
    made = second_factor.begin(store, KEYS, "clerk")
    codes = second_factor.confirm(store, KEYS, "clerk", code(made), NOW)
    assert len(set(codes)) == 10
    assert all(len(one) == 11 for one in codes)
    assert enter(store, codes[0])
    assert not enter(store, codes[0])
    assert enter(store, codes[1].upper().replace("-", " "))
    assert second_factor.codes_left(store, "clerk") == 8


def test_the_file_holds_neither_secret_nor_codes(store: sqlite3.Connection) -> None:
    made = second_factor.begin(store, KEYS, "clerk")
    codes = second_factor.confirm(store, KEYS, "clerk", code(made), NOW)
    pending = second_factor.wait_for_code(store, "clerk", NOW)
    kept = "\n".join(store.iterdump())
    assert not any(word in kept for word in (made, pending, *codes))
    sealed = store.execute("select sealed from second_factors").fetchone()[0]
    assert made.encode() not in sealed


def test_a_secret_moved_to_another_account_does_not_open(
    store: sqlite3.Connection, secret: str
) -> None:
    store.execute("delete from recovery_codes")
    store.execute("update second_factors set username = 'other'")
    pending = second_factor.wait_for_code(store, "other", NOW)
    with pytest.raises(InvalidTag):
        second_factor.admit(store, KEYS, pending, code(secret), now=NOW)


def test_removing_takes_the_codes_along(store: sqlite3.Connection, secret: str) -> None:
    with pytest.raises(AccountFault):
        second_factor.begin(store, KEYS, "clerk")
    second_factor.remove(store, "clerk", actor="auditor")
    assert second_factor.codes_left(store, "clerk") == 0
    assert sessions.sign_in(store, "clerk", GOOD)
    assert second_factor.begin(store, KEYS, "clerk") != secret


def test_a_duty_of_the_role(store: sqlite3.Connection) -> None:
    token = sessions.start_session(store, "clerk", now=NOW)

    def must() -> bool:
        found = sessions.visitor(store, token, NOW)
        assert found
        return found.must_set_up

    assert not must()
    second_factor.require(store, "office", True, actor="auditor")
    second_factor.require(store, "office", True, actor="auditor")
    assert must()
    made = second_factor.begin(store, KEYS, "clerk")
    assert must()
    second_factor.confirm(store, KEYS, "clerk", code(made), NOW)
    assert not must()
    second_factor.remove(store, "clerk", actor="auditor")
    assert must()
    second_factor.require(store, "office", False, actor="auditor")
    assert not must()


def test_all_of_it_is_on_record(store: sqlite3.Connection, secret: str) -> None:
    enter(store, "000000")
    enter(store, code(secret))
    second_factor.remove(store, "clerk", actor="auditor")
    rows = store.execute(
        "select actor, action from account_events where action like 'totp%' order by id"
    )
    assert [tuple(row) for row in rows] == [
        ("clerk", "totp-on"),
        ("clerk", "totp-refused"),
        ("clerk", "totp"),
        ("auditor", "totp-off"),
    ]
