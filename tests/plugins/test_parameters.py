"""Parameters of queries: lists to choose from, of the file at hand, in the reader's language."""

import html
import re
from typing import Any
from urllib.parse import quote

import pytest
from training import parameters
from training.wording import speaking

from tests.conftest import World
from tests.served import Served, configured

PARAMETERS: dict[str, Any] = configured()["plugins"]["lingjun"]["parameters"]
SELECT = re.compile(r'<select id="qp\d" name="(\w+)".*?</select>', re.S)
OPTION = re.compile(r'<option value="([^"]*)"( selected)?>([^<]*)</option>')


def lists(page: str) -> dict[str, list[tuple[str, str, str]]]:
    """Each parameter that one chooses: its (value, ' selected' or '', name)."""
    return {found[1]: OPTION.findall(found[0]) for found in SELECT.finditer(page)}


@pytest.mark.parametrize(
    ("path", "who"),
    [
        ("/training/quota_headcount", "office"),
        ("/training/quota_headcount", "analyst"),
        ("/analysis/report_ages", "analyst"),
        ("/institution-tsinghua/report_states", "institution"),
        ("/province-330000/report_states", "province"),
    ],
)
async def test_the_year_is_chosen_and_kept(served: Served, path: str, who: str) -> None:
    page = (await served.get(path, who)).text
    assert lists(page)["year"][0] == ("", " selected", "当前年度")
    assert ("2021-2022", "") in [one[:2] for one in lists(page)["year"]]
    kept = (await served.get(f"{path}?year=2021-2022", who)).text
    assert [value for value, on, _ in lists(kept)["year"] if on] == ["2021-2022"]


async def test_the_list_is_in_the_language_of_its_reader(served: Served) -> None:
    page = (await served.get("/training/quota_headcount?_lang=en", "office")).text
    assert lists(page)["year"][0][2] == "The current year"
    assert "Programme year</label>" in page


async def test_a_planned_year_is_offered_to_the_office_alone(served: Served, world: World) -> None:
    with world.connect() as conn:
        names = [r[1] for r in conn.execute("pragma table_info(programme_years)")]
        others = ", ".join(name for name in names if name not in ("key", "state"))
        conn.execute(
            f"insert into programme_years (key, state, {others})"
            f" select '2022-2023', 'planned', {others} from programme_years where key = '2021-2022'"
        )
    for who, path in (
        ("office", "/training/quota_headcount"),
        ("analyst", "/training/quota_headcount"),
        ("institution", "/institution-tsinghua/report_states"),
    ):
        values = {one[0] for one in lists((await served.get(path, who)).text)["year"]}
        assert ("2022-2023" in values) == (who == "office"), who


async def test_what_somebody_typed_into_the_address_is_kept_as_text(served: Served) -> None:
    odd = '"><script>alert(1)</script>'
    page = (await served.get(f"/training/quota_headcount?year={quote(odd)}", "office")).text
    assert "<script>alert(1)" not in page
    chosen = [one for one in lists(page)["year"] if one[1]]
    assert [(html.unescape(value), "不在列表中" in name) for value, _, name in chosen] == [
        (odd, True)
    ]


async def test_ones_own_query_has_lists_too_and_words_are_explained(served: Served) -> None:
    sql = quote("select :institution, :track, :something, :kind from institutions limit 1")
    page = (await served.get(f"/analysis/-/query?sql={sql}&institution=pku", "analyst")).text
    found = lists(page)
    assert found.keys() == {"institution", "track", "kind"}
    assert [value for value, on, _ in found["institution"] if on] == ["pku"]
    assert re.search(r'<input type="text" id="qp3" name="something" value=""', page)
    words = (await served.get("/institution-tsinghua/find_people?words=示例", "institution")).text
    assert 'name="words" value="示例" aria-describedby="qp' in words
    assert "留空列出全部" in words


async def test_a_file_without_the_list_asks_for_text(served: Served) -> None:
    page = (await served.get("/staging/-/query?sql=select+:institution", "analyst")).text
    assert lists(page) == {}
    assert 'name="institution" value=""' in page


@pytest.mark.parametrize("name", PARAMETERS)
def test_each_is_complete_in_both_languages(name: str) -> None:
    about = PARAMETERS[name]
    rows = [("a", "甲", "A")] if "options" in about else []
    for language in ("zh", "en"):
        with speaking(language):
            field = parameters.field(about, rows, "")
            assert " | " not in field.title + field.help
            assert field.help or [value for value, _ in field.choices] == ["", "a"]


def test_a_list_longer_than_anybody_reads_is_no_list(world: World) -> None:
    long = "with recursive n (i) as (select 1 union all select i + 1 from n where i < 2001)"
    with world.connect() as conn:
        about = {"options": f"{long} select i as value, i, i from n"}
        assert parameters.options(conn, about, planned=False) == []
