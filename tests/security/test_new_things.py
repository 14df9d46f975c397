"""P3: what is new is closed to everybody until a rule opens it."""

import pytest
from datasette import Response

from tests.security.canaries import EVERYBODY
from tests.security.conftest import City

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def who_gets(city: City, path: str) -> list[str | None]:
    return [who for who in EVERYBODY if (await city.get(path, who)).status == 200]


@pytest.mark.parametrize(
    "path",
    [
        "/fresh",
        "/fresh.json",
        "/fresh/inside",
        "/fresh/inside.json",
        "/fresh/inside/1",
        "/fresh/-/query.json?sql=select+1",
        "/fresh/look.csv",
        "/fresh/-/schema",
    ],
)
async def test_a_new_database(city: City, path: str) -> None:
    fresh = city.served.ds.databases.get("fresh") or city.served.ds.add_memory_database("fresh")
    await fresh.execute_write("create table if not exists inside (id integer primary key)")
    await fresh.execute_write("insert or ignore into inside values (1)")
    await fresh.execute_write("create view if not exists look as select * from inside")
    await city.served.ds.refresh_schemas(force=True)
    try:
        assert await who_gets(city, path) == []
    finally:
        city.served.ds.remove_database("fresh")


@pytest.mark.parametrize(
    "path",
    [
        "/training/brand_new",
        "/training/brand_new.json",
        "/training/brand_new.csv",
        "/training/brand_new/1",
        "/training/brand_look.json",
        "/training/brand_new/-/schema",
    ],
)
async def test_a_new_table_or_view(city: City, path: str) -> None:
    db = city.served.ds.get_database("training")
    await db.execute_write("create table brand_new as select id, name from trainees")
    await db.execute_write("create view brand_look as select * from brand_new")
    await city.served.ds.refresh_schemas(force=True)
    try:
        assert await who_gets(city, path) == []
    finally:
        await db.execute_write("drop view brand_look")
        await db.execute_write("drop table brand_new")


@pytest.mark.parametrize(
    "path", ["/-/brand-new", "/brand-new", "/-/brand-new.json", "/training-new"]
)
async def test_a_new_route(city: City, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    routes = city.served.ds._routes()
    assert routes

    def brand_new() -> Response:
        return Response.text("open")

    monkeypatch.setattr(city.served.ds, "_routes", lambda: [*routes, (path, brand_new)])
    assert await who_gets(city, path) == []
