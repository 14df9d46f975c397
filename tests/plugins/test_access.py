"""Who may see and do what: everything is closed but what is listed, and what is new is closed."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from training.migrations import OFFICE_TABLES

from tests.served import PEOPLE, Served, plugin

pytestmark = pytest.mark.asyncio(loop_scope="module")

#: The record's own machinery and its secrets: no role reads these in Datasette.
NEVER = {
    "_sqlite_migrations",
    "acting_now",
    "certificate_keys",
    "changed_scopes",
    "scope_log",
    "scope_marks",
    "sealed_changes",
    "audit_chain",
    "erasures",
    "sealed_identities",
    "waiting_uploads",
    "write_context",
}
CONFIG = {
    "databases": {
        "training": {
            "queries": {
                "quota_headcount": {"sql": "select count(*) as n from trainees"},
                "report_states": {"sql": "select 1 as n"},
                "check_duplicates": {"sql": "select 1 as n"},
                "check_bottom_two": {"sql": "select 1 as n"},
                "find_people": {"sql": "select name from trainees"},
                "my_place": {"sql": "select 1 as n"},
                "office_tidy": {"sql": "update tracks set seq = seq", "write": True},
            }
        },
        "staging": {"queries": {"quota_odd": {"sql": "select 1"}}},
    }
}
EVERYBODY, NOBODY = set(PEOPLE), set[str]()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served(built: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    folder = tmp_path_factory.mktemp("access")
    for file in built.iterdir():
        shutil.copy2(file, folder / file.name)
    made = Served(folder, config=CONFIG)
    made.hire()
    await made.ds.invoke_startup()
    staging = made.ds.get_database("staging")
    await staging.execute_write("create table free (name text)")
    await staging.execute_write("insert into free values ('x')")
    for name, private in (("own_list", True), ("shared_list", False)):
        await made.ds.add_query(
            "staging", name, "select 1", is_private=private, owner_id="analyst", source="user"
        )
    yield made
    made.ds.close()


async def who_gets(served: Served, path: str, method: str = "GET", **more: Any) -> set[str]:
    """The people whom an address answers with anything but a refusal."""
    answers = {who: await served.ask(method, path, who, **more) for who in PEOPLE}
    assert {a.status_code for a in answers.values()} <= {200, 201, 302, 400, 403, 404, 405}
    return {who for who, a in answers.items() if a.status_code not in (403, 404, 405)}


@pytest.mark.parametrize(
    ("path", "people"),
    [
        ("/", EVERYBODY),
        ("/training", {"office", "assessor", "analyst", "auditor"}),
        ("/training.json", {"office", "assessor", "analyst", "auditor"}),
        ("/training/trainees", {"office"}),
        ("/training/TRAINEES.json", NOBODY),
        ("/training/trainees.csv", {"office"}),
        ("/training/institutions/tsinghua", {"office"}),
        ("/training/institutions/tsinghua.json", {"office"}),
        ("/training/assessment_totals", {"office"}),
        ("/training/trainees/-/schema", {"office"}),
        ("/training/trainees/-/autocomplete?q=x", {"office"}),
        ("/training/audit_log", {"office", "auditor"}),
        ("/training/audit_log.csv?_stream=1", {"office", "auditor"}),
        ("/training/-/query?sql=select+1", NOBODY),
        ("/training/-/query.json?sql=select+*+from+sealed_identities", NOBODY),
        ("/training/trainees.json?_where=1=1", NOBODY),
        ("/training.db", NOBODY),
        ("/training/quota_headcount", {"office", "analyst"}),
        ("/training/quota_headcount.csv", {"office", "analyst"}),
        ("/training/report_states", {"office"}),
        ("/training/check_duplicates", {"office"}),
        ("/training/check_bottom_two", {"office", "assessor"}),
        ("/training/find_people.json", {"office"}),
        ("/training/my_place.json", {"office"}),
        ("/institution-tsinghua", {"institution"}),
        ("/institution-tsinghua/trainees.csv", {"institution"}),
        ("/institution-tsinghua/-/query?sql=select+1", {"institution"}),
        ("/institution-tsinghua/-/queries/store?sql=select+1", {"institution"}),
        ("/institution-pku", NOBODY),
        ("/province-330000/trainees", {"province"}),
        ("/province-110000", NOBODY),
        ("/analysis/people_by_place.json", {"analyst"}),
        ("/institution-tsinghua.db", NOBODY),
        ("/training/office_tidy", {"office"}),
        ("/staging", {"office", "analyst"}),
        ("/staging/free", {"office", "analyst"}),
        ("/staging/-/query.json?sql=select+1", {"office", "analyst"}),
        ("/staging/-/queries/store?sql=select+1", {"office", "analyst"}),
        ("/staging/-/execute-write", NOBODY),
        ("/staging/-/create", NOBODY),
        ("/staging/quota_odd", NOBODY),
        ("/staging/own_list", {"analyst"}),
        ("/staging/shared_list", {"office", "analyst"}),
        ("/staging/own_list/-/edit", {"analyst"}),
        ("/staging/shared_list/-/edit", {"analyst"}),
        ("/staging.db", NOBODY),
        ("/public", NOBODY),
        ("/public/institutions", NOBODY),
        ("/_memory", NOBODY),
        ("/_internal", NOBODY),
    ],
)
async def test_reading(served: Served, path: str, people: set[str]) -> None:
    assert await who_gets(served, path) == people


@pytest.mark.parametrize("table", sorted(NEVER))
async def test_nobody_reads_the_machinery(served: Served, table: str) -> None:
    for suffix in ("", ".json", "/1", "/-/schema"):
        assert await who_gets(served, f"/training/{table}{suffix}") == NOBODY


async def test_every_table_has_been_decided_about(served: Served) -> None:
    db = served.ds.get_database("training")
    rows = await db.execute(
        "select name from sqlite_master where type in ('table', 'view')"
        " and name not like 'sqlite_%'"
    )
    access = plugin("access")
    assert {row[0] for row in rows} == set(access.OFFICE_READS) | NEVER
    assert set(access.OFFICE_DELETES) < set(OFFICE_TABLES) < set(access.OFFICE_READS)


async def test_the_lists_show_what_may_be_seen(served: Served) -> None:
    async def lists(who: str) -> tuple[set[str], set[str], set[str]]:
        queries = (await served.get("/-/queries.json?_size=100", who)).json()["queries"]
        databases = (await served.get("/-/schema.json", who)).json()["schemas"]
        jumps = (await served.get("/-/jump.json?q=trainees", who)).json()["matches"]
        return (
            {query["name"] for query in queries},
            {one["database"] for one in databases if one["schema"]},
            {one["name"] for one in jumps},
        )

    assert await lists("institution") == (
        set(),
        {"institution-tsinghua"},
        {"institution-tsinghua: trainees"},
    )
    assert await lists("auditor") == (set(), {"training"}, set())
    assert await lists("assessor") == ({"check_bottom_two"}, set(), set())
    assert await lists("analyst") == (
        {"quota_headcount", "own_list", "shared_list"},
        {"staging", "analysis"},
        set(),
    )
    assert (await lists("office"))[1] == {"training", "staging"}


async def test_the_schema_shows_readable_tables_only(served: Served) -> None:
    shown = (await served.get("/training/-/schema.json", "auditor")).json()["schema"]
    assert "create table audit_log" in shown.lower()
    assert "create table trainees" not in shown.lower()
    shown = (await served.get("/-/schema.md", "office")).text
    assert "sealed_identities" not in shown


@pytest.mark.parametrize("owner", ["analyst", "office", "institution", ""])
@pytest.mark.parametrize("place", ["", "/staging", "/training"])
async def test_asking_for_somebody_elses_queries(served: Served, place: str, owner: str) -> None:
    """The core takes the owner of its own rule from this very argument."""
    for who in PEOPLE:
        plain = await served.get(f"{place}/-/queries.json?_size=100", who)
        asked = await served.get(f"{place}/-/queries.json?_size=100&owner_id={owner}", who)
        if plain.status_code == 200:
            names = {query["name"] for query in plain.json()["queries"]}
            assert {query["name"] for query in asked.json()["queries"]} <= names


async def test_a_query_outlives_no_role(served: Served) -> None:
    """What somebody stored as an analyst is not his any more as a clerk."""
    await served.ds.add_query(
        "staging", "left_behind", "select 1", is_private=True, owner_id="province", source="user"
    )
    try:
        assert await who_gets(served, "/staging/left_behind") == NOBODY
        assert await who_gets(served, "/staging/left_behind/-/edit") == NOBODY
    finally:
        await served.ds.remove_query("staging", "left_behind")


async def test_what_is_new_is_closed(served: Served) -> None:
    db = served.ds.get_database("training")
    await db.execute_write("create table brand_new (id integer primary key, name text)")
    await db.execute_write("create table sealed_new (id integer primary key)")
    await db.execute_write("create view brand_view as select 1 as id")
    await db.execute_write("insert into brand_new values (1, 'x')")
    fresh = served.ds.add_memory_database("fresh")
    await fresh.execute_write("create table inside (id integer primary key)")
    query = {"source": "plugin", "is_trusted": True}
    await served.ds.add_query("training", "quota_by_plugin", "select 1", **query)
    await served.ds.refresh_schemas(force=True)
    try:
        for path in (
            *("/training/brand_new", "/training/brand_new.json", "/training/brand_new/1"),
            *("/training/sealed_new", "/training/brand_view", "/training/quota_by_plugin"),
            *("/fresh", "/fresh/inside", "/fresh/-/query?sql=select+1"),
        ):
            assert await who_gets(served, path) == NOBODY, path
    finally:
        served.ds.remove_database("fresh")
        await served.ds.remove_query("training", "quota_by_plugin")
        for kind, name in (("table", "brand_new"), ("table", "sealed_new"), ("view", "brand_view")):
            await db.execute_write(f"drop {kind} {name}")


COHORT = {"year": "2021-2022", "institution": "tsinghua", "track": "digital", "name": "一班"}


@pytest.mark.parametrize(
    ("path", "body", "people"),
    [
        ("/training/training_plans/-/insert", {"row": {"version": "no number"}}, {"office"}),
        ("/training/training_plans/-/upsert", {"row": {"version": "no number"}}, {"office"}),
        (
            "/training/institutions/tsinghua/-/update",
            {"update": {"website_domain": "x"}},
            {"office"},
        ),
        ("/training/trainees/-/count", {}, {"office"}),
        ("/training/trainees/-/insert", {"row": {"name": "x"}}, NOBODY),
        ("/training/trainees/-/upsert", {"row": {"id": 1}}, NOBODY),
        ("/training/trainees/1/-/update", {"update": {"name": "x"}}, NOBODY),
        ("/training/trainees/1/-/delete", {}, NOBODY),
        ("/training/tracks/digital/-/update", {"update": {"seq": 9}}, NOBODY),
        ("/training/audit_log/-/insert", {"row": {"at": "x"}}, NOBODY),
        ("/training/sealed_identities/-/insert", {"row": {}}, NOBODY),
        ("/training/roster_batches/1/-/update", {"update": {"status": "approved"}}, NOBODY),
        ("/training/write_context/-/insert", {"row": {}}, NOBODY),
        ("/training/institutions/tsinghua/-/delete", {}, NOBODY),
        ("/training/programme_years/2021-2022/-/delete", {}, NOBODY),
        ("/training/province_contacts/1/-/delete", {}, NOBODY),
        ("/training/cohorts/-/alter", {"operations": []}, NOBODY),
        ("/training/cohorts/-/drop", {"confirm": True}, NOBODY),
        ("/training/cohorts/-/set-column-type", {"column": "name", "column_type": "url"}, NOBODY),
        ("/training/-/create", {"table": "t", "row": {"a": 1}}, NOBODY),
        ("/training/-/execute-write", {"sql": "delete from trainees"}, NOBODY),
        ("/training/-/queries/store", {"query": {"name": "q", "sql": "select 1"}}, NOBODY),
        ("/training/quota_headcount/-/update", {"update": {"sql": "select 2"}}, NOBODY),
        ("/training/quota_headcount/-/delete", {}, NOBODY),
        ("/staging/free/-/insert", {"row": {"name": "x"}}, NOBODY),
        ("/staging/free/-/drop", {"confirm": True}, NOBODY),
        ("/staging/free/1/-/delete", {}, NOBODY),
        ("/staging/-/create", {"table": "t", "row": {"a": 1}}, NOBODY),
        ("/staging/-/execute-write", {"sql": "delete from free"}, NOBODY),
        ("/staging/shared_list/-/update", {"update": {"title": "t"}}, {"analyst"}),
        ("/public/-/create", {"table": "t", "row": {"a": 1}}, NOBODY),
        ("/_internal/-/execute-write", {"sql": "delete from queries"}, NOBODY),
    ],
)
async def test_writing(served: Served, path: str, body: dict[str, Any], people: set[str]) -> None:
    db = served.ds.get_database("training")
    acts = "select max(id) from audit_log where action <> 'refused'"
    before = (await db.execute(acts)).first()[0]
    assert await who_gets(served, path, "POST", json=body) == people
    if people == NOBODY:
        assert (await db.execute(acts)).first()[0] == before


async def test_the_office_keeps_its_tables_in_the_row_dialogs(served: Served) -> None:
    tracks = await served.ds.get_database("training").execute(
        "select track from institution_tracks where institution = 'tsinghua'"
    )
    row = {**COHORT, "track": tracks.first()[0]}
    made = await served.post("/training/cohorts/-/insert", "office", json={"row": row})
    assert made.status_code == 201, made.text
    number = made.json()["rows"][0]["id"]
    place = f"/training/cohorts/{number}/-"
    changed = await served.post(f"{place}/update", "office", json={"update": {"name": "二班"}})
    gone = await served.post(f"{place}/delete", "office", json={})
    assert (changed.status_code, gone.status_code) == (200, 200)
    log = await served.ds.get_database("training").execute(
        "select actor, via, action from audit_log where subject = 'cohorts' order by id"
    )
    assert [tuple(entry) for entry in log] == [
        ("office", "web", "insert"),
        ("office", "web", "update"),
        ("office", "web", "delete"),
    ]


async def test_a_no_tells_nothing(served: Served) -> None:
    """A row that is there and one that is not give people without access the same answer."""
    pairs = [
        ("/training/institutions/tsinghua", "/training/institutions/nowhere"),
        ("/training/institutions/tsinghua.json", "/training/institutions/nowhere.json"),
        ("/training/trainees", "/training/traineez"),
        ("/training/check_duplicates", "/training/check_nothing"),
        ("/staging/own_list", "/staging/no_list"),
        ("/_internal", "/nothing"),
        ("/-/config", "/-/nothing"),
    ]
    for who in PEOPLE.keys() - {"office", "analyst"}:
        for there, missing in pairs:
            yes, no = await served.get(there, who), await served.get(missing, who)
            strip = [a.text.replace(there, "").replace(missing, "") for a in (yes, no)]
            assert yes.status_code == no.status_code == 404
            assert len(strip[0]) == len(strip[1]), there


async def test_default_deny_does_not_hang_on_a_flag(built: Path, tmp_path: Path) -> None:
    for file in built.iterdir():
        shutil.copy2(file, tmp_path / file.name)
    lax = Served(tmp_path, config=CONFIG, default_deny=False)
    lax.hire()
    await lax.ds.invoke_startup()
    assert await who_gets(lax, "/training/trainees") == {"office"}
    assert await who_gets(lax, "/training/check_duplicates") == {"office"}
    assert await who_gets(lax, "/training/-/query?sql=select+1") == NOBODY
    assert await who_gets(lax, "/public") == NOBODY
    lax.ds.close()
