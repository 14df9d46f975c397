"""The chain: whatever is done to a log by a hand in the file is found, and nothing else is."""

import json
import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from training import account_store, accounts, audit, audit_chain, audit_log, identity, passwords
from training.audit_chain import ACCOUNTS, AUDIT, Head
from training.database import acting, connect, transaction

from tests.conftest import ROOT, World


def kinds(conn: sqlite3.Connection, *heads: Head) -> list[tuple[int, str]]:
    return [(fault.entry, fault.kind) for fault in audit_chain.faults(conn, AUDIT, heads)]


def act(conn: sqlite3.Connection, count: int = 1) -> None:
    """An act of the programme that leaves entries, by a trigger and by word."""
    with transaction(conn), acting(conn, "someone", "web"):
        for number in range(count):
            conn.execute(
                "update institutions set supervisor = ? where slug = 'pku'", (f"x{number}",)
            )
            audit.record(conn, "someone", "web", "act", "institutions", "pku", number=number)


def by_hand(path: Path, *statements: str) -> None:
    """What a hand in the file can do: take the triggers away, then anything."""
    with closing(sqlite3.connect(path)) as hand:
        for name in ("audit_log_fixed", "audit_log_kept", "audit_chain_fixed", "audit_chain_kept"):
            hand.execute(f"drop trigger if exists {name}")
        for statement in statements:
            hand.execute(statement)
        hand.commit()


def test_every_entry_of_the_programme_is_linked(world: World, conn: sqlite3.Connection) -> None:
    act(conn, 3)
    audit.record(conn, "someone", "script", "alone", "institutions")
    assert kinds(conn) == []
    counts = [
        conn.execute(f"select count(*) from {t}").fetchone()[0]
        for t in ("audit_log", "audit_chain")
    ]
    assert counts[0] == counts[1] > 6


def test_an_entry_by_a_hand_stays_marked(world: World, conn: sqlite3.Connection) -> None:
    act(conn)
    by_hand(
        world.db,
        "insert into audit_log (at, actor, via, action, subject)"
        " values ('2021-10-29T00:00:00+08:00', 'office', 'web', 'approve', 'roster_batches')",
    )
    (unlinked,) = kinds(conn)
    assert unlinked[1] == "unlinked"
    act(conn)  # the next act of the programme does not make it its own
    assert kinds(conn) == [(unlinked[0], "outside")]


def test_a_preview_leaves_no_link(world: World, conn: sqlite3.Connection) -> None:
    act(conn)
    before = audit_chain.head(conn)
    conn.execute("begin immediate")
    with acting(conn, "x", "web"):
        audit.record(conn, "x", "web", "act", "institutions")
    assert audit_chain.head(conn) != before
    conn.execute("rollback")
    assert audit_chain.head(conn) == before
    assert kinds(conn) == []


TAMPERINGS: tuple[Callable[[int, int], tuple[str, ...]], ...] = (
    lambda a, b: (f"update audit_log set actor = actor || 'x' where id = {a}",),
    lambda a, b: (f"update audit_log set at = '2000-01-01T00:00:00+08:00' where id = {a}",),
    lambda a, b: (f"update audit_log set detail = '{{\"a\": 1}}' where id = {a}",),
    lambda a, b: (f"update audit_log set subject_key = 'zzz' where id = {a}",),
    lambda a, b: (f"delete from audit_chain where entry_id = {a}",
                  f"delete from audit_log where id = {a}"),
    lambda a, b: (f"delete from audit_chain where entry_id = {a}",),
    lambda a, b: (f"update audit_chain set mac = '{'0' * 64}' where entry_id = {a}",),
    lambda a, b: (f"update audit_chain set outside = 1 - outside where entry_id = {a}",),
    lambda a, b: (  # two entries change places
        f"update audit_log set id = -1 where id = {a}",
        f"update audit_log set id = {a} where id = {b}",
        f"update audit_log set id = {b} where id = -1",
    ),
    lambda a, b: (f"delete from audit_chain where entry_id >= {a}",
                  f"delete from audit_log where id >= {a}"),  # the end is cut off
    lambda a, b: (  # an entry is put in
        f"delete from audit_chain where entry_id >= {a}",
        f"insert into audit_log (at, actor, via, action, subject) select at, 'x', via, action, subject"
        f" from audit_log where id = {a}",
    ),
)  # fmt: skip


def test_two_hundred_tamperings_are_found(
    world: World, conn: sqlite3.Connection, tmp_path: Path
) -> None:
    act(conn, 20)
    act(conn)
    conn.execute("pragma wal_checkpoint(truncate)")
    assert kinds(conn, *audit_chain.kept(world.db, AUDIT)) == []
    last = conn.execute("select max(id) from audit_log").fetchone()[0]
    # The head as the server keeps it after the last request.
    audit_chain.keep_all(world.db)
    kept = audit_chain.kept(world.db, AUDIT)
    dice = random.Random(7)
    copy = world.folder / "copy.db"
    shutil.copy2(world.db.with_suffix(".keys"), copy.with_suffix(".keys"))
    missed = []
    for number in range(200):
        a, b = dice.sample(range(1, last + 1), 2)
        tampering = TAMPERINGS[number % len(TAMPERINGS)](a, b)
        shutil.copy2(world.db, copy)
        by_hand(copy, "pragma foreign_keys = off", *tampering)
        with closing(connect(copy, read_only=True)) as changed:
            if not kinds(changed, *kept):
                missed.append(tampering)
    assert missed == []


def test_without_the_key_nothing_can_be_said(world: World, conn: sqlite3.Connection) -> None:
    act(conn)
    world.db.with_suffix(".keys").rename(world.folder / "elsewhere")
    with pytest.raises(identity.KeysMissing):
        kinds(conn)


def test_who_has_another_key_is_found_out(world: World, conn: sqlite3.Connection) -> None:
    act(conn)
    world.db.with_suffix(".keys").unlink()
    identity.create_keys(world.db)
    assert {kind for _, kind in kinds(conn)} == {"altered"}


def test_old_keys_without_one_for_the_chain_still_serve(world: World) -> None:
    keys = world.db.with_suffix(".keys")
    found = json.loads(keys.read_text())
    del found["audit"]
    keys.write_text(json.dumps(found))
    loaded = identity.load_keys(world.db)
    assert len(loaded.audit) == 32
    assert loaded.audit not in (loaded.hashing, *loaded.sealing.values())


def test_what_happens_to_accounts_is_chained_too(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "ITERATIONS", 1)
    with closing(accounts.open(world.folder / "accounts.db")) as people:
        for name in ("first", "second"):
            accounts.create(people, name, role="auditor", actor="os:root")
        assert list(audit_chain.faults(people, ACCOUNTS)) == []
        people.execute("drop trigger account_events_fixed")
        people.execute("update account_events set actor = 'nobody' where id = 1")
        assert [fault.kind for fault in audit_chain.faults(people, ACCOUNTS)] == ["altered"]
        (newest, _) = audit_log.account_entries(people, audit_log.Wanted())
        assert (newest["action"], newest["username"]) == ("create", "second")


def test_accounts_of_an_earlier_version_are_brought_up_to_date(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "ITERATIONS", 1)
    path = world.folder / "accounts.db"
    monkeypatch.setattr(account_store, "STEPS", {1: "accounts_001.sql"})
    with closing(accounts.open(path)) as people:
        monkeypatch.undo()
        people.execute("insert into account_events (at, actor, action) values ('x', 'y', 'z')")
    with closing(accounts.open(path)) as people:
        assert people.execute("select count(*) from account_chain").fetchone()[0] == 0
        assert [fault.kind for fault in audit_chain.faults(people, ACCOUNTS)] == ["unlinked"]


def verify(world: World, *words: str) -> tuple[int, list[str]]:
    run = subprocess.run(
        [sys.executable, ROOT / "scripts" / "audit.py", "--db", str(world.db), *words],
        capture_output=True, text=True,
    )  # fmt: skip
    return run.returncode, run.stdout.splitlines()


def test_the_command_says_which_entry(world: World, conn: sqlite3.Connection) -> None:
    act(conn, 2)
    status, lines = verify(world, "verify")
    assert (status, lines[0].split(",")[0]) == (0, "audit_log: intact")
    written_down = lines[0].split("head ")[1]
    last = int(written_down.split(":")[0])
    by_hand(world.db, f"update audit_log set actor = 'nobody' where id = {last - 1}")
    status, lines = verify(world, "verify")
    assert (status, lines[0]) == (1, f"audit_log entry {last - 1}: altered")
    by_hand(world.db, f"delete from audit_chain where entry_id >= {last - 1}",
            f"delete from audit_log where id >= {last - 1}")  # fmt: skip
    audit_chain.heads_path(world.db).unlink()
    assert verify(world, "verify")[0] == 0  # nobody knows of it any more, but for who wrote it down
    status, lines = verify(world, "verify", "--head", f"audit_log={written_down}")
    assert (status, lines[0]) == (1, f"audit_log entry {last}: truncated")
    assert verify(world, "verify", "--head", "audit_log=nonsense")[0] == 2


def test_the_command_shows_entries(world: World, conn: sqlite3.Connection) -> None:
    act(conn, 2)
    status, lines = verify(world, "show", "--action", "act", "--last", "1")
    assert status == 0
    assert len(lines) == 1
    assert '"number": 1' in lines[0]


def test_other_keys_beside_the_record_are_not_taken_for_its_own(world: World) -> None:
    """Those of certificates come first in the alphabet."""
    (world.folder / "signing.keys").write_text("0" * 64)
    with closing(accounts.open(accounts.beside(world.db))) as conn:
        assert audit_chain.key_of(conn) == world.keys.audit
