"""The file of accounts grows by numbered steps, and an older file comes along whole."""

import sqlite3
from importlib import resources
from pathlib import Path

import pytest
from training import account_store, accounts, sessions
from training.migrations import statements


def first_version(path: Path) -> str:
    """A file as the first version left it, with somebody signed in; the token of the session."""
    conn = sqlite3.connect(path, isolation_level=None)
    script = resources.files("training").joinpath("schema_history", "accounts_001.sql")
    for statement in statements(script.read_text(encoding="utf-8")):
        conn.execute(statement)
    conn.execute("pragma user_version = 1")
    now = account_store.stamp(account_store.present())
    conn.execute(
        "insert into accounts (username, password_hash, role, display_name, must_change_password,"
        " created_at, password_changed_at) values ('clerk', 'x', 'office', '张三', 0, ?, ?)",
        (now, now),
    )
    for token in ("first", "second"):
        conn.execute(
            "insert into sessions (token_hash, username, created_at, last_seen_at, address)"
            " values (?, 'clerk', ?, ?, '192.0.2.1')",
            (sessions._hash(token), now, now),
        )
    conn.close()
    return "first"


def version(conn: sqlite3.Connection) -> int:
    return int(conn.execute("pragma user_version").fetchone()[0])


def test_an_older_file_keeps_what_is_in_it(tmp_path: Path) -> None:
    token = first_version(tmp_path / "accounts.db")
    conn = accounts.open(tmp_path / "accounts.db")
    found = sessions.visitor(conn, token)
    assert found
    assert found.actor["name"] == "张三"
    listed = sessions.sessions_of(conn, "clerk")
    assert len({one["public_id"] for one in listed}) == 2
    assert version(conn) == max(account_store.STEPS) > 1
    conn.close()


def test_old_and_new_files_have_one_schema(tmp_path: Path) -> None:
    first_version(tmp_path / "old.db")
    pictures = []
    for name in ("old.db", "new.db"):
        conn = accounts.open(tmp_path / name)
        pictures.append([*map(tuple, conn.execute("select type, name, sql from sqlite_master"))])
        conn.close()
    assert pictures[0] == pictures[1]


def test_a_file_of_a_later_version_is_left_alone(tmp_path: Path) -> None:
    conn = accounts.open(tmp_path / "accounts.db")
    conn.execute("pragma user_version = 99")
    conn.close()
    with pytest.raises(account_store.NewerThanTheCode, match="later version"):
        accounts.open(tmp_path / "accounts.db")


def test_a_step_that_fails_is_not_half_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first_version(tmp_path / "accounts.db")
    broken = ["create table half (id integer)", "create table half (id integer)"]
    with monkeypatch.context() as patched:
        patched.setattr(account_store, "statements", lambda _: broken)
        with pytest.raises(sqlite3.OperationalError):
            accounts.open(tmp_path / "accounts.db")
    conn = accounts.open(tmp_path / "accounts.db")
    assert conn.execute("select count(*) from sqlite_master where name = 'half'").fetchone()[0] == 0
    conn.close()
