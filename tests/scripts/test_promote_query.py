"""scripts/promote_query.py: what somebody saved in the browser becomes a query of metadata.yml."""

import json
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from training import accounts, configuration, projections, promotion, promotion_file
from training.promotion import Official
from training.promotion_file import Refused
from training.wording import speaking

from tests.conftest import ROOT, World
from tests.served import Served, configured
from tests.worlds import add_people

TEXT = configuration.METADATA.read_text(encoding="utf-8")
PAIRS = [
    "--title",
    "各方向人数 | People by track",
    "--description",
    "各培训方向的人数。 | People by track.",
]
SQL = "select track, count(*) as people\nfrom people_by_institution where year = :year\ngroup by track"
GOOD = Official(
    "report_by_track", "各方向人数 | By track", "各方向的人数。 | People by track.", SQL
)


async def kept(world: World, *queries: tuple[str, str, bool]) -> Served:
    """A server over the world's own internal file, with queries that the analyst saved."""
    made = Served(world.folder, config=configured(), internal=world.folder / "internal.db")
    await made.ds.invoke_startup()
    for name, sql, private in queries:
        await made.ds.add_query(
            "analysis", name, sql, is_private=private, owner_id="analyst", source="user"
        )
    return made


@pytest.fixture
async def saved(world: World) -> World:
    """A record with two saved queries and an analysis file."""
    with closing(world.connect()) as conn:
        add_people(conn, 9)
    (await kept(world, ("report_mine", SQL, False), ("secret", "select 1", True))).ds.close()
    (world.folder / "scopes").mkdir(exist_ok=True)
    projections.refresh(world.db, "analysis", world.folder / "scopes" / "analysis.db")
    with closing(accounts.open(world.folder / "accounts.db")) as conn:
        for name, role in (("desk", "office"), ("analyst", "analyst")):
            accounts.create(conn, name, actor="test", role=role, must_change_password=False)
    shutil.copy2(configuration.METADATA, world.folder / "metadata.yml")
    return world


def promote(world: World, *arguments: object) -> tuple[int, str, str]:
    run = subprocess.run(
        [sys.executable, ROOT / "scripts" / "promote_query.py", "--db", world.db,
         *map(str, arguments)],
        capture_output=True, text=True,
    )  # fmt: skip
    return run.returncode, run.stdout, run.stderr


async def test_from_the_list_to_the_server(saved: World) -> None:
    assert promote(saved)[1].splitlines() == [
        "analysis/report_mine  shared, analyst", "analysis/secret  private, analyst",
    ]  # fmt: skip
    status, printed, _ = promote(saved, "report_mine", *PAIRS)
    assert status == 0
    assert printed == promotion_file.block(Official("report_mine", PAIRS[1], PAIRS[3], SQL))
    into = saved.folder / "metadata.yml"
    status, said, _ = promote(saved, "report_mine", *PAIRS, "--into", into, "--reviewer", "desk")
    assert (status, "is official" in said) == (0, True)
    assert printed in into.read_text(encoding="utf-8")

    made = Served(saved.folder, config=configuration.load(into))
    await made.ds.invoke_startup()
    asked = await made.get("/analysis/report_mine.json?year=2021-2022&_shape=array", "analyst")
    assert [row["people"] for row in asked.json()] == [9]
    made.ds.close()
    with closing(saved.connect()) as conn:
        entry = conn.execute("select * from audit_log where action = 'promote'").fetchone()
    assert (entry["actor"], entry["subject_key"]) == ("desk", "analysis/report_mine")
    assert json.loads(entry["detail"]) == {"saved_as": "report_mine", "owner": "analyst"}
    again = promote(saved, "report_mine", *PAIRS, "--into", into, "--reviewer", "desk")
    assert again[0] == 1
    assert "already" in again[2]


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["secret", *PAIRS], 2, "no shared query"),
        (["nothing", *PAIRS], 2, "no shared query"),
        (["report_mine"], 1, "the title must be a pair"),
        (["report_mine", *PAIRS, "--name", "Mine"], 1, "the name must be"),
        (["report_mine", *PAIRS, "--name", "report_headcount"], 1, "already"),
        (["report_mine", *PAIRS, "--into", "METADATA"], 1, "who of the office"),
        (["report_mine", *PAIRS, "--into", "METADATA", "--reviewer", "analyst"], 1, "no account"),
        (["report_mine", *PAIRS, "--into", "METADATA", "--reviewer", "nobody"], 1, "no account"),
    ],
)
def test_what_is_refused_changes_nothing(
    saved: World, arguments: list[str], status: int, said: str
) -> None:
    into = saved.folder / "metadata.yml"
    words = [str(into) if word == "METADATA" else word for word in arguments]
    got = promote(saved, *words)
    assert got[0] == status
    assert said in got[2]
    assert into.read_text(encoding="utf-8") == TEXT


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("delete from people_by_place", "only reads"),
        ("select 1 as people; select 2 as people", "only reads"),
        ("attach 'x' as y", "only reads"),
        ("pragma table_list", "only reads"),
        ("select * from sqlite_stmt", "only reads"),
        ("select nothing from people_by_place", "only reads"),
        ("with recursive n (people) as (select 1 union all select people + 1 from n)"
         " select max(people) as people from n", "only reads"),
        # Three times the instructions there are, which SQLite does within half a second.
        ("with recursive n (people) as (select 1 union all select people + 1 from n limit 1000000)"
         " select max(people) as people from n", "only reads"),
        ("select count(*) as odd_name from people_by_place", "odd_name"),
        ("select 1 as people where :unheard = ''", ":unheard"),
        ("select zeroblob(900000000) as people", "too big"),
    ],
)  # fmt: skip
def test_sql_that_can_not_be_official(world: World, sql: str, said: str) -> None:
    target = world.folder / "analysis.db"
    projections.refresh(world.db, "analysis", target)
    query = Official(GOOD.name, GOOD.title, GOOD.description, sql)
    with speaking("en"):
        found = promotion.faults(query, "analysis", target, configured())
    assert len(found) == 1
    assert said in found[0]
    assert promotion.faults(GOOD, "analysis", target, configured()) == []


@pytest.mark.parametrize(
    ("title", "sql"),
    [
        ("冒号: #井号 'x' | Colon: #hash \"y\"", "select ':no' as a, \"b:no\", :year -- :nor this"),
        ("- 横线 | - dash", "select 1\n\n  -- kept\nfrom (\n    select 2)"),
        ("%百分 | %per cent", "select '\t' as tab, '# not a comment'"),
        ("*星 | &and", promotion.tidy("\r\n   select 1  \r\n     from x;\r\n")),
    ],
)
def test_any_text_comes_back_as_it_was(title: str, sql: str) -> None:
    query = Official("report_odd", title, title, promotion.tidy(sql))
    made = promotion_file.insert(TEXT, "analysis", query)
    entry = configuration.parse(made)["databases"]["analysis"]["queries"]["report_odd"]
    assert (entry["title"], entry["sql"], entry["params"]) == (title, query.sql, query.params)
    # Every line of the file is still there, in its order.
    lines = iter(made.splitlines())
    assert all(line in lines for line in TEXT.splitlines())


@pytest.mark.parametrize("odd", ["\a", "\x85"])
def test_what_yaml_can_not_hold_is_refused(odd: str) -> None:
    with pytest.raises(Refused):
        promotion_file.insert(
            TEXT, "analysis", Official("report_odd", "一 | a", "一 | a", f"select '{odd}'")
        )


@pytest.mark.parametrize("title", ["一\n二 | one", "一 | one\u202e", "一 | o\ane"])
def test_a_title_is_one_line_that_can_be_seen(world: World, title: str) -> None:
    target = world.folder / "analysis.db"
    projections.refresh(world.db, "analysis", target)
    query = Official(GOOD.name, title, GOOD.description, SQL)
    (fault,) = promotion.faults(query, "analysis", target, configured())
    assert "标题只能是一行" in fault


def test_a_file_that_was_never_made_is_said(tmp_path: Path) -> None:
    file = promotion.file_of(tmp_path / "training.db", "institution-pku")
    assert file == tmp_path / "scopes" / "institution-pku.db"
    assert promotion.file_of(tmp_path / "training.db", "training") == tmp_path / "training.db"
    (fault,) = promotion.faults(GOOD, "institution-pku", file, configured())
    assert "还没有生成" in fault


def test_it_goes_to_the_database_it_is_of_and_to_no_other() -> None:
    for database, audience in (("analysis", "analysis"), ("training", "training"),
                               ("institution-pku", "institution")):  # fmt: skip
        made = configuration.parse(promotion_file.insert(TEXT, database, GOOD))["databases"]
        assert [n for n in made if GOOD.name in (made[n].get("queries") or {})] == [audience]
    for database in ("staging", "nothing"):
        with pytest.raises(Refused):
            promotion_file.insert(TEXT, database, GOOD)


def test_nobody_reviews_what_he_wrote(saved: World) -> None:
    with closing(accounts.open(saved.folder / "accounts.db")) as conn, speaking("en"):
        fault = promotion.reviewer_fault(conn, "desk", "desk")
        assert fault == "whoever wrote the query can't review it"
        assert promotion.reviewer_fault(conn, "desk", "analyst") is None


async def test_saved_queries_outlive_the_server(world: World) -> None:
    first = await kept(world, ("mine", "select 1 as people", True), ("ours", SQL, False))
    for name in ("analyst", "colleague"):
        first.hire_as(name, "analyst")
    await first.get("/", "analyst")
    first.ds.close()
    second = await kept(world)
    listed: dict[str, Any] = {}
    for who in ("analyst", "colleague"):
        found = (await second.get("/-/queries.json?_size=100", who)).json()["queries"]
        listed[who] = {one["name"] for one in found} & {"mine", "ours"}
    assert listed == {"analyst": {"mine", "ours"}, "colleague": {"ours"}}
    assert (await second.get("/analysis/ours?year=2021-2022", "colleague")).status_code == 200
    assert (await second.get("/analysis/mine", "colleague")).status_code == 404
    for who, done in (("colleague", False), ("analyst", True)):
        edited = await second.post(
            "/analysis/ours/-/update", who, json={"update": {"title": f"by {who}"}}
        )
        assert (edited.status_code == 200) == done, (who, edited.text)
        gone = await second.post("/analysis/mine/-/delete", who, json={"confirm": True})
        assert (gone.status_code in (200, 302)) == done, (who, gone.text)
    second.ds.close()
    with closing(sqlite3.connect(world.folder / "internal.db")) as conn:
        rows = conn.execute("select name, title from queries where source = 'user'").fetchall()
    assert rows == [("ours", "by analyst")]


def test_without_a_saved_query_it_says_so(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, ROOT / "scripts" / "promote_query.py", "--db", tmp_path / "training.db"],
        capture_output=True, text=True,
    )  # fmt: skip
    assert run.returncode == 2
    assert "nobody has saved a query" in run.stderr
