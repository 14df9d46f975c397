"""Killing an import at points spread over it, and looking at what is left of the record.

`scripts/crash.py` runs it at length, `test_crash.py` a little of it with every run of the tests.
"""

import os
import re
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from training import building, identity, roster
from training.database import connect
from training.rows import Sender

from tests.conftest import ROOT, YEAR
from tests.people import credit_code, identity_number, person, roster_csv

_STORED = re.compile(rb"stored as batch (\d+)")
_SENDER = "tsinghua"
#: People who are there before: the import changes them, and an undone change would show.
KNOWN = 200
_BEFORE, _AFTER = "厂长", "总经理"


@dataclass(frozen=True)
class Left:
    """What one kill left: the roster whole or nothing of it, and what the command had said."""

    is_whole: bool
    announced: int | None
    status: int
    #: The bytes of the write-ahead log at the kill: how far the storing had come.
    log_bytes: int
    errors: str = ""

    @property
    def was_killed(self) -> bool:
        """Whether the kill came while the import ran."""
        return self.status == -signal.SIGKILL

    @property
    def word(self) -> str:
        """What became of the roster, and when the kill came."""
        if not self.was_killed:
            return "ended before the kill (whole)"
        if self.is_whole:
            return "whole" if self.announced is None else "whole and announced"
        return "absent, killed while storing" if self.log_bytes else "absent"


class Half(AssertionError):
    """A roster that is neither whole nor absent, a damaged file, or a promise not kept."""


class Running:
    """A command under way. What it says is heard at once: a full pipe would hold it up."""

    def __init__(self, call: list[str], db: Path, before: Callable[[], None] | None) -> None:
        self._process = subprocess.Popen(
            call, stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=before
        )
        self._log = db.with_name(f"{db.name}-wal")
        self.said = self.errors = b""
        self._ears = [
            threading.Thread(target=self._hear, args=(word,)) for word in ("said", "errors")
        ]
        for ear in self._ears:
            ear.start()

    def _hear(self, word: str) -> None:
        pipe = self._process.stdout if word == "said" else self._process.stderr
        assert pipe
        while piece := os.read(pipe.fileno(), 1 << 16):
            setattr(self, word, getattr(self, word) + piece)
        pipe.close()

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""
        return self._process.poll() is not None

    @property
    def announced(self) -> int | None:
        """The batch that the command has said it stored."""
        found = _STORED.search(self.said[-1000:])
        return int(found[1]) if found else None

    def log_bytes(self) -> int:
        """How much the write-ahead log holds."""
        return self._log.stat().st_size if self._log.exists() else 0

    def kill(self) -> None:
        """End it without a chance to put anything in order."""
        self._process.kill()

    def end(self) -> int:
        """Wait for its end and for its last word; the exit status."""
        status = self._process.wait(timeout=300)
        for ear in self._ears:
            ear.join()
        return status


#: Does its harm to a running import.
Disturbance = Callable[[Running], None]


class Scene:
    """A record with a few people, and a roster of ``rows`` people that changes them all."""

    def __init__(self, folder: Path, rows: int) -> None:
        self.rows = rows
        self.roster = folder / "名单.csv"
        self._folder = folder
        self._base = folder / "base"
        self._base.mkdir()
        list(building.build(self._base / "training.db", ROOT / "db" / "seed"))
        self._send_known()
        people = [_person(n, _AFTER) for n in range(rows)]
        self.roster.write_text(roster_csv(people), encoding="utf-8")

    def _send_known(self) -> None:
        path = self._folder / "known.csv"
        path.write_text(roster_csv([_person(n, _BEFORE) for n in range(KNOWN)]), encoding="utf-8")
        db = self._base / "training.db"
        conn = connect(db)
        order = roster.Order(path=path, year=YEAR, sender=Sender(institution=_SENDER), by="clerk")
        assert roster.run(conn, order, identity.load_keys(db), commit=True).committed
        conn.execute("pragma wal_checkpoint(truncate)")
        conn.close()

    def record(self) -> Path:
        """A fresh copy of the record, at its own place."""
        place = self._folder / "copy"
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(self._base, place)
        return place / "training.db"

    def start(self, db: Path, before: Callable[[], None] | None = None) -> "Running":
        """The import of the whole roster, in a process of its own."""
        call = [sys.executable, str(ROOT / "scripts" / "import_roster.py"), str(self.roster)]
        call += ["--year", YEAR, "--institution", _SENDER, "--db", str(db), "--commit", "--force"]
        return Running(call, db, before)

    def measure(self) -> float:
        """Seconds that the import takes when nobody disturbs it."""
        took: list[float] = []

        def wait(running: Running) -> None:
            start = time.monotonic()
            running.end()
            took.append(time.monotonic() - start)

        left = self.left(self.record(), wait)
        if left.status or not left.is_whole or left.announced is None:
            raise Half(f"the import does not work at all: {left}")
        return took[0]

    def left(
        self, db: Path, disturb: Disturbance, before: Callable[[], None] | None = None
    ) -> Left:
        """Start an import, let ``disturb`` do its harm, and examine what is left."""
        running = self.start(db, before)
        disturb(running)
        status = running.end()
        size = running.log_bytes()
        is_whole = self._examine(db, running.announced)
        errors = running.errors.decode("utf-8", "replace")
        return Left(is_whole, running.announced, status, size, errors)

    def _examine(self, db: Path, announced: int | None) -> bool:
        """Whether the roster is stored; raises :class:`Half` if that has no clear answer."""
        conn = sqlite3.connect(db)
        try:
            if conn.execute("pragma integrity_check").fetchall() != [("ok",)]:
                raise Half("the file is damaged")
            if conn.execute("pragma foreign_key_check").fetchall():
                raise Half("a row points at nothing")
            found = dict(conn.execute(" union all ".join(
                f"select '{name}', ({query})" for name, query in _COUNTS.items()
            )))  # fmt: skip
        finally:
            conn.close()
        whole = _expected(self.rows, KNOWN, 2)
        absent = _expected(KNOWN, 0, 1)
        if found not in (whole, absent):
            raise Half(f"found {found}, expected {whole} or {absent}")
        if announced is not None and (found != whole or announced != 2):
            raise Half(f"batch {announced} was announced and is not there")
        return found == whole


_COUNTS = {
    "people": "select count(*) from trainees",
    "sealed": "select count(*) from sealed_identities",
    "batches": "select count(*) from roster_batches",
    "counts": "select sum(new) from roster_batches",
    "audit": "select count(*) from audit_log where action = 'import'",
    "old": f"select count(*) from trainees where position = '{_BEFORE}'",
    "changes": "select count(*) from batch_changes where \"column\" = 'position'",
    "steps": "select count(distinct trainee_id) from trainee_events",
    "enterprises": "select count(*) from enterprises",
    "remarks": "select count(*) from batch_problems where code = 'id-county'",
    "actor": "select count(*) from write_context",
}


def _person(n: int, position: str) -> dict[str, str]:
    # Born from 1960 on, one a day, the first impossible county is used up before anybody is 16.
    county = ("119999", "449999", "129999")[n // 15_000]
    # A code of digits that happens to end in 000 looks like what Excel has rounded.
    code = credit_code(n if not credit_code(n).endswith("000") else n + 1_000_000)
    cells = {"身份证号码": identity_number(n % 15_000, county), "统一社会信用代码": code}
    return person(n, 职务=position) | cells


def _expected(people: int, changed: int, batches: int) -> dict[str, int]:
    same = ("people", "sealed", "counts", "steps", "enterprises")
    return dict.fromkeys(same, people) | {
        "batches": batches,
        "audit": batches,
        "old": KNOWN - changed,
        "changes": changed,
        "remarks": people + (KNOWN if batches > 1 else 0),
        "actor": 0,
    }


def undisturbed(running: Running) -> None:
    """Let the import end by itself."""


def after(seconds: float) -> Disturbance:
    """Kill the import so long after its start."""

    def disturb(running: Running) -> None:
        time.sleep(seconds)
        running.kill()

    return disturb


def while_storing(later: float = 0) -> Disturbance:
    """Kill the import ``later`` seconds after the first of it has reached the disk."""

    def disturb(running: Running) -> None:
        while not running.is_over and not running.log_bytes():
            time.sleep(0.0005)
        time.sleep(later)
        running.kill()

    return disturb


def once_announced(running: Running) -> None:
    """Kill the import the moment it says that the batch is stored."""
    while not running.is_over and running.announced is None:
        time.sleep(0.0005)
    running.kill()


def full_at(size: int) -> Callable[[], None]:
    """A disk on which no file grows beyond ``size`` bytes: the write that would fails."""

    def before() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return before


def kills(scene: Scene, count: int) -> Iterator[Left]:
    """Disturb imports, one after the other, until ``count`` of them were killed while they ran.

    The points are spread evenly over one import; one that ended before its turn is told too, but
    is no kill. One in four is killed where time alone seldom hits: at the first bytes of the storing
    that reach the disk, a little after them, or when the command has just said that the batch is
    stored.
    """
    seconds = scene.measure()
    killed = point = 0
    while killed < count:
        share = (point % count + 0.5) / count
        disturb = after(seconds * share)
        if point % 20 == 3:
            disturb = once_announced
        elif point % 5 == 1:
            disturb = while_storing(seconds * share / 4)
        left = scene.left(scene.record(), disturb)
        killed += left.was_killed
        point += 1
        yield left
