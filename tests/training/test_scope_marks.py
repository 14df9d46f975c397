"""Which scopes a change concerns: the old place and the new one, once an act, whoever wrote."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from training import roster, scope_marks
from training.context import Sender
from training.database import acting, transaction

from tests.conftest import YEAR, World
from tests.people import person, roster_csv
from tests.scope_world import add_person, settle
from tests.worlds import add_batch, add_class, add_people, certify, insert, lift_laws_of_assessment


def entries(conn: sqlite3.Connection) -> dict[str, int]:
    return dict(conn.execute("select scope, count(*) from scope_log group by scope"))


class Marked(dict[str, int]):
    """How many entries each scope got, once the block is over."""


@contextmanager
def marked(conn: sqlite3.Connection) -> Iterator[Marked]:
    before, found = entries(conn), Marked()
    yield found
    found.update(
        {s: n - before.get(s, 0) for s, n in entries(conn).items() if n > before.get(s, 0)}
    )


def test_a_person_who_moves_marks_where_he_was_and_where_he_is(conn: sqlite3.Connection) -> None:
    number = add_person(conn, origin="recommended", recommending_authority="420000")
    with marked(conn) as found:
        conn.execute("update trainees set institution = 'pku' where id = ?", (number,))
    assert set(found) == {
        "institution:tsinghua", "institution:pku", "province:110000", "province:420000", "analysis",
    }  # fmt: skip
    with marked(conn) as found:
        conn.execute("update trainees set province = '330000' where id = ?", (number,))
    assert {"province:110000", "province:330000"} < set(found)
    with marked(conn) as found:
        conn.execute(
            "update trainees set recommending_authority = '440000' where id = ?", (number,)
        )
    assert {"province:420000", "province:440000"} < set(found)


def test_a_person_who_is_erased_marks_where_he_was(conn: sqlite3.Connection) -> None:
    number = add_person(conn)
    conn.execute("drop trigger trainee_events_kept")  # as an erasure does, in its own act
    with marked(conn) as found:
        conn.execute("delete from trainee_events where trainee_id = ?", (number,))
        conn.execute("delete from trainees where id = ?", (number,))
    assert set(found) == {"institution:tsinghua", "province:110000", "analysis"}


CHANGES = {
    "provinces": "update provinces set name_zh = name_zh || '*' where code = '110000'",
    "institutions": "update institutions set name_zh = name_zh || '*' where slug = 'pku'",
    "tracks": "update tracks set name_zh = name_zh || '*'",
    "industries": "update industries set name_zh = name_zh || '*'",
    "trainee_states": "update trainee_states set name_zh = name_zh || '*'",
    "programme_years": "update programme_years set selection_due = '2022-01-31'",
    "institution_years": "delete from institution_years where institution = 'xmu'",
    "institution_tracks": "delete from institution_tracks where institution = 'xmu'",
    "suspensions": "insert into suspensions values"
    f" ('{YEAR}', 'pku', '{YEAR}', 'office', '2021-11-01', '函', '2021-11-02')",
}


@pytest.mark.parametrize("table", CHANGES)
def test_a_change_of_what_every_file_shows_marks_them_all(
    conn: sqlite3.Connection, table: str
) -> None:
    if table == "institution_years":
        conn.execute("delete from institution_tracks where institution = 'xmu'")
    lift_laws_of_assessment(conn)
    with marked(conn) as found:
        conn.execute(CHANGES[table])
    assert "shared" in found


def test_what_no_file_shows_marks_none(conn: sqlite3.Connection) -> None:
    lift_laws_of_assessment(conn)
    with marked(conn) as found:
        conn.execute("update institution_years set status = 'bottom_two_provisional'")
        conn.execute(
            "insert into suspensions values (?, 'pku', ?, 'office', '2021-11-01', '函', null)",
            (YEAR, YEAR),
        )
        conn.execute("update suspensions set document = '二稿'")
    assert found == {}


def test_each_table_of_a_scope_marks_whom_it_concerns(conn: sqlite3.Connection) -> None:
    people = settle(conn)
    mine = add_class(conn)
    conn.execute(
        "update trainees set cohort_id = ? where id = ?", (mine, people["tsinghua-zhejiang"])
    )
    done = add_person(conn, state="completed", province="420000")
    batch, foreign = add_batch(conn), add_batch(conn, institution=None, province="330000")
    paper = {"year": YEAR, "institution": "pku"}
    acts = {
        "cohorts": ("update cohorts set name = '新名'", {"institution:tsinghua", "province:330000"}),
        "enterprises": (
            "update enterprises set little_giant_batch = 3 where uscc = (select uscc from trainees"
            f" where id = {people['tsinghua-zhejiang']})",
            {"institution:tsinghua", "province:330000"},
        ),
        "roster_batches": (
            f"update roster_batches set status = 'approved', decided_by = 'x' where id = {batch}",
            {"institution:tsinghua"},
        ),
        "batch_problems": (
            "insert into batch_problems (batch_id, code, severity)"
            f" values ({foreign}, 'x', 'error')",
            {"province:330000"},
        ),
        "trainee_events": (
            "insert into trainee_events (trainee_id, at, actor, via, from_state, to_state)"
            f" values ({done}, 'x', 'x', 'x', 'completed', 'completed')",
            {"institution:tsinghua", "province:420000"},
        ),
    }  # fmt: skip
    for table, (statement, expected) in acts.items():
        with marked(conn) as found:
            conn.execute(statement)
        assert set(found) - {"analysis"} == expected, table
    with marked(conn) as found:
        certify(conn, done, "LJRC-9")
    assert set(found) - {"analysis"} == {"institution:tsinghua", "province:420000"}
    with marked(conn) as found:
        insert(conn, "training_plans", **paper, version=1, status="draft")
    assert set(found) == {"institution:pku"}
    with marked(conn) as found:
        insert(conn, "commissioned_trainings", **paper, province="440000", mode="joint", title="x")
    assert set(found) == {"institution:pku", "province:440000"}
    with marked(conn) as found:
        insert(conn, "contact_forms", year=YEAR, province="150000",
               received_at="2021-10-30T09:00:00+08:00")  # fmt: skip
        conn.execute("delete from contact_forms")
    assert found == {"province:150000": 2}
    with marked(conn) as found:
        insert(conn, "province_contacts", province="150000", role="liaison", name="x",
               valid_from="2021-10-30")  # fmt: skip
        conn.execute("update province_contacts set province = '630000'")
    assert set(found) == {"province:150000", "province:630000"}


def test_an_act_on_many_people_is_one_entry_a_scope(conn: sqlite3.Connection) -> None:
    ids = add_people(conn, 50, state="submitted")
    with marked(conn) as found, transaction(conn), acting(conn, "office", "script"):
        conn.execute("update trainees set state = 'approved'")
        conn.execute("update trainees set state = 'enrolled'")
    assert len(ids) == 50
    assert set(found.values()) == {1}
    with marked(conn) as found, transaction(conn), acting(conn, "office", "script"):
        conn.execute("update trainees set position = '董事长'")
    assert set(found.values()) == {1}, "the next act counts again"
    assert conn.execute("select count(*) from scope_marks").fetchone()[0] == 0


def test_a_hand_in_the_file_without_a_word_is_never_missed(conn: sqlite3.Connection) -> None:
    add_people(conn, 2)
    with marked(conn) as found:
        conn.execute("update trainees set position = '甲'")
        conn.execute("update trainees set position = '乙'")
    assert found["institution:tsinghua"] == 4


def test_what_is_rolled_back_leaves_no_mark_and_hides_none(conn: sqlite3.Connection) -> None:
    number = add_person(conn)
    update = "update trainees set position = '甲' where id = ?"
    with marked(conn) as found:
        conn.execute("begin immediate")
        with acting(conn, "x", "script"):
            conn.execute(update, (number,))
        conn.execute("rollback")
        with transaction(conn), acting(conn, "x", "script"):
            conn.execute(update, (number,))
    assert found["institution:tsinghua"] == 1


def test_acting_outside_of_a_transaction_is_a_fault(conn: sqlite3.Connection) -> None:
    """Its second statement would reach no reader: the first mark would stand for both."""
    with pytest.raises(RuntimeError, match="transaction"), acting(conn, "x", "script"):
        pass
    assert conn.execute("select count(*) from write_context").fetchone()[0] == 0


def test_a_bulk_act_is_silent_until_it_marks_for_all(conn: sqlite3.Connection) -> None:
    people = settle(conn)
    batch = add_batch(conn)
    with marked(conn) as found, transaction(conn), acting(conn, "x", "script", bulk=True):
        conn.execute("update trainees set batch_id = ?, position = '甲'", (batch,))
    assert found == {}
    # Somebody whom this batch took from Hubei to where he is now.
    insert(conn, "batch_changes", batch_id=batch, trainee_id=people["tsinghua-beijing"], row=2,
           column="province", old="420000", new="110000")  # fmt: skip
    with marked(conn) as found, transaction(conn), acting(conn, "x", "script", bulk=True):
        scope_marks.mark_people(conn, batch)
    assert found == dict.fromkeys(
        ("institution:tsinghua", "institution:pku", "province:110000", "province:330000",
         "province:420000", "analysis"), 1,
    )  # fmt: skip


def test_an_import_marks_whom_it_concerns(world: World, conn: sqlite3.Connection) -> None:
    file = world.folder / "roster.csv"

    def send(*rows: dict[str, str]) -> Marked:
        file.write_text(roster_csv(rows), encoding="utf-8")
        order = roster.Order(file, YEAR, Sender("tsinghua"), by="clerk", force=True)
        with marked(conn) as found:
            report = roster.run(conn, order, world.keys, commit=True)
            assert report.batch
        return found

    expected = {"institution:tsinghua": 1, "province:110000": 1, "analysis": 1}
    assert send(person(1), person(2)) == expected
    moved = send(person(1), person(2, 省份="湖北省"))
    assert moved == expected | {"province:420000": 1}, "the old authority loses somebody"
