"""Taking a roster (学员名单) into the record: read, judge every row, show or store.

A file first becomes rows of a temporary table, with identity numbers already hashed and sealed
(:mod:`judging`); the record is not locked meanwhile. Then one transaction compares
(:mod:`roster_compare`) and stores (:mod:`roster_store`). The preview is that same transaction, rolled
back. A long file that is to be stored is judged, compared and stored part by part, in the same
functions and still one transaction, so that one process judges while another stores.
"""

import json
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from datetime import date
from typing import Any

from training import identity, reading, roster_compare, roster_store, rows, staging, tables
from training.database import acting, transaction
from training.judge_process import LONG_BYTES, JudgeProcess
from training.judging import Ending, Judge, Part
from training.lookups import References
from training.roster_report import Change, Mode, Order, Outcome, Report, WhatIf

__all__ = [
    "BadCall", "Change", "Mode", "Order", "Outcome", "Progress", "Report", "context_of", "options",
    "run",
]  # fmt: skip

Progress = Callable[[int], None]
#: Indexes of hashes are written to all over; with SQLite's own 2 MB their pages come and go.
CACHE_KIB = 32_000
#: Rows that are compared and stored at a time: enough to be quick, few enough to leave none waiting.
_PART = 3_000


class BadCall(Exception):
    """The call itself is wrong (unknown year, sender, sheet or encoding); nothing was read."""


def run(
    conn: sqlite3.Connection,
    order: Order,
    keys: identity.Keys,
    *,
    commit: bool,
    what_if: bool = False,
    progress: Progress | None = None,
) -> Report:
    """Read ``order.path`` and preview it, or store it if ``commit`` and nothing stands against it.

    ``conn`` is a connection of :func:`training.database.connect` with no transaction open.
    ``what_if`` adds what the quotas would be if this batch of an institution were approved.
    ``progress`` is told now and then how many rows have been judged; what it raises ends the run.
    Raises :class:`BadCall`; every fault of the file itself is a problem in the report.
    """
    conn.execute(f"pragma cache_size = -{CACHE_KIB}")
    context = context_of(conn, order)
    report = Report(_name(order))
    is_long = order.path.stat().st_size > LONG_BYTES
    with JudgeProcess() if is_long else nullcontext() as process:
        try:
            source = reading.open_source(
                order.path,
                name=order.name,
                encoding=order.encoding,
                sheet=order.sheet,
                header_vote=tables.header_vote,
            )
            _describe(report, source)
            context = replace(context, workbook=source.kind != "csv")
            judge = (
                process.told(source, context, keys)
                if process
                else Judge(rows.parse(reading.rows(source), context), keys)
            )
        except reading.Unreadable as refusal:
            if refusal.source:
                _describe(report, refusal.source)
            report.problems.append(refusal.problem)
            return report
        except (reading.UnknownEncoding, reading.UnknownSheet) as error:
            raise BadCall(str(error)) from error
        taking = _Taking(conn, order, report, judge, progress or (lambda _: None))
        report.committed = (
            taking.in_parts()
            if process and commit and not what_if
            else taking.at_once(commit, what_if)
        )
    return report


class _Taking:
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
        with self._act() as act:
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


def _name(order: Order) -> str:
    """The file's name as text: one that a Chinese Windows wrote on disk is GBK, not UTF-8."""
    name = order.name or order.path.name
    try:
        name.encode()
    except UnicodeEncodeError:
        return os.fsencode(name).decode("gb18030", "replace")
    return name


def _foresee(conn: sqlite3.Connection, order: Order, report: Report) -> list[WhatIf]:
    # Whom nobody asks doesn't wait for it: reading all canned queries takes as long as 2,000 rows.
    from training import what_if

    try:
        return what_if.foresee(conn, order.year, lambda: roster_store.store(conn, order, report))
    except sqlite3.IntegrityError:
        return []  # the record's laws will refuse this batch, and say so when it is confirmed


def context_of(conn: sqlite3.Connection, order: Order) -> rows.Context:
    """The year's rules and the closed lists, or :class:`BadCall` for what is not in them."""
    year = conn.execute(
        "select selection_due from programme_years where key = ?", (order.year,)
    ).fetchone()
    if year is None:
        raise BadCall(f"no programme year {order.year}")
    table, key, sender = (
        ("institutions", "slug", order.sender.institution)
        if order.sender.institution
        else ("provinces", "code", order.sender.province)
    )
    if not conn.execute(f"select 1 from {table} where {key} = ?", (sender,)).fetchone():
        raise BadCall(f"no sender {sender} in {table}")
    suspended = conn.execute(
        "select institution from institution_years where year = ? and status = 'suspended'"
        " union select institution from suspensions where year = ? and published_at <> ''",
        (order.year, order.year),
    )
    remembered = conn.execute(
        "select header, column from remembered_headers where sender = ?", (sender,)
    )
    return rows.Context(
        year=order.year,
        selection_due=date.fromisoformat(year["selection_due"] or f"{order.year[:4]}-12-31"),
        sender=order.sender,
        references=References.load(conn),
        suspended=frozenset(row[0] for row in suspended),
        mapping={row["header"]: row["column"] for row in remembered} | order.mapping,
    )


def _describe(report: Report, source: reading.Source) -> None:
    for word in ("sha256", "kind", "size", "encoding", "delimiter", "sheet"):
        setattr(report, word, getattr(source, word))


def options(text: str) -> dict[str, Any]:
    """A JSON object as it is stored in a column of a batch or of a waiting upload."""
    found: dict[str, Any] = json.loads(text)
    return found
