"""The dashboard shows what the canned queries say, no more and no less, and is as fresh as they are."""

import re
import sqlite3
from contextlib import closing
from typing import Any
from xml.etree import ElementTree

import pytest
from training import boards, charts, dashboard, queries, scopes, tile_map
from training.boards import Board, Source
from training.wording import speaking

from tests.conftest import World
from tests.worlds import add_batch, add_people, set_year

ACTORS: dict[str, dict[str, Any]] = {
    "office": {"role": "office"},
    "institution": {"role": "institution", "institution": "tsinghua"},
    "province": {"role": "province", "province": "330000"},
    "assessor": {"role": "assessor"},
    "analyst": {"role": "analyst"},
    "auditor": {"role": "auditor"},
}


def source(world: World, role: str) -> Source:
    own = scopes.of(ACTORS[role])
    if own:
        scopes.refresh(world.db, own)
    found = boards.source_of(world.db, ACTORS[role], lambda name: queries.load(database=name))
    assert found
    return found


def shown(world: World, role: str) -> Board:
    """The dashboard as it is after the work in the background."""
    boards.compute(source(world, role))
    found = boards.board(source(world, role))
    assert found
    return found


def part(board: Board, name: str) -> dashboard.Part:
    return next(one for one in board.parts if one.name == name)


def test_every_authority_has_one_square(conn: sqlite3.Connection) -> None:
    assert {row[0] for row in conn.execute("select code from provinces")} == set(tile_map.PLACES)
    assert len(set(tile_map.PLACES.values())) == 37


@pytest.mark.parametrize("role", dashboard.BOARDS)
@pytest.mark.parametrize("people", [0, 3])
def test_each_cell_is_the_querys(
    world: World, conn: sqlite3.Connection, role: str, people: int
) -> None:
    if people:
        add_people(conn, people, province="330000")
    board, own = shown(world, role), source(world, role)
    assert [one.name for one in board.parts] == [one.query for one in dashboard.BOARDS[role]]
    with closing(sqlite3.connect(own.file)) as file:
        for one in board.parts:
            rows = queries.run(file, own.catalogue()[one.name], year="")
            assert len(one.rows) == len(rows)
            for text, row in zip(one.rows, rows, strict=True):
                for name in set(one.columns) - {"label"}:
                    asked = "" if row[name] is None else str(row[name])
                    plain = text[name].removesuffix("%")
                    if re.fullmatch(r"-?\d+\.0", asked):
                        asked = asked.removesuffix(".0")
                    assert plain == asked, (one.name, name)


def test_a_chart_draws_what_its_query_says(world: World, conn: sqlite3.Connection) -> None:
    add_people(conn, 2, province="330000", industry_code=None)
    add_people(conn, 3, province="330000")
    with closing(sqlite3.connect(world.db)) as file:
        catalogue = queries.load()
        parts = dashboard.parts(file, "office", "training", catalogue)
    squares = next(p for p in parts if p.name == "report_headcount_by_authority").chart
    assert squares
    drawn = {row["scope"]: row["value"] for row in squares["data"]["values"]}
    assert drawn == dict.fromkeys(tile_map.PLACES, 0) | {"330000": 5}
    share = next(p for p in parts if p.name == "quota_manufacturing_share").chart
    assert share
    assert [(r["value"], r["upper"]) for r in share["data"]["values"]] == [(60.0, 100.0)]


@pytest.mark.parametrize(
    ("manufacturing", "unknown", "says"),
    [
        (3, 0, "下限 30%，上限 30%（行业未知 0 人）"),
        (2, 1, "下限 20%，上限 30%（行业未知 1 人）"),
        (2, 2, "下限 20%，上限 40%（行业未知 2 人）"),
    ],
)
def test_the_share_is_told_with_both_bounds(
    world: World, conn: sqlite3.Connection, manufacturing: int, unknown: int, says: str
) -> None:
    add_people(conn, manufacturing, industry_code="34")
    add_people(conn, unknown, industry_code=None)
    add_people(conn, 10 - manufacturing - unknown, industry_code="65")
    assert part(shown(world, "office"), "quota_manufacturing_share").says.startswith(says)


def test_nobody_yet_is_no_share(world: World) -> None:
    board = shown(world, "office")
    assert part(board, "quota_manufacturing_share").says == "还没有实际培训的学员。"
    assert "实际培训 0 人" in part(board, "quota_headcount").says


def test_an_institution_reads_of_its_own_people_alone(
    world: World, conn: sqlite3.Connection
) -> None:
    add_people(conn, 2)
    add_people(conn, 5, institution="pku")
    rows = part(shown(world, "institution"), "report_states").rows
    assert sum(int(row["people"]) for row in rows) == 2


def test_a_change_shows_on_the_next_dashboard(world: World, conn: sqlite3.Connection) -> None:
    own = source(world, "office")
    before = shown(world, "office")
    assert boards.ready(own) == before
    add_people(conn, 4)
    assert boards.ready(own) is None
    boards.board(own)
    for work in list(boards._threads.values()):
        work.join()
    after = boards.board(own)
    assert after
    assert after.is_current
    assert "实际培训 4 人" in part(after, "quota_headcount").says


def test_the_last_dashboard_stands_while_the_next_is_made(
    world: World, conn: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown(world, "office")
    add_people(conn, 4)
    monkeypatch.setattr(boards, "PATIENCE", 0)
    monkeypatch.setattr(boards, "compute", lambda source: None)
    old = boards.board(source(world, "office"))
    assert old
    assert not old.is_current
    assert "实际培训 0 人" in part(old, "quota_headcount").says


def test_a_year_whose_target_changes_shows_it(world: World, conn: sqlite3.Connection) -> None:
    shown(world, "office")
    set_year(conn, target_trainees=1800)
    assert boards.ready(source(world, "office")) is None
    assert "目标 1800 人" in part(shown(world, "office"), "quota_headcount").says


def test_the_words_are_english_too(world: World) -> None:
    with speaking("en"):
        for role in ACTORS:
            for one in shown(world, role).parts:
                assert not re.search(r"[\u4e00-\u9fff]", one.title + one.says), one
        assert "target is 2000" in part(shown(world, "office"), "quota_headcount").says


def test_the_auditor_reads_counts_alone(world: World) -> None:
    for one in shown(world, "auditor").parts:
        assert one.columns == ["action", "entries"]
        assert one.rows or one.says == "没有记录。"


def test_a_chart_that_fails_leaves_its_table(
    world: World, conn: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(specs: list[charts.Spec]) -> list[str]:
        raise ValueError("no drawing today")

    monkeypatch.setattr(charts, "_drawn", fail)
    one = part(shown(world, "office"), "quota_headcount")
    assert one.svg == ""
    assert one.rows[0]["threshold"] == "2000"


@pytest.fixture
def drawing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The real renderer, which other tests do without."""
    from tests.conftest import DRAWN

    monkeypatch.setattr(charts, "_drawn", DRAWN)


@pytest.mark.usefixtures("drawing")
def test_a_name_is_text_and_never_markup() -> None:
    evil = '<script>alert(1)</script>"><a href="javascript:x">'
    spec = charts.bars([{"label": evil, "value": 1}], evil)
    (svg,) = charts.render([charts.Chart(spec, "one", evil, evil)])
    tree = ElementTree.fromstring(svg)
    tags = {element.tag.rpartition("}")[2] for element in tree.iter()}
    assert tags.isdisjoint({"script", "a", "image", "foreignObject", "use"})
    assert not [key for element in tree.iter() for key in element.attrib if key.startswith("on")]
    assert tree.attrib["role"] == "img"


@pytest.mark.usefixtures("drawing")
def test_ids_are_unique_and_words_stay_words(conn: sqlite3.Connection) -> None:
    row = {"scope": "330000", "label": "浙江", "value": 7, "shown": "7"}
    spec = charts.tiles([row])
    made = charts.render([charts.Chart(spec, name, "题", "说明") for name in ("one", "two")])
    page = "".join(made)
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    for reference in re.findall(r"url\(#([^)]+)\)", page):
        assert reference in ids
    assert ">浙江</text>" in made[0]
    for labelled in re.findall(r'aria-labelledby="([^"]+)"', page):
        assert set(labelled.split()) <= set(ids)


@pytest.mark.usefixtures("drawing")
def test_one_chart_that_makes_no_sense_spoils_no_other() -> None:
    good = charts.bars([{"label": "a", "value": 1}], "n")
    bad = {"mark": "no such mark", "encoding": 7}
    one, two = charts.render([charts.Chart(s, "c", "t", "d") for s in (bad, good)])
    assert one == ""
    assert "</svg>" in two


def test_what_is_kept_holds_no_free_words(world: World, conn: sqlite3.Connection) -> None:
    add_batch(conn, file_name="张三.csv")
    one = part(shown(world, "institution"), "report_batches")
    assert one.says.startswith("共 1 批")
    assert "张三".encode() not in b"".join(
        file.read_bytes() for file in world.folder.glob("figures.db*")
    )
