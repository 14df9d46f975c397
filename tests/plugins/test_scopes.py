"""Each institution, authority and analyst has a file of his own in the browser, fresh, and no other."""

import asyncio
import json
import sqlite3
from contextlib import closing

import pytest
from training import roster, scopes
from training.context import Sender
from training.database import connect

from tests.conftest import YEAR, World
from tests.people import person, roster_csv
from tests.scope_world import add_person, settle
from tests.served import PEOPLE, Served
from tests.worlds import add_people

OWN = {"institution": "institution-tsinghua", "province": "province-330000", "analyst": "analysis"}
FOREIGN = (
    "institution-pku",
    "province-110000",
    "institution-tsinghua",
    "province-330000",
    "analysis",
)


async def rows(served: Served, who: str, path: str = "/trainees.json?_shape=array") -> list[dict]:
    answer = await served.get(f"/{OWN[who]}{path}", who)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize("who", OWN)
async def test_everything_of_datasette_on_the_own_file(served: Served, who: str) -> None:
    with closing(connect(served.folder / "training.db")) as conn:
        settle(conn)
        add_people(conn, 8)
    own = OWN[who]
    page = await served.get(f"/{own}", who)
    assert page.status_code == 200
    tables = scopes_tables(served, own)
    for table in tables:
        for form in ("", ".json", ".csv"):
            assert (await served.get(f"/{own}/{table}{form}", who)).status_code == 200, table
    for name in served.ds.config["databases"].get(own)["queries"]:
        assert f"/{own}/{name}" in page.text or "查看全部" in page.text
        answer = await served.get(f"/{own}/{name}", who)
        assert answer.status_code == 200, name
    asked = await served.get(f"/{own}/-/query.json?sql=select+1+as+n&_shape=array", who)
    assert asked.json() == [{"n": 1}]


def scopes_tables(served: Served, own: str) -> list[str]:
    with closing(sqlite3.connect(served.folder / "scopes" / f"{own}.db")) as file:
        return [r[0] for r in file.execute("select name from sqlite_master where type <> 'index'")]


async def test_a_foreign_file_is_nowhere(served: Served) -> None:
    for who in OWN:  # all are attached now
        assert (await served.get("/", who)).status_code == 200
    for who in PEOPLE:
        nothing = await served.get("/institution-nowhere", who)
        own = OWN.get(who, "")
        for name in FOREIGN:
            if name == own:
                continue
            for path in ("", ".json", "/trainees", "/trainees.csv", "/-/query?sql=select+1", "/-/schema",
                         "/find_people", "/trainees/1", "/-/queries/store"):  # fmt: skip
                answer = await served.get(f"/{name}{path}", who)
                assert answer.status_code == 404, (who, name, path)
            same = await served.get(f"/{name}", who)
            strip = [
                a.text.replace(name, "").replace("institution-nowhere", "") for a in (same, nothing)
            ]
            assert len(strip[0]) == len(strip[1])
        for path in ("/", "/-/jump.json?q=trainees", "/-/queries.json?_size=200", "/-/schema.json"):
            text = (await served.get(path, who)).text
            named = [n for n in FOREIGN if n != own and (f'"{n}"' in text or f"/{n}" in text)]
            assert named == [], (who, path)
    for path in ("/institution-tsinghua/trainees.json", "/analysis.json"):
        assert (await served.get(path)).status_code == 403, "nobody signed in"
    assert not (served.folder / "scopes" / "institution-pku.db").exists(), "made for nobody"


ATTACKS = (
    "attach database '{db}' as record",
    "select * from record.trainees",
    "select * from training.trainees",
    "select name from sqlite_master where name like 'sealed%' or name like '%audit%'",
    "select sql from sqlite_master where sql like '%person_key%' or sql like '%mobile_key%'",
    "with trainees as (select * from main.trainees) select name from trainees where institution = 'pku'",
    "select * from pragma_table_info('sealed_identities')",
    "pragma database_list",
    "select load_extension('x')",
    "select readfile('{db}')",
    "select writefile('x', 'x')",
    "delete from trainees",
    "update trainees set name = 'x'",
    "vacuum into '/tmp/copy.db'",
)  # fmt: skip


@pytest.mark.parametrize("who", ["institution", "analyst"])
async def test_sql_on_the_own_file_finds_nothing_foreign(served: Served, who: str) -> None:
    with closing(connect(served.folder / "training.db")) as conn:
        people = settle(conn)
    hidden = f"{people['pku-zhejiang-zhejiang']}号"
    for attack in ATTACKS:
        sql = attack.format(db=served.folder / "training.db")
        answer = await served.get(
            f"/{OWN[who]}/-/query.json", who, params={"sql": sql, "_shape": "array"}
        )
        assert hidden not in answer.text, sql
        assert answer.status_code in (400, 403, 404) or answer.json() == [], (sql, answer.text)
    lists = await served.get(
        f"/{OWN[who]}/-/query.json", who,
        params={"sql": "select name from pragma_database_list", "_shape": "array"},
    )  # fmt: skip
    assert lists.status_code in (400, 403) or {r["name"] for r in lists.json()} <= {"main", "temp"}


@pytest.mark.parametrize("who", OWN)
async def test_nothing_can_be_written_to_the_own_file(served: Served, who: str) -> None:
    own = OWN[who]
    await served.get(f"/{own}", who)
    for path, body in (
        ("/trainees/-/insert", {"row": {"name": "x"}}),
        ("/trainees/-/upsert", {"row": {"id": 1}}),
        ("/trainees/1/-/update", {"update": {"name": "x"}}),
        ("/trainees/1/-/delete", {}),
        ("/trainees/-/drop", {"confirm": True}),
        ("/trainees/-/alter", {"operations": []}),
        ("/trainees/-/set-column-type", {"column": "name", "column_type": "url"}),
        ("/-/create", {"table": "t", "row": {"a": 1}}),
        ("/-/execute-write", {"sql": "delete from trainees"}),
        ("/report_states/-/update", {"update": {"sql": "select 2"}}),
        ("/report_states/-/delete", {}),
    ):
        answer = await served.post(f"/{own}{path}", who, json=body)
        assert answer.status_code in (403, 404), (path, answer.text)


async def test_a_move_in_the_browsers_process_is_seen_by_the_next_request(served: Served) -> None:
    with closing(connect(served.folder / "training.db")) as conn:
        number = add_person(conn, state="submitted")
    assert [row["id"] for row in await rows(served, "institution")] == [number]
    training = served.ds.get_database("training")
    await training.execute_write("update trainees set institution = 'pku', province = '330000'")
    assert await rows(served, "institution") == []
    assert [row["id"] for row in await rows(served, "province")] == [number]
    assert (
        await served.get(f"/{OWN['institution']}/trainees/{number}", "institution")
    ).status_code == 404


async def test_what_a_command_stores_is_seen_by_the_next_request(
    served: Served, world: World
) -> None:
    assert await rows(served, "institution") == []
    file = world.folder / "roster.csv"
    file.write_text(roster_csv([person(1), person(2, 省份="浙江省")]), encoding="utf-8")
    with closing(connect(world.db)) as conn:
        order = roster.Order(file, YEAR, Sender("tsinghua"), by="clerk", force=True)
        assert roster.run(conn, order, world.keys, commit=True).batch
    found = await rows(served, "institution")
    assert [row["enterprise_name"] for row in found] == ["示例2号有限公司", "示例1号有限公司"]
    assert len(await rows(served, "province")) == 1


async def test_an_account_that_changes_its_place_changes_its_file(served: Served) -> None:
    await rows(served, "institution")
    stored = {"query": {"name": "mine", "sql": "select 1", "is_private": True}}
    made = await served.post(f"/{OWN['institution']}/-/queries/store", "institution", json=stored)
    assert made.status_code in (200, 201), made.text
    assert (await served.get(f"/{OWN['institution']}/mine", "institution")).status_code == 200
    served.accounts.execute(
        "update accounts set institution = 'pku' where username = 'institution'"
    )
    assert (await served.get(f"/{OWN['institution']}/mine", "institution")).status_code == 404
    assert (await served.get("/institution-pku/trainees", "institution")).status_code == 200


async def test_readers_beside_a_refresher_never_fail(served: Served) -> None:
    with closing(connect(served.folder / "training.db")) as conn:
        ids = add_people(conn, 60)
    training, answers = served.ds.get_database("training"), []

    async def read() -> None:
        for _ in range(6):
            answers.append(
                await served.get(f"/{OWN['institution']}/trainees.json?_shape=array", "institution")
            )

    async def write() -> None:
        for n in range(10):
            await training.execute_write("update trainees set position = ?", [f"职务{n}"])

    await asyncio.gather(write(), *(read() for _ in range(8)))
    assert [a.status_code for a in answers] == [200] * 48
    # Each answer is one state of the file, whole.
    assert all(len({row["position"] for row in json.loads(a.text)}) == 1 for a in answers)
    assert all(len(json.loads(a.text)) == min(50, len(ids)) for a in answers)
    assert {row["position"] for row in await rows(served, "institution")} == {"职务9"}


async def test_a_file_that_can_not_be_made_fresh_is_not_shown(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    await rows(served, "institution")
    await served.ds.get_database("training").execute_write(
        "update institutions set name_zh = name_zh || '*' where slug = 'pku'"
    )

    def full(*_: object) -> bool:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(scopes, "refresh", full)
    page = await served.get(f"/{OWN['institution']}/trainees", "institution")
    assert page.status_code == 503
    assert "数据正在更新" in page.text
    assert (await served.get("/-/roster", "institution")).status_code == 200, "work goes on"


async def test_nobody_makes_a_file_be_refreshed_without_a_right_to_it(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    monkeypatch.setattr(scopes, "refresh", lambda *a: asked.append(a))
    for who in (None, "office", "auditor", "assessor"):
        for name in FOREIGN:
            await served.get(f"/{name}/trainees", who)
    await served.get("/institution-pku/trainees", "institution")
    assert asked == []
