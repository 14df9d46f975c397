"""The commands that keep and remove: erase, backup, restore, doctor, and the server that looks first."""

import json
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from training import accounts, identity

from tests.conftest import ROOT, World
from tests.training.test_backups import damage
from tests.worlds import add_people


def run(script: str, *call: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, ROOT / "scripts" / f"{script}.py", *map(str, call)],
        capture_output=True, text=True,
    )  # fmt: skip


@pytest.fixture
def person(world: World) -> int:
    with closing(world.connect()) as conn:
        [one] = add_people(conn, state="withdrawn", name="欧阳不存在")
    return one


def name_of(world: World, one: int) -> str:
    with closing(world.connect()) as conn:
        return str(conn.execute("select name from trainees where id = ?", (one,)).fetchone()[0])


def test_erasing_is_a_dry_run_first(world: World, person: int) -> None:
    call = ("--db", world.db, "person", person, "--reason", "本人申请")
    dry = run("erase", *call)
    assert dry.returncode == 0, dry.stderr
    assert "would erase: 1 in trainees" in dry.stdout
    assert "--yes does it" in dry.stdout
    assert name_of(world, person) == "欧阳不存在"
    done = run("erase", *call, "--yes")
    assert done.returncode == 0, done.stderr
    assert name_of(world, person) == "（已删除）"
    assert "欧阳" not in dry.stdout + done.stdout + dry.stderr + done.stderr
    again = run("erase", *call, "--yes")
    assert again.returncode == 1
    assert "erased already" in again.stderr


def test_what_is_due_is_told_and_then_done(world: World, person: int) -> None:
    with closing(world.connect()) as conn:
        conn.execute("drop trigger trainee_events_fixed")
        conn.execute("update trainee_events set at = '2021-01-01T00:00:00+08:00'")
        # What is due is what is sealed still.
        key = conn.execute("select person_key from trainees").fetchone()[0]
        sealed = identity.Sealer(world.keys).seal(key, "号码\n手机")
        conn.execute("insert into sealed_identities values (?, 1, ?)", (person, sealed))
    dry = run("erase", "--db", world.db, "due")
    assert "would erase: 1 people" in dry.stdout
    assert name_of(world, person) == "欧阳不存在"
    done = run("erase", "--db", world.db, "due", "--yes")
    assert done.returncode == 0, done.stderr
    assert name_of(world, person) == "（已删除）"
    assert "0 people" in run("erase", "--db", world.db, "due").stdout


def test_a_reader_in_the_way_is_told(world: World, person: int) -> None:
    with closing(world.connect()) as conn:
        conn.execute("pragma busy_timeout = 0")
        conn.execute("begin")
        conn.execute("select count(*) from trainees").fetchone()
        call = ("person", person, "--reason", "本人申请", "--yes")
        env_free = run("erase", "--db", world.db, *call)
    assert env_free.returncode == 1
    assert "erase.py scrub" in env_free.stderr
    assert run("erase", "--db", world.db, "scrub").returncode == 0


def test_a_trip_through_a_backup(world: World, person: int, tmp_path: Path) -> None:
    accounts.open(accounts.beside(world.db)).close()
    out, to = tmp_path / "backup", tmp_path / "restored"
    made = run("backup", out, "--db", world.db)
    assert made.returncode == 0, made.stderr
    assert "NOT included: the keys" in made.stdout
    head = json.loads((out / "manifest.json").read_text())["files"]["training.db"]["head"]
    assert head in made.stdout
    assert run("backup", out, "--db", world.db).returncode == 2
    assert run("restore", out, "--verify").returncode == 0
    assert run("restore", out).returncode == 2
    refused = run("restore", out, "--to", to)
    assert refused.returncode == 1
    assert "training.keys" in refused.stderr
    for keys in world.folder.glob("*.keys"):
        shutil.copy2(keys, to)
    done = run("restore", out, "--to", to, "--erased", tmp_path / "none")
    assert done.returncode == 0, done.stderr
    examined = run("doctor", "--db", to / "training.db")
    assert examined.returncode == 0, examined.stdout
    assert examined.stdout.splitlines()[-1] == "healthy"


def test_the_doctor_says_what_is_wrong(world: World) -> None:
    identity.keys_path(world.db).chmod(0o644)
    done = run("doctor", "--db", world.db)
    assert done.returncode == 1
    assert "chmod 600" in done.stdout


@pytest.mark.parametrize("name", ["training.db", "public.db", "staging.db"])
def test_the_server_refuses_a_damaged_file_and_says_which(world: World, name: str) -> None:
    if name == "staging.db":
        with closing(sqlite3.connect(world.folder / name)) as conn, conn:
            conn.execute("create table t (a)")
            conn.executemany("insert into t values (?)", [("x" * 400,) for _ in range(200)])
    damage(world.folder / name)
    done = run("serve", "--db", world.db, "--port", 1)
    assert done.returncode == 1
    assert f"{name} is damaged" in done.stderr
    assert "restore.py" in done.stderr
