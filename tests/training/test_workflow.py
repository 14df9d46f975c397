"""From the office's desk: approve, return, and who may not."""

import sqlite3
from pathlib import Path

import pytest
from training import roster, workflow
from training.rows import Sender

from tests.conftest import YEAR, World
from tests.people import person, roster_csv

TSINGHUA = Sender(institution="tsinghua", province=None)
BEIJING = Sender(institution=None, province="110000")


def send(world: World, conn: sqlite3.Connection, folder: Path, sender: Sender, n: int = 3) -> int:
    cells = {"选拔方式": "推荐"} if sender.province else {}
    path = folder / "名单.csv"
    path.write_text(roster_csv([person(i, **cells) for i in range(n)]), encoding="utf-8")
    order = roster.Order(path=path, year=YEAR, sender=sender, by="clerk")
    report = roster.run(conn, order, world.keys, commit=True)
    assert report.batch, report.problems
    return report.batch


def states(conn: sqlite3.Connection) -> set[str]:
    return {row[0] for row in conn.execute("select state from trainees")}


def test_the_inbox_is_oldest_first_and_empties(
    world: World, conn: sqlite3.Connection, tmp_path: Path
) -> None:
    first = send(world, conn, tmp_path, TSINGHUA)
    second = send(world, conn, tmp_path, TSINGHUA, 4)
    assert [(row["id"], row["people"]) for row in workflow.inbox(conn)] == [(first, 3), (second, 1)]
    workflow.approve(conn, first, "office", "web", enrol=False)
    assert [row["id"] for row in workflow.inbox(conn)] == [second]


@pytest.mark.parametrize(("enrol", "state"), [(False, "approved"), (True, "enrolled")])
def test_approving_moves_exactly_the_people_of_the_batch(
    world: World, conn: sqlite3.Connection, tmp_path: Path, enrol: bool, state: str
) -> None:
    batch = send(world, conn, tmp_path, TSINGHUA)
    assert workflow.approve(conn, batch, "office", "web", enrol=enrol) == 3
    assert states(conn) == {state}
    entry = conn.execute("select * from audit_log order by id desc").fetchone()
    assert (entry["actor"], entry["action"]) == ("office", "approve")


def test_a_returned_batch_can_be_sent_again_as_it_is(
    world: World, conn: sqlite3.Connection, tmp_path: Path
) -> None:
    batch = send(world, conn, tmp_path, TSINGHUA)
    with pytest.raises(workflow.Refused):
        workflow.send_back(conn, batch, "office", "web", "   ")
    assert workflow.send_back(conn, batch, "office", "web", "缺一人") == 3
    assert states(conn) == {"returned"}
    again = send(world, conn, tmp_path, TSINGHUA)
    assert states(conn) == {"submitted"}
    assert [row["id"] for row in workflow.inbox(conn)] == [again]


def test_nobody_decides_on_a_batch_he_sent(
    world: World, conn: sqlite3.Connection, tmp_path: Path
) -> None:
    batch = send(world, conn, tmp_path, TSINGHUA)
    with pytest.raises(workflow.Refused):
        workflow.approve(conn, batch, "clerk", "web", enrol=True)
    with pytest.raises(sqlite3.IntegrityError, match="不得审核本人"):
        conn.execute("update roster_batches set status = 'approved', decided_by = 'clerk'")
    assert states(conn) == {"submitted"}


def test_a_decision_is_made_once(world: World, conn: sqlite3.Connection, tmp_path: Path) -> None:
    batch = send(world, conn, tmp_path, TSINGHUA)
    workflow.approve(conn, batch, "office", "web", enrol=False)
    with pytest.raises(workflow.Refused):
        workflow.send_back(conn, batch, "office", "web", "late")
    with pytest.raises(workflow.Refused):
        workflow.approve(conn, 999, "office", "web", enrol=False)
    with pytest.raises(sqlite3.IntegrityError, match="已有审核结论"):
        conn.execute("update roster_batches set status = 'submitted'")


def test_recommended_people_are_selected_by_their_institution_alone(
    world: World, conn: sqlite3.Connection, tmp_path: Path
) -> None:
    send(world, conn, tmp_path, BEIJING)
    ids = [row["id"] for row in workflow.nominees(conn, YEAR, "tsinghua")]
    assert len(ids) == 3
    assert workflow.nominees(conn, YEAR, "pku") == []
    with pytest.raises(workflow.Refused):
        workflow.select_nominees(conn, YEAR, "pku", ids, "pku-clerk", "web")
    with pytest.raises(workflow.Refused):
        workflow.select_nominees(conn, YEAR, "tsinghua", [], "clerk2", "web")
    batch = workflow.select_nominees(conn, YEAR, "tsinghua", ids[:2], "clerk2", "web")
    assert [(row["id"], row["people"]) for row in workflow.inbox(conn)] == [(batch, 2)]
    assert states(conn) == {"nominated", "submitted"}
    with pytest.raises(workflow.Refused):
        workflow.select_nominees(conn, YEAR, "tsinghua", ids[:1], "clerk2", "web")


def test_some_people_are_rejected_and_the_others_wait_on(
    world: World, conn: sqlite3.Connection, tmp_path: Path
) -> None:
    batch = send(world, conn, tmp_path, TSINGHUA, 4)
    people = [row[0] for row in conn.execute("select id from trainees order by id")]
    assert workflow.reject(conn, batch, people[:1] * 2, "office", "web", " 超龄 ") == 1
    assert states(conn) == {"rejected", "submitted"}
    assert [(row["id"], row["people"]) for row in workflow.inbox(conn)] == [(batch, 3)]
    event = conn.execute("select * from trainee_events order by id desc limit 1").fetchone()
    assert (event["trainee_id"], event["to_state"], event["reason"]) == (
        people[0], "rejected", "超龄",
    )  # fmt: skip
    assert workflow.approve(conn, batch, "office", "web", enrol=False) == 3


@pytest.mark.parametrize(
    ("by", "reason", "which"),
    [("clerk", "超龄", 0), ("office", "  ", 0), ("office", "超龄", None), ("office", "超龄", 99)],
    ids=["the sender", "no reason", "nobody", "not in the batch"],
)
def test_a_rejection_that_is_refused_changes_nothing(
    world: World, conn: sqlite3.Connection, tmp_path: Path, by: str, reason: str, which: int | None
) -> None:
    batch = send(world, conn, tmp_path, TSINGHUA)
    people = [row[0] for row in conn.execute("select id from trainees order by id")]
    chosen = [] if which is None else [people[0], people[which] if which < 3 else 10_000]
    with pytest.raises(workflow.Refused):
        workflow.reject(conn, batch, chosen, by, "web", reason)
    assert states(conn) == {"submitted"}


def test_a_rejected_person_may_be_sent_again(
    world: World, conn: sqlite3.Connection, tmp_path: Path
) -> None:
    batch = send(world, conn, tmp_path, TSINGHUA)
    first = conn.execute("select id from trainees order by id").fetchone()[0]
    workflow.reject(conn, batch, [first], "office", "web", "材料不全")
    again = send(world, conn, tmp_path, TSINGHUA, 4)
    assert [(row["id"], row["people"]) for row in workflow.inbox(conn)] == [(batch, 2), (again, 2)]
