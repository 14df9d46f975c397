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
from contextlib import nullcontext
from dataclasses import replace
from datetime import date
from typing import Any

from training import identity, reading, rows, tables
from training.judge_process import LONG_BYTES, JudgeProcess
from training.judging import Judge
from training.lookups import References
from training.roster_report import Change, Mode, Order, Outcome, Report
from training.roster_taking import Progress, Taking

__all__ = [
    "BadCall", "Change", "Mode", "Order", "Outcome", "Progress", "Report", "context_of", "options",
    "run",
]  # fmt: skip

#: Indexes of hashes are written to all over; with SQLite's own 2 MB their pages come and go.
CACHE_KIB = 32_000


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
        taking = Taking(conn, order, report, judge, progress or (lambda _: None))
        report.committed = (
            taking.in_parts()
            if process and commit and not what_if
            else taking.at_once(commit, what_if)
        )
    return report


def _name(order: Order) -> str:
    """The file's name as text: one that a Chinese Windows wrote on disk is GBK, not UTF-8."""
    name = order.name or order.path.name
    try:
        name.encode()
    except UnicodeEncodeError:
        return os.fsencode(name).decode("gb18030", "replace")
    return name


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
