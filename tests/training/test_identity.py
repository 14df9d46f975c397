"""Hash, mask, seal: what the record keeps of an identity number."""

import json
import os
import stat

import pytest
from cryptography.exceptions import InvalidTag
from training import identity

from tests.conftest import World
from tests.people import identity_number

NUMBER = identity_number(0)


def test_keys_are_made_once_for_their_owner_alone(world: World) -> None:
    path = identity.keys_path(world.db)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert identity.create_keys(world.db) is False


def test_keys_that_others_can_read_are_refused(world: World) -> None:
    identity.keys_path(world.db).chmod(0o640)
    with pytest.raises(identity.KeysMissing, match="chmod 600"):
        identity.load_keys(world.db)


@pytest.mark.parametrize("text", ["", "not json", "[]", '{"hashing": "00", "sealing": {}}'])
def test_broken_keys_are_refused(world: World, text: str) -> None:
    identity.keys_path(world.db).write_text(text)
    with pytest.raises(identity.KeysMissing):
        identity.load_keys(world.db)


def test_missing_keys_are_named(world: World) -> None:
    identity.keys_path(world.db).unlink()
    with pytest.raises(identity.KeysMissing, match=r"training\.keys"):
        identity.load_keys(world.db)


def test_keys_may_come_from_the_environment(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    text = json.dumps({"hashing": "11" * 32, "sealing": {"1": "22" * 32, "2": "33" * 32}})
    monkeypatch.setenv("LINGJUN_KEYS", text)
    keys = identity.load_keys(world.db)
    assert (keys.hashing, keys.current) == (b"\x11" * 32, 2)


def test_one_person_has_one_key_whatever_the_eighteen_character_document(world: World) -> None:
    keys = world.keys
    resident = identity.person_key(keys, "resident", NUMBER)
    assert resident == identity.person_key(keys, "taiwan_resident", NUMBER)
    assert resident != identity.person_key(keys, "passport", NUMBER)
    assert resident != identity.mobile_key(keys, NUMBER)
    assert len(resident) == 32
    assert NUMBER not in resident


def test_the_hash_needs_the_key() -> None:
    one, two = (identity.Keys(bytes([n]) * 32, {1: bytes(32)}, bytes(32)) for n in (1, 2))
    assert identity.person_key(one, "resident", NUMBER) != identity.person_key(
        two, "resident", NUMBER
    )


def test_masks_show_the_ends_alone() -> None:
    assert identity.mask_identity("11010519491231002X") == "110***********002X"
    assert identity.mask_identity("E12345678") == "E******78"
    assert identity.mask_mobile("13800008000") == "138****8000"


def test_what_is_sealed_opens_for_its_owner_and_nobody_else(world: World) -> None:
    sealer = identity.Sealer(world.keys)
    sealed = sealer.seal("owner", NUMBER)
    assert NUMBER.encode() not in sealed
    assert sealer.seal("owner", NUMBER) != sealed
    assert sealer.open("owner", sealer.version, sealed) == NUMBER
    with pytest.raises(InvalidTag):
        sealer.open("another", sealer.version, sealed)
    stranger = identity.Sealer(identity.Keys(os.urandom(32), {1: os.urandom(32)}, bytes(32)))
    with pytest.raises(InvalidTag):
        stranger.open("owner", 1, sealed)


def test_an_older_key_version_still_opens(world: World) -> None:
    old = world.keys
    sealed = identity.Sealer(old).seal("owner", "text")
    rotated = identity.Keys(old.hashing, old.sealing | {2: os.urandom(32)}, old.audit)
    sealer = identity.Sealer(rotated)
    assert sealer.version == 2
    assert sealer.open("owner", 1, sealed) == "text"
