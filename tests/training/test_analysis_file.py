"""No small group can be singled out in the analysts' file, by whatever question."""

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import chain, combinations
from pathlib import Path

import pytest
from training import projections, queries, scopes
from training.database import connect, transaction

from tests.conftest import YEAR, World
from tests.demo_world import demo_folder
from tests.scope_world import ANALYSIS, add_person, bytes_of, opened
from tests.worlds import add_people, ask

LEAST = 5
#: Every column of each table of people: each of them may tell who somebody is.
PEOPLE = {
    "people_by_institution": (
        "year", "stage", "manufacturing", "kind", "institution", "track",
    ),
    "people_by_place": (
        "year", "stage", "manufacturing", "kind", "region", "province", "sex", "age_band",
    ),
    "people_by_profile": (
        "year", "stage", "manufacturing", "kind", "section", "sex", "age_band", "srdi_level",
        "origin",
    ),
}  # fmt: skip
SHARED = PEOPLE["people_by_institution"][:4]


def smallest(conn: sqlite3.Connection, table: str, columns: tuple[str, ...]) -> int:
    """The size of the smallest group that these columns can single out."""
    by = f"group by {', '.join(columns)}" if columns else "having count(*) > 0"
    found = conn.execute(f"select min(n) from (select count(*) as n from {table} {by})").fetchone()[
        0
    ]
    return int(found) if found is not None else LEAST


def combos(columns: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    return chain.from_iterable(combinations(columns, n) for n in range(len(columns) + 1))


def crowd(conn: sqlite3.Connection, count: int, seed: int) -> None:
    """Many people who differ in everything, most of their groups being tiny."""
    dice = random.Random(seed)
    ids = add_people(conn, count, state="submitted")
    with transaction(conn):
        for number in ids:
            values = {
                "institution": dice.choice(["tsinghua", "pku", "zju"]),
                "track": dice.choice(["regional_development", "thematic"]),
                "province": dice.choice(["110000", "330000", "330200", "650000"]),
                "sex": dice.choice(["male", "female", None]),
                "age_at_selection": dice.choice([None, 30, 40, 50, 60]),
                "kind": dice.choice(["growth_backbone", "startup_micro_small"]),
                "industry_code": dice.choice([None, "34", "65", "C"]),
                "srdi_level": dice.choice([None, "none", "little_giant"]),
            }
            sets = ", ".join(f"{column} = ?" for column in values)
            conn.execute(f"update trainees set {sets} where id = ?", (*values.values(), number))
            if dice.random() < 0.4:
                conn.execute("update trainees set state = 'approved' where id = ?", (number,))
                if dice.random() < 0.5:
                    conn.execute("update trainees set state = 'enrolled' where id = ?", (number,))


@pytest.mark.parametrize(
    ("count", "seed"), [(1, 0), (4, 1), (5, 2), (9, 3), (23, 4), (60, 5), (200, 6)]
)
def test_every_combination_of_columns_is_nobody_or_five(
    world: World, conn: sqlite3.Connection, count: int, seed: int
) -> None:
    crowd(conn, count, seed)
    with closing(opened(world, ANALYSIS)) as file:
        for table, columns in PEOPLE.items():
            total = file.execute(f"select count(*) from {table}").fetchone()[0]
            assert total == (count if count >= LEAST else 0)
            for chosen in combos(columns):
                assert smallest(file, table, chosen) >= LEAST, (table, chosen)


def test_what_is_withheld_within_a_shared_group_is_nobody_or_five(
    world: World, conn: sqlite3.Connection
) -> None:
    """The difference between a group and its divisions is no small group either."""
    crowd(conn, 150, 11)
    group = ", ".join(SHARED)
    with closing(opened(world, ANALYSIS)) as file:
        sizes = {
            table: file.execute(
                f"select {group}, count(*) from {table} group by {group}"
            ).fetchall()
            for table in PEOPLE
        }
        assert sizes["people_by_institution"] == sizes["people_by_place"]
        assert sizes["people_by_institution"] == sizes["people_by_profile"]
        for table, columns in PEOPLE.items():
            first = "institution" if "institution" in columns else columns[4]
            left = file.execute(
                f"select count(*) from {table} where {first} is null group by {group}"
            ).fetchall()
            assert all(row[0] >= LEAST for row in left)


def test_the_demonstration_keeps_the_rule_and_most_of_the_detail(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    target = tmp_path / "analysis.db"
    projections.refresh(demo_folder(tmp_path_factory) / "training.db", "analysis", target)
    with closing(connect(target, read_only=True)) as file:
        for table, columns in PEOPLE.items():
            for chosen in combos(columns):
                assert smallest(file, table, chosen) >= LEAST, (table, chosen)
            first = "institution" if "institution" in columns else columns[5]
            told = file.execute(f"select avg({first} is not null) from {table}").fetchone()[0]
            assert told > 0.75, table


def test_one_person_with_many_rows_is_one_person(world: World, conn: sqlite3.Connection) -> None:
    """Five rejected rows of one person are no crowd to hide in."""
    for number in add_people(conn, 5, state="rejected"):
        conn.execute("update trainees set person_key = ? where id = ?", ("a" * 32, number))
    with closing(opened(world, ANALYSIS)) as file:
        assert file.execute("select count(*) from people_by_place").fetchone()[0] == 0


def test_a_lone_feature_is_not_told(world: World, conn: sqlite3.Connection) -> None:
    add_people(conn, 9, sex="male", province="110000")
    add_people(conn, 1, sex="female", province="650000")
    with closing(opened(world, ANALYSIS)) as file:
        told = {
            tuple(row) for row in file.execute("select distinct province, sex from people_by_place")
        }
    assert told == {(None, None)} or told == {("110000", "male"), (None, None)}
    assert not any("650000" in row or "female" in row for row in told)


def test_nothing_that_names_somebody_is_in_the_bytes(
    world: World, conn: sqlite3.Connection
) -> None:
    for _ in range(8):
        number = add_person(
            conn, age_at_selection=43, founded_on="2011-03-07", uscc="91119999CANARY0000"
        )
    scopes.refresh(world.db, ANALYSIS)
    found = bytes_of(ANALYSIS.path(world.db)).decode(errors="replace")
    for mark in (
        "号",
        "canary",
        "CANARY",
        "119***",
        "138****",
        "2011-03",
        f"{number:032x}",
        "示例",
    ):
        assert mark not in found
    with closing(opened(world, ANALYSIS)) as file:
        assert file.execute("select count(*) from people_by_profile").fetchone()[0] == 8


def test_a_row_number_says_no_more_than_the_row(world: World, conn: sqlite3.Connection) -> None:
    crowd(conn, 80, 21)
    with closing(opened(world, ANALYSIS)) as file:
        for table, columns in PEOPLE.items():
            rows = [
                tuple(r)
                for r in file.execute(f"select {', '.join(columns)} from {table} order by id")
            ]
            assert rows == sorted(rows, key=lambda row: [(v is not None, v or "") for v in row])


def test_the_figures_of_the_year_are_those_of_the_record(
    world: World, conn: sqlite3.Connection
) -> None:
    add_people(conn, 12, industry_code="34")
    add_people(conn, 7, industry_code="65")
    add_people(conn, 6, industry_code=None)
    add_people(conn, 5, state="submitted")
    headcount = ask(conn, "quota_headcount")[0]["numerator"]
    share = ask(conn, "quota_manufacturing_share")[0]
    with closing(opened(world, ANALYSIS)) as file:
        year = file.execute("select * from headcount_by_year where year = ?", (YEAR,)).fetchone()
        made = file.execute("select * from manufacturing_by_year").fetchone()
        institution = file.execute("select * from manufacturing_by_institution").fetchone()
    assert (year["trained"], year["withheld"]) == (headcount, 0)
    assert (made["manufacturing"], made["trained"], made["unknown"]) == (
        share["numerator"], share["denominator"], share["unknown"],
    )  # fmt: skip
    assert (made["value"], made["upper_value"]) == (share["value"], share["upper_value"])
    assert (institution["institution"], institution["trained"]) == ("tsinghua", 25)


@pytest.mark.parametrize("scope", ["institution", "province", "analysis"])
def test_the_queries_of_a_scope_are_named_by_what_they_show(scope: str) -> None:
    names = set(queries.load(database=scope))
    assert names
    assert all(name.startswith(("report_", "quota_", "find_")) for name in names)
