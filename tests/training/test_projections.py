"""A scope file holds what its owner may see and nothing else, column by column and row by row."""

import re
import sqlite3
import stat
from contextlib import closing

import pytest
from training import projections, scopes
from training.scopes import Scope

from tests.conftest import YEAR, World
from tests.scope_world import (
    ANALYSIS,
    BEIJING,
    PKU,
    PLACES,
    TSINGHUA,
    ZHEJIANG,
    add_person,
    bytes_of,
    opened,
    people_in,
    settle,
)
from tests.training import scope_columns
from tests.worlds import add_batch, add_class, assess, certify, insert, lift_laws_of_assessment

#: What a row of each place may never hold, whoever it is about.
NEVER = ("person_key", "mobile_key", "sealed", "key_version")


@pytest.mark.parametrize("scope", [TSINGHUA, ZHEJIANG, ANALYSIS], ids=lambda one: one.audience)
def test_a_file_has_the_listed_columns_and_no_others(world: World, scope: Scope) -> None:
    with closing(opened(world, scope)) as conn:
        found = {
            name: " ".join(column["name"] for column in conn.execute(f"pragma table_info({name})"))
            for (name,) in conn.execute("select name from sqlite_master where type <> 'index'")
        }
    assert found == getattr(scope_columns, scope.audience.upper())
    assert not [c for columns in found.values() for c in columns.split() if c in NEVER]


def test_who_is_in_which_file(world: World, conn: sqlite3.Connection) -> None:
    people = settle(conn)
    ids = {place.name: people_in(world, place) for place in PLACES}
    assert ids == {
        "institution-tsinghua": {n for who, n in people.items() if who.startswith("tsinghua")},
        "institution-pku": {people["pku-zhejiang-zhejiang"]},
        "province-110000": {people["tsinghua-beijing"], people["tsinghua-beijing-zhejiang"]},
        "province-330000": set(people.values()) - {people["tsinghua-beijing"]},
    }


@pytest.mark.parametrize("place", PLACES, ids=lambda one: one.name)
def test_nothing_of_anybody_else_is_in_the_bytes(
    world: World, conn: sqlite3.Connection, place: Scope
) -> None:
    people = set(settle(conn).values())
    scopes.refresh(world.db, place)
    found = bytes_of(place.path(world.db)).decode(errors="replace")
    own = people_in(world, place)
    assert own < people
    for number in people - own:
        for mark in (f"学员{number}号", f"企业{number}号", f"职务{number}号", f"canary{number}@"):
            assert mark not in found
    assert f"{next(iter(own)):032x}" not in found, "the hash of an identity number"


def test_of_a_person_it_did_not_recommend_an_authority_reads_little(
    world: World, conn: sqlite3.Connection
) -> None:
    people = settle(conn)
    conn.execute("update trainees set age_at_selection = 41, employees = 9, sex = 'female'")
    with closing(opened(world, ZHEJIANG)) as file:
        rows = {row["id"]: dict(row) for row in file.execute("select * from trainees")}
        told = {row[0] for row in file.execute("select trainee_id from trainee_events")}
    stranger, own = rows[people["tsinghua-zhejiang"]], rows[people["tsinghua-beijing-zhejiang"]]
    assert (stranger["relation"], own["relation"]) == ("registered", "recommended")
    assert rows[people["pku-zhejiang-zhejiang"]]["relation"] == "both"
    hidden = {column for column in own if own[column] is not None and stranger[column] is None}
    assert hidden == {
        "recommending_authority", "sex", "age_at_selection", "email", "main_business", "employees",
        "note", "selected_at",
    }  # fmt: skip
    assert stranger["id_masked"].startswith("119***")
    assert told == {people["tsinghua-beijing-zhejiang"], people["pku-zhejiang-zhejiang"]}


def test_batches_faults_and_changes_are_the_senders_alone(
    world: World, conn: sqlite3.Connection
) -> None:
    people = settle(conn)
    own = add_batch(conn, file_name="清华.csv")
    foreign = add_batch(conn, institution=None, province="330000", file_name="浙江.csv")
    for batch in (own, foreign):
        insert(conn, "batch_problems", batch_id=batch, row=2, code="x", severity="error")
        for person in (people["tsinghua-beijing"], people["pku-zhejiang-zhejiang"]):
            insert(conn, "batch_changes", batch_id=batch, trainee_id=person, row=2,
                   column="position", old=f"{batch}旧", new=f"{batch}新")  # fmt: skip
    conn.execute("update trainees set batch_id = ?, batch_row = 7", (foreign,))
    with closing(opened(world, TSINGHUA)) as file:
        assert [row["file_name"] for row in file.execute("select * from roster_batches")] == [
            "清华.csv"
        ]
        assert [tuple(r) for r in file.execute("select batch_id, batch_row from trainees")] == [
            (None, None)
        ] * 3
        changed = file.execute("select batch_id, trainee_id from batch_changes").fetchall()
        assert [tuple(row) for row in changed] == [(own, people["tsinghua-beijing"])]
        assert file.execute("select count(*) from batch_problems").fetchone()[0] == 1
    assert "浙江.csv" not in bytes_of(TSINGHUA.path(world.db)).decode(errors="replace")
    with closing(opened(world, ZHEJIANG)) as file:
        assert {row[0] for row in file.execute("select batch_row from trainees")} == {7}
        assert {row[0] for row in file.execute("select batch_id from batch_changes")} == {foreign}


def test_papers_go_to_those_they_concern(world: World, conn: sqlite3.Connection) -> None:
    mine, theirs = add_class(conn), add_class(conn, institution="pku", name="别班")
    done = add_person(conn, state="completed", cohort_id=mine)
    other = add_person(conn, state="completed", institution="pku", cohort_id=theirs)
    certify(conn, done, "LJRC-1")
    certify(conn, other, "LJRC-2")
    for slug in ("tsinghua", "pku"):
        insert(conn, "training_plans", year=YEAR, institution=slug, version=1, status="draft")
    insert(conn, "commissioned_trainings", year=YEAR, province="330000", institution="pku",
           mode="joint", title="联合班")  # fmt: skip
    insert(conn, "province_contacts", province="330000", role="liaison", name="联络员浙",
           valid_from="2021-10-30")  # fmt: skip
    insert(conn, "contact_forms", year=YEAR, province="110000",
           received_at="2021-10-30T09:00:00+08:00")  # fmt: skip

    def texts(place: Scope, sql: str) -> list[str]:
        with closing(opened(world, place)) as file:
            return [row[0] for row in file.execute(sql)]

    assert texts(TSINGHUA, "select number from certificates") == ["LJRC-1"]
    assert texts(TSINGHUA, "select name from cohorts") == ["示例班"]
    assert texts(TSINGHUA, "select id from training_plans") == [1]
    assert texts(TSINGHUA, "select title from commissioned_trainings") == []
    assert texts(PKU, "select title from commissioned_trainings") == ["联合班"]
    assert texts(ZHEJIANG, "select name from province_contacts") == ["联络员浙"]
    assert texts(BEIJING, "select name from province_contacts") == []
    assert texts(BEIJING, "select year from contact_forms") == [YEAR]
    assert texts(ZHEJIANG, "select year from contact_forms") == []


def test_how_an_institution_stands_is_told_to_nobody_before_it_is_published(
    world: World, conn: sqlite3.Connection
) -> None:
    assess(conn, {"tsinghua": 1234, "pku": 4321})
    conn.execute("update institution_years set status = 'bottom_two_provisional'")
    lift_laws_of_assessment(conn)
    conn.execute(
        "insert into suspensions values (?, 'tsinghua', ?, 'office', '2021-11-01', '暂停函', null)",
        (YEAR, YEAR),
    )
    for place in PLACES:
        with closing(opened(world, place)) as file:
            states = {row[0] for row in file.execute("select status from institution_years")}
            assert states == {"active"}
        found = bytes_of(place.path(world.db))
        assert not re.search(rb"bottom_two|1234|4321", found)
        assert "暂停函".encode() not in found
    conn.execute("update suspensions set published_at = '2021-11-02'")
    with closing(opened(world, TSINGHUA)) as file:
        assert [row[0] for row in file.execute("select document from suspensions")] == ["暂停函"]
        assert [row[0] for row in file.execute("select status from institution_years")] == [
            "suspended"
        ]
    with closing(opened(world, PKU)) as file:
        assert file.execute("select count(*) from suspensions").fetchone()[0] == 0


def test_foreign_keys_hold_and_lead_to_a_name(world: World, conn: sqlite3.Connection) -> None:
    add_class(conn)
    settle(conn)
    for place in PLACES:
        with closing(opened(world, place)) as file:
            assert file.execute("pragma foreign_key_check").fetchall() == []
            keys = {row["from"]: row["table"] for row in
                    file.execute("pragma foreign_key_list(trainees)")}  # fmt: skip
        assert {"state", "track", "province", "industry_code", "kind", "origin"} <= set(keys)


def test_the_files_are_their_owners_alone(world: World) -> None:
    scopes.refresh(world.db, TSINGHUA)
    path = TSINGHUA.path(world.db)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_who_moves_away_is_gone_from_the_bytes_too(world: World, conn: sqlite3.Connection) -> None:
    number = add_person(conn, state="submitted")
    add_person(conn)
    assert number in people_in(world, TSINGHUA)
    conn.execute("update trainees set institution = 'pku' where id = ?", (number,))
    assert number not in people_in(world, TSINGHUA)
    assert number in people_in(world, PKU)
    scopes.refresh(world.db, TSINGHUA)
    assert f"学员{number}号".encode() not in bytes_of(TSINGHUA.path(world.db))


def test_a_refresh_keeps_the_layout_that_others_have_read(
    world: World, conn: sqlite3.Connection
) -> None:
    with closing(opened(world, TSINGHUA)) as file:
        before = file.execute("pragma schema_version").fetchone()[0]
        add_person(conn)
        assert scopes.refresh(world.db, TSINGHUA)
        assert file.execute("pragma schema_version").fetchone()[0] == before
        assert file.execute("select count(*) from trainees").fetchone()[0] == 1


def test_a_file_of_an_older_layout_is_made_from_nothing(world: World) -> None:
    scopes.refresh(world.db, TSINGHUA)
    path = TSINGHUA.path(world.db)
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("create table left_behind (secret text)")
        file.execute("update edition set layout = 'older'")
    assert scopes.refresh(world.db, TSINGHUA)
    with closing(sqlite3.connect(path)) as file:
        assert not file.execute("select 1 from sqlite_master where name = 'left_behind'").fetchall()


def test_a_failed_refresh_leaves_the_old_file(
    world: World, conn: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_person(conn)
    assert len(people_in(world, TSINGHUA)) == 1
    add_person(conn)
    script = projections._script("institution") + "\ninsert into nowhere values (1);\n"
    monkeypatch.setattr(projections, "_script", lambda audience: script)
    with pytest.raises(sqlite3.OperationalError, match="nowhere"):
        scopes.refresh(world.db, TSINGHUA)
    with closing(sqlite3.connect(TSINGHUA.path(world.db))) as file:
        assert file.execute("select count(*) from trainees").fetchone()[0] == 1
    assert not scopes.is_fresh(world.db, TSINGHUA)
