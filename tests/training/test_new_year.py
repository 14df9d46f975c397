"""A year's turn: what is carried over, what needs a source, and that it happens once."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from training import new_year, queries, years
from training.workflow import Refused

from tests.conftest import YEAR, World
from tests.scope_world import BEIJING, TSINGHUA, opened
from tests.worlds import QUERIES, ask

NEXT = "2022-2023"


def turn(
    conn: sqlite3.Connection, year: str = NEXT, *, commit: bool = True, **more: dict[str, str]
) -> new_year.Turn:
    return new_year.turn(conn, year, "office", "script", more.get("listed"), commit=commit)


def test_the_next_year_is_planned_from_this_one(conn: sqlite3.Connection) -> None:
    made = turn(conn)
    row = conn.execute("select * from programme_years where key = ?", (NEXT,)).fetchone()
    assert (row["state"], row["doc_no"], row["target_trainees"]) == ("planned", None, 2_000)
    assert (row["contact_form_due"], row["selection_due"]) == ("2022-10-30", "2022-12-31")
    for table in ("institution_years", "institution_tracks", "assessment_indicators"):
        counts = [
            conn.execute(f"select count(*) from {table} where year = ?", (year,)).fetchone()[0]
            for year in (YEAR, NEXT)
        ]
        assert counts[0] == counts[1], table
    assert queries.year_of(conn) == YEAR  # nobody meets the new year before it opens
    assert "  selection_due: 2022-12-31" in made.lines()


def test_a_dry_run_writes_nothing_and_a_second_turn_is_refused(conn: sqlite3.Connection) -> None:
    before = conn.total_changes
    assert len(turn(conn, commit=False).members) == 22
    assert conn.total_changes == before
    turn(conn)
    with pytest.raises(Refused, match="已经建立"):
        turn(conn)


@pytest.mark.parametrize("year", ["2022-2024", "2022", "2025-2026", "２０２２-２０２３"])
def test_a_year_that_does_not_follow_is_refused(conn: sqlite3.Connection, year: str) -> None:
    with pytest.raises(Refused):
        turn(conn, year)


def test_an_addition_needs_a_source_and_an_absence_gets_no_reason(conn: sqlite3.Connection) -> None:
    conn.execute(
        "insert into institutions (slug, seq, name_zh, name_en, kind, named_in)"
        " values ('lzu', 99, '示例大学', 'Example', 'university', 'x')"
    )
    for listed in ({"pku": "", "lzu": ""}, {"nowhere": "函"}):
        with pytest.raises(Refused):
            turn(conn, listed=listed)
    made = turn(conn, listed={"pku": "", "lzu": "函〔2022〕1号"})
    assert len(made.dropped) == 21
    assert conn.execute("select count(*) from suspensions").fetchone()[0] == 0
    rows = conn.execute(
        "select institution, status, selection_basis from institution_years where year = ?", (NEXT,)
    )
    assert sorted(map(tuple, rows)) == [
        ("lzu", "active", "函〔2022〕1号"), ("pku", "active", "第三方评估考核和公开遴选"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("day", "later"), [(None, None), ("2024-02-29", "2025-02-28"), ("2021-12-31", "2022-12-31")]
)
def test_dates_move_by_a_year(day: str | None, later: str | None) -> None:
    assert new_year._later(day) == later


def test_a_list_is_read_from_csv(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("institution,source\npku,\nzju,函\n", encoding="utf-8-sig")
    assert new_year.read_list(path) == {"pku": "", "zju": "函"}
    for text in ("slug\npku\n", "institution,source\npku,\npku,\n", ""):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(Refused):
            new_year.read_list(path)


def test_every_check_runs_on_a_planned_year(world: World, conn: sqlite3.Connection) -> None:
    turn(conn)
    found = queries.report(world.db, queries.checks(QUERIES), NEXT)
    assert len(found.outcomes) == len(queries.checks(QUERIES))
    assert all(outcome.rows for outcome in found.outcomes if outcome.query.judged)


def test_a_planned_year_is_the_offices_alone(conn: sqlite3.Connection) -> None:
    turn(conn)
    assert [one.key for one in years.known(conn, office=False)] == [YEAR]
    assert years.known(conn, office=True)[0] == years.Year(NEXT, is_planned=True)
    assert queries.year_of(conn, NEXT) == NEXT
    with pytest.raises(queries.UnknownYear):
        queries.year_of(conn, NEXT, office=False)
    deadlines = ("check_contacts", "check_contact_forms", "check_selection_deadline")
    judged = [ask(conn, name, year=NEXT)[0]["status"] for name in deadlines]
    assert judged == ["not_applicable"] * 3
    conn.execute("update programme_years set state = 'open' where key = ?", (NEXT,))
    assert queries.year_of(conn, NEXT, office=False) == NEXT


def test_no_scope_file_says_who_trains_before_the_year_opens(
    world: World, conn: sqlite3.Connection
) -> None:
    turn(conn)
    for state, seen in (("planned", {YEAR}), ("open", {YEAR, NEXT})):
        conn.execute("update programme_years set state = ? where key = ?", (state, NEXT))
        for scope in (TSINGHUA, BEIJING):
            with closing(opened(world, scope)) as file:
                for table in ("institution_years", "institution_tracks"):
                    rows = file.execute(f"select distinct year from {table}")
                    assert {row["year"] for row in rows} == seen, (scope, table)
