"""429 on the real application: in the reader's language, with the time to wait, and no more."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from training import api_tokens, passwords

from tests.served import Served


@pytest_asyncio.fixture
async def served(
    built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Served]:
    monkeypatch.setattr(passwords, "ITERATIONS", 1)
    monkeypatch.setenv("LINGJUN_LIMITS", "sign-in=1/6,sql=2/6,export=1/6,upload=1/6,token=1/6")
    for file in built.iterdir():
        shutil.copy2(file, tmp_path / file.name)
    made = Served(tmp_path)
    made.hire("office", "analyst", "institution")
    await made.ds.invoke_startup()
    yield made
    made.ds.close()


SQL = "/staging/-/query?sql=select+1"


async def test_free_sql(served: Served) -> None:
    codes = [(await served.get(SQL, "analyst")).status_code for _ in range(3)]
    assert codes == [200, 200, 429]
    page = await served.get(SQL, "analyst")
    assert int(page.headers["retry-after"]) in range(1, 11)
    assert f"请在 {page.headers['retry-after']} 秒后再试" in page.text
    assert "content-security-policy" in page.headers
    english = await served.get(f"{SQL}&_lang=en", "analyst")
    assert "Too many requests at once" in english.text
    told = await served.get("/staging/-/query.json?sql=select+1", "analyst")
    assert (told.status_code, told.json()["ok"]) == (429, False)


async def test_the_rest_of_the_house_goes_on(served: Served) -> None:
    for _ in range(4):
        await served.get(SQL, "analyst")
    assert (await served.get("/", "analyst")).status_code == 200
    assert (await served.get("/staging", "analyst")).status_code == 200
    assert (await served.get(SQL, "office")).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "who"),
    [
        ("GET", "/training/institutions.csv", "office"),
        ("GET", "/training/institutions.csv?_stream=1", "office"),
        ("POST", "/-/upload-csvs", "analyst"),
        ("POST", "/-/roster/upload", "institution"),
    ],
)
async def test_exports_and_uploads(served: Served, method: str, path: str, who: str) -> None:
    codes = [(await served.ask(method, path, who)).status_code for _ in range(2)]
    assert codes[0] != 429
    assert codes[1] == 429


async def test_what_is_closed_costs_nothing_and_says_nothing(served: Served) -> None:
    """The gate speaks first: a stranger is asked to sign in, however often he comes."""
    for _ in range(4):
        assert (await served.get(SQL)).status_code == 302


async def test_wrong_tokens(served: Served) -> None:
    """Of an address: five, then one in a while; who is slowed down is told how long."""
    header = {"Authorization": "Bearer ljt_" + "a" * 43}
    codes = [(await served.get("/analysis.json", headers=header)).status_code for _ in range(6)]
    assert codes == [401] * 5 + [429]
    answer = await served.get("/analysis.json", headers=header)
    assert int(answer.headers["retry-after"]) in (1, 2)
    assert f"请在 {answer.headers['retry-after']} 秒后再试" in answer.json()["error"]
    # Whoever signs in at a browser of the same address goes on.
    assert (await served.get("/staging", "analyst")).status_code == 200


async def test_a_token_is_counted_as_its_account(served: Served) -> None:
    scope = {"databases": ["staging"], "acts": ["sql", "export"]}
    tokens = [api_tokens.make(served.accounts, "analyst", "x", **scope) for _ in range(2)]
    path = "/staging/-/query.json?sql=select+1"
    codes = [(await served.get(path, "analyst")).status_code]
    for token in tokens:
        header = {"Authorization": f"Bearer {token}"}
        codes.append((await served.get(path, headers=header)).status_code)
    assert codes == [200, 200, 429]


async def test_signing_in(served: Served) -> None:
    words = {"username": "nobody", "password": "x"}
    codes = [(await served.post("/-/login", data=words)).status_code for _ in range(6)]
    assert codes == [403] * 5 + [429]
    assert (await served.get("/-/login")).status_code == 200
