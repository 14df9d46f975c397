"""Adding only, updating only, what the quotas would be, and files with faults beyond counting."""

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from training import judging, roster, rows
from training.rows import Sender
from training.workflow import approve

from tests.conftest import YEAR, World
from tests.people import person, roster_csv

TSINGHUA = Sender(institution="tsinghua")
BEIJING = Sender(province="110000")

Import = Callable[..., roster.Report]


@pytest.fixture
def take(world: World, conn: sqlite3.Connection, tmp_path: Path) -> Import:
    """Write rows to a file and import it."""

    def run(
        rows: list[dict[str, str]],
        sender: Sender = TSINGHUA,
        *,
        commit: bool = True,
        what_if: bool = False,
        **words: Any,
    ) -> roster.Report:
        path = tmp_path / "名单.csv"
        path.write_bytes(roster_csv(rows).encode())
        order = roster.Order(path=path, year=YEAR, sender=sender, by="clerk", **words)
        return roster.run(conn, order, world.keys, commit=commit, what_if=what_if)

    return run


def people(count: int, **cells: str) -> list[dict[str, str]]:
    return [person(n, **cells) for n in range(count)]


def counts(report: roster.Report) -> tuple[int, int, int, int]:
    return (report.new, report.changed, report.unchanged, report.rejected)


def positions(conn: sqlite3.Connection) -> list[str]:
    return [row[0] for row in conn.execute("select position from trainees order by id")]


def test_adding_leaves_those_as_they_are_who_are_there(
    take: Import, conn: sqlite3.Connection
) -> None:
    take(people(2))
    report = take(people(3, 职务="董事长"), mode="add")
    assert (counts(report), report.changes, report.committed) == ((1, 0, 2, 0), [], True)
    assert positions(conn) == ["总经理", "总经理", "董事长"]
    assert [outcome.outcome for outcome in report.outcomes] == ["unchanged", "unchanged", "new"]


def test_updating_refuses_whom_nobody_knows(take: Import, conn: sqlite3.Connection) -> None:
    take(people(2))
    report = take(people(3, 职务="董事长"), mode="update", force=True)
    assert [(p.row, p.column, p.code) for p in report.errors] == [
        (4, "id_number", "person-unknown")
    ]
    assert (counts(report), report.committed) == ((0, 2, 0, 1), False)
    report = take(people(3, 职务="董事长"), mode="update", force=True, only_valid=True)
    assert (report.committed, positions(conn)) == (True, ["董事长", "董事长"])


@pytest.mark.parametrize("mode", ["add", "upsert", "update"])
def test_the_mode_is_on_record(take: Import, conn: sqlite3.Connection, mode: str) -> None:
    take(people(10))
    rows = people(10)
    rows[0]["职务"] = "董事长"
    batch = take(rows, mode=mode).batch
    stored = conn.execute("select mode from roster_batches where id = ?", (batch,)).fetchone()[0]
    entry = conn.execute("select detail from audit_log order by id desc limit 1").fetchone()[0]
    assert (stored, json.loads(entry)["mode"]) == (mode, mode)


def test_the_same_file_taken_otherwise_is_another_order(take: Import) -> None:
    take(people(2))
    rows = people(3, 职务="董事长")
    assert take(rows, mode="add").committed
    again = take(rows, force=True)
    assert (again.already_imported, counts(again)) == (None, (0, 2, 1, 0))


@pytest.mark.parametrize("mode", ["add", "update"])
def test_a_part_of_the_roster_misses_nobody(take: Import, mode: str) -> None:
    take(people(10))
    report = take(people(1), mode=mode)
    assert (report.absent, report.errors, report.committed) == (9, [], True)


def test_adding_takes_up_whom_an_authority_recommends(
    take: Import, conn: sqlite3.Connection
) -> None:
    take(people(2, 选拔方式="推荐"), BEIJING)
    take(people(2), mode="add")
    states = conn.execute("select state, count(*) from trainees group by state").fetchall()
    assert [tuple(row) for row in states] == [("submitted", 2)]


def test_a_preview_foresees_the_quotas_and_stores_nothing(
    take: Import, conn: sqlite3.Connection
) -> None:
    batch = take(people(3)).batch
    approve(conn, batch or 0, "office", "script", enrol=True)
    before = list(conn.iterdump())
    rows = [*people(3), person(3), person(4, 所属行业="65")]
    report = take(rows, commit=False, what_if=True)
    found = {line.name: line for line in report.what_if}
    assert found["headcount"][1::3] == (3, 5)
    assert found["manufacturing"][1:3] == (3, 3)
    assert found["manufacturing"][4:6] == (4, 5)
    assert found["headcount"].status_after == "undetermined"
    assert (report.batch, report.committed, list(conn.iterdump())) == (None, False, before)


def test_what_can_not_be_stored_is_not_foreseen(take: Import) -> None:
    rows = [*people(2), person(2, 手机="1")]
    assert take(rows, commit=False, what_if=True).what_if == []
    report = take(rows, commit=False, what_if=True, only_valid=True)
    assert report.what_if[0].numerator_after == 2
    assert take(people(2, 选拔方式="推荐"), BEIJING, commit=False, what_if=True).what_if == []


def test_foreseeing_does_not_disturb_storing(take: Import, conn: sqlite3.Connection) -> None:
    report = take(people(2), what_if=True)
    states = conn.execute("select state from trainees").fetchall()
    assert (report.batch, [row[0] for row in states]) == (1, ["submitted", "submitted"])
    assert report.what_if[0].numerator_after == 2


def test_errors_beyond_counting_are_cut_off(
    take: Import, conn: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judging, "MOST_ERRORS", 5)
    report = take(people(20, 手机="1"), only_valid=True)
    cut = [p for p in report.problems if p.code == "too-many-faults"]
    assert [(p.row, p.severity, p.details) for p in cut] == [
        (None, "error", (("limit", "5"), ("unjudged", "7")))
    ]
    assert "第 7 行起只计行数" in cut[0].message()
    assert "From row 7 on" in cut[0].message("en")
    assert sum(p.code == "mobile-format" for p in report.problems) == 5
    assert (report.rows, counts(report), report.committed) == (20, (0, 0, 0, 20), False)


def test_rows_beyond_counting_errors_are_counted_and_not_judged(
    take: Import, conn: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judging, "MOST_ERRORS", 5)
    monkeypatch.setattr(rows, "_CHUNK", 10)
    report = take([*people(20, 手机="1"), *people(5)], only_valid=True)
    assert (report.rows, counts(report), report.committed) == (25, (0, 0, 0, 25), False)
    assert max(p.row or 0 for p in report.problems) == 6, "nobody below is looked at"


def test_warnings_beyond_counting_keep_nobody_out(
    take: Import, conn: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judging, "MOST_PROBLEMS", 5)
    report = take([*people(20), person(20, 手机="1")], only_valid=True)
    cut = [p for p in report.problems if p.code == "too-many-faults"]
    assert [(p.row, p.severity) for p in cut] == [(None, "warning")]
    assert [p.row for p in report.errors] == [22]
    assert (counts(report), report.committed) == ((20, 0, 0, 1), True)
