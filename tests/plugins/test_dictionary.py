"""The data dictionary of the analysis file, and its examples of SQL."""

import csv
import io
import re
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from training import dictionary, projections
from training.database import connect
from training.wording import speaking

from tests.conftest import World
from tests.demo_world import demo_folder
from tests.served import PEOPLE, Served, configured

OURS: dict[str, Any] = configured()["plugins"]["lingjun"]


def named(table: str, column: str) -> str:
    return f"{table}.{column}"


@pytest.fixture(scope="module")
def analysis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    target: Path = tmp_path_factory.mktemp("analysis") / "analysis.db"
    projections.refresh(demo_folder(tmp_path_factory) / "training.db", "analysis", target)
    with closing(connect(target, read_only=True)) as conn:
        yield conn


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_column_has_a_meaning_a_source_and_if_it_counts_a_unit(
    analysis: sqlite3.Connection, language: str
) -> None:
    with speaking(language):
        found = list(dictionary.entries(analysis, OURS["dictionary"], named))
    assert len(found) > 80
    for entry in found:
        assert entry.meaning, entry
        assert entry.source, entry
        assert entry.unit, entry
        assert entry.unit.split()[-1] not in ("无", "none") or entry.type == "text", entry
        for said in (entry.meaning, entry.source, entry.unit):
            assert " | " not in said
            # A Chinese sentence is no English one, and the other way round.
            if said not in ("", "%", "GB/T 4754-2017"):
                assert bool(re.search("[\u4e00-\u9fff]", said)) == (language == "zh"), said


def test_no_entry_is_of_a_column_that_is_not_there(analysis: sqlite3.Connection) -> None:
    found = list(dictionary.entries(analysis, OURS["dictionary"], named))
    there = {entry.column for entry in found}
    apart = {f"{entry.table}.{entry.column}" for entry in found}
    assert set(OURS["dictionary"]) - apart == there
    assert {name for name in OURS["dictionary"] if "." in name} <= apart


def test_values_are_those_of_the_file(analysis: sqlite3.Connection) -> None:
    found = {
        (e.table, e.column): e for e in dictionary.entries(analysis, OURS["dictionary"], named)
    }
    assert ("yes", "制造业") in found["people_by_place", "manufacturing"].values
    assert found["people_by_institution", "institution"].values == ()  # too many to tell
    assert found["people_by_institution", "institution"].list_table == "institutions"
    # A count of the same name is not a code.
    counted = found["manufacturing_by_year", "manufacturing"]
    assert (counted.values, counted.list_table, counted.unit) == ((), "", "人")


@pytest.mark.parametrize("number", range(len(OURS["examples"])))
def test_each_example_runs_as_it_is(analysis: sqlite3.Connection, number: int) -> None:
    example = OURS["examples"][number]
    zh, bar, en = example["title"].partition(" | ")
    assert all((zh, bar, en))
    # As the link opens it: the parameter is there, and nothing chosen.
    assert analysis.execute(example["sql"], {"year": ""}).fetchall()


@pytest.fixture
async def served(world: World) -> AsyncIterator[Served]:
    """With metadata.yml as metadata too, as serve.py gives it: labels come from there."""
    made = Served(world.folder, config=configured(), metadata=configured())
    made.hire()
    await made.ds.invoke_startup()
    yield made
    made.ds.close()


async def test_the_page_and_the_file_are_the_analysts(served: Served) -> None:
    for who in (None, *PEOPLE):
        for path in ("/-/dictionary", "/-/dictionary.csv"):
            status = (await served.get(path, who)).status_code
            assert (status == 200) == (who == "analyst"), (who, path)
    page = (await served.get("/-/dictionary", "analyst")).text
    assert 'id="people_by_place"' in page
    assert 'href="/-/dictionary"' in page  # the menu leads here
    content = (await served.get("/-/dictionary.csv?_lang=en", "analyst")).content
    assert content.startswith(b"\xef\xbb\xbf")
    header, *rows = csv.reader(io.StringIO(content.decode("utf-8-sig")))
    assert header[:5] == ["table", "column", "Chinese label", "English label", "meaning"]
    assert [row for row in rows if not re.search("[\u4e00-\u9fff]", row[2]) or not row[3]] == []
    assert len(rows) == page.count("<tr><td>")


async def test_an_example_is_one_click_from_the_editor(served: Served) -> None:
    for path in ("/analysis", "/analysis/-/query?sql=select+1"):
        page = (await served.get(path, "analyst")).text
        for example in OURS["examples"]:
            link = f'href="/analysis/-/query?sql={quote(example["sql"], safe="/")}"'
            assert link in page or link.replace("%20", "+") in page, example["title"]
    opened = await served.get(
        f"/analysis/-/query?sql={quote(OURS['examples'][0]['sql'])}", "analyst"
    )
    assert opened.status_code == 200
    for path, who in (("/staging", "analyst"), ("/institution-tsinghua", "institution")):
        assert "SQL 示例" not in (await served.get(path, who)).text
