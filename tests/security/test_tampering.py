"""P15: what a hand does to either log after the server has run is found, entry by entry."""

import random
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from training import audit_chain
from training.audit_chain import AUDIT
from training.database import connect

from tests.conftest import World
from tests.security.canaries import Canary
from tests.security.conftest import copy_of

ACTS = (
    "update audit_log set actor = actor || 'x' where id = {n}",
    "update audit_log set at = '2021-01-01' where id = {n}",
    "update audit_log set detail = '{}', action = action || 'x' where id = {n}",
    "delete from audit_log where id = {n}",
    "delete from audit_log where id = {n}; delete from audit_chain where entry_id = {n}",
    "update audit_chain set mac = '" + "0" * 64 + "' where entry_id = {n}",
    "delete from audit_chain where entry_id = {n}",
    "delete from audit_chain where entry_id >= {n}; delete from audit_log where id >= {n}",
)


def damage(record: Path, script: str) -> None:
    """What somebody with the file and no key can do: take the laws away, then anything."""
    with closing(sqlite3.connect(record)) as hand:
        for (name,) in hand.execute(
            "select name from sqlite_master where type = 'trigger' and tbl_name like 'audit%'"
        ).fetchall():
            hand.execute(f'drop trigger "{name}"')
        hand.executescript(script)
        hand.commit()


def faults(record: Path, head: audit_chain.Head) -> set[audit_chain.Fault]:
    """What the chain says; people put into the record by hand are in it from the start."""
    with closing(connect(record, read_only=True)) as conn:
        return set(audit_chain.faults(conn, AUDIT, (head,)))


def missed(record: Path, head: audit_chain.Head, before: set[audit_chain.Fault]) -> list[str]:
    """[] if the chain says that more was damaged than before."""
    return [] if faults(record, head) - before else [str(record)]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("act", ACTS)
def test_each_is_found(
    full: tuple[Path, list[Canary]], tmp_path: Path, act: str, seed: int
) -> None:
    record = tmp_path / "training.db"
    for end in (".db", ".keys"):
        shutil.copy2(full[0] / f"training{end}", tmp_path / f"training{end}")
    with closing(connect(record)) as conn:
        head = audit_chain.head(conn)
    assert head
    before = faults(record, head)
    assert missed(record, head, before), "nothing was done yet"
    damage(record, act.replace("{n}", str(random.Random(seed).randint(1, head.entry - 1))))
    assert missed(record, head, before) == []


def test_the_log_names_nobody(full: tuple[Path, list[Canary]], tmp_path: Path) -> None:
    """The auditor reads it, and he reads no personal data."""
    from tests.security.canaries import Scanner

    with closing(copy_of(full[0], tmp_path).connect()) as conn:
        text = "\n".join(str(tuple(row)) for row in conn.execute("select * from audit_log"))
    assert len(text) > 1000
    assert Scanner(full[1]).found(text.encode()) == set()
    assert isinstance(World(tmp_path), World)
