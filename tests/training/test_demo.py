"""The demonstration: people who can't exist, legal histories, a year where one approval shows."""

import csv
import shutil
import sqlite3
import stat
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from training import accounts, credit_codes, demo, identity, identity_numbers, passwords, queries
from training.database import connect

from tests.conftest import World
from tests.demo_world import demo_folder, make_demo
from tests.worlds import QUERIES, YEAR, add_people, ask, statuses, verdict

THIS, LAST, NEXT = "2021-2022", "2020-2021", "2022-2023"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return demo_folder(tmp_path_factory)


@pytest.fixture(scope="module")
def record(folder: Path) -> Iterator[sqlite3.Connection]:
    conn = connect(folder / "training.db", read_only=True)
    yield conn
    conn.close()


def counts(conn: sqlite3.Connection, sql: str, *values: object) -> dict[str, int]:
    return dict(conn.execute(sql, values).fetchall())


def test_two_years_over_every_authority_and_institution(record: sqlite3.Connection) -> None:
    assert counts(record, "select year, count(*) from trainees group by year") == {
        THIS: 2150, LAST: 1852,
    }  # fmt: skip
    places = record.execute(
        "select count(distinct province), count(distinct institution),"
        " count(distinct institution) filter (where s.is_active) from trainees as t"
        " join trainee_states as s on s.code = t.state where year = ?",
        (THIS,),
    ).fetchone()
    # Tsinghua's clerk has sent nothing yet: whoever tries the demonstration sends her first roster.
    assert tuple(places) == (37, 22, 21)
    named = counts(record, "select year, sum(ranked) from institution_years group by year")
    assert named == {THIS: 21, LAST: 22, NEXT: 21}


def test_a_planned_year_disturbs_nobody(folder: Path, record: sqlite3.Connection) -> None:
    planned = "select key, state from programme_years where key = ?"
    assert counts(record, planned, NEXT) == {NEXT: "planned"}
    assert queries.year_of(record) == THIS
    with closing(connect(folder / "public.db", read_only=True)) as public:
        assert {row[0] for row in public.execute("select key from years")} == {THIS, LAST}


def test_batches_are_in_every_state(record: sqlite3.Connection) -> None:
    found = counts(record, "select status, count(*) from roster_batches group by status")
    assert set(found) == {"submitted", "recorded", "approved", "returned", "undone"}
    states = "select state, count(*) from trainees where year = ? group by state"
    assert counts(record, states, THIS) == {
        "approved": 14, "certified": 148, "completed": 14, "enrolled": 1830, "nominated": 8,
        "not_completed": 6, "rejected": 12, "returned": 18, "submitted": 88, "withdrawn": 12,
    }  # fmt: skip
    mismatched = record.execute(
        "select b.id from roster_batches as b"
        " left join trainees as t on t.first_batch_id = b.id"
        " group by b.id having count(t.id) <> b.new"
    ).fetchall()
    assert mismatched == []


def test_nobody_exists_and_everybody_passes_the_rules(
    record: sqlite3.Connection, folder: Path
) -> None:
    keys = identity.load_keys(folder / "training.db")
    sealer = identity.Sealer(keys)
    numbers = set()
    for row in record.execute(
        "select t.*, s.key_version, s.sealed from trainees as t"
        " join sealed_identities as s on s.trainee_id = t.id"
    ):
        number, mobile = sealer.open(row["person_key"], row["key_version"], row["sealed"]).split()
        on = date(int(row["year"][:4]), 12, 31)
        found = identity_numbers.identity_number(number, "resident", on)
        assert found[:2] == (number, row["age_at_selection"])
        assert [fault.code for fault in found[3]] == ["id-county"]
        assert (number[2:6], number[14:17], mobile[:7]) == ("9999", "999", "1380000")
        assert identity.person_key(keys, "resident", number) == row["person_key"]
        assert (row["id_masked"][:3], row["mobile_masked"][-4:]) == (number[:3], mobile[-4:])
        assert credit_codes.is_credit_code(row["uscc"])
        assert row["uscc"][4:8] == "9999"
        assert row["enterprise_name"].startswith("示例")
        numbers |= {number, mobile}
    assert len(numbers) == 2 * (2150 + 1852)


def test_names_of_every_kind(record: sqlite3.Connection) -> None:
    names = [row[0] for row in record.execute("select name from trainees where year = ?", (THIS,))]
    lengths = Counter(map(len, names))
    assert lengths[2] > 200
    assert lengths[3] > 1000
    assert any("·" in name for name in names)
    assert any(char in name for name in names for char in "䶮㛃")


def test_the_checks_of_this_year_are_mixed(record: sqlite3.Connection) -> None:
    outcomes = [
        queries.Outcome(query, queries.run(record, query, year=THIS))
        for query in queries.checks(QUERIES)
    ]
    assert {outcome.query.name: outcome.status for outcome in outcomes if outcome.query.judged} == {
        "quota_headcount": "undetermined",
        "quota_manufacturing_share": "undetermined",
        "quota_kind_split": "pass",
        "check_kind_vs_size": "undetermined",
        "check_management_position": "undetermined",
        "quota_little_giant_share": "not_applicable",
        "check_enterprise_concentration": "undetermined",
        "check_cohort_period": "undetermined",
        "check_contacts": "fail",
        "check_contact_forms": "fail",
        "check_selection_deadline": "fail",
        "check_assessment_coverage": "pass",
        "check_bottom_two": "undetermined",
        "check_suspended_active": "not_applicable",
        "check_certificates": "pass",
        "quota_completion_rate": "not_applicable",
        "check_training_plans": "pass",
        "check_retraining": "pass",
        "check_funds": "fail",
        "check_commissioned_trainings": "fail",
        "check_cross_region_exchange": "undetermined",
        "check_duplicate_persons": "pass",
        "check_audit_backlog": "undetermined",
        "check_province_coverage": "undetermined",
        "check_track_origin": "pass",
        "check_identity_quality": "undetermined",
        "check_retention": "pass",
        "check_trainee_history": "pass",
    }
    assert verdict(record, "quota_headcount")[0] == 1992
    share = ask(record, "quota_manufacturing_share")[0]
    assert (share["numerator"], share["denominator"], share["unknown"]) == (595, 1992, 5)


def test_three_tie_above_the_lowest(record: sqlite3.Connection) -> None:
    assert list(statuses(record, "check_bottom_two").values()) == [
        "undetermined", "bottom_two", *["tie_decision_required"] * 3,
    ]  # fmt: skip
    scores = record.execute(
        "select count(distinct (select group_concat(score_hundredths) from assessment_scores"
        " where assessment_id = t.assessment_id)) from assessment_totals as t"
        " where t.year = ? and t.total = 780 * 1000",
        (THIS,),
    ).fetchone()
    assert scores[0] == 3  # the totals tie, the scores behind them do not


def test_last_year_ended_well(record: sqlite3.Connection) -> None:
    row = ask(record, "quota_headcount", year=LAST)[0]
    assert (row["status"], row["numerator"], row["threshold"]) == ("pass", 1822, 1800)
    assert ask(record, "check_certificates", year=LAST)[0]["denominator"] == 1822
    assert ask(record, "check_assessment_coverage", year=LAST)[0]["status"] == "pass"
    # Nobody who is not named in the year after is said to have been eliminated.
    assert record.execute("select count(*) from suspensions").fetchone()[0] == 0


def test_a_second_time_adds_nothing(folder: Path, tmp_path: Path) -> None:
    again = tmp_path / "again"
    shutil.copytree(folder, again)
    with closing(connect(again / "training.db")) as conn:
        before = dump(conn)
        lines = list(demo.make(again / "training.db"))
        assert dump(conn) == before
    assert [line.split(":")[0] for line in lines] == ["demo", "accounts"]


def test_the_same_rows_each_time(folder: Path, tmp_path: Path) -> None:
    for keys in folder.glob("*.keys"):
        shutil.copy2(keys, tmp_path / keys.name)
    make_demo(tmp_path)
    with (
        closing(connect(folder / "training.db")) as first,
        closing(connect(tmp_path / "training.db")) as second,
    ):
        assert dump(first) == dump(second)
    for file in sorted((folder / "demo-rosters").iterdir()):
        assert (tmp_path / "demo-rosters" / file.name).read_bytes() == file.read_bytes()


def dump(conn: sqlite3.Connection) -> dict[str, list[tuple[object, ...]]]:
    """All rows of the record but seals and the moments at which history was written."""
    tables = conn.execute("select name from sqlite_master where type = 'table'").fetchall()
    kept = [
        row["name"]
        for row in tables
        # The hashes of a release's files and of the audit log tell the moment.
        if row["name"]
        not in ("sealed_identities", "scope_log", "certificate_keys", "release_files")
        and not row["name"].startswith("audit_")
        and not row["name"].startswith(("_", "sqlite_"))
    ]
    return {
        table: [_still(row) for row in conn.execute(f"select * from {table}")] for table in kept
    }


def _still(row: sqlite3.Row) -> tuple[object, ...]:
    moments = ("at", "prepared_at", "confirmed_at")
    return tuple(row[key] for key in row.keys() if key not in moments)  # noqa: SIM118


def test_a_record_with_people_of_its_own_stays_as_it_is(world: World) -> None:
    with closing(world.connect()) as conn:
        add_people(conn)
    with pytest.raises(demo.NotEmpty):
        list(demo.make(world.db))
    with closing(world.connect()) as conn:
        assert conn.execute("select count(*) from trainees").fetchone()[0] == 1
        assert conn.execute("select count(*) from programme_years").fetchone()[0] == 1


def test_one_account_per_role(folder: Path) -> None:
    path = folder / "demo-accounts.csv"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with path.open(encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file))
    assert {row["role"] for row in found} == set(accounts.ROLES)
    scopes = {row["username"]: row["scope"] for row in found if row["scope"]}
    assert scopes == {
        "tsinghua": "tsinghua", "talent-exchange": "miit-talent-exchange", "yunnan": "530000",
    }  # fmt: skip
    with closing(accounts.open(accounts.beside(folder / "training.db"))) as conn:
        for row in found:
            account = accounts.find(conn, row["username"])
            assert account
            assert not account.must_change_password
            assert passwords.fault(row["password"], row["username"]) is None
            stored = conn.execute(
                "select password_hash from accounts where username = ?", (row["username"],)
            ).fetchone()[0]
            assert passwords.verify(row["password"], stored)
    assert YEAR == THIS
