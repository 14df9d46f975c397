"""Accounts: what may be made of them, and that each act leaves its entry."""

import json
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from training import accounts, passwords, sessions
from training.account_faults import FAULTS
from training.accounts import AccountFault
from training.database import connect

GOOD = "Correct-horse-9"


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[sqlite3.Connection]:
    monkeypatch.setattr(passwords, "ITERATIONS", 1)
    conn = accounts.open(tmp_path / "accounts.db")
    yield conn
    conn.close()


def add(store: sqlite3.Connection, username: str = "clerk", **more: str) -> str:
    given = {"role": "institution", "institution": "tsinghua"} | more
    return accounts.create(store, username, actor="test", **given)  # type: ignore[arg-type]


def events(store: sqlite3.Connection) -> list[tuple[str, ...]]:
    return [
        tuple(row)
        for row in store.execute("select actor, action, username from account_events order by id")
    ]


def test_the_file_is_its_owners_alone(tmp_path: Path) -> None:
    accounts.open(tmp_path / "accounts.db").close()
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert modes["accounts.db"] == 0o600


def test_opening_twice_keeps_what_is_there(tmp_path: Path, store: sqlite3.Connection) -> None:
    add(store)
    again = accounts.open(tmp_path / "accounts.db")
    assert [one.username for one in accounts.everybody(again)] == ["clerk"]
    again.close()


def test_an_account_has_every_key_of_an_actor(store: sqlite3.Connection) -> None:
    add(store, display_name="张三")
    add(store, "chief", role="office", institution=None)  # type: ignore[arg-type]
    add(store, "zhejiang", role="province", institution=None, province="330000")  # type: ignore[arg-type]
    assert [one.actor for one in accounts.everybody(store)] == [
        {"id": "chief", "name": "chief", "role": "office", "institution": None, "province": None},
        {
            "id": "clerk",
            "name": "张三",
            "role": "institution",
            "institution": "tsinghua",
            "province": None,
        },
        {
            "id": "zhejiang",
            "name": "zhejiang",
            "role": "province",
            "institution": None,
            "province": "330000",
        },
    ]


@pytest.mark.parametrize(
    ("username", "given", "code"),
    [
        ("Clerk", {}, "username-shape"),
        ("ab", {}, "username-shape"),
        ("9lives", {}, "username-shape"),
        ("a" * 33, {}, "username-shape"),
        ("张三", {}, "username-shape"),
        ("x y z", {}, "username-shape"),
        ("clerk", {"role": "boss"}, "role-unknown"),
        ("clerk", {"institution": None}, "scope-shape"),
        ("clerk", {"role": "office"}, "scope-shape"),
        ("clerk", {"province": "110000"}, "scope-shape"),
        ("clerk", {"role": "province", "institution": None}, "scope-shape"),
        ("clerk", {"role": "province", "institution": None, "province": "11"}, "scope-shape"),
        ("clerk", {"display_name": "   "}, "name-length"),
        ("clerk", {"display_name": "长" * 61}, "name-length"),
        ("clerk", {"password": "short"}, "password-short"),
        ("clerk", {"password": "Clerk-secret-1"}, "password-username"),
    ],
)
def test_create_refuses(
    store: sqlite3.Connection, username: str, given: dict[str, str], code: str
) -> None:
    with pytest.raises(AccountFault) as refused:
        add(store, username, **given)
    assert refused.value.code == code
    assert accounts.everybody(store) == []
    assert events(store) == []


def test_a_name_is_given_once(store: sqlite3.Connection) -> None:
    add(store)
    with pytest.raises(AccountFault) as refused:
        add(store)
    assert refused.value.code == "username-taken"


@pytest.mark.parametrize(
    "row",
    [
        ("boss", None, None),
        ("office", "tsinghua", None),
        ("institution", None, None),
        ("institution", "tsinghua", "110000"),
        ("province", None, "11"),
    ],
)
def test_the_table_itself_refuses_a_wrong_scope(
    store: sqlite3.Connection, row: tuple[str | None, ...]
) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        store.execute(
            "insert into accounts (username, password_hash, role, institution, province,"
            " display_name, created_at, password_changed_at)"
            " values ('clerk', 'x', ?, ?, ?, 'n', 'now', 'now')",
            row,
        )


def test_the_password_is_stored_as_a_hash_only(store: sqlite3.Connection, tmp_path: Path) -> None:
    password = add(store)
    store.execute("pragma wal_checkpoint(truncate)")
    assert password.encode() not in (tmp_path / "accounts.db").read_bytes()
    found = accounts.find(store, "clerk")
    assert found
    assert found.must_change_password


def test_a_new_password_is_none_of_the_last_five(store: sqlite3.Connection) -> None:
    accounts.create(store, "clerk", GOOD, role="office", actor="test")
    used = [GOOD, *(f"Correct-horse-1{n}" for n in range(4))]
    for password in used[1:]:
        accounts.set_password(store, "clerk", password, actor="clerk")
    for password in used:
        with pytest.raises(AccountFault) as refused:
            accounts.set_password(store, "clerk", password, actor="clerk")
        assert refused.value.code == "password-reused"
    accounts.set_password(store, "clerk", "Correct-horse-20", actor="clerk")
    assert accounts.set_password(store, "clerk", GOOD, actor="clerk") == GOOD


def test_a_reset_is_a_one_time_password(store: sqlite3.Connection) -> None:
    accounts.create(store, "clerk", GOOD, role="office", actor="test", must_change_password=False)
    password = accounts.set_password(store, "clerk", actor="auditor")
    assert sessions.authenticate(store, "clerk", GOOD) is None
    account = sessions.authenticate(store, "clerk", password)
    assert account
    assert account.must_change_password


def test_a_reset_lifts_the_lock(store: sqlite3.Connection) -> None:
    add(store)
    for _ in range(5):
        sessions.authenticate(store, "clerk", "wrong")
    password = accounts.set_password(store, "clerk", actor="auditor")
    assert sessions.authenticate(store, "clerk", password)


def test_a_role_changes_with_its_scope(store: sqlite3.Connection) -> None:
    add(store)
    accounts.change_role(store, "clerk", "province", province="110000", actor="auditor")
    found = accounts.find(store, "clerk")
    assert found
    assert (found.role, found.institution, found.province) == ("province", None, "110000")


@pytest.mark.parametrize(
    "act",
    [
        lambda store: accounts.disable(store, "nobody", actor="x"),
        lambda store: accounts.enable(store, "nobody", actor="x"),
        lambda store: accounts.set_password(store, "nobody", actor="x"),
        lambda store: accounts.change_role(store, "nobody", "office", actor="x"),
    ],
)
def test_an_act_on_nobody_is_refused(store: sqlite3.Connection, act) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(AccountFault) as refused:
        act(store)
    assert refused.value.code == "username-unknown"
    assert events(store) == []


def test_every_act_has_its_entry(store: sqlite3.Connection) -> None:
    add(store)
    accounts.set_password(store, "clerk", GOOD, actor="clerk")
    accounts.set_password(store, "clerk", actor="auditor")
    accounts.change_role(store, "clerk", "office", actor="auditor")
    accounts.disable(store, "clerk", actor="auditor")
    accounts.enable(store, "clerk", actor="auditor")
    assert events(store) == [
        ("test", "create", "clerk"),
        ("clerk", "change-password", "clerk"),
        ("auditor", "reset-password", "clerk"),
        ("auditor", "change-role", "clerk"),
        ("auditor", "disable", "clerk"),
        ("auditor", "enable", "clerk"),
    ]
    details = [json.loads(row[0]) for row in store.execute("select detail from account_events")]
    assert details[0] == {"role": "institution", "scope": "tsinghua"}
    assert details[3] == {"role": "office", "institution": None, "province": None}
    assert "pbkdf2" not in json.dumps(details)


@pytest.mark.parametrize(
    "sql", ["update account_events set actor = 'other'", "delete from account_events"]
)
def test_the_history_is_append_only(store: sqlite3.Connection, sql: str) -> None:
    add(store)
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        store.execute(sql)


def test_an_act_that_fails_leaves_nothing(
    store: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(store)

    def fail(*_: object, **__: object) -> None:
        raise OSError("disk")

    monkeypatch.setattr(accounts, "record", fail)
    with pytest.raises(OSError, match="disk"):
        accounts.disable(store, "clerk", actor="auditor")
    found = accounts.find(store, "clerk")
    assert found
    assert not found.disabled


@pytest.mark.parametrize(
    ("institution", "province", "known"),
    [
        ("tsinghua", None, True),
        (None, "330000", True),
        (None, None, True),
        ("nowhere", None, False),
        (None, "999999", False),
    ],
)
def test_a_scope_must_be_on_record(
    world,
    institution: str | None,
    province: str | None,
    known: bool,  # type: ignore[no-untyped-def]
) -> None:
    record = connect(world.db, read_only=True)
    try:
        accounts.require_on_record(record, institution, province)
        refused = None
    except AccountFault as fault:
        refused = fault.code
    record.close()
    assert refused == (None if known else "scope-unknown")


def test_faults_speak_both_languages() -> None:
    assert AccountFault("password-short").message("zh") == FAULTS["password-short"][0]
    assert AccountFault("password-short").message("en") == FAULTS["password-short"][1]


def test_what_two_processes_write_is_kept(tmp_path: Path) -> None:
    """The server has the file open on several threads while a command comes and goes."""
    path = tmp_path / "accounts.db"
    command = (
        "import sys; from training import account_store as store; conn = store.open(sys.argv[1]);"
        " conn.execute(\"insert into account_events (at, actor, action) values ('x', 'command', 'y')\");"
        " conn.close()"
    )
    first, second = accounts.open(path), accounts.open(path)
    first.execute("insert into account_events (at, actor, action) values ('x', 'first', 'y')")
    subprocess.run([sys.executable, "-c", command, path], check=True)
    second.execute("insert into account_events (at, actor, action) values ('x', 'second', 'y')")
    subprocess.run([sys.executable, "-c", command, path], check=True)
    with closing(sqlite3.connect(path)) as outside:
        actors = [row[0] for row in outside.execute("select actor from account_events order by id")]
    assert actors == ["first", "command", "second", "command"]
    for conn in (first, second):
        assert conn.execute("select count(*) from account_events").fetchone()[0] == 4
        conn.close()


def auditors(store: sqlite3.Connection, *names: str) -> None:
    for name in names:
        accounts.create(store, name, role="auditor", actor="test")


@pytest.mark.parametrize(
    "act",
    [
        lambda store, who, by: accounts.disable(store, who, actor=by),
        lambda store, who, by: accounts.change_role(store, who, "office", actor=by),
    ],
    ids=["disable", "role"],
)
def test_neither_oneself_nor_the_last_auditor(store: sqlite3.Connection, act) -> None:  # type: ignore[no-untyped-def]
    auditors(store, "one.auditor", "two.auditor", "gone.auditor")
    accounts.disable(store, "gone.auditor", actor="one.auditor")
    for who, by, code in (
        ("one.auditor", "one.auditor", "account-own"),
        ("two.auditor", "one.auditor", None),
        ("one.auditor", "os:root", "last-auditor"),
        ("one.auditor", "two.auditor", "last-auditor"),
    ):
        refused = None
        try:
            act(store, who, by)
        except AccountFault as fault:
            refused = fault.code
        assert refused == code
    found = accounts.find(store, "one.auditor")
    assert found
    assert (found.role, found.disabled) == ("auditor", False)


def test_two_auditors_cannot_close_each_other(tmp_path: Path, store: sqlite3.Connection) -> None:
    """Both read two auditors before either writes; the transaction makes one of them wait."""
    auditors(store, "one.auditor", "two.auditor")
    refused: list[str] = []

    def close(who: str, by: str) -> None:
        own = accounts.open(tmp_path / "accounts.db")
        gate.wait()
        try:
            accounts.disable(own, who, actor=by)
        except AccountFault as fault:
            refused.append(fault.code)
        own.close()

    gate = threading.Barrier(2)
    pairs = [("one.auditor", "two.auditor"), ("two.auditor", "one.auditor")]
    threads = [threading.Thread(target=close, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused == ["last-auditor"]


def test_unlocking_forgives_before_the_time(store: sqlite3.Connection) -> None:
    password = add(store)
    for n in range(5):
        sessions.authenticate(store, "clerk", "wrong", address=f"192.0.2.{n}")
    found = accounts.find(store, "clerk")
    assert found
    assert accounts.state(store, found) == "locked"
    assert sessions.authenticate(store, "clerk", password) is None
    accounts.unlock(store, "clerk", actor="auditor")
    assert accounts.state(store, found) == "one-time"
    assert sessions.authenticate(store, "clerk", password)
    assert ("auditor", "unlock", "clerk") in events(store)
    with pytest.raises(AccountFault):
        accounts.unlock(store, "nobody", actor="auditor")
