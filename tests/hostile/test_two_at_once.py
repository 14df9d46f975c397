"""P8: the same file twice is one import; two at once are two batches or one refusal, no mixture."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from training import roster
from training.rows import Sender

from tests.conftest import YEAR, World
from tests.hostile import pages
from tests.hostile.sending import TSINGHUA, Office, command, crowd, grid, text
from tests.people import person
from tests.served import Served

FORCE = {"force": "1"}


@pytest_asyncio.fixture
async def site(world: World) -> AsyncIterator[Served]:
    made = await pages.served(world)
    made.hire_as("colleague", "institution")
    yield made
    made.ds.close()


def file_of(word: str, count: int = 60, **cells: str) -> bytes:
    """A roster whose every row says the same word: what is stored tells which file it came from."""
    return text(grid(crowd(count, 职务=word, 备注=word, **cells))).encode()


def words(office: Office) -> set[tuple[Any, ...]]:
    """What the people of the record say; more than one pair is a mixture."""
    return set(office.stored("select position, note from trainees"))


def consistent(office: Office, batches: int) -> None:
    """Batches, audit entries and people tell the same story."""
    assert office.stored("select count(*) from roster_batches") == [(batches,)]
    assert office.stored("select count(*) from audit_log where action = 'import'") == [(batches,)]
    assert office.stored("select coalesce(sum(new), 0) from roster_batches") == office.stored(
        "select count(*) from trainees"
    )
    assert office.stored("pragma integrity_check") == [("ok",)]
    assert office.stored("pragma foreign_key_check") == []


def at_once(world: World, calls: list[tuple[Path, Sender, dict[str, Any]]]) -> list[roster.Report]:
    """Import files from as many threads, all let loose at the same moment."""
    gate = threading.Barrier(len(calls))

    def one(path: Path, sender: Sender, more: dict[str, Any]) -> roster.Report:
        conn = world.connect()
        try:
            gate.wait()
            order = roster.Order(path=path, year=YEAR, sender=sender, by="clerk", **more)
            return roster.run(conn, order, world.keys, commit=True)
        finally:
            conn.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result() for future in [pool.submit(one, *call) for call in calls]]


@pytest.fixture
def put(tmp_path: Path) -> Callable[[str, bytes], Path]:
    def write(name: str, content: bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write


# --- in the browser


async def test_the_button_pressed_many_times(site: Served, office: Office) -> None:
    token = await pages.upload(site, file_of("厂长"))
    found = await asyncio.gather(*(pages.confirm(site, token) for _ in range(5)))
    assert set(found) == {1}
    consistent(office, 1)
    assert await pages.confirm(site, token) == 1
    assert (await pages.settled(site, token)).headers["location"] == "/-/roster/batch/1"


async def test_two_sessions_of_one_sender(site: Served, office: Office) -> None:
    token = await pages.upload(site, file_of("厂长"))
    people = ("institution", "colleague", "institution", "colleague")
    found = await asyncio.gather(*(pages.confirm(site, token, who) for who in people))
    assert set(found) == {1}
    consistent(office, 1)


async def test_two_servers_over_one_record(site: Served, office: Office, world: World) -> None:
    """Two processes know nothing of each other's work; here the record alone decides."""
    token = await pages.upload(site, file_of("厂长"))
    path = world.folder / "file.csv"
    path.write_bytes(file_of("厂长"))
    reports = at_once(world, [(path, TSINGHUA, {"token": token})] * 4)
    assert sorted(report.committed for report in reports) == [False, False, False, True]
    assert {report.batch or report.already_imported for report in reports} == {1}
    consistent(office, 1)
    assert await pages.confirm(site, token) == 1


async def test_the_same_bytes_uploaded_twice(site: Served, office: Office) -> None:
    tokens = [
        await pages.upload(site, file_of("厂长"), who) for who in ("institution", "colleague")
    ]
    found = await asyncio.gather(*(pages.confirm(site, token) for token in tokens))
    assert 1 in found
    assert set(found) <= {1, None}
    consistent(office, 1)


async def test_two_different_files_at_once(site: Served, office: Office) -> None:
    tokens = [await pages.upload(site, file_of(word)) for word in ("厂长", "经理")]
    found = await asyncio.gather(*(pages.confirm(site, token, **FORCE) for token in tokens))
    assert sorted(map(str, found)) == ["1", "2"]
    consistent(office, 2)
    last = ("厂长", "经理")[found.index(2)]
    assert words(office) == {(last, last)}


async def test_two_different_files_without_a_word(site: Served, office: Office) -> None:
    """The second would change everybody: it is refused, as it would be one after the other."""
    tokens = [await pages.upload(site, file_of(word)) for word in ("厂长", "经理")]
    found = await asyncio.gather(*(pages.confirm(site, token) for token in tokens))
    assert sorted(map(str, found)) == ["1", "None"]
    consistent(office, 1)
    first = ("厂长", "经理")[found.index(1)]
    assert words(office) == {(first, first)}


async def test_confirmed_and_cancelled_at_once(site: Served, office: Office) -> None:
    token = await pages.upload(site, file_of("厂长"))
    _, batch = await asyncio.gather(
        site.post(f"/-/roster/confirm/{token}", "colleague", data={"act": "cancel"}),
        site.post(f"/-/roster/confirm/{token}", "institution", data={"act": "confirm"}),
    )
    assert batch.status_code in (302, 404)
    (stored,) = office.stored("select count(*) from trainees")
    assert stored in ((0,), (60,))
    consistent(office, 1 if stored == (60,) else 0)
    # Whoever was told of a batch finds it.
    assert ("/-/roster/batch/1" in batch.headers.get("location", "")) <= (stored == (60,))


# --- from threads and processes


def test_many_files_from_threads(office: Office, put: Callable[..., Path]) -> None:
    paths = [put(f"{n}.csv", file_of(f"第{n}稿")) for n in range(4)]
    reports = at_once(office.world, [(path, TSINGHUA, {"force": True}) for path in paths])
    assert sorted(report.batch or 0 for report in reports) == [1, 2, 3, 4]
    consistent(office, 4)
    last = next(n for n, report in enumerate(reports) if report.batch == 4)
    assert words(office) == {(f"第{last}稿", f"第{last}稿")}
    first = next(report for report in reports if report.batch == 1)
    assert (first.new, sum(report.changed for report in reports)) == (60, 180)


def test_one_person_claimed_by_two_institutions(office: Office, put: Callable[..., Path]) -> None:
    calls = [
        (put("a.csv", file_of("厂长")), TSINGHUA, {}),
        (put("b.csv", file_of("经理", 承担机构="北京大学")), Sender(institution="pku"), {}),
    ]
    reports = at_once(office.world, calls)
    assert sorted(report.committed for report in reports) == [False, True]
    refused = next(report for report in reports if not report.committed)
    assert {problem.code for problem in refused.errors} == {"duplicate-in-year"}
    assert refused.rejected == 60
    consistent(office, 1)
    assert office.stored("select count(distinct institution) from trainees") == [(1,)]


def test_two_tracks_at_once_do_not_disturb_each_other(
    office: Office, put: Callable[..., Path]
) -> None:
    other = text(grid([person(n, 培训方向="主题方向") for n in range(100, 160)])).encode()
    calls = [(put("a.csv", file_of("厂长")), TSINGHUA, {}), (put("b.csv", other), TSINGHUA, {})]
    assert all(report.committed for report in at_once(office.world, calls))
    consistent(office, 2)


async def test_the_command_beside_the_server(
    site: Served, office: Office, put: Callable[..., Path]
) -> None:
    token = await pages.upload(site, file_of("厂长"))
    paths = [put("a.csv", file_of("经理")), put("b.csv", file_of("主任"))]
    flags = ("--institution", "tsinghua", "--commit", "--force")
    ran = await asyncio.gather(
        *(asyncio.to_thread(command, office.world, path, *flags) for path in paths),
        pages.confirm(site, token, **FORCE),
    )
    assert [one.returncode for one in ran[:2]] == [0, 0]
    numbers = [int(one.stdout.rsplit("batch ", 1)[1]) for one in ran[:2]] + [ran[2]]
    assert sorted(numbers) == [1, 2, 3]
    consistent(office, 3)
    last = ("经理", "主任", "厂长")[numbers.index(3)]
    assert words(office) == {(last, last)}


def test_a_preview_beside_an_import_sees_one_or_the_other(
    office: Office, put: Callable[..., Path]
) -> None:
    path = put("a.csv", file_of("厂长", 300))
    seen: set[tuple[int, int]] = set()
    stop = threading.Event()

    def look() -> None:
        while not stop.is_set():
            report = office.send(file_of("厂长", 300), name="preview.csv")
            seen.add((report["new"], report["unchanged"]))

    watcher = threading.Thread(target=look)
    watcher.start()
    at_once(office.world, [(path, TSINGHUA, {})])
    stop.set()
    watcher.join()
    assert seen <= {(300, 0), (0, 300)}
    assert seen
