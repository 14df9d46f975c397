"""A backup is taken while others write, says what is in it, and comes back as it was or not at all."""

import json
import shutil
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
from training import (
    accounts,
    api_tokens,
    audit_chain,
    backups,
    erasure,
    erasure_list,
    health,
    identity,
    passwords,
)
from training.audit_chain import ACCOUNTS, AUDIT
from training.database import acting, connect, transaction

from tests.conftest import World
from tests.worlds import add_people


@pytest.fixture
def full(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """A record with people, accounts and a free table."""
    monkeypatch.setattr(passwords, "ITERATIONS", 1)
    with closing(world.connect()) as conn:
        add_people(conn, 3, state="withdrawn")
    with closing(accounts.open(accounts.beside(world.db))) as conn:
        accounts.create(conn, "office", role="office", actor="test")
    with closing(sqlite3.connect(world.folder / "staging.db")) as conn, conn:
        conn.execute('create table "表 "" 一" (a)')
    return world


@pytest.fixture
def backup(full: World) -> Path:
    out = full.folder / "backup"
    backups.take(full.db, out, "os:test")
    return out


def place(world: World, name: str = "restored") -> Path:
    """An empty folder that holds the keys alone."""
    to = world.folder / name
    to.mkdir()
    for keys in world.folder.glob("*.keys"):
        shutil.copy2(keys, to)
    return to


def restore(world: World, backup: Path, **more: frozenset[erasure_list.Erased]) -> Path:
    to = place(world)
    list(backups.restore(backup, to, "os:test", **more))
    return to


def tables(path: Path) -> dict[str, list[tuple[object, ...]]]:
    with closing(sqlite3.connect(path)) as conn:
        names = [
            row[0] for row in conn.execute("select name from sqlite_master where type = 'table'")
        ]
        return {name: conn.execute(f'select * from "{name.replace(chr(34), chr(34) * 2)}"').fetchall()
                for name in names}  # fmt: skip


def test_it_comes_back_as_it_was(full: World, backup: Path) -> None:
    to = restore(full, backup)
    for name in ("training.db", "accounts.db", "staging.db"):
        before, after = tables(full.folder / name), tables(to / name)
        differ = {table for table in before if before[table] != after.get(table)}
        assert differ <= {"audit_log", "audit_chain", "sqlite_sequence"}, name
    with closing(connect(to / "training.db")) as conn:
        assert list(audit_chain.faults(conn, AUDIT)) == []
        said = conn.execute("select action from audit_log order by id desc limit 1").fetchone()
        assert said[0] == "restore"
    with closing(accounts.open(to / "accounts.db")) as conn:
        assert list(audit_chain.faults(conn, ACCOUNTS)) == []
    assert (to / "public.db").exists()
    assert [f for f in health.examine(to / "training.db") if f.level == "fault"] == []


def test_no_token_comes_back(full: World) -> None:
    """It may have been revoked since the backup was made."""
    with closing(accounts.open(accounts.beside(full.db))) as conn:
        accounts.create(conn, "ann", "Correct-horse-9", role="analyst", actor="test")
        api_tokens.make(conn, "ann", "x", databases=["analysis"], acts=["tables"])
    backups.take(full.db, full.folder / "later", "os:test")
    with closing(accounts.open(restore(full, full.folder / "later") / "accounts.db")) as conn:
        assert api_tokens.tokens_of(conn, "ann") == []
        assert list(audit_chain.faults(conn, ACCOUNTS)) == []
        assert accounts.history(conn, "ann")[0]["action"] == "token-revoke"


def test_everything_in_it_is_its_owners_alone_and_the_keys_are_not_in_it(
    full: World, backup: Path
) -> None:
    assert backup.stat().st_mode & 0o777 == 0o700
    names = {path.name for path in backup.iterdir()}
    assert names == {"training.db", "accounts.db", "staging.db", "training.erased", "manifest.json"}
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in backup.iterdir())
    text = b"".join(path.read_bytes() for path in backup.iterdir())
    for secret in json.loads(identity.keys_path(full.db).read_text()).values():
        for key in secret.values() if isinstance(secret, dict) else [secret]:
            assert key.encode() not in text
            assert bytes.fromhex(key) not in text


def test_the_manifest_counts_the_rows_and_names_the_heads(full: World, backup: Path) -> None:
    manifest = json.loads((backup / "manifest.json").read_text())
    assert manifest["files"]["training.db"]["rows"]["trainees"] == 3
    with closing(full.connect()) as conn:
        assert manifest["files"]["training.db"]["head"] == str(audit_chain.head(conn, AUDIT))


def test_that_it_was_taken_is_on_record(full: World, backup: Path) -> None:
    with closing(full.connect()) as conn:
        row = conn.execute("select * from audit_log order by id desc limit 1").fetchone()
    assert (row["actor"], row["action"]) == ("os:test", "backup")


def test_it_is_one_moment_under_writes(full: World) -> None:
    """Each act of a busy writer adds two rows; no backup holds one without the other."""
    with closing(full.connect()) as conn:
        conn.execute("create table pairs (a)")
    stop = threading.Event()

    def write() -> None:
        with closing(full.connect()) as conn:
            while not stop.wait(0.002):
                with transaction(conn), acting(conn, "writer", "script"):
                    conn.execute("insert into pairs values (1)")
                    conn.execute("insert into pairs values (2)")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(5):
            backups.take(full.db, full.folder / f"b{number}", "os:test")
    finally:
        stop.set()
        writer.join()
    counts = []
    for number in range(5):
        found = backups.verify(full.folder / f"b{number}")
        counts.append(found["files"]["training.db"]["rows"]["pairs"])
    assert counts[-1] > 0
    assert [count % 2 for count in counts] == [0] * 5


def test_there_is_nothing_to_overwrite(full: World, backup: Path) -> None:
    with pytest.raises(FileExistsError):
        backups.take(full.db, backup, "os:test")
    with pytest.raises(backups.NotRestored, match="already"):
        list(backups.restore(backup, full.folder, "os:test"))
    assert (full.folder / "training.db").exists()


@pytest.mark.parametrize("name", ["training.db", "accounts.db", "staging.db", "training.erased"])
def test_one_byte_that_differs_is_found(full: World, backup: Path, name: str) -> None:
    path = backup / name
    content = bytearray(path.read_bytes() or b"\n")
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    to = place(full)
    with pytest.raises(backups.NotRestored, match=name):
        list(backups.restore(backup, to, "os:test"))
    assert {path.suffix for path in to.iterdir()} == {".keys"}


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"files": {}, "format": 9, "record": "x"}',
                                  '{"files": {"../x": {}}, "format": 1, "record": "../x"}'])  # fmt: skip
def test_a_manifest_that_is_none(full: World, backup: Path, text: str) -> None:
    (backup / "manifest.json").write_text(text)
    with pytest.raises(backups.NotRestored, match="manifest"):
        backups.verify(backup)


def test_a_log_rewritten_with_its_manifest_is_found_by_the_chain(full: World, backup: Path) -> None:
    """Whoever can write the folder can write the manifest, too, but has no key."""
    with closing(sqlite3.connect(backup / "training.db")) as conn, conn:
        conn.execute("drop trigger audit_log_fixed")
        conn.execute("update audit_log set actor = 'somebody' where id = 1")
    manifest = json.loads((backup / "manifest.json").read_text())
    manifest["files"]["training.db"] = backups._described(backup / "training.db")
    (backup / "manifest.json").write_text(json.dumps(manifest))
    to = place(full)
    with pytest.raises(backups.NotRestored, match="audit_log entry 1: altered"):
        list(backups.restore(backup, to, "os:test"))
    assert {path.suffix for path in to.iterdir()} == {".keys"}


def test_without_the_keys_it_says_where_they_belong(full: World, backup: Path) -> None:
    with pytest.raises(backups.NotRestored, match=r"training\.keys"):
        list(backups.restore(backup, full.folder / "elsewhere", "os:test"))


def test_with_other_keys_it_does_not_come_back(full: World, backup: Path) -> None:
    to = full.folder / "other"
    to.mkdir()
    identity.create_keys(to / "training.db")
    with pytest.raises(backups.NotRestored, match="keys"):
        list(backups.restore(backup, to, "os:test"))


def test_who_was_erased_since_stays_so(full: World, backup: Path) -> None:
    with closing(full.connect()) as conn:
        one = conn.execute("select id, name from trainees order by id").fetchone()
    erasure.erase(full.db, [one["id"]], "office", "script", reason="本人申请")
    listed = erasure_list.read(erasure_list.path_of(full.db))
    to = restore(full, backup, erased=frozenset(listed))
    with closing(connect(to / "training.db")) as conn:
        names = [row[0] for row in conn.execute("select name from trainees order by id")]
    assert names == [erasure.ERASED, "示例2", "示例3"]
    assert one["name"].encode() not in (to / "training.db").read_bytes()
    assert erasure_list.read(erasure_list.path_of(to / "training.db")) >= listed


def test_a_damaged_record_makes_no_backup(full: World) -> None:
    damage(full.db)
    with pytest.raises((backups.NotRestored, sqlite3.DatabaseError)):
        backups.take(full.db, full.folder / "out", "os:test")


def damage(path: Path) -> None:
    """Overwrite a page in the middle of a file."""
    with closing(sqlite3.connect(path)) as conn:
        conn.execute("pragma wal_checkpoint(truncate)")
    content = bytearray(path.read_bytes())
    middle = len(content) // 2 // 4096 * 4096
    content[middle : middle + 2048] = b"\xff" * 2048
    path.write_bytes(content)
