"""Every connection keeps the laws, and every write says whose it is."""

import shutil
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from training import sessions

from tests.served import Served


@pytest_asyncio.fixture
async def served(built: Path, tmp_path: Path) -> AsyncIterator[Served]:
    for file in built.iterdir():
        shutil.copy2(file, tmp_path / file.name)
    made = Served(tmp_path)
    made.hire("office")
    await made.ds.invoke_startup()
    yield made
    made.ds.close()


@pytest.mark.parametrize("database", ["training", "public", "staging"])
@pytest.mark.parametrize(
    ("pragma", "value"), [("foreign_keys", 1), ("busy_timeout", 30_000), ("recursive_triggers", 1)]
)
async def test_pragmas(served: Served, database: str, pragma: str, value: int) -> None:
    db = served.ds.get_database(database)
    assert (await db.execute(f"pragma {pragma}")).first()[0] == value
    assert await db.execute_write_fn(lambda c: c.execute(f"pragma {pragma}").fetchone()[0]) == value


async def test_only_staging_may_lose_its_last_rows(served: Served) -> None:
    def synchronous(conn: sqlite3.Connection) -> int:
        return int(conn.execute("pragma synchronous").fetchone()[0])

    full, normal = 2, 1
    assert await served.ds.get_database("training").execute_write_fn(synchronous) == full
    assert await served.ds.get_database("staging").execute_write_fn(synchronous) == normal


async def test_foreign_keys_hold_on_a_write(served: Served) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
        await served.ds.get_database("training").execute_write(
            "update institutions set province_code = '999999' where slug = 'tsinghua'"
        )


SQL = "update institutions set city = city || '市' where slug = 'tsinghua'"


async def writers(served: Served) -> list[tuple[str, str]]:
    rows = await served.ds.get_database("training").execute(
        "select actor, via from audit_log where subject = 'institutions' and action = 'update'"
    )
    return [tuple(row) for row in rows]


async def test_a_request_names_the_writer(served: Served) -> None:
    body = {"update": {"city": "北京市"}}
    answer = await served.post("/training/institutions/tsinghua/-/update", "office", json=body)
    assert answer.status_code == 200, answer.text
    assert await writers(served) == [("office", "web")]


async def test_a_write_without_a_request_is_the_tasks_actor(served: Served) -> None:
    token = sessions.present_actor.set({"id": "analyst"})
    try:
        await served.ds.get_database("training").execute_write(SQL)
    finally:
        sessions.present_actor.reset(token)
    assert await writers(served) == [("analyst", "web")]


async def test_nobodys_write_is_nobodys(served: Served) -> None:
    """The name of the last writer does not stick to the next one."""
    await test_a_write_without_a_request_is_the_tasks_actor(served)
    await served.ds.get_database("training").execute_write(SQL)
    assert (await writers(served))[1] == ("unknown", "sql")


async def test_a_failed_write_leaves_no_name(served: Served) -> None:
    db = served.ds.get_database("training")
    token = sessions.present_actor.set({"id": "analyst"})
    try:
        with pytest.raises(sqlite3.IntegrityError):
            await db.execute_write("update institutions set slug = null")
    finally:
        sessions.present_actor.reset(token)
    assert (await db.execute("select count(*) from write_context")).first()[0] == 0


async def test_other_databases_are_left_alone(served: Served) -> None:
    token = sessions.present_actor.set({"id": "analyst"})
    try:
        await served.ds.get_database("staging").execute_write("create table t (a text)")
    finally:
        sessions.present_actor.reset(token)
    assert await served.ds.get_database("staging").table_names() == ["t"]
