"""A long file is judged in a process of its own and stored by parts; the result does not tell."""

import os
import shutil
import signal
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from training import reading, roster, roster_taking, tables
from training.bench_rosters import HEADER, people
from training.database import acting, transaction
from training.judge_process import JudgeFailed, JudgeProcess
from training.rows import Sender

from tests.conftest import YEAR, World
from tests.people import person, roster_csv

#: What an import leaves; numbers of rows and sealed bytes tell how it was done, not what was done.
_LEFT = (
    "select institution, track, state, person_key, name, mobile_key, position, uscc, batch_id, batch_row,"
    " first_batch_id from trainees order by id",
    "select trainee_id, actor, via, from_state, to_state, reason, batch_id from trainee_events"
    " order by id",
    "select trainee_id, key_version, length(sealed) from sealed_identities order by 1",
    "select batch_id, trainee_id, row, column, old, new from batch_changes order by id",
    "select count(*) from sealed_changes",
    "select batch_id, row, column, code, severity, details from batch_problems order by id",
    "select status, sha256, rows, new, changed, unchanged, rejected, absent, skipped, header_row, columns"
    " from roster_batches order by id",
    "select uscc, name from enterprises order by uscc",
    "select scope, seq from scope_log order by scope, seq",
    "select action, subject, subject_key, detail from audit_log order by id",
)
FIRST = [person(n) for n in range(6)]
SECOND = [
    *(person(n, 职务="董事", 手机=f"1370000000{n}") for n in range(3)),
    person(3), person(7, 手机="1"), person(8), person(8), person(9, 手机=person(8)["手机"]),
]  # fmt: skip


def order(path: Path, **more: Any) -> roster.Order:
    return roster.Order(path, YEAR, Sender("tsinghua"), by="clerk", force=True, **more)


def write(folder: Path, rows: list[dict[str, str]]) -> Path:
    path = folder / "名单.csv"
    path.write_text(roster_csv(rows), encoding="utf-8")
    return path


@pytest.fixture
def in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the shortest file for a long one, and each of its blocks for a part."""
    monkeypatch.setattr(roster, "LONG_BYTES", 0)
    monkeypatch.setattr(roster_taking, "_PART", 1)


def taken(world: World, *, only_valid: bool) -> tuple[list[roster.Report], list[Any]]:
    with closing(world.connect()) as conn:
        reports = [
            roster.run(conn, order(write(world.folder, rows), only_valid=only_valid), world.keys,
                       commit=True)
            for rows in (FIRST, SECOND)
        ]  # fmt: skip
        return reports, [[tuple(row) for row in conn.execute(query)] for query in _LEFT]


@pytest.mark.parametrize("only_valid", [True, False])
def test_both_ways_leave_the_same(
    built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, only_valid: bool
) -> None:
    shutil.copytree(built, tmp_path / "a")
    shutil.copytree(built, tmp_path / "b")
    at_once = taken(World(tmp_path / "a"), only_valid=only_valid)
    monkeypatch.setattr(roster, "LONG_BYTES", 0)
    monkeypatch.setattr(roster_taking, "_PART", 1)
    assert taken(World(tmp_path / "b"), only_valid=only_valid) == at_once
    assert [report.committed for report in at_once[0]] == [True, only_valid]
    assert at_once[0][1].changed == 3


def test_a_long_file_is_stored_by_parts_and_counts_once(
    world: World, conn: sqlite3.Connection, tmp_path: Path, in_parts: None
) -> None:
    rows = [dict(zip(HEADER, cells, strict=True)) for cells in people(2_500)]
    seen: list[int] = []
    report = roster.run(conn, order(write(tmp_path, rows)), world.keys, commit=True,
                        progress=seen.append)  # fmt: skip
    assert (report.new, report.rows, report.committed, seen) == (
        2_500, 2_500, True, [1_000, 2_000, 2_500],
    )  # fmt: skip
    counted = conn.execute(
        "select (select count(*) from trainees), (select count(*) from trainee_events),"
        " (select count(*) from sealed_identities), (select new from roster_batches)"
    ).fetchone()
    assert tuple(counted) == (2_500,) * 4


def untouched(conn: sqlite3.Connection) -> bool:
    counts = conn.execute(
        "select (select count(*) from trainees) + (select count(*) from roster_batches)"
        " + (select count(*) from enterprises) + (select count(*) from write_context)"
    ).fetchone()
    return not conn.in_transaction and counts[0] == 0


def test_a_fault_in_the_last_part_keeps_all_parts_out(
    world: World, conn: sqlite3.Connection, tmp_path: Path, in_parts: None
) -> None:
    rows = [dict(zip(HEADER, cells, strict=True)) for cells in people(2_500)]
    rows[-1]["手机"] = "1"
    report = roster.run(conn, order(write(tmp_path, rows)), world.keys, commit=True)
    assert (report.new, report.rejected, report.committed, report.batch) == (2_499, 1, False, None)
    assert untouched(conn)


def test_whoever_stops_it_leaves_nothing(
    world: World,
    conn: sqlite3.Connection,
    tmp_path: Path,
    in_parts: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    started: list[subprocess.Popen[bytes]] = []

    class Remembered(subprocess.Popen):  # type: ignore[type-arg]
        def __init__(self, *words: Any, **more: Any) -> None:
            super().__init__(*words, **more)
            started.append(self)

    monkeypatch.setattr(subprocess, "Popen", Remembered)
    rows = [dict(zip(HEADER, cells, strict=True)) for cells in people(2_500)]

    def stop(done: int) -> None:
        if done > 1_000:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        roster.run(conn, order(write(tmp_path, rows)), world.keys, commit=True, progress=stop)
    assert untouched(conn)
    assert started
    assert all(process.poll() is not None for process in started)


def test_a_process_that_dies_is_a_failure_and_not_the_end_of_the_file(
    world: World, conn: sqlite3.Connection, tmp_path: Path
) -> None:
    path = write(tmp_path, [dict(zip(HEADER, row, strict=True)) for row in people(6_000)])
    source = reading.open_source(path, header_vote=tables.header_vote)
    with JudgeProcess() as process:
        parts = process.told(source, roster.context_of(conn, order(path)), world.keys).parts()
        next(parts)
        os.kill(process.pid, signal.SIGKILL)
        with pytest.raises(JudgeFailed):
            list(parts)


_START = (
    "insert into trainees (year, institution, track, state, person_key, name, id_masked, mobile_key,"
    " mobile_masked, enterprise_name, uscc, position, province, origin, kind)"
    f" values ('{YEAR}', :institution, 'regional_development', :state, :person, '学员', '*', :person,"
    " '*', '企业', :uscc, '经理', '110000', 'self_selected', 'growth_backbone')"
)
_GOOD = {"institution": "tsinghua", "state": "submitted", "person": "a" * 32, "uscc": "1" * 18}
_OTHER = {"person": "b" * 32}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"state": "enrolled", **_OTHER}, "新学员只能从推荐、选拔或上报开始"),
        ({"institution": "pku", **_OTHER}, "不承担培训任务"),
        ({"uscc": "2" * 18, **_OTHER}, "FOREIGN KEY"),
        ({"person": "a"}, "CHECK"),
        ({}, "UNIQUE"),
    ],
)
def test_no_law_is_silent_in_an_act_that_is_bulk(
    conn: sqlite3.Connection, wrong: dict[str, str], said: str
) -> None:
    conn.execute("delete from institution_tracks where institution = 'pku'")
    conn.execute("delete from institution_years where institution = 'pku'")
    conn.execute("insert into enterprises (uscc, name) values (?, '企业')", ("1" * 18,))
    with transaction(conn), acting(conn, "clerk", "script", bulk=True):
        conn.execute(_START, _GOOD)
        with pytest.raises(sqlite3.IntegrityError, match=said):
            conn.execute(_START, _GOOD | wrong)
    assert conn.execute("select count(*) from trainees").fetchone()[0] == 1


def test_a_law_ends_an_import_in_its_parts(
    world: World, conn: sqlite3.Connection, tmp_path: Path, in_parts: None
) -> None:
    conn.execute("delete from institution_tracks where institution = 'tsinghua'")
    conn.execute("delete from institution_years where institution = 'tsinghua'")
    with pytest.raises(sqlite3.IntegrityError, match="不承担培训任务"):
        roster.run(conn, order(write(tmp_path, FIRST)), world.keys, commit=True)
    assert untouched(conn)
