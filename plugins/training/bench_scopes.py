"""What scope files cost: looking whether one is fresh, making one anew, and serving very many."""

import http.client
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple

from training import accounts, building, demo, passwords, scopes, sessions
from training.database import connect
from training.scopes import Scope

ROOT = Path(__file__).resolve().parents[2]
PAGE = "/institution-pku/trainees"


class Cost(NamedTuple):
    """Milliseconds, the median of many; ``goal`` is '' where there is none."""

    name: str
    milliseconds: float
    goal: str = ""


def costs(folder: Path, repeat: int) -> Iterator[Cost]:
    """The costs on the demonstration's two years, about 2,000 people each, made in ``folder``."""
    record = folder / "training.db"
    list(building.build(record, ROOT / "db" / "seed"))
    passwords.ITERATIONS = 1  # nobody signs in with these
    list(demo.make(record))
    for one in (Scope("institution", "pku"), Scope("province", "330000"), Scope("analysis")):
        yield Cost(f"refresh {one.name}", median(partial(_refresh, record, one), repeat))
    pku = Scope("institution", "pku")
    yield Cost("see that it is fresh", median(lambda: scopes.is_fresh(record, pku), 1000), "< 0.1")
    with closing(connect(record, read_only=True)) as conn:
        people = [("institution", row[0]) for row in conn.execute("select slug from institutions")]
        people += [("province", row[0]) for row in conn.execute("select code from provinces")]
    with server(record) as ask:
        own = cookie(record, "institution", "pku")
        median(lambda: ask(PAGE, own), 10)  # the first pages load templates
        few = median(lambda: ask(PAGE, own), 10 * repeat)
        for role, place in people:
            ask("/", cookie(record, role, place))
        many = median(lambda: ask(PAGE, own), 10 * repeat)
    yield Cost("a table page, 1 scope attached", few)
    yield Cost(f"a table page, {len(people)} scopes attached", many)
    yield Cost("what the others add to it", many - few, "< 10")


def _refresh(record: Path, scope: Scope) -> None:
    with closing(connect(record)) as conn:
        conn.execute("update programme_years set audit_days = audit_days")
    scopes.refresh(record, scope)


def median(act: Callable[[], object], times: int) -> float:
    """The middle of so many runs of ``act``, in milliseconds."""
    taken = []
    for _ in range(times):
        begin = time.perf_counter()
        act()
        taken.append(time.perf_counter() - begin)
    return statistics.median(taken) * 1000


def cookie(record: Path, role: str, place: str = "") -> str:
    """A session of somebody of that place, who is made for it."""
    file, name = accounts.at(accounts.beside(record)), f"bench-{role}-{place}"[:32].strip("-")
    if not accounts.find(file, name):
        accounts.create(
            file, name, "Correct-horse-9", role=role, actor="bench", must_change_password=False,
            **({role: place} if place else {}),  # type: ignore[arg-type]
        )  # fmt: skip
    return f"{sessions.COOKIE}={sessions.start_session(file, name)}"


@contextmanager
def server(record: Path) -> Iterator[Callable[[str, str], None]]:
    """The server of ``make serve``, and how to ask it for a page."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, str(ROOT / "scripts" / "serve.py"), "--db", str(record)]
    with Path(os.devnull).open("wb") as nowhere:
        process = subprocess.Popen(  # noqa: S603
            [*command, "--port", str(port)], stdout=nowhere, stderr=nowhere
        )

    def ask(path: str, cookie: str) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request("GET", path, headers={"Cookie": cookie})
        answer = connection.getresponse()
        answer.read()
        connection.close()
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status}")

    try:
        _wait(port)
        yield ask
    finally:
        process.terminate()
        process.wait()


def _wait(port: int) -> None:
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the server did not come up")
