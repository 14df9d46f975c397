"""metadata.yml: each query runs and is explained in both languages, each visible column named."""

import re
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from datasette.app import Datasette
from datasette.utils import named_parameters
from training import configuration, projections, promotion, queries
from training.database import connect
from training.scopes import Scope

from tests.demo_world import demo_folder
from tests.served import PEOPLE, Served

METADATA: dict[str, Any] = configuration.load()
TRAINING = METADATA["databases"]["training"]
QUERIES = queries.from_config(METADATA)
PREFIXES = ("quota_", "report_", "check_", "find_")
#: Columns that would tell one person from another; a figure has none of them.
PERSONAL = {
    "name", "id_masked", "mobile_masked", "email", "trainee_id", "person_key", "mobile_key",
    "position", "note", "certificate",
}  # fmt: skip
HAN = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return demo_folder(tmp_path_factory)


@pytest.fixture(scope="module")
def record(folder: Path) -> Iterator[sqlite3.Connection]:
    with closing(connect(folder / "training.db", read_only=True)) as conn:
        yield conn


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served(folder: Path) -> AsyncIterator[Served]:
    made = Served(folder, config=METADATA)
    await made.ds.invoke_startup()
    yield made
    made.ds.close()


def in_both_languages(pair: str) -> bool:
    zh, separator, en = pair.partition(" | ")
    return bool(separator and zh.strip() and en.strip() and " | " not in en) and not HAN.search(
        re.sub(r"工信\w+〔\d+〕\d+号|中小企业\w*|中文", "", en)
    )


def pairs(place: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every title, description and label with where it stands."""
    for key, value in place.items():
        if key in ("title", "description"):
            yield f"{path}/{key}", value
        elif key == "columns":
            yield from ((f"{path}/{column}", text) for column, text in value.items())
        elif isinstance(value, dict) and key != "sql":
            yield from pairs(value, f"{path}/{key}")


def test_every_text_is_a_pair() -> None:
    found = list(pairs(METADATA))
    assert len(found) > 400
    assert [path for path, text in found if not in_both_languages(text)] == []


@pytest.mark.parametrize("name", QUERIES)
def test_every_query_is_explained(name: str) -> None:
    entry = TRAINING["queries"][name]
    assert {"title", "description", "params", "sql"} <= set(entry)
    assert set(entry) <= {
        "title", "description", "params", "sql", "check", "clause", "unit", "judged", "offenders",
    }  # fmt: skip
    used = {word for word in named_parameters(entry["sql"]) if not word.startswith("_")}
    assert used == set(entry["params"])
    assert name.startswith(PREFIXES)
    assert set(entry.get("offenders", [])) <= set(QUERIES)
    assert bool(entry.get("check")) == bool(entry.get("clause"))


@pytest.mark.parametrize("name", QUERIES)
def test_every_query_runs_quickly(record: sqlite3.Connection, name: str) -> None:
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return steps > promotion.MOST_STEPS // 1_000

    record.set_progress_handler(count, 1_000)
    try:
        rows = queries.run(record, QUERIES[name])
    finally:
        record.set_progress_handler(None, 0)
    if QUERIES[name].check or name.startswith("report_"):
        assert rows


@pytest.mark.parametrize("name", QUERIES)
def test_the_name_of_a_query_says_what_it_may_show(record: sqlite3.Connection, name: str) -> None:
    cursor = record.execute(QUERIES[name].sql, dict.fromkeys(QUERIES[name].params, ""))
    columns = {column[0] for column in cursor.description}
    assert columns.isdisjoint({"person_key", "mobile_key", "sealed"})
    if not name.startswith("find_"):
        assert columns.isdisjoint(PERSONAL)
    assert ":_actor_" not in QUERIES[name].sql


@pytest.mark.parametrize("name", QUERIES)
def test_every_column_of_a_result_has_a_label(record: sqlite3.Connection, name: str) -> None:
    labels = promotion.labels(METADATA)
    cursor = record.execute(QUERIES[name].sql, dict.fromkeys(QUERIES[name].params, ""))
    assert {column[0] for column in cursor.description} <= labels


@pytest.mark.parametrize("database", ["training", "public"])
def test_labels_name_existing_columns(folder: Path, database: str) -> None:
    with closing(connect(folder / f"{database}.db", read_only=True)) as conn:
        for table, entry in METADATA["databases"][database]["tables"].items():
            existing = {row["name"] for row in conn.execute(f"pragma table_info({table})")}
            assert set(entry["columns"]) == existing, table
            assert set(entry.get("facets", [])) <= existing
            named = {entry.get(key) for key in ("label_column", "sort", "sort_desc")} - {None}
            assert named <= existing


SCOPES = (Scope("institution", "pku"), Scope("province", "330000"), Scope("analysis"))


@pytest.fixture(scope="module", params=SCOPES, ids=lambda one: one.audience)
def scope_file(
    request: pytest.FixtureRequest, folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, sqlite3.Connection]]:
    scope, target = request.param, tmp_path_factory.mktemp("scope") / "scope.db"
    projections.refresh(folder / "training.db", scope.audience, target, **scope.params)
    with closing(connect(target, read_only=True)) as conn:
        yield scope.audience, conn


def test_every_table_and_column_of_a_scope_file_has_a_label(
    scope_file: tuple[str, sqlite3.Connection],
) -> None:
    audience, conn = scope_file
    tables = METADATA["databases"][audience]["tables"]
    anywhere = set(METADATA["plugins"]["lingjun"]["columns"])
    anywhere |= {column for table in TRAINING["tables"].values() for column in table["columns"]}
    names = {r[0] for r in conn.execute("select name from sqlite_master where type <> 'index'")}
    assert set(tables) == names
    for table, entry in tables.items():
        existing = {row["name"] for row in conn.execute(f"pragma table_info({table})")}
        assert existing <= set(entry.get("columns", ())) | anywhere, table
        assert set(entry.get("facets", ())) <= existing, table
        assert {entry.get(k) for k in ("label_column", "sort", "sort_desc")} - {None} <= existing


def test_every_query_of_a_scope_file_runs_and_is_labelled(
    scope_file: tuple[str, sqlite3.Connection],
) -> None:
    audience, conn = scope_file
    labels = promotion.labels(METADATA)
    for name, query in queries.from_config(METADATA, audience).items():
        assert set(named_parameters(query.sql)) == set(query.params), name
        rows = queries.run(conn, query)
        assert set(query.params) <= labels
        assert {column for row in rows for column in row} <= labels, name
        assert rows or name == "report_batches", name


@pytest.mark.asyncio(loop_scope="module")
async def test_every_table_that_a_role_sees_has_labels(served: Served) -> None:
    visible = set()
    for role, scope in PEOPLE.items():
        actor = {"id": role, "role": role, "institution": None, "province": None} | scope
        page = await served.ds.allowed_resources("view-table", actor, parent="training", limit=1000)
        visible |= {resource.child for resource in page.resources}
    assert "trainees" in visible
    assert visible <= set(TRAINING["tables"])
    assert not [name for name in visible if TRAINING["tables"][name].get("hidden")]


@pytest.mark.asyncio(loop_scope="module")
async def test_datasette_takes_the_file_as_metadata_and_as_configuration(folder: Path) -> None:
    ds = Datasette([str(folder / "training.db")], metadata=METADATA, config=METADATA)
    await ds.invoke_startup()
    await ds.refresh_schemas()
    stored = await ds.get_query("training", "quota_headcount")
    assert stored
    assert stored.parameters == ["year"]
    assert stored.title == QUERIES["quota_headcount"].title
    internal = ds.get_internal_database()
    labels = await internal.execute(
        "select value from metadata_columns"
        " where resource_name = 'trainees' and column_name = 'name'"
    )
    assert labels.first()[0] == "姓名 | Name"
    assert (await ds.table_config("training", "provinces"))["sort"] == "seq"
    ds.close()


@pytest.mark.parametrize("database", METADATA["databases"])
def test_every_parameter_is_a_list_or_is_described(database: str) -> None:
    about = METADATA["plugins"]["lingjun"]["parameters"]
    for name, query in METADATA["databases"][database].get("queries", {}).items():
        named = set(re.findall(r"(?<!:):([a-z_]+)", query["sql"])) | set(query.get("params", ()))
        for parameter in named:
            assert about[parameter].keys() >= {"title"}, (name, parameter)
            assert about[parameter].keys() & {"options", "help"}, (name, parameter)


def test_no_target_of_a_year_stands_in_a_query() -> None:
    for name, query in QUERIES.items():
        assert not re.search(r"\b(2000|1800|0\.3|30)\b", query.sql), name
