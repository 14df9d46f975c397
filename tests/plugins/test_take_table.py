"""作为名单导入: a landed table becomes a batch of its sender, and whoever took it can't decide on it."""

import asyncio
from urllib.parse import quote

from tests.conftest import YEAR, World
from tests.people import person, roster_csv
from tests.served import Served

PATH = "/-/office/take-table"


async def land(served: Served, rows: list[dict[str, str]]) -> str:
    """Upload a free table as the office; its name once its rows are there."""
    content = roster_csv(rows).encode("gb18030")
    answer = await served.post(
        "/-/upload-csvs", "office",
        files={"file": ("学员.csv", content, "text/csv")}, data={"table": "名单一"},
    )  # fmt: skip
    assert answer.status_code == 302, answer.text
    staging = served.ds.get_database("staging")
    for _ in range(500):
        done = await staging.execute("select 1 from _csv_progress_ where completed is not null")
        if done.first():
            break
        await asyncio.sleep(0.01)
    return "名单一"


async def test_a_landed_table_is_taken_as_a_roster(served: Served, world: World) -> None:
    table = await land(served, [person(n) for n in range(4)])
    page = (await served.get(f"{PATH}?table={table}", "office")).text
    assert f"<option selected>{table}</option>" in page
    form = {"table": table, "year": YEAR, "sender": "tsinghua"}
    answer = await served.post(PATH, "office", data=form)
    check = answer.headers["location"]
    assert "学员甲甲" in (await served.get(check, "office")).text
    token = check.rsplit("/", 1)[1]
    answer = await served.post(f"/-/roster/confirm/{token}", "office", data={"act": "confirm"})
    batch = answer.headers["location"]
    row = world.connect().execute("select * from roster_batches").fetchone()
    assert (row["institution"], row["uploaded_by"], row["new"]) == ("tsinghua", "office", 4)
    number = batch.rsplit("/", 1)[1]
    await served.post(f"/-/office/batch/{number}/decide", "office", data={"act": "approve"})
    states = world.connect().execute("select distinct state from trainees").fetchall()
    assert [state[0] for state in states] == ["submitted"]


async def test_the_action_stands_on_the_tables_page_for_the_office_alone(served: Served) -> None:
    table = await land(served, [person(0)])
    page = served.ds.urls.table("staging", table)
    assert f"{PATH}?table={quote(table)}" in (await served.get(page, "office")).text
    assert PATH not in (await served.get(page, "analyst")).text


async def test_a_form_that_makes_no_sense_gets_a_message(served: Served) -> None:
    table = await land(served, [person(0)])
    for form in ({}, {"table": table}, {"table": table, "year": YEAR, "sender": "nobody"},
                 {"table": "landed_tables", "year": YEAR, "sender": "tsinghua"}):  # fmt: skip
        answer = await served.post(PATH, "office", data=form)
        assert answer.status_code in (302, 404)
        assert "/-/roster/check" not in answer.headers.get("location", "")


async def test_nobody_else_takes_a_table(served: Served) -> None:
    table = await land(served, [person(0)])
    for who in ("institution", "province", "assessor", "analyst", "auditor", None):
        form = {"table": table, "year": YEAR, "sender": "tsinghua"}
        answer = await served.post(PATH, who, data=form)
        assert answer.status_code in (302, 403, 404)
        assert "check" not in answer.headers.get("location", "")
