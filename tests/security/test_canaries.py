"""The search itself: it finds every mark however it is written, and nothing where there is none."""

import base64
import html
import io
import json
import sqlite3
import zipfile
from collections.abc import Callable
from urllib.parse import quote

import pytest

from tests.security.canaries import ACTORS, YEARS, Scanner
from tests.security.conftest import City


def workbook(text: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", f"<t>{text}</t>")
    return out.getvalue()


def database(text: str) -> bytes:
    conn = sqlite3.connect(":memory:")
    conn.execute("create table t (x)")
    conn.execute("insert into t values (?)", (text,))
    return conn.serialize()


WAYS: dict[str, Callable[[str], bytes]] = {
    "plain": lambda text: text.encode(),
    "json": lambda text: json.dumps({"x": text}).encode(),
    "html": lambda text: html.escape(text).encode(),
    "html numbers": lambda text: "".join(f"&#{ord(char)};" for char in text).encode(),
    "url": lambda text: f"/a?next={quote(text)}".encode(),
    "url twice": lambda text: quote(quote(text)).encode(),
    "base64": lambda text: base64.b64encode(f"some words {text}".encode()),
    "hex": lambda text: f"some {text}".encode().hex().encode(),
    "workbook": workbook,
    "database": database,
}


@pytest.fixture(scope="session")
def scanner(city: City) -> Scanner:
    return city.scanner


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "column",
    [
        "name",
        "id_number",
        "mobile",
        "mobile_masked",
        "person_key",
        "mobile_key",
        "email",
        "enterprise_name",
        "uscc",
        "position",
        "note",
        "main_business",
        "id_hash",
        "mobile_hash",
    ],
)
def test_it_is_found(city: City, way: str, column: str) -> None:
    one = city.people[107]
    assert city.scanner.found(WAYS[way](one.marks[column])) == {(one, column)}
    assert city.scanner.leaks(None, "/", WAYS[way](one.marks[column]))


def test_nothing_is_found_where_there_is_nothing(city: City) -> None:
    assert city.scanner.found("示例有限公司 13900000000 雀巢 119999 某某".encode()) == set()


def test_the_city_is_as_it_is_told(city: City) -> None:
    assert len(city.people) >= 400
    assert {one.year for one in city.people} == set(YEARS)
    assert len({one.marks[c] for one in city.people for c in one.marks}) == len(city.people) * 14
    conn = sqlite3.connect(city.folder / "training.db")
    assert conn.execute("select count(*) from trainees").fetchone()[0] == len(city.people)
    conn.close()


@pytest.mark.parametrize("who", [*ACTORS, None])
def test_who_reads_what(city: City, who: str | None) -> None:
    """The table of who sees what opens something to the roles that work with people alone."""
    seen = {one.number for one in city.people if one.read_by(who)}
    working = bool(who) and ACTORS[who]["role"] in ("office", "institution", "province")
    assert bool(seen) == working
    if working and who != "office":
        assert len(seen) < len(city.people)
