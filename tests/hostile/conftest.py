"""Records for files from outside: one that is only looked at, and one for each test that stores."""

from pathlib import Path

import pytest

from tests.conftest import World
from tests.hostile.sending import Office, copied


@pytest.fixture(scope="session")
def reader(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An empty record for previews, which change nothing."""
    return Office(copied(built, tmp_path_factory.mktemp("previews")))


@pytest.fixture
def office(world: World) -> Office:
    """A record that this test stores into."""
    return Office(world)
