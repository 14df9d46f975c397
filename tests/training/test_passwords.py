"""What a good password is, and that checking one says nothing by its cost."""

import asyncio
import threading

import pytest
from training import passwords

GOOD = "Correct-horse-9"


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "ITERATIONS", 2)


@pytest.mark.parametrize(
    ("password", "code"),
    [
        (GOOD, None),
        ("aB3456789", "password-short"),
        ("aB34567890", None),
        ("abcdefghij", "password-simple"),
        ("abcdefghi9", "password-simple"),
        ("ABCDEFGHI9", "password-simple"),
        ("abcdefgh9-", None),
        ("领军人才培训名单一二", "password-simple"),
        ("领军人才培训aB一二", None),
        ("Clerk-2021-x", "password-username"),
        ("xx-CLERK-2021", "password-username"),
        ("aB3" * 90, "password-long"),
    ],
)
def test_rule(password: str, code: str | None) -> None:
    assert passwords.fault(password, "clerk") == code


def test_an_earlier_password_is_refused() -> None:
    earlier = [passwords.hash_password(GOOD), passwords.hash_password("Other-horse-9")]
    assert passwords.fault(GOOD, "clerk", earlier) == "password-reused"
    assert passwords.fault("Third-horse-9", "clerk", earlier) is None


def test_verify() -> None:
    hashed = passwords.hash_password(GOOD)
    assert hashed.split("$")[:2] == ["pbkdf2_sha256", "2"]
    assert passwords.verify(GOOD, hashed)
    assert not passwords.verify(GOOD + "x", hashed)
    assert not passwords.verify(GOOD, None)


def test_nobody_costs_as_many_rounds_as_somebody(monkeypatch: pytest.MonkeyPatch) -> None:
    from datasette_auth_passwords import utils

    rounds = []
    pbkdf2 = utils.hashlib.pbkdf2_hmac
    hashed = passwords.hash_password(GOOD)

    def counted(name: str, password: bytes, salt: bytes, iterations: int) -> bytes:
        rounds.append((len(salt), iterations))
        return pbkdf2(name, password, salt, iterations)

    monkeypatch.setattr(utils.hashlib, "pbkdf2_hmac", counted)
    passwords.verify("wrong", hashed)
    passwords.verify("wrong", None)
    assert rounds == [(32, 2), (32, 2)]


def test_one_time_passwords_satisfy_the_rule_and_differ() -> None:
    made = {passwords.one_time_password() for _ in range(200)}
    assert len(made) == 200
    assert {passwords.fault(one, "clerk") for one in made} == {None}
    assert not set("".join(made)) & set("ilo01IO")


async def test_hashing_does_not_stop_the_loop_and_does_not_queue_without_end() -> None:
    gate = threading.Event()
    waiting = [asyncio.create_task(passwords.apart(gate.wait)) for _ in range(32)]
    await asyncio.sleep(0.02)  # the loop answers although both threads are taken
    with pytest.raises(passwords.Busy):
        await passwords.apart(gate.wait)
    gate.set()
    assert await asyncio.gather(*waiting) == [True] * 32
    assert await passwords.apart(lambda: "free again") == "free again"
