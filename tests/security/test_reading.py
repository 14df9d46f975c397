"""P1: nobody is given a person outside his scope, by whatever address, form and spelling he asks."""

import os
import re
from urllib.parse import quote

import pytest

from tests.security.addresses import DATABASES, ELSEWHERE, FORMS, SPELLINGS, routes
from tests.security.canaries import ACTORS, EVERYBODY
from tests.security.conftest import City

pytestmark = pytest.mark.asyncio(loop_scope="session")

#: The file of each actor who has one.
OWN = {
    "institution_a": "institution-tsinghua",
    "institution_b": "institution-pku",
    "province_a": "province-330000",
    "province_b": "province-110000",
    "analyst": "analysis",
}


def written(form: str, number: int) -> str:
    """The form as it travels: every character above ASCII, quote and blank escaped."""
    return quote(form.replace("{id}", str(number)), safe="/?&=%,.:;~+*()-_")


def row_of(city: City, who: str | None) -> int:
    """A row that is not to be read by ``who``, somebody else's or anybody's."""
    hidden = next((one for one in city.people if not one.read_by(who)), city.people[0])
    return city.ids[hidden.number]


def asked(who: str | None, number: int) -> list[str]:
    """The files that ``who`` asks for the ``number``-th form: his own, and two others in turn.

    So each actor knocks at each file with every fifth form at least, and forms of one kind follow
    each other. ``LINGJUN_ATTACK=all`` asks everything.
    """
    if os.environ.get("LINGJUN_ATTACK") == "all":
        return list(DATABASES)
    turn = number + EVERYBODY.index(who)
    others = [name for name in DATABASES if name != OWN.get(who or "")]
    picked = [others[(2 * turn + step) % len(others)] for step in (0, 1)]
    return [*([OWN[who]] if who in OWN else []), *picked]


@pytest.mark.parametrize("form", FORMS)
async def test_of_every_database(city: City, form: str) -> None:
    """Each actor asks files for it: those served, the foreign, the missing."""
    for who in EVERYBODY:
        path = written(form, row_of(city, who))
        for database in asked(who, FORMS.index(form)):
            assert await city.leaks(f"/{database}{path}", who) == []


async def test_no_file_is_left_out() -> None:
    for who in EVERYBODY:
        for number in range(len(FORMS)):
            five = {name for n in range(number, number + 5) for name in asked(who, n)}
            assert five >= set(DATABASES), who


@pytest.mark.parametrize("spelling", SPELLINGS)
async def test_spellings_of_a_database(city: City, spelling: str) -> None:
    for form in (
        "",
        ".json",
        "/trainees.json",
        "/trainees.csv?_stream=1",
        "/-/query.json?sql=select+1",
    ):
        assert await city.leaks(f"/{spelling}{form}", *EVERYBODY) == []


@pytest.mark.parametrize("route", routes())
async def test_every_route(city: City, route: str) -> None:
    for form in ("", "?_lang=en&year=2020-2021&q=" + quote("雀")):
        assert await city.leaks(route + form, *EVERYBODY) == []


@pytest.mark.parametrize("place", ELSEWHERE)
async def test_elsewhere(city: City, place: str) -> None:
    assert await city.leaks(quote(place, safe="/?&=%,.:;~+*()-_"), *EVERYBODY) == []


@pytest.mark.parametrize("who", EVERYBODY)
async def test_the_pages_that_the_home_page_leads_to(city: City, who: str | None) -> None:
    """Follow every link, three deep, forty pages: no other way in shows more."""
    seen, waiting = set[str](), ["/" if who else "/institutions"]
    while waiting and len(seen) < 40:
        path = waiting.pop(0)
        answer = await city.get(path, who)
        assert city.scanner.leaks(who, path.partition("?")[0], answer.everything) == []
        seen.add(path)
        for link in re.findall(rb'href="(/[^"#]*)"', answer.body):
            target = link.decode().replace("&amp;", "&")
            if target not in seen and target not in waiting and "logout" not in target:
                waiting.append(target)
    assert len(seen) > 5


@pytest.mark.parametrize("who", OWN)
async def test_the_attack_would_see_what_it_looks_for(city: City, who: str) -> None:
    """What is the actor's own does come, so that silence elsewhere means something."""
    answer = await city.get(f"/{OWN[who]}/trainees.json?_shape=array&_size=max", who)
    found = {one.number for one, _ in city.scanner.found(answer.everything)}
    readable = {one.number for one in city.people if one.read_by(who)}
    if ACTORS[who]["role"] == "analyst":
        assert answer.status == 404
        assert found == readable == set()
    else:
        assert answer.status == 200
        assert found == readable


@pytest.mark.parametrize("who", EVERYBODY)
async def test_somebody_elses_kept_queries_are_not_named(city: City, who: str | None) -> None:
    for owner in ("analyst", "institution_a"):
        for place in ("", "/staging", "/institution-tsinghua", "/training"):
            answer = await city.get(f"{place}/-/queries.json?_size=100&owner_id={owner}", who)
            assert (f"kept_by_{owner}".encode() in answer.body) <= (who == owner)
