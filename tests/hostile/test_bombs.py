"""P10, P21: bombs end in a clear answer, and nobody else waits for them meanwhile."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio

from tests.conftest import World
from tests.hostile import bombs, pages
from tests.hostile.sending import Office, command
from tests.served import Served

#: Seconds: for the answer to a bomb, and for the page of somebody else while it goes off.
PATIENCE, OTHERS = 30, 2
#: Bombs that keep a process busy for a while; the others are refused at once.
BUSY = (
    bombs.far_cell, bombs.many_sheets, bombs.long_line, bombs.wide_text, bombs.many_commas,
    bombs.open_quotes, bombs.only_line_ends, bombs.all_wrong, bombs.slow_patterns,
    bombs.thousandfold, bombs.gigabyte_cell,
)  # fmt: skip


@pytest_asyncio.fixture
async def site(world: World) -> AsyncIterator[Served]:
    made = await pages.served(world)
    yield made
    made.ds.close()


@asynccontextmanager
async def somebody_else(site: Served) -> AsyncIterator[list[float]]:
    """A visitor who asks for the list of institutions again and again; the seconds it took."""
    took: list[float] = []

    async def browse() -> None:
        while True:
            start = time.monotonic()
            answer = await site.get("/institutions")
            took.append(time.monotonic() - start)
            assert answer.status_code == 200
            await asyncio.sleep(0.02)

    task = asyncio.create_task(browse())
    try:
        yield took
    finally:
        task.cancel()
        await asyncio.wait([task])
        if not task.cancelled():
            await task


@pytest.mark.parametrize(
    ("make", "codes"), bombs.BOMBS.items(), ids=lambda given: getattr(given, "__name__", "")
)
def test_a_bomb_is_named(reader: Office, make: Callable[[], bytes], codes: set[str]) -> None:
    content = make()
    start = time.monotonic()
    answer = reader.send(content)
    assert time.monotonic() - start < PATIENCE
    assert {code for _, _, code, _ in answer.faults} & codes


@pytest.mark.parametrize("make", BUSY, ids=lambda make: make.__name__)
async def test_the_server_goes_on_answering(
    site: Served, office: Office, make: Callable[[], bytes]
) -> None:
    content = make()
    start = time.monotonic()
    async with somebody_else(site) as took:
        token = await pages.upload(site, content, name="名单.xlsx")
        page = await pages.settled(site, token, seconds=PATIENCE)
    assert time.monotonic() - start < PATIENCE
    assert page.status_code == 200
    assert len(page.text) < 3_000_000
    assert took
    assert max(took) < OTHERS
    assert office.stored("select count(*) from trainees") == [(0,)]


async def test_many_bombs_at_once(site: Served) -> None:
    contents = [make() for make in (bombs.many_sheets, bombs.all_wrong) * 2]
    async with somebody_else(site) as took:
        tokens = [await pages.upload(site, content) for content in contents]
        found = await asyncio.gather(
            *(pages.settled(site, token, seconds=PATIENCE) for token in tokens)
        )
    assert {page.status_code for page in found} == {200}
    assert max(took) < OTHERS


async def test_an_upload_over_the_limit(site: Served, office: Office) -> None:
    answer = await site.post(
        "/-/roster/upload", "institution", files={"file": ("a.csv", b"x" * (66 << 20), "text/csv")},
        data={"year": "2021-2022"},
    )  # fmt: skip
    assert answer.status_code in (302, 400, 413)
    assert not pages.UPLOADED.fullmatch(answer.headers.get("location", ""))
    assert office.stored("select count(*) from waiting_uploads") == [(0,)]


@pytest.mark.parametrize(
    "make", [bombs.gigabyte_cell, bombs.many_columns, bombs.old_garbage], ids=lambda m: m.__name__
)
def test_the_command_says_it_too(reader: Office, tmp_path: Path, make: Callable[[], bytes]) -> None:
    path = tmp_path / "名单.xlsx"
    path.write_bytes(make())
    start = time.monotonic()
    ran = command(reader.world, path, "--institution", "tsinghua", "--commit")
    assert time.monotonic() - start < PATIENCE
    assert ran.returncode == 1
    assert any(code in ran.stdout for code in bombs.BOMBS[make])
    assert "Traceback" not in ran.stderr
