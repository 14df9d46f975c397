"""An import that is killed, or whose disk is full, is whole or absent; what was announced is there."""

import re
import sqlite3
from pathlib import Path

import pytest

from tests.hostile import crashing
from tests.hostile.crashing import KNOWN, Half, Scene

ROWS = 2_000
#: Bytes to which a file may grow: none, the log, half of what is stored, nearly all of it.
ROOM = (0, 200_000, 1_000_000)


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return Scene(tmp_path_factory.mktemp("crash"), ROWS)


def test_a_kill_at_any_point(scene: Scene) -> None:
    found = list(crashing.kills(scene, 7))
    assert {left.status for left in found} <= {-9, 0}
    assert sum(left.was_killed for left in found) == 7
    assert not found[0].is_whole


def test_a_kill_while_storing(scene: Scene) -> None:
    kills = (crashing.while_storing(later / 1000) for later in (0, 0, 5, 10, 15, 20, 30, 40, 60))
    found = [scene.left(scene.record(), kill) for kill in kills]
    assert any(left.log_bytes for left in found)
    assert not all(left.is_whole for left in found)


def test_a_kill_after_the_word(scene: Scene) -> None:
    left = scene.left(scene.record(), crashing.once_announced)
    assert (left.is_whole, left.announced) == (True, 2)


def test_after_a_kill_the_same_import_works(scene: Scene) -> None:
    seconds = scene.measure()
    db = scene.record()
    assert not scene.left(db, crashing.after(seconds / 4)).is_whole
    assert scene.left(db, crashing.undisturbed).is_whole


def test_half_a_roster_would_be_found(scene: Scene) -> None:
    """The examination itself: one person too few is noticed."""
    db = scene.record()
    conn = sqlite3.connect(db)
    conn.execute("delete from sealed_identities where trainee_id = 1")
    conn.commit()
    conn.close()
    with pytest.raises(Half):
        scene.left(db, crashing.after(0))


@pytest.mark.parametrize("room", ROOM)
def test_a_full_disk_stores_nothing(scene: Scene, room: int) -> None:
    """No file may grow further: neither the record, nor its log, nor the temporary tables."""
    db = scene.record()
    left = scene.left(db, crashing.undisturbed, crashing.full_at(room))
    assert not left.is_whole
    assert left.status == 1
    assert scene.left(db, crashing.undisturbed).is_whole


@pytest.mark.parametrize("room", ROOM)
def test_a_full_disk_is_said_in_words(scene: Scene, room: int) -> None:
    left = scene.left(scene.record(), crashing.undisturbed, crashing.full_at(room))
    assert "Traceback" not in left.errors
    assert re.search("disk|磁盘", left.errors)


def test_the_record_before_is_what_the_tests_think(scene: Scene) -> None:
    assert not scene.left(scene.record(), crashing.after(0)).is_whole
    assert KNOWN < ROWS
    assert Path(scene.roster).stat().st_size > 100 * ROWS
