"""A full disk stops writing, says so in words, and stops nobody from reading."""

import sqlite3

import pytest

from tests.conftest import World
from tests.served import Served
from tests.worlds import add_people


@pytest.fixture
async def full(served: Served, world: World) -> Served:
    """The record may not grow by a page any more, for the server's writer as on a full disk."""
    with world.connect() as conn:
        add_people(conn, 3)
    await served.ds.get_database("training").execute_write_fn(no_room, transaction=False)
    return served


def no_room(conn: sqlite3.Connection) -> None:
    pages = conn.execute("pragma page_count").fetchone()[0]
    conn.execute(f"pragma max_page_count = {pages}")


LONG = "x" * 200_000


async def test_writing_is_refused_in_words(full: Served, world: World) -> None:
    answer = await full.post(
        "/training/institutions/pku/-/update", "office", json={"update": {"supervisor": LONG}}
    )
    assert answer.status_code in (400, 507)
    assert "磁盘已满" in answer.json()["error"]
    with world.connect() as conn:
        held = conn.execute("select supervisor from institutions where slug = 'pku'").fetchone()[0]
        assert held != LONG


async def test_reading_goes_on(full: Served) -> None:
    await full.post(
        "/training/institutions/pku/-/update", "office", json={"update": {"supervisor": LONG}}
    )
    for path in ("/", "/training/trainees", "/training/trainees/1", "/-/checks", "/institutions",
                 "/training/quota_headcount"):  # fmt: skip
        answer = await full.get(path, "office")
        assert answer.status_code == 200, path
