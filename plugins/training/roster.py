"""Taking a roster (学员名单) into the record: read, judge every row, show or store.

A file first becomes rows of a temporary table, with identity numbers already hashed and sealed; the
record is not locked meanwhile. Then one transaction compares and stores (:mod:`roster_store`).
The preview is that same transaction, rolled back.
"""

import json
import sqlite3
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from training import identity, reading, roster_store, rows, tables
from training.database import acting, transaction
from training.lookups import References
from training.problems import Language, Problem

CHUNK = 5_000


class BadCall(Exception):
    """The call itself is wrong (unknown year, sender, sheet or encoding); nothing was read."""


@dataclass(frozen=True)
class Order:
    """What somebody asks to be done with one file."""

    path: Path
    year: str
    sender: rows.Sender
    by: str
    via: str = "script"
    name: str | None = None
    encoding: str | None = None
    sheet: str | None = None
    only_valid: bool = False
    force: bool = False
    token: str | None = None  # the waiting upload that this order confirms
    mapping: dict[str, str] = field(default_factory=dict)


@dataclass
class Report:
    """What became of a file: the object of roster.md's JSON, and what a page shows beside it."""

    file: str
    sha256: str = ""
    kind: str | None = None
    size: int = 0
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    header_row: int | None = None
    columns: dict[str, str] = field(default_factory=dict)
    unknown_columns: list[str] = field(default_factory=list)
    rows: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    rejected: int = 0
    absent: int = 0
    skipped: int = 0
    committed: bool = False
    batch: int | None = None
    already_imported: int | None = None
    problems: list[Problem] = field(default_factory=list)
    header: list[str] = field(default_factory=list)
    first_rows: list[tuple[int, list[str]]] = field(default_factory=list)
    changes: list[roster_store.Change] = field(default_factory=list)

    @property
    def errors(self) -> list[Problem]:
        """The faults that keep a row, or the file, out."""
        return [problem for problem in self.problems if problem.severity == "error"]

    def as_json(self, language: Language = "zh") -> dict[str, Any]:
        """The contract's object, problems in the order of the sheet."""
        words = (
            "file", "sha256", "kind", "encoding", "delimiter", "header_row", "columns",
            "unknown_columns", "rows", "new", "changed", "unchanged", "rejected", "absent",
            "skipped", "committed", "batch", "already_imported",
        )  # fmt: skip
        found = {word: getattr(self, word) for word in words}
        return found | {"problems": [problem.as_json(language) for problem in self.problems]}


def run(conn: sqlite3.Connection, order: Order, keys: identity.Keys, *, commit: bool) -> Report:
    """Read ``order.path`` and preview it, or store it if ``commit`` and nothing stands against it.

    ``conn`` is a connection of :func:`training.database.connect` with no transaction open.
    Raises :class:`BadCall`; every fault of the file itself is a problem in the report.
    """
    context = _context(conn, order)
    report = Report(order.name or order.path.name)
    try:
        source = reading.open_source(
            order.path,
            name=order.name,
            encoding=order.encoding,
            sheet=order.sheet,
            header_vote=tables.header_vote,
        )
        _describe(report, source)
        _stage(conn, report, source, context, keys)
    except reading.Unreadable as refusal:
        if refusal.source:
            _describe(report, refusal.source)
        report.problems.append(refusal.problem)
        return report
    except (reading.UnknownEncoding, reading.UnknownSheet) as error:
        raise BadCall(str(error)) from error
    conn.execute("begin immediate")
    try:
        with acting(conn, order.by, order.via, f"roster {report.sha256[:12]}"):
            roster_store.settle(conn, order, report)
            _sort(report)
            stored = commit and roster_store.may_store(order, report)
            if stored:
                roster_store.store(conn, order, report)
        conn.execute("commit" if stored else "rollback")
    except BaseException:
        if conn.in_transaction:
            conn.execute("rollback")
        raise
    report.committed = stored
    return report


def _context(conn: sqlite3.Connection, order: Order) -> rows.Context:
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
        " union select institution from suspensions where year = ?",
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


def _stage(
    conn: sqlite3.Connection,
    report: Report,
    source: reading.Source,
    context: rows.Context,
    keys: identity.Keys,
) -> None:
    """Fill ``temp.incoming`` with the good rows, and the report with the faults of all of them."""
    roster_store.open_stage(conn)
    context = replace(context, workbook=source.kind != "csv")
    stream = rows.parse(reading.rows(source), context)
    across = _AcrossRows(keys)
    sealer = identity.Sealer(keys)
    insert = roster_store.stage_statement()
    chunk: list[tuple[Any, ...]] = []
    # One transaction: one for each row would take most of the time of an import.
    with transaction(conn, "deferred"):
        for parsed in stream:
            report.rows += 1
            person = across.judge(parsed)
            report.problems += parsed.problems
            staged = _staged(parsed, person, keys, sealer)
            if staged:
                chunk.append(staged)
            else:
                report.rejected += 1
                conn.execute("insert into temp.refused values (?)", (person,))
            if len(chunk) >= CHUNK:
                conn.executemany(insert, chunk)
                chunk.clear()
        conn.executemany(insert, chunk)
    report.problems += stream.problems
    report.header_row = stream.header_row
    report.header = stream.header
    report.columns = stream.columns
    report.unknown_columns = stream.unknown_columns
    report.skipped = stream.skipped
    report.first_rows = stream.first_rows


class _AcrossRows:
    """Faults that one row of the file has because of another."""

    def __init__(self, keys: identity.Keys) -> None:
        self._keys = keys
        self._first_row: dict[str, int] = {}
        self._mobile_owner: dict[str, tuple[int, str]] = {}
        self._per_enterprise: Counter[str] = Counter()

    def judge(self, parsed: rows.Parsed) -> str | None:
        """Add the faults of ``parsed`` that earlier rows cause; return its person key, if it has one."""
        values, row = parsed.values, parsed.row
        number = values.get("id_number")
        person = None
        if number:
            person = identity.person_key(self._keys, values.get("id_type") or "resident", number)
            first = self._first_row.setdefault(person, row)
            if first != row:
                parsed.problems.append(
                    Problem(row, "id_number", "duplicate-in-file", (("row", str(first)),))
                )
        self._judge_mobile(parsed, person)
        code = values.get("uscc")
        if code:
            self._per_enterprise[code] += 1
            if self._per_enterprise[code] > 2:
                parsed.problems.append(Problem(row, "uscc", "enterprise-many"))
        return person

    def _judge_mobile(self, parsed: rows.Parsed, person: str | None) -> None:
        mobile = parsed.values.get("mobile")
        if not mobile:
            return
        row, owner = self._mobile_owner.setdefault(mobile, (parsed.row, person or ""))
        if row != parsed.row and owner != (person or ""):
            parsed.problems.append(
                Problem(parsed.row, "mobile", "same-mobile", (("row", str(row)),))
            )


def _staged(
    parsed: rows.Parsed, person: str | None, keys: identity.Keys, sealer: identity.Sealer
) -> tuple[Any, ...] | None:
    """The row for ``temp.incoming``, or None if an error keeps it out."""
    if any(problem.severity == "error" for problem in parsed.problems) or person is None:
        return None
    values = parsed.values
    # Without a required column nothing is stored, but the rows are compared as far as they go.
    number, mobile = values["id_number"], values.get("mobile") or ""
    cleared = json.dumps(sorted(parsed.cleared)) if parsed.cleared else None
    return (
        parsed.row,
        person,
        identity.mask_identity(number),
        values.get("age_at_selection"),
        identity.mobile_key(keys, mobile) if mobile else None,
        identity.mask_mobile(mobile) if mobile else None,
        sealer.seal(person, f"{number}\n{mobile}"),
        sealer.version,
        values.get("institution"),
        values.get("track"),
        cleared,
        *(values.get(column) for column in roster_store.COMPARED),
    )


def _sort(report: Report) -> None:
    """Faults of the file first, then row by row."""
    report.problems.sort(key=lambda problem: problem.row or 0)


def same_file_batch(conn: sqlite3.Connection, order: Order, sha256: str) -> int | None:
    """The sender's last batch of the year, if it was this very file and still stands.

    A batch that was returned or undone does not stand: sending the file again is an answer to it.
    """
    last = conn.execute(
        "select id, sha256 from roster_batches where year = ? and institution is ?"
        " and province is ? and kind <> 'selection' and status not in ('returned', 'undone')"
        " order by id desc limit 1",
        (order.year, order.sender.institution, order.sender.province),
    ).fetchone()
    return last["id"] if last and last["sha256"] == sha256 else None


def options(text: str) -> dict[str, Any]:
    """A JSON object as it is stored in a column of a batch or of a waiting upload."""
    found: dict[str, Any] = json.loads(text)
    return found
