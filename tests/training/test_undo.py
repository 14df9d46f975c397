"""Taking a batch back: reversed, kept, failed."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from training import identity, roster, undo, workflow
from training.rows import Sender

from tests.conftest import YEAR, World
from tests.people import person, roster_csv

Send = Callable[..., int]
SENDER = Sender(institution="tsinghua")


@pytest.fixture
def send(world: World, conn: sqlite3.Connection, tmp_path: Path) -> Send:
    def run(rows: list[dict[str, str]]) -> int:
        path = tmp_path / "名单.csv"
        path.write_text(roster_csv(rows), encoding="utf-8")
        order = roster.Order(path=path, year=YEAR, sender=SENDER, by="clerk", force=True)
        report = roster.run(conn, order, world.keys, commit=True)
        assert report.batch, report.problems
        return report.batch

    return run


def people(count: int = 5) -> list[dict[str, str]]:
    return [person(n) for n in range(count)]


def picture(conn: sqlite3.Connection) -> list[tuple[object, ...]]:
    return [tuple(row) for row in conn.execute("select * from trainees order by id")]


def take_back(world: World, conn: sqlite3.Connection, batch: int) -> undo.Undone:
    return undo.undo(conn, world.keys, batch, "clerk", "web")


def test_new_people_are_withdrawn_and_can_be_sent_again(
    world: World, conn: sqlite3.Connection, send: Send
) -> None:
    batch = send(people())
    result = take_back(world, conn, batch)
    assert (result.reversed, result.kept, result.failed) == ({2, 3, 4, 5, 6}, set(), set())
    assert {row[0] for row in conn.execute("select state from trainees")} == {"withdrawn"}
    assert workflow.inbox(conn) == []
    assert send(people()) > batch
    entry = conn.execute("select detail from audit_log where action = 'undo'").fetchone()
    assert '"reversed": 5' in entry["detail"]


def test_cells_return_to_their_values_before(
    world: World, conn: sqlite3.Connection, send: Send
) -> None:
    rows = people()
    for row in rows:
        row |= {"从业人数": "50", "营业收入（万元）": "1200.5", "备注": "旧"}
    send(rows)
    before = picture(conn)
    changed = [dict(row) for row in rows]
    changed[0] |= {"职务": "董事长", "从业人数": "51", "营业收入（万元）": "7", "备注": "（清空）"}
    changed[1]["手机"] = "13911112222"
    batch = send(changed)
    assert picture(conn) != before
    result = take_back(world, conn, batch)
    assert (result.reversed, result.kept, result.failed) == ({2, 3}, set(), set())
    assert picture(conn) == before
    row = conn.execute(
        "select t.person_key, s.key_version, s.sealed from sealed_identities as s"
        " join trainees as t on t.id = s.trainee_id where t.batch_row = 3"
    ).fetchone()
    opened = identity.Sealer(world.keys).open(*row)
    assert opened.split("\n")[1] == "13800000001"


def test_a_cell_that_somebody_changed_since_is_kept(
    world: World, conn: sqlite3.Connection, send: Send
) -> None:
    send(people())
    second, third = people(), people()
    second[0]["职务"], second[1]["职务"] = "董事长", "副总"
    third[0]["职务"], third[1]["职务"] = "总裁", "副总"
    batch = send(second)
    send(third)
    result = take_back(world, conn, batch)
    assert (result.kept, result.reversed) == ({2}, {3})
    positions = [row[0] for row in conn.execute("select position from trainees order by id")]
    assert positions[:2] == ["总裁", "总经理"]


def test_new_people_whom_a_later_file_changed_are_kept(
    world: World, conn: sqlite3.Connection, send: Send
) -> None:
    batch = send(people())
    rows = people()
    rows[0]["职务"] = "董事长"
    send(rows)
    result = take_back(world, conn, batch)
    assert (result.kept, result.reversed) == ({2}, {3, 4, 5, 6})


def test_a_pending_batch_gets_its_people_back_from_the_one_that_took_them(
    world: World, conn: sqlite3.Connection, send: Send
) -> None:
    first = send(people())
    rows = people()
    rows[0]["职务"] = "董事长"
    second = send(rows)
    assert [(row["id"], row["people"]) for row in workflow.inbox(conn)] == [(first, 4), (second, 1)]
    take_back(world, conn, second)
    assert [(row["id"], row["people"]) for row in workflow.inbox(conn)] == [(first, 5)]


def test_people_sent_again_go_back_to_their_sender(
    world: World, conn: sqlite3.Connection, send: Send
) -> None:
    first = send(people())
    workflow.send_back(conn, first, "office", "web", "缺材料")
    second = send(people())
    take_back(world, conn, second)
    assert {row[0] for row in conn.execute("select state from trainees")} == {"returned"}
    send(people())
    assert {row[0] for row in conn.execute("select state from trainees")} == {"submitted"}


def test_an_approved_batch_stays(world: World, conn: sqlite3.Connection, send: Send) -> None:
    batch = send(people())
    workflow.approve(conn, batch, "office", "web", enrol=True)
    with pytest.raises(undo.Refused):
        take_back(world, conn, batch)
    with pytest.raises(undo.Refused):
        take_back(world, conn, 999)


def test_people_approved_through_another_batch_are_reported(
    world: World, conn: sqlite3.Connection, send: Send
) -> None:
    batch = send(people(3))
    conn.execute("update trainees set state = 'approved' where batch_row = 2")
    result = take_back(world, conn, batch)
    assert (result.failed, result.reversed) == ({2}, {3, 4})


def test_rows_are_written_as_people_write_them() -> None:
    assert undo.spans({5, 2, 3, 4, 9}) == "2-5, 9"
    assert undo.spans(set()) == ""


def test_people_the_office_rejected_stay_rejected(
    world: World, conn: sqlite3.Connection, send: Send
) -> None:
    batch = send(people(3))
    first = conn.execute("select id from trainees where batch_row = 2").fetchone()[0]
    workflow.reject(conn, batch, [first], "office", "web", "超龄")
    result = take_back(world, conn, batch)
    assert (result.kept, result.reversed) == ({2}, {3, 4})
    detail = conn.execute("select detail from audit_log where action = 'undo'").fetchone()[0]
    assert '"kept_rows": "2"' in detail
    assert '"reversed_rows": "3-4"' in detail
