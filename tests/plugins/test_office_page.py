"""名单审核 as the office uses it: reject some, approve the rest, and a trace of every step."""

import json
import re
from collections.abc import AsyncIterator

import pytest_asyncio

from tests.conftest import YEAR, World
from tests.people import person, roster_csv
from tests.served import Served, configured

ROWS = [person(n) for n in range(5)]


@pytest_asyncio.fixture
async def served(world: World) -> AsyncIterator[Served]:
    made = Served(world.folder, config=configured())
    made.hire()
    made.hire_as("colleague", "institution")
    made.hire_as("second", "office")
    await made.ds.invoke_startup()
    yield made
    made.ds.close()


async def send(served: Served, rows: list[dict[str, str]], **more: str) -> str:
    answer = await served.post(
        "/-/roster/upload", "institution", data={"year": YEAR, "encoding": ""},
        files={"file": ("名单.csv", roster_csv(rows).encode(), "text/csv")},
    )  # fmt: skip
    confirm = str(answer.headers["location"]).replace("check", "confirm")
    answer = await served.post(confirm, "institution", data={"act": "confirm"} | more)
    assert "/batch/" in answer.headers["location"]
    return str(answer.headers["location"])


def people_to_choose(page: str) -> list[str]:
    return re.findall(r'name="person" value="(\d+)"', page)


def states(world: World) -> list[str]:
    return [row[0] for row in world.connect().execute("select state from trainees order by id")]


async def test_some_are_rejected_with_a_reason_and_the_rest_approved(
    served: Served, world: World
) -> None:
    batch = await send(served, ROWS)
    decide = batch.replace("/-/roster/", "/-/office/") + "/decide"
    people = people_to_choose((await served.get(batch, "office")).text)
    assert len(people) == 5
    assert people_to_choose((await served.get(batch, "institution")).text) == []
    refused: list[dict[str, object]] = [
        {"person": people[:2], "reason": " "}, {"reason": "不符合条件"},
        {"person": ["999999"], "reason": "不符合条件"}, {"person": ["²", "-1"], "reason": "理由"},
    ]  # fmt: skip
    for form in refused:
        answer = await served.post(decide, "office", data=form | {"act": "reject"})
        assert answer.headers["location"] == batch
    assert set(states(world)) == {"submitted"}
    form = {"act": "reject", "person": people[:2], "reason": "职务不符合条件"}
    await served.post(decide, "office", data=form)
    assert states(world) == ["rejected"] * 2 + ["submitted"] * 3
    page = (await served.get(batch, "institution")).text
    assert page.count("职务不符合条件") >= 2
    await served.post(decide, "office", data={"act": "approve", "enrol": "1"})
    assert states(world) == ["rejected"] * 2 + ["enrolled"] * 3


async def test_every_step_is_in_the_history_and_in_the_audit_log(
    served: Served, world: World
) -> None:
    batch = await send(served, ROWS)
    decide = batch.replace("/-/roster/", "/-/office/") + "/decide"
    people = people_to_choose((await served.get(batch, "office")).text)
    form = {"act": "reject", "person": people[:1], "reason": "超龄"}
    await served.post(decide, "office", data=form)
    await served.post(decide, "second", data={"act": "approve", "enrol": "1"})
    conn = world.connect()
    events = conn.execute(
        "select from_state, to_state, actor, via, reason from trainee_events where trainee_id = ?"
        " order by id",
        (people[0],),
    ).fetchall()
    assert [tuple(row)[:4] for row in events] == [
        ("", "submitted", "institution", "web"),
        ("submitted", "rejected", "office", "web"),
    ]
    assert events[1]["reason"] == "超龄"
    steps = conn.execute(
        "select to_state, actor from trainee_events where trainee_id = ? order by id", (people[1],)
    ).fetchall()
    assert [tuple(row) for row in steps] == [
        ("submitted", "institution"), ("approved", "second"), ("enrolled", "second"),
    ]  # fmt: skip
    number = batch.rsplit("/", 1)[1]
    log = conn.execute(
        "select action, actor, detail from audit_log where subject = 'roster_batches'"
        " and subject_key = ? order by id",
        (number,),
    ).fetchall()
    assert [(row["action"], row["actor"]) for row in log] == [
        ("import", "institution"), ("reject", "office"), ("approve", "second"),
    ]  # fmt: skip
    assert json.loads(log[1]["detail"]) == {"people": 1, "reason": "超龄"}
    page = (await served.get(batch, "office")).text
    history = page.split("data-steps", 1)[1]
    for who in ("institution", "office", "second"):
        assert f"<td>{who}</td>" in history


async def test_a_returned_batch_is_not_decided_again_and_an_approved_one_not_taken_back(
    served: Served, world: World
) -> None:
    batch = await send(served, ROWS)
    decide = batch.replace("/-/roster/", "/-/office/") + "/decide"
    people = people_to_choose((await served.get(batch, "office")).text)
    await served.post(decide, "office", data={"act": "approve"})
    for form in ({"act": "reject", "person": people[:1], "reason": "迟了"}, {"act": "return"},
                 {"act": "approve"}, {"act": "delete"}, {}):  # fmt: skip
        answer = await served.post(decide, "second", data=form)
        assert answer.headers["location"] == batch
    for who in ("institution", "office"):
        assert (await served.post(f"{batch}/undo", who)).headers["location"] == batch
    assert set(states(world)) == {"approved"}


async def test_the_office_takes_a_waiting_batch_back(served: Served, world: World) -> None:
    batch = await send(served, ROWS)
    await served.post(f"{batch}/undo", "office")
    assert set(states(world)) == {"withdrawn"}
    page = (await served.get(batch, "colleague")).text
    assert "data-undone" in page


async def test_after_approval_who_somebody_is_can_not_be_changed_by_the_sender(
    served: Served, world: World
) -> None:
    batch = await send(served, ROWS)
    decide = batch.replace("/-/roster/", "/-/office/") + "/decide"
    await served.post(decide, "office", data={"act": "approve", "enrol": "1"})
    rows = [dict(row) for row in ROWS]
    rows[0]["姓名"], rows[1]["职务"] = "学员改名", "董事长"
    await send(served, rows, only_valid="1", force="1")
    found = world.connect().execute("select name, position from trainees order by id").fetchall()
    assert [tuple(row) for row in found[:2]] == [("学员甲甲", "总经理"), ("学员甲乙", "董事长")]


async def test_what_the_office_takes_for_a_sender_it_checks_itself_and_another_decides(
    served: Served, world: World
) -> None:
    from training.taken_desk import TakenDesk

    taken = TakenDesk(world.db, {"id": "office", "role": "office"})
    token = taken.keep(roster_csv(ROWS).encode(), "landed", YEAR, "tsinghua")
    check = f"/-/roster/check/{token}"
    assert "确认报送" in (await served.get(check, "office")).text
    assert (await served.get(check, "second")).status_code == 404
    mapping = await served.post(
        check.replace("check", "mapping"), "office", data={"header": "爱好", "column": "note"}
    )
    assert mapping.headers["location"] == check
    answer = await served.post(check.replace("check", "confirm"), "office", data={"act": "confirm"})
    batch = str(answer.headers["location"])
    decide = batch.replace("/-/roster/", "/-/office/") + "/decide"
    await served.post(decide, "office", data={"act": "approve"})
    assert set(states(world)) == {"submitted"}
    await served.post(decide, "second", data={"act": "approve"})
    assert set(states(world)) == {"approved"}
    row = world.connect().execute("select institution, uploaded_by from roster_batches").fetchone()
    assert tuple(row) == ("tsinghua", "office")
