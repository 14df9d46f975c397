"""How quick an import is, told in ratios within one run: what a machine takes for it differs.

Each figure is the median of child processes, each on a fresh copy of a record that is not empty. The
memory is what a child and the processes it starts held at most, added up as if all peaked at once.
"""

import gc
import os
import re
import shutil
import sqlite3
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from training import bench_rosters, building, identity, judging, reading, roster, rows, tables
from training.bench_rosters import OTHER, SENDER, people
from training.context import Sender
from training.database import connect

ROOT = Path(__file__).resolve().parents[2]
YEAR = "2021-2022"
_PEAK = re.compile(r"^VmHWM:\s+(\d+) kB", re.MULTILINE)
_WATCH_SECONDS = 0.02
_IMPORT = ROOT / "scripts" / "import_roster.py"
_READ = (
    "import sys; from training import reading, tables;"
    " source = reading.open_source(sys.argv[1], header_vote=tables.header_vote);"
    " print(sum(1 for _ in reading.rows(source)))"
)


class Run(NamedTuple):
    """One child process: seconds from start to end, and the most memory it held, in MB."""

    seconds: float
    megabytes: float


class Figure(NamedTuple):
    """What the children of one kind took; `goal` is None where there is none."""

    name: str
    seconds: float
    megabytes: float
    goal: str | None = None


class Bench:
    """Makes its own record and rosters in ``folder``, and measures."""

    def __init__(self, folder: Path, many: int, few: int, repeat: int) -> None:
        self.folder, self.many, self.few, self.repeat = folder, many, few, repeat
        self._base = folder / "base"
        self._record = folder / "record"

    def prepare(self) -> None:
        """Build the record, with a roster of another institution already in it, and the files."""
        list(building.build(self._base / "training.db", ROOT / "db" / "seed"))
        first = self.folder / "other.csv"
        bench_rosters.write_csv(first, people(self.few, self.many, OTHER[1]))
        self._run(self._base, first, OTHER[0], commit=True)
        with sqlite3.connect(self._base / "training.db") as conn:
            conn.execute("pragma wal_checkpoint(truncate)")
        conn.close()
        bench_rosters.write_csv(self._csv(self.few), people(self.few))
        bench_rosters.write_csv(self._csv(self.many), people(self.many))
        bench_rosters.write_workbook(self.folder / "many.xlsx", people(self.many))

    def figures(self) -> Iterator[Figure]:
        """The figures in the order of the promise, the one the ratio is taken of last but one."""
        yield self._import(f"preview {self.few} rows", self.few, "<= 0.6 s")
        yield self._import(f"commit {self.few} rows", self.few, "<= 0.6 s", "--commit")
        yield self._import(f"commit {self.many} rows", self.many, "<= 200 MB", "--commit")
        shell = shutil.which("sqlite3")
        if shell:
            yield self._figure(f".import {self.many} rows", lambda: self._shell(shell))
        read = [sys.executable, "-c", _READ, str(self.folder / "many.xlsx")]
        yield self._figure(f"read a workbook of {self.many} rows", lambda: child(read), "<= 10 s")

    def breakdown(self) -> Iterator[tuple[str, float]]:
        """The processor seconds of the large import, part by part; without a profiler.

        Storing is what the process that stores takes; the other parts are one process beside it.
        """
        file = self._csv(self.many)
        db = self._fresh() / "training.db"
        order = roster.Order(file, YEAR, Sender(SENDER[0]), by="bench", force=True)
        conn = connect(db)
        context = roster.context_of(conn, order)
        source = reading.open_source(file, header_vote=tables.header_vote)
        keys = identity.load_keys(db)
        steps: tuple[tuple[str, Callable[[], object]], ...] = (
            ("reading", lambda: sum(1 for _ in reading.rows(source))),
            ("rules", lambda: sum(1 for _ in rows.parse(reading.rows(source), context).blocks())),
            ("hashing and sealing", lambda: sum(1 for _ in _judge(source, context, keys).parts())),
        )
        taken = [0.0]
        # As in the process that judges.
        gc.disable()
        for _, step in steps:
            begin = time.process_time()
            step()
            taken.append(time.process_time() - begin)
        gc.enable()
        # Each step does all that the one before does, and more.
        for (name, _), (before, all_) in zip(steps, pairwise(taken), strict=True):
            yield name, all_ - before
        begin = time.process_time()
        roster.run(conn, order, keys, commit=True)
        yield "storing", time.process_time() - begin
        conn.close()

    def _import(self, name: str, count: int, goal: str | None, *words: str) -> Figure:
        return self._figure(
            name, lambda: self._run(self._fresh(), self._csv(count), SENDER[0], *words), goal
        )

    def _figure(self, name: str, run: Callable[[], Run], goal: str | None = None) -> Figure:
        runs = [run() for _ in range(self.repeat)]
        seconds = statistics.median(one.seconds for one in runs)
        return Figure(name, seconds, max(one.megabytes for one in runs), goal)

    def _run(self, record: Path, file: Path, sender: str, *words: str, commit: bool = False) -> Run:
        given = ["--year", YEAR, "--institution", sender, "--by", "bench", "--json", "--force"]
        db = ["--db", str(record / "training.db")]
        return child(
            [sys.executable, str(_IMPORT), str(file), *given, *db, *words] + ["--commit"] * commit
        )

    def _shell(self, shell: str) -> Run:
        """The sqlite3 shell's own import of the same file into a table with a UNIQUE key."""
        db = self.folder / "plain.db"
        db.unlink(missing_ok=True)
        columns = ", ".join(f'"{name}" text' for name in bench_rosters.HEADER)
        return child([
            shell, str(db), f'create table people ({columns}, unique ("身份证号码"))',
            f'.import --csv --skip 1 "{self._csv(self.many)}" people',
        ])  # fmt: skip

    def _csv(self, count: int) -> Path:
        return self.folder / f"{count}.csv"

    def _fresh(self) -> Path:
        shutil.rmtree(self._record, ignore_errors=True)
        shutil.copytree(self._base, self._record)
        return self._record


def _judge(source: reading.Source, context: rows.Context, keys: identity.Keys) -> judging.Judge:
    return judging.Judge(rows.parse(reading.rows(source), context), keys)


def child(command: Sequence[str]) -> Run:
    """Run a command to its end; raises ``CalledProcessError`` unless its status is 0."""
    begin = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603
    over, peaks = threading.Event(), dict[int, float]()
    watch = threading.Thread(target=_watch, args=(process.pid, peaks, over))
    watch.start()
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begin
    over.set()
    watch.join()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, list(command))
    return Run(seconds, used.ru_maxrss / 1024 + sum(peaks.values()))


def _watch(pid: int, peaks: dict[int, float], over: threading.Event) -> None:
    """Note the most memory, in MB, that each process below ``pid`` has held so far."""
    while not over.wait(_WATCH_SECONDS):
        for below in _below(pid):
            # A process that has just ended has nothing more to say.
            with suppress(OSError):
                found = _PEAK.search(Path(f"/proc/{below}/status").read_text())
                if found:
                    peaks[below] = int(found[1]) / 1024


def _below(pid: int) -> Iterator[int]:
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for below in map(int, (task / "children").read_text().split()):
                yield below
                yield from _below(below)
