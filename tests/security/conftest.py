"""The city under attack: built once a session, full of canaries, with an account for each actor."""

import re
import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from training import accounts, passwords, roster
from training.context import Sender

from tests.conftest import World
from tests.people import roster_csv
from tests.security.asking import Answer, ask
from tests.security.canaries import ACTORS, PROVINCES, YEARS, Canary, Scanner, cells, flock
from tests.served import PASSWORD, Served, configured
from tests.worlds import add_class, add_people, insert

CONFIG = configured()


@dataclass
class City:
    """The server, its people, and a search for what of them it gives away."""

    served: Served
    people: list[Canary]
    scanner: Scanner
    ids: dict[int, int] = field(default_factory=dict)
    #: a batch and a class of each institution
    batches: dict[str, int] = field(default_factory=dict)
    classes: dict[str, int] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        return self.served.folder

    async def ask(self, method: str, target: str, who: str | None = None, **more: Any) -> Answer:
        token = self.served.token(who) if who else None
        return await ask(self.served.app, method, target, token=token, **more)

    async def get(self, target: str, who: str | None = None, **more: Any) -> Answer:
        return await self.ask("GET", target, who, **more)

    async def leaks(self, target: str, *whos: str | None) -> list[str]:
        """What each of ``whos`` is given at ``target`` and should not be; a crash counts as one."""
        found = []
        for who in whos:
            answer = await self.get(target, who)
            # The core's own word on a detour between tables that nothing joins, with this status.
            if answer.status >= 500 and b"Invalid _through" not in answer.body:
                found.append(f"{who} {target}: {answer.status}")
            found += self.scanner.leaks(who, target.partition("?")[0], answer.everything)
        return found

    def someone(self, **wanted: Any) -> Canary:
        """The first canary of that kind."""
        return next(
            one for one in self.people if all(getattr(one, k) == v for k, v in wanted.items())
        )

    def state(self) -> dict[str, int]:
        """A number for the content of every file, but for what being asked leaves behind."""
        return {path.name: digest(path) for path in sorted(self.folder.rglob("*.db"))}


#: Written by looking and knocking: who was refused, who is signed in.
TRAILS = re.compile(r"audit_|account_events|account_chain|sessions|attempts|sqlite_|catalog_")


_known: dict[Path, tuple[Any, int]] = {}


def digest(path: Path) -> int:
    """A number that differs when any row of a file does; read anew when the file was written to."""
    files = (path, path.with_name(f"{path.name}-wal"))
    stamp = [(file.stat().st_mtime_ns, file.stat().st_size) for file in files if file.exists()]
    if _known.get(path, (None, 0))[0] != stamp:
        _known[path] = stamp, content_of(path)
    return _known[path][1]


def content_of(path: Path) -> int:
    """A number that stands for all rows, but for what asking leaves behind."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as conn:
        names = [
            row[0] for row in conn.execute("select name from sqlite_master where type='table'")
        ]
        content = [
            (name, tuple(map(tuple, conn.execute(f'select * from "{name}"').fetchall())))
            for name in sorted(names)
            if not TRAILS.match(name)
        ]
    return hash(tuple(content))


def fill(world: World) -> list[Canary]:
    """Send the people of this year as rosters, settle those of the last one, and some papers."""
    people = flock(world.keys)
    now = [one for one in people if one.year == YEARS[0]]
    with closing(world.connect()) as conn:
        another_year(conn)
        for place in {(one.institution, one.recommended_by) for one in now}:
            rows = [cells(one) for one in now if (one.institution, one.recommended_by) == place]
            file = world.folder / "roster.csv"
            file.write_text(roster_csv(rows), encoding="utf-8")
            sender = Sender(province=place[1]) if place[1] else Sender(place[0])
            order = roster.Order(file, YEARS[0], sender, by="clerk", force=True)
            report = roster.run(conn, order, world.keys, commit=True)
            assert report.batch, [p for p in report.problems if p.severity == "error"][:3]
            file.unlink()
        for one in people:
            if one.year == YEARS[1]:
                settle(conn, one)
        for code in PROVINCES:
            insert(
                conn,
                "province_contacts",
                province=code,
                role="liaison",
                name=f"联络{code}",
                phone="010-0000",
                email=f"liaison{code}@example.com",
                valid_from="2021-11-01",
            )
        for institution in ("tsinghua", "pku"):
            add_class(conn, institution=institution, name=f"{institution}一班")
    return people


def another_year(conn: sqlite3.Connection) -> None:
    """The year before, closed, with the same institutions."""
    for table, key in (
        ("programme_years", "key"),
        ("institution_years", "year"),
        ("institution_tracks", "year"),
    ):
        columns = [r[1] for r in conn.execute(f"pragma table_info({table})") if r[1] != key]
        conn.execute(
            f"insert into {table} ({key}, {', '.join(columns)})"
            f" select ?, {', '.join(columns)} from {table} where {key} = ?",
            (YEARS[1], YEARS[0]),
        )
    conn.execute("update programme_years set state = 'closed' where key = ?", (YEARS[1],))


def settle(conn: sqlite3.Connection, one: Canary) -> None:
    """Put somebody into the record by hand, as if he had come long ago."""
    marks = {
        k: v
        for k, v in one.marks.items()
        if k not in ("id_number", "mobile", "id_hash", "mobile_hash")
    }
    origin = (
        {"origin": "recommended", "recommending_authority": one.recommended_by}
        if one.recommended_by
        else {}
    )
    add_people(
        conn, year=one.year, institution=one.institution, province=one.province, **origin, **marks
    )


@pytest.fixture(scope="session")
def full(built: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Canary]]:
    """The files of the city, to be copied by whoever changes them."""
    folder = tmp_path_factory.mktemp("full")
    for file in built.iterdir():
        shutil.copy2(file, folder / file.name)
    return folder, fill(World(folder))


def copy_of(full: Path, target: Path) -> World:
    target.mkdir(exist_ok=True)
    for file in full.iterdir():
        shutil.copy2(file, target / file.name)
    return World(target)


async def open_city(folder: Path, people: list[Canary], **settings: Any) -> City:
    """A server over the folder, with an account for each actor."""
    served = Served(folder, config=CONFIG)
    for name, value in {"sql_time_limit_ms": 500, "max_returned_rows": 2000, **settings}.items():
        served.ds._settings[name] = value
    passwords.ITERATIONS, usual = 1, passwords.ITERATIONS
    try:
        for name, who in ACTORS.items():
            accounts.create(
                served.accounts, name, PASSWORD, actor="test", must_change_password=False, **who
            )
    finally:
        passwords.ITERATIONS = usual
    await served.ds.invoke_startup()
    with closing(World(folder).connect()) as conn:
        keys = {row["person_key"]: row["id"] for row in conn.execute("select * from trainees")}
        batches, classes = (
            dict(conn.execute(f"select institution, max(id) from {table} group by 1").fetchall())
            for table in ("roster_batches where institution is not null", "cohorts")
        )
    ids = {one.number: keys[one.marks["person_key"]] for one in people}
    return City(served, people, Scanner(people), ids, batches, classes)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def city(
    full: tuple[Path, list[Canary]], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[City]:
    """The city, for everybody who only knocks: nothing in it may change."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("LINGJUN_LIMITS", "off")
        world = copy_of(full[0], tmp_path_factory.mktemp("city"))
        made = await open_city(world.folder, full[1])
        for who in ACTORS:  # every scope file is there and attached before the attack begins
            await made.get("/", who)
        await store_queries(made)
        yield made
        made.served.ds.close()


async def store_queries(city: City) -> None:
    """What people keep for themselves: a query with a canary in its text, in each file."""
    for owner, database in (("analyst", "staging"), ("institution_a", "institution-tsinghua")):
        await city.served.ds.add_query(
            database,
            f"kept_by_{owner}",
            "select 'kept secret' as x",
            is_private=True,
            owner_id=owner,
            source="user",
        )
