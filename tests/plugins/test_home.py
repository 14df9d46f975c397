"""The home page leads each role to its work, and to nothing that is closed to it."""

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
import yaml

from tests.conftest import ROOT, World
from tests.served import PEOPLE, Served


@pytest_asyncio.fixture
async def served(world: World) -> AsyncIterator[Served]:
    config = yaml.safe_load((ROOT / "metadata.yml").read_text(encoding="utf-8"))
    made = Served(world.folder, config=config)
    made.hire()
    await made.ds.invoke_startup()
    yield made
    made.ds.close()


async def test_every_duty_of_every_role_opens(served: Served) -> None:
    for role in PEOPLE:
        page = (await served.get("/", role)).text
        cards = re.findall(r'<div class="card"><h2><a href="([^"]+)">', page)
        assert cards, role
        for href in cards:
            assert (await served.get(href, role)).status_code == 200, (role, href)


@pytest.mark.parametrize(
    "path",
    [
        "/training/trainees?_timelimit=abc",
        "/training/trainees?_facet=nope",
        "/training/trainees?_size=abc",
        "/training/quota_headcount?_timelimit=abc",
        "/training/trainees.json?_timelimit=abc",
        "/training/trainees.csv?_facet=nope&_timelimit=x",
    ],
)
async def test_an_address_typed_by_hand_gets_an_answer_not_a_fault(
    served: Served, path: str
) -> None:
    answer = await served.get(path, "office")
    assert answer.status_code in (200, 400)
    assert "Traceback" not in answer.text
