"""P12: five wrong guesses close an account and an address, and known and unknown names look alike."""

import re

import pytest

from tests.security.asking import NONCE
from tests.security.conftest import City
from tests.served import PASSWORD

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def guess(city: City, name: str, word: str, address: str) -> tuple[int, int]:
    """Status and length of the answer, without the name that was typed."""
    form = {"username": name, "password": word}
    headers = {"origin": "http://localhost"}
    answer = await city.ask("POST", "/-/login", None, form=form, headers=headers, address=address)
    return answer.status, len(re.sub(rb'value="[^"]*"', b"", NONCE.sub(b"", answer.body)))


async def still_open(city: City, name: str, net: str) -> list[str]:
    """[] if the right password no longer opens an account after five wrong ones from everywhere."""
    for number in range(5):
        await guess(city, name, "wrong", f"{net}.{number}")
    status, _ = await guess(city, name, PASSWORD, f"{net}.99")
    return [name] if status == 302 else []


@pytest.mark.parametrize("name", ["institution_b", "province_b"])
async def test_an_account_closes(city: City, name: str) -> None:
    assert await still_open(city, name, f"10.1.{len(name)}") == []


async def test_an_address_closes(city: City) -> None:
    for number in range(5):
        await guess(city, f"nobody-{number}", "wrong", "10.2.0.1")
    assert (await guess(city, "province_a", PASSWORD, "10.2.0.1"))[0] == 403
    assert (await guess(city, "province_a", PASSWORD, "10.2.0.2"))[0] == 302


@pytest.mark.parametrize("name", ["nobody", "' or 1=1 --", "雀甲甲", "OFFICE", "", "a" * 500])
async def test_names_look_alike(city: City, name: str) -> None:
    address = f"10.3.{len(name) % 200}.{len(name.encode()) % 200}"
    assert await guess(city, name, "wrong", address) == await guess(city, "assessor", "", address)
    city.served.accounts.execute("delete from attempts")


async def test_closed_looks_like_wrong(city: City) -> None:
    wrong = await guess(city, "auditor", "wrong", "10.4.0.1")
    for number in range(5):
        assert await guess(city, "auditor", "wrong", f"10.4.1.{number}") == wrong
    assert await guess(city, "auditor", PASSWORD, "10.4.2.1") == wrong
