"""A new key for what is sealed: nothing is lost whenever it is broken off, and the old key can go."""

import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from training import accounts, identity, key_rotation, passwords, roster, uploads
from training.context import Sender

from tests.conftest import ROOT, YEAR, World
from tests.people import person, roster_csv

COUNT = 7


@pytest.fixture
def people(world: World, conn: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch) -> World:
    path = world.folder / "roster.csv"
    path.write_text(
        roster_csv([person(n, institution="清华大学") for n in range(COUNT)]), encoding="utf-8"
    )
    order = roster.Order(path, YEAR, Sender("tsinghua"), by="test", force=True)
    assert roster.run(conn, order, world.keys, commit=True).committed
    moved = person(0, institution="清华大学") | {"手机": "13912345678"}
    path.write_text(roster_csv([moved]), encoding="utf-8")
    order = roster.Order(path, YEAR, Sender("tsinghua"), by="test", force=True, mode="update")
    assert roster.run(conn, order, world.keys, commit=True).committed
    folder = uploads.folder_of(world.db)
    uploads.keep(conn, folder, world.keys, b"content", account="a", year=YEAR,
                 sender=Sender("tsinghua"), file_name="x.csv", options={})  # fmt: skip
    monkeypatch.setattr(passwords, "ITERATIONS", 1)
    with closing(accounts.open(world.folder / "accounts.db")) as file:
        accounts.create(file, "clerk", role="analyst", actor="test")
        file.execute(
            "insert into second_factors (username, sealed, key_version) values ('clerk', ?, 1)",
            (identity.Sealer(world.keys).seal("account:clerk", "SECRET"),),
        )
    return world


def factor(world: World) -> str:
    with closing(accounts.open(world.folder / "accounts.db")) as file:
        row = file.execute("select key_version, sealed from second_factors").fetchone()
    return identity.Sealer(world.keys).open("account:clerk", *tuple(row))


def opened(world: World, conn: sqlite3.Connection) -> set[str]:
    sealer = identity.Sealer(world.keys)
    rows = conn.execute("select person_key, key_version, sealed from sealed_identities"
                        " join trainees on id = trainee_id")  # fmt: skip
    return {sealer.open(*tuple(row)) for row in rows}


def rotate(world: World) -> dict[str, int]:
    done: dict[str, int] = {}
    for name, moved in key_rotation.reseal(world.db, "test"):
        done[name] = done.get(name, 0) + moved
    return done


def test_everything_is_resealed_and_still_opens(people: World, conn: sqlite3.Connection) -> None:
    before = opened(people, conn)
    assert key_rotation.add_version(people.db) == 2
    assert key_rotation.left(people.db) == {
        "sealed_identities": COUNT, "sealed_changes": 1, "uploads": 1,
        "second_factors": 1, "evidence": 0,
    }  # fmt: skip
    with pytest.raises(key_rotation.NotRotated, match="sealed_identities 7"):
        key_rotation.drop_old(people.db, "test")
    assert rotate(people) == {
        "sealed_identities": COUNT, "sealed_changes": 1, "uploads": 1, "second_factors": 1,
    }  # fmt: skip
    assert opened(people, conn) == before
    assert key_rotation.drop_old(people.db, "test") == [1]
    assert set(people.keys.sealing) == {2}
    assert factor(people) == "SECRET"
    assert opened(people, conn) == before
    (token,) = (path.stem for path in uploads.folder_of(people.db).glob("*.sealed"))
    with uploads.readable(uploads.folder_of(people.db), people.keys, token) as path:
        assert path
        assert path.read_bytes() == b"content"
    acts = [row[0] for row in conn.execute("select action from audit_log order by id")]
    assert acts[-2:] == ["rotate-keys", "drop-keys"]


def test_broken_off_anywhere_it_is_taken_up_again(
    people: World, conn: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_rotation, "BLOCK", 2)
    before = opened(people, conn)
    key_rotation.add_version(people.db)
    for done in range(1, 4):
        run = key_rotation.reseal(people.db, "test")
        next(run)
        run.close()
        assert key_rotation.left(people.db)["sealed_identities"] == COUNT - 2 * done
        assert opened(people, conn) == before
    rotate(people)
    assert not any(key_rotation.left(people.db).values())


def test_the_key_file_stays_its_owners_and_whole(
    people: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = identity.keys_path(people.db)
    before = keys.read_bytes()

    def fail(*_: object) -> None:
        raise OSError("no space left")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", fail)
        with pytest.raises(OSError, match="no space"):
            key_rotation.add_version(people.db)
    assert keys.read_bytes() == before
    key_rotation.add_version(people.db)
    assert stat.S_IMODE(keys.stat().st_mode) == 0o600


def test_keys_of_the_environment_are_not_rotated_here(
    people: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINGJUN_KEYS", identity.keys_path(people.db).read_text())
    with pytest.raises(key_rotation.NotRotated, match="LINGJUN_KEYS"):
        key_rotation.add_version(people.db)


def test_the_command_only_looks_unless_told(people: World) -> None:
    def call(*words: str) -> tuple[int, str]:
        run = subprocess.run(
            [sys.executable, ROOT / "scripts" / "rotate_keys.py", "--db", str(people.db), *words],
            capture_output=True, text=True,
        )  # fmt: skip
        return run.returncode, run.stdout + run.stderr

    status, said = call()
    assert (status, said.count(": 0 under an older key")) == (0, 5)
    status, said = call("--new-key", "--drop-old")
    assert status == 0
    assert f"'sealed_identities': {COUNT}" in said
    assert "dropped: versions [1]" in said
