"""/-/checks: what each role sees there is what its queries say, and nothing of anybody else's."""

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from training import queries

from tests.demo_world import demo_folder
from tests.served import Served, configured
from tests.worlds import QUERIES

pytestmark = pytest.mark.asyncio(loop_scope="module")

CHECKS = {query.name for query in queries.checks(QUERIES)}
ASSESSED = {"check_assessment_coverage", "check_bottom_two"}
#: An analyst's figures are those of the whole programme; small ones are in analysis.db.
# A class may be of two people: its figures are no analyst's.
SMALL = {"quota_completion_rate"}
QUOTAS = {n for n in CHECKS if n.startswith("quota_") and "_by_" not in n} - SMALL


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    config = configured()
    made = Served(demo_folder(tmp_path_factory), config=config)
    await made.ds.invoke_startup()
    yield made
    made.ds.close()


def sections(html: str) -> set[str]:
    return set(re.findall(r'<section class="card" id="(\w+)">', html))


def links(html: str) -> set[str]:
    return set(re.findall(r'href="/training/(\w+)\?year=2021-2022"', html))


@pytest.mark.parametrize(
    ("who", "seen"),
    [("office", CHECKS), ("analyst", QUOTAS), ("assessor", ASSESSED)],
    ids=["office", "analyst", "assessor"],
)
async def test_each_role_sees_the_checks_it_may_run(
    served: Served, who: str, seen: set[str]
) -> None:
    answer = await served.get("/-/checks", who)
    assert answer.status_code == 200
    assert sections(answer.text) == seen
    for name in links(answer.text):
        answer = await served.get(f"/training/{name}.json?year=2021-2022", who)
        assert answer.status_code == 200, name


async def test_people_are_one_click_away_for_the_office_alone(served: Served) -> None:
    office, analyst = [
        links((await served.get("/-/checks", who)).text) for who in ("office", "analyst")
    ]
    assert {"find_unknown_industry", "find_late_selections", "check_contacts_offenders"} <= office
    assert not {name for name in analyst if name.startswith(("find_", "check_"))}


async def test_the_page_shows_what_the_query_says(served: Served) -> None:
    html = (await served.get("/-/checks", "office")).text
    card = html.split('id="quota_headcount"')[1].split("</section>")[0]
    rows = (await served.get("/training/quota_headcount.json", "office")).json()["rows"]
    assert f'<span class="figure-value">{rows[0]["numerator"]}</span>' in card
    assert str(rows[0]["threshold"]) in card
    assert [str(row["numerator"]) in card for row in rows] == [True] * 3
    assert re.findall("badge-([a-z]+)", card) == ["wait", "off", "off"]


@pytest.mark.parametrize(("language", "word"), [("zh", "培训人数目标"), ("en", "Headcount target")])
async def test_definitions_come_in_both_languages(served: Served, language: str, word: str) -> None:
    html = (await served.get(f"/-/checks?_lang={language}", "office")).text
    card = html.split('id="quota_headcount"')[1].split("</section>")[0]
    assert f"<h2>Q01 {word}" in card
    definition = QUERIES["quota_headcount"].description.split(" | ")[language == "en"]
    assert definition in card
    assert " | " not in re.sub(r"<[^>]+>", "", html)


async def test_another_year_and_one_that_is_not_there(served: Served) -> None:
    last = await served.get("/-/checks?year=2020-2021", "office")
    assert '<span class="figure-value">1822</span>' in last.text
    assert (await served.get("/-/checks?year=1999-2000", "office")).status_code == 404


@pytest.mark.parametrize("who", ["tsinghua", "yunnan", "auditor", None])
async def test_it_is_closed_to_everybody_else(served: Served, who: str | None) -> None:
    answer = await served.get("/-/checks", who)
    assert answer.status_code in (302, 403, 404)
    assert sections(answer.text) == set()


@pytest.mark.parametrize("who", ["tsinghua", "yunnan"])
async def test_a_sender_finds_its_own_people(served: Served, who: str) -> None:
    own = {"tsinghua": "institution-tsinghua", "yunnan": "province-530000"}[who]
    answer = await served.get(f"/{own}/find_people.json?year=2020-2021&words=", who)
    assert answer.status_code == 200
    assert answer.json()["rows"]
    assert (await served.get("/training/find_unknown_industry.json", who)).status_code >= 400


@pytest.mark.parametrize(
    ("who", "there"), [("office", True), ("analyst", True), ("tsinghua", False)]
)
async def test_the_menu_leads_here_for_those_who_may(served: Served, who: str, there: bool) -> None:
    assert ('href="/-/checks"' in (await served.get("/", who)).text) == there
