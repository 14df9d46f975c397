"""The security headers on the site as it is served, with its doorkeeper and its gate."""

import pytest

from tests.conftest import World
from tests.plugins.test_headers import assert_guarded
from tests.served import Served


@pytest.fixture
def served(world: World) -> Served:
    site = Served(world.folder)
    site.hire("office")
    return site


@pytest.mark.parametrize("who", [None, "office"])
async def test_pages_refusals_and_redirects(served: Served, who: str | None) -> None:
    for path in ("/", "/-/login", "/training", "/training/programme_years", "/-/config", "/-/no"):
        answer = await served.get(path, who)
        assert_guarded(answer)
        assert answer.headers.get_list("cache-control") == ["no-store"], path


async def test_a_wrong_host(served: Served) -> None:
    answer = await served.get("/", headers={"host": "evil.example"})
    assert answer.status_code >= 400
    assert_guarded(answer)
