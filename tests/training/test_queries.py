"""The quotas of the notice, each at its boundary; the rules are in test_queries_checks.py."""

import sqlite3
from pathlib import Path

import pytest
from training import queries
from training.database import connect

from tests.conftest import World
from tests.worlds import (
    QUERIES,
    YEAR,
    add_people,
    ask,
    insert,
    set_year,
    statuses,
    verdict,
)

CHECKS = [query.name for query in queries.checks(QUERIES)]


# ---- running ----------------------------------------------------------------------------------


def test_checks_come_in_the_order_of_their_numbers() -> None:
    numbers = [query.check for query in queries.checks(QUERIES)]
    assert numbers == sorted(numbers)
    assert {"Q01", "Q02", "Q03", "Q11", "Q12", "Q13", "Q14", "Q16", "Q23", "Q25"} <= set(numbers)


@pytest.mark.parametrize("name", CHECKS)
def test_every_check_begins_with_the_standard_columns(conn: sqlite3.Connection, name: str) -> None:
    rows = ask(conn, name)
    assert tuple(rows[0])[: len(queries.STANDARD)] == queries.STANDARD
    assert {row["check_id"] for row in rows} == {QUERIES[name].check}
    assert all(row["label"].count(" | ") == 1 for row in rows)


@pytest.mark.parametrize("name", [name for name in QUERIES if "year" in QUERIES[name].params])
def test_a_blank_year_is_the_newest_open_one_and_an_unknown_one_is_nothing(
    conn: sqlite3.Connection, name: str
) -> None:
    for key, state in (("2022-2023", "closed"), ("2023-2024", "planned")):
        insert(
            conn, "programme_years", key=key, name_zh=key, name_en=key, state=state,
            target_trainees=1, suspended_count=1,
        )  # fmt: skip
    add_people(conn, state="certified")
    scope = {"_actor_institution": "tsinghua", "_actor_province": None}
    asked = [_timeless(ask(conn, name, year=year, **scope)) for year in ("", None, YEAR)]
    assert asked[0] == asked[1] == asked[2]
    assert ask(conn, name, year="1999-2000", **scope) == []


def _timeless(rows: list[queries.Row]) -> list[queries.Row]:
    return [{key: value for key, value in row.items() if key != "as_of"} for row in rows]


def test_without_an_open_year_the_newest_closed_one_is_meant(conn: sqlite3.Connection) -> None:
    set_year(conn, state="closed")
    assert queries.year_of(conn) == YEAR
    set_year(conn, state="planned")
    with pytest.raises(queries.UnknownYear):
        queries.year_of(conn)
    with pytest.raises(queries.UnknownYear):
        queries.year_of(conn, "1999-2000")


def test_a_query_that_is_not_there_has_a_name_for_it(conn: sqlite3.Connection) -> None:
    with pytest.raises(queries.UnknownQuery, match="quota_nothing"):
        queries.run_named(conn, QUERIES, "quota_nothing")


def test_a_report_is_read_only_and_knows_whether_anything_fails(world: World) -> None:
    chosen = [QUERIES["check_contacts"], QUERIES["quota_manufacturing_by_institution"]]
    report = queries.report(world.db, chosen)
    assert report.failed
    assert [outcome.status for outcome in report.outcomes] == ["fail", "not_applicable"]
    found = report.as_json()
    assert found["year"] == YEAR
    assert found["checks"][0]["title"] == {"zh": "联系人齐备", "en": "Contacts complete"}
    assert found["checks"][0]["rows"][0]["denominator"] == 37
    with pytest.raises(FileNotFoundError):
        queries.report(Path(world.folder / "none.db"), chosen)


def test_a_query_of_the_configuration_cannot_write_through_a_report(world: World) -> None:
    writes = queries.Query("w", "delete from institution_tracks", "写 | Write", "写 | Write")
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        queries.report(world.db, [writes])
    conn = connect(world.db)
    assert conn.execute("select count(*) from institution_tracks").fetchone()[0] > 0
    conn.close()


@pytest.mark.parametrize(
    ("unit", "row", "text"),
    [
        (None, {"numerator": 1992, "denominator": None, "value": 1992}, "1992"),
        (None, {"numerator": 35, "denominator": 37, "value": 35}, "35 / 37"),
        (None, {"numerator": 1, "denominator": 21, "value": 78.5}, "78.5"),
        ("percent", {"numerator": 599, "denominator": 2000, "value": 29.95}, "599 / 2000 = 29.95%"),
        ("percent", {"numerator": 0, "denominator": 0, "value": None}, "0 / 0"),
        ("percent", {"numerator": 5, "denominator": 5, "value": 100.0}, "5 / 5 = 100%"),
    ],
)
def test_a_figure_in_words(unit: str | None, row: queries.Row, text: str) -> None:
    assert queries.number(queries.Query("q", "", "", "", unit=unit), row) == text


# ---- Q01 headcount ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("people", "state", "status", "shortfall"),
    [
        (4, "open", "undetermined", 1),
        (4, "planned", "undetermined", 1),
        (4, "closed", "fail", 1),
        (5, "open", "pass", 0),
        (6, "closed", "pass", 0),
    ],
)
def test_headcount_at_its_target(
    conn: sqlite3.Connection, people: int, state: str, status: str, shortfall: int
) -> None:
    set_year(conn, target_trainees=5, state=state)
    add_people(conn, people)
    row = ask(conn, "quota_headcount")[0]
    assert (row["value"], row["threshold"]) == (people, 5)
    assert (row["status"], row["shortfall"]) == (status, shortfall)


def test_headcount_tells_approved_trained_and_certified_apart(conn: sqlite3.Connection) -> None:
    for count, state in enumerate(
        ("nominated", "selected", "submitted", "returned", "rejected", "approved", "enrolled",
         "withdrawn", "not_completed", "completed", "certified", "alumni", "revoked"), start=1,
    ):  # fmt: skip
        add_people(conn, count, state=state)
    numbers = {row["scope"]: row["numerator"] for row in ask(conn, "quota_headcount")}
    assert numbers == {
        "active": 7 + 10 + 11 + 12,
        "approved": 6 + 7 + 9 + 10 + 11 + 12,
        "certified": 11 + 12,
    }


def test_a_person_on_two_rows_counts_once(conn: sqlite3.Connection) -> None:
    add_people(conn, state="rejected", person_key="a" * 32, institution="pku")
    add_people(conn, person_key="a" * 32)
    assert verdict(conn, "quota_headcount")[0] == 1
    # The record refuses a second standing row; were it there, it would still be one person.
    conn.execute("drop index trainees_person")
    add_people(conn, person_key="a" * 32, institution="pku", industry_code="52")
    assert verdict(conn, "quota_headcount")[0] == 1
    assert verdict(conn, "quota_manufacturing_share")[:2] == (1, 1)
    assert verdict(conn, "quota_kind_split")[:2] == (1, 1)


def test_people_of_another_year_do_not_count(conn: sqlite3.Connection) -> None:
    insert(
        conn, "programme_years", key="2020-2021", name_zh="x", name_en="x", state="closed",
        target_trainees=1, suspended_count=1,
    )  # fmt: skip
    insert(conn, "institution_years", year="2020-2021", institution="tsinghua", selection_basis="x")
    add_people(conn, 3, year="2020-2021")
    add_people(conn, 2)
    assert verdict(conn, "quota_headcount")[0] == 2
    assert ask(conn, "quota_headcount", year="2020-2021")[0]["numerator"] == 3


# ---- Q02, Q03 manufacturing -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("manufacturing", "unknown", "status", "value"),
    [
        (600, 0, "pass", 30.0),
        (599, 0, "fail", 29.95),  # rounded to one digit this is 30.0 as well
        (599, 1, "undetermined", 29.95),
        (598, 1, "fail", 29.9),
        (600, 1400, "pass", 30.0),
        (0, 600, "undetermined", 0.0),
    ],
)
def test_manufacturing_share_of_two_thousand(
    conn: sqlite3.Connection, manufacturing: int, unknown: int, status: str, value: float
) -> None:
    add_people(conn, manufacturing, industry_code="13")
    add_people(conn, unknown, industry_code=None)
    add_people(conn, 2000 - manufacturing - unknown, industry_code="44")
    row = ask(conn, "quota_manufacturing_share")[0]
    assert (row["numerator"], row["denominator"]) == (manufacturing, 2000)
    assert (row["status"], row["value"], row["unknown"]) == (status, value, unknown)


@pytest.mark.parametrize(
    ("code", "counts"),
    [("12", 0), ("13", 1), ("43", 1), ("44", 0), ("C", 1), ("B", 0), ("01", 0)],
)
def test_what_manufacturing_is(conn: sqlite3.Connection, code: str, counts: int) -> None:
    add_people(conn, industry_code=code)
    row = ask(conn, "quota_manufacturing_share")[0]
    assert (row["numerator"], row["unknown"]) == (counts, 0)


def test_manufacturing_without_people_or_without_a_floor_does_not_apply(
    conn: sqlite3.Connection,
) -> None:
    assert verdict(conn, "quota_manufacturing_share") == (0, 0, "not_applicable")
    add_people(conn, state="approved")
    assert verdict(conn, "quota_manufacturing_share") == (0, 0, "not_applicable")
    add_people(conn)
    set_year(conn, min_manufacturing_percent=None)
    assert verdict(conn, "quota_manufacturing_share") == (1, 1, "not_applicable")


def test_manufacturing_by_institution_informs_and_never_fails(conn: sqlite3.Connection) -> None:
    add_people(conn, 3, institution="tsinghua")
    add_people(conn, 7, institution="tsinghua", industry_code="52")
    add_people(conn, 2, institution="pku")
    add_people(conn, 8, institution="pku", industry_code="52")
    add_people(conn, 2, institution="bit")
    add_people(conn, 7, institution="bit", industry_code="52")
    add_people(conn, 1, institution="bit", industry_code=None)
    found = statuses(conn, "quota_manufacturing_by_institution")
    assert (found.pop("tsinghua"), found.pop("pku"), found.pop("bit")) == (
        "at_or_above", "below", "undetermined",
    )  # fmt: skip
    assert set(found.values()) == {"not_applicable"}
    assert len(found) == 19


def test_a_separately_planned_city_counts_for_itself(conn: sqlite3.Connection) -> None:
    add_people(conn, 3, province="440300")
    add_people(conn, 1, province="440000", industry_code="52")
    found = {row["scope"]: row for row in ask(conn, "quota_manufacturing_by_authority")}
    assert len(found) == 37
    assert (found["440300"]["numerator"], found["440300"]["denominator"]) == (3, 3)
    assert (found["440000"]["numerator"], found["440000"]["denominator"]) == (0, 1)
    assert (found["440300"]["status"], found["440000"]["status"]) == ("at_or_above", "below")


def test_people_of_unknown_industry_are_listed(conn: sqlite3.Connection) -> None:
    (person,) = add_people(conn, industry_code=None)
    add_people(conn, industry_code=None, state="approved")
    add_people(conn, industry_code="52")
    assert [row["id"] for row in ask(conn, "find_unknown_industry")] == [person]


# ---- Q04, Q07 ---------------------------------------------------------------------------------


def test_kinds_add_up(conn: sqlite3.Connection) -> None:
    add_people(conn, 2, state="approved")
    add_people(conn, 1, kind="startup_micro_small")
    add_people(conn, 5, state="submitted")
    rows = ask(conn, "quota_kind_split")
    numbers = {row["scope"]: row["numerator"] for row in rows}
    assert numbers == {
        "with_kind": 3, "growth_backbone": 2, "startup_micro_small": 1, "missing": 0,
    }  # fmt: skip
    assert (rows[0]["denominator"], rows[0]["status"]) == (3, "pass")


def test_little_giants_are_those_of_the_list_and_the_special_topics(
    conn: sqlite3.Connection,
) -> None:
    topic = {"institution": "miit-talent-exchange", "track": "srdi"}
    add_people(conn, uscc="1" * 18, srdi_level="little_giant", **topic)
    add_people(conn, uscc="2" * 18, srdi_level="little_giant", **topic)
    add_people(conn, uscc="1" * 18)
    insert(
        conn, "little_giants", uscc="1" * 18, batch=3, name="示例", year=2021, source="示例",
        valid_until="2021-12-31",
    )  # fmt: skip
    row = ask(conn, "quota_little_giant_share")[0]
    assert (row["numerator"], row["denominator"], row["claimed"]) == (1, 2, 2)
    assert row["status"] == "not_applicable"
    conn.execute("update little_giants set valid_until = '2021-12-30'")
    assert ask(conn, "quota_little_giant_share")[0]["numerator"] == 0


# ---- reports ----------------------------------------------------------------------------------


def test_headcounts_by_place(conn: sqlite3.Connection) -> None:
    add_people(conn, 2, state="submitted", institution="pku", province="440300")
    add_people(conn, 3, state="approved", institution="pku", province="440300")
    add_people(conn, 4, state="certified", institution="pku", province="440300")
    for name, key, place in (
        ("report_headcount_by_institution", "institution", "pku"),
        ("report_headcount_by_authority", "province", "440300"),
    ):
        rows = ask(conn, name)
        row = next(row for row in rows if row[key] == place)
        numbers = tuple(row[word] for word in ("waiting", "approved", "trained", "certified"))
        assert numbers == (2, 7, 4, 4)
        assert sum(row["approved"] for row in rows) == 7
    states = {row["state"]: row["people"] for row in ask(conn, "report_states")}
    assert (states["submitted"], states["approved"], states["certified"]) == (2, 3, 4)
    assert len(states) == 13
