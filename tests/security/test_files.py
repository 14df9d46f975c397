"""P24: every file on the disk without the key: no number, no foreign person, nothing others may open."""

import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from tests.scope_world import bytes_of
from tests.security.conftest import City

pytestmark = pytest.mark.asyncio(loop_scope="session")
SECRET = {"id_number", "mobile", "id_hash", "mobile_hash"}
#: Whose each scope file is.
FILES = {
    "institution-tsinghua": "institution_a",
    "institution-pku": "institution_b",
    "analysis": "analyst",
    "province-330000": "province_a",
    "province-110000": "province_b",
}


def numbers_in(city: City, content: bytes) -> list[str]:
    """Identity numbers and mobiles, or plain hashes of them, in the bytes of a file."""
    text = content.lower()
    return [
        f"{column} of {one.number}"
        for one in city.people
        for column in SECRET
        if one.marks[column].lower().encode() in text
    ]


def foreign_in(city: City, path: Path, who: str) -> list[str]:
    """Marks of people in the bytes of a scope file that its owner may not read."""
    content = bytes_of(path)
    return [
        f"{path.name}: {column} of {one.number}"
        for one in city.people
        for column, mark in one.marks.items()
        if column not in one.read_by(who) and mark.encode() in content
    ]


@pytest.mark.parametrize(
    "name", ["training", "accounts", "staging", "public", "certificates", *FILES]
)
async def test_no_number_in_the_bytes(city: City, name: str) -> None:
    paths = list(city.folder.rglob(f"{name}.db*"))
    assert paths
    assert [found for path in paths for found in numbers_in(city, path.read_bytes())] == []


@pytest.mark.parametrize("name", FILES)
async def test_no_foreign_person_in_the_bytes(city: City, name: str) -> None:
    assert foreign_in(city, city.folder / "scopes" / f"{name}.db", FILES[name]) == []


async def test_the_bytes_do_hold_what_is_looked_for(city: City) -> None:
    one = city.people[0]
    assert one.marks["name"].encode() in (city.folder / "training.db").read_bytes()
    assert one.marks["person_key"].encode() in (city.folder / "training.db").read_bytes()


async def test_modes(city: City) -> None:
    for path in [city.folder / "scopes", *city.folder.rglob("*")]:
        if path.name.startswith(("public", "certificates")) or path.suffix in (".db-shm",):
            continue
        wanted = 0o700 if path.is_dir() else 0o600
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, (path.name, oct(wanted))


async def test_sealed_is_sealed(city: City) -> None:
    with closing(sqlite3.connect(city.folder / "training.db")) as conn:
        sealed = b"".join(row[0] for row in conn.execute("select sealed from sealed_identities"))
    assert len(sealed) > 200 * 30
    assert city.scanner.found(sealed) == set()
