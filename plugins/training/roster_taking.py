"""One file on its way through the record's transaction: at once, or part by part as it is judged."""

import gc
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from training import roster_compare, roster_store, staging
from training.database import acting, transaction
from training.judge_process import JudgeProcess
from training.judging import Ending, Judge, Part
from training.roster_report import Order, Report, WhatIf

Progress = Callable[[int], None]
#: Rows that are compared and stored at a time: enough to be quick, few enough to leave none waiting.
_PART = 3_000


class Taking:
    """One file on its way into the record."""

    def __init__(
        self,
        conn: sqlite3.Connection,
        order: Order,
        report: Report,
        judge: Judge | JudgeProcess,
        progress: Progress,
    ) -> None:
        self._conn, self._order, self._report = conn, order, report
        self._judge, self._progress = judge, progress
        staging.open_stage(conn)

    def at_once(self, commit: bool, what_if: bool) -> bool:
        """Judge all of it, then compare and, if ``commit``, store; whether it was stored."""
        conn, order, report = self._conn, self._order, self._report
        # One transaction: one for each row would take most of the time of an import.
        with transaction(conn, "deferred"):
            for _ in self._staged():
                pass
        self._end()
        with self._act() as act:
            roster_compare.begin(conn, order, report)
            roster_compare.settle(conn, order, report)
            self._conclude()
            may_store = roster_store.may_store(order, report)
            if what_if and order.sender.institution and may_store:
                report.what_if = _foresee(conn, order, report)
            act.stores = commit and may_store
            if act.stores:
                report.batch = roster_store.store(conn, order, report)
        return act.stores

    def in_parts(self) -> bool:
        """Store what has been judged while the rest is judged; whether all of it was."""
        conn, order, report = self._conn, self._order, self._report
        with self._act() as act, _no_collector():
            roster_compare.begin(conn, order, report)
            batch = roster_store.Batch(conn, order, report)
            storable = report.already_imported is None
            for part in self._staged(_PART):
                roster_compare.settle(conn, order, report)
                # By default one error keeps the whole file out: what follows is compared only.
                storable = storable and part.storable and (order.only_valid or not report.rejected)
                if storable:
                    batch.take()
                staging.clear(conn)
            self._end()
            self._conclude()
            act.stores = storable and roster_store.may_store(order, report)
            if act.stores:
                report.batch = batch.conclude()
        return act.stores

    def _staged(self, most: int | None = None) -> Iterator[Part]:
        """Stage the file; give way, with the last part, whenever ``most`` rows have been staged."""
        report, waiting = self._report, 0
        part = None
        for part in self._judge.parts():
            staging.put(self._conn, part)
            report.rows += part.rows
            report.rejected += part.rejected
            report.problems += part.problems
            self._progress(report.rows)
            waiting += part.rows
            if most and waiting >= most:
                yield part
                waiting = 0
        if part and waiting:
            yield part

    def _end(self) -> None:
        """Take over what was known at the end of the file."""
        ending = self._judge.ending()
        self._report.problems += ending.problems
        for word in Ending._fields[1:]:
            setattr(self._report, word, getattr(ending, word))

    def _conclude(self) -> None:
        """Judge the file as a whole; its faults come first, the others row by row."""
        roster_compare.guard(self._conn, self._order, self._report)
        self._report.problems.sort(key=lambda problem: problem.row or 0)

    @contextmanager
    def _act(self) -> "Iterator[_Act]":
        """One transaction, committed only if it says that it stores."""
        conn, order, act = self._conn, self._order, _Act()
        conn.execute("begin immediate")
        try:
            about = f"roster {self._report.sha256[:12]}"
            with acting(conn, order.by, order.via, about, bulk=True):
                yield act
            conn.execute("commit" if act.stores else "rollback")
        except BaseException:
            if conn.in_transaction:
                conn.execute("rollback")
            raise


class _Act:
    stores = False


@contextmanager
def _no_collector() -> Iterator[None]:
    """Spare the collector: nothing of an import refers to itself, and there is much to look through."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _foresee(conn: sqlite3.Connection, order: Order, report: Report) -> list[WhatIf]:
    # Whom nobody asks doesn't wait for it: reading all canned queries takes as long as 2,000 rows.
    from training import what_if

    try:
        return what_if.foresee(conn, order.year, lambda: roster_store.store(conn, order, report))
    except sqlite3.IntegrityError:
        return []  # the record's laws will refuse this batch, and say so when it is confirmed
