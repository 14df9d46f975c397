"""Small worlds: each test that writes gets its own complete record in its own folder."""

import shutil
import sqlite3
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from training import building, charts, identity
from training.database import connect

if TYPE_CHECKING:
    from tests.served import Served

ROOT = Path(__file__).resolve().parent.parent
YEAR = "2021-2022"
#: The renderer of charts, which takes a second to load: only tests of charts want it.
DRAWN = charts._drawn


@dataclass
class World:
    """A complete, empty record in a folder of its own, with its keys beside it."""

    folder: Path

    @property
    def db(self) -> Path:
        return self.folder / "training.db"

    @property
    def keys(self) -> identity.Keys:
        return identity.load_keys(self.db)

    def connect(self) -> sqlite3.Connection:
        return connect(self.db)


@pytest.fixture(autouse=True)
def _no_keys_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test never meets the keys of a real record."""
    for name in (
        "LINGJUN_KEYS",
        "LINGJUN_KEYS_FILE",
        "LINGJUN_HOSTS",
        "LINGJUN_SIGNING_KEY",
        "LINGJUN_VERIFY_KEY",
        "LINGJUN_PUBLIC_URL",
    ):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session", autouse=True)
def _no_limits() -> Iterator[None]:
    """One account asks a thousand things a minute here; tests/plugins/test_slow_down.py sets its own."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("LINGJUN_LIMITS", "off")
        yield


@pytest.fixture(autouse=True)
def _quick_charts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(charts, "_drawn", lambda specs: ["<svg></svg>"] * len(specs))


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of a fresh build, made once and copied for each world."""
    folder = tmp_path_factory.mktemp("built")
    list(building.build(folder / "training.db", ROOT / "db" / "seed"))
    return folder


@pytest.fixture
def world(built: Path, tmp_path: Path) -> World:
    """A record that this test may change as it likes."""
    for file in built.iterdir():
        shutil.copy2(file, tmp_path / file.name)
    return World(tmp_path)


@pytest.fixture
def conn(world: World) -> Iterator[sqlite3.Connection]:
    """An open connection to the test's own record."""
    connection = world.connect()
    yield connection
    connection.close()


@pytest_asyncio.fixture
async def served(world: World) -> AsyncIterator["Served"]:
    """The test's own record behind the real plugins and metadata.yml, with an account per role."""
    # Loading Datasette takes a moment that tests of the domain alone need not wait for.
    from tests.served import Served, configured

    made = Served(world.folder, config=configured())
    made.hire()
    await made.ds.invoke_startup()
    yield made
    made.ds.close()
