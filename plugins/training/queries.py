"""Canned queries (固定查询): those of metadata.yml, run by name, on a connection that only reads.

This is the home of no rule. What a check counts is the SQL of its query; here it is found, run, and
handed to whoever shows it: a command, a page, a test.
"""

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from training import configuration
from training.configuration import METADATA
from training.database import connect, now
from training.wording import LANGUAGES, label, speaking
from training.years import Year, known

#: The columns every check begins with, in this order; what follows differs from check to check.
STANDARD = (
    "check_id", "scope", "numerator", "denominator", "value", "threshold", "status", "as_of",
)  # fmt: skip

Row = dict[str, Any]


class UnknownQuery(LookupError):
    """There is no canned query of this name."""


class NotARecord(Exception):
    """The file is no record of this programme, or a damaged one."""


class UnknownYear(LookupError):
    """The record has no such programme year (年度)."""


@dataclass(frozen=True)
class Query:
    """One canned query as metadata.yml has it; titles and descriptions are pairs 中文 | English."""

    name: str
    sql: str
    title: str
    description: str
    params: tuple[str, ...] = ()
    check: str | None = None  # Q01 … Q30
    clause: str | None = None  # paragraph of the notice
    unit: str | None = None  # 'percent' where value and threshold are shares
    judged: bool = True  # False: its rows inform one by one, none is a verdict on the whole
    offenders: tuple[str, ...] = ()  # queries that list what stands behind the figures


@dataclass(frozen=True)
class Outcome:
    """What a check found. Its first row speaks for it, further rows are its parts."""

    query: Query
    rows: list[Row]

    @property
    def status(self) -> str:
        """The status of the first row; a check that only informs is not_applicable."""
        return self.rows[0]["status"] if self.query.judged and self.rows else "not_applicable"

    @property
    def failed(self) -> bool:
        """Whether any row says that a rule is broken."""
        return any(row["status"] == "fail" for row in self.rows)

    def as_json(self) -> Row:
        """The check as one JSON object."""
        return {
            "check_id": self.query.check,
            "query": self.query.name,
            "title": {language: _said(self.query.title, language) for language in LANGUAGES},
            "clause": self.query.clause,
            "status": self.status,
            "rows": self.rows,
        }


@dataclass(frozen=True)
class Report:
    """All checks of one year, at one moment."""

    year: str
    years: list[Year]  # those that its reader may know of, the newest first
    as_of: str
    outcomes: list[Outcome]

    @property
    def failed(self) -> bool:
        """Whether any check fails."""
        return any(outcome.failed for outcome in self.outcomes)

    def as_json(self) -> Row:
        """The report as one JSON object."""
        return {
            "year": self.year,
            "as_of": self.as_of,
            "failed": self.failed,
            "checks": [outcome.as_json() for outcome in self.outcomes],
        }


def from_config(config: Mapping[str, Any], database: str = "training") -> dict[str, Query]:
    """The queries of ``database`` by name, in the order of the configuration."""
    found = config.get("databases", {}).get(database, {}).get("queries", {})
    return {name: _query(name, entry) for name, entry in found.items()}


def load(path: Path = METADATA, database: str = "training") -> dict[str, Query]:
    """The queries that the file at ``path`` gives to ``database``."""
    return from_config(configuration.load(path), database)


def _query(name: str, entry: Mapping[str, Any]) -> Query:
    return Query(
        name=name,
        sql=entry["sql"],
        title=entry["title"],
        description=entry["description"],
        params=tuple(entry.get("params") or ()),
        check=entry.get("check"),
        clause=entry.get("clause"),
        unit=entry.get("unit"),
        judged=entry.get("judged", True),
        offenders=tuple(entry.get("offenders") or ()),
    )


def checks(queries: Mapping[str, Query]) -> list[Query]:
    """Those that answer a requirement, in the order of their numbers."""
    return sorted((q for q in queries.values() if q.check), key=lambda q: q.check or "")


def run(conn: sqlite3.Connection, query: Query, /, **params: object) -> list[Row]:
    """The rows of ``query``; a parameter that is not given is blank, as on its page."""
    cursor = conn.execute(query.sql, dict.fromkeys(query.params, "") | params)
    columns = [column[0] for column in cursor.description]
    return [dict(zip(columns, row, strict=True)) for row in cursor]


def run_named(
    conn: sqlite3.Connection, queries: Mapping[str, Query], name: str, /, **params: object
) -> list[Row]:
    """The rows of the query called ``name``; raises :class:`UnknownQuery`."""
    if name not in queries:
        raise UnknownQuery(name)
    return run(conn, queries[name], **params)


def report(
    db: Path, chosen: Iterable[Query], year: str | None = None, *, office: bool = True
) -> Report:
    """Run the ``chosen`` checks on the record at ``db``, for the current year unless one is named.

    Who is not the ``office`` hears nothing of a year that is being planned.

    Raises ``FileNotFoundError`` without a record, :class:`NotARecord` and :class:`UnknownYear`.
    """
    conn = connect(db, read_only=True)
    try:
        asked = year_of(conn, year, office=office)
        years = known(conn, office=office)
        outcomes = [Outcome(query, run(conn, query, year=asked)) for query in chosen]
    finally:
        conn.close()
    return Report(asked, years, now(), outcomes)


def year_of(conn: sqlite3.Connection, asked: str | None = None, *, office: bool = True) -> str:
    """The year that was asked for, else the current one; a planned one is there for the office only.

    Raises :class:`UnknownYear`, and :class:`NotARecord` where there are no years at all.
    """
    try:
        row = conn.execute(
            "select key from programme_years where key = coalesce(?, (select key from current_year))"
            " and (? or state <> 'planned')",
            (asked or None, office),
        ).fetchone()
    except sqlite3.DatabaseError as error:
        raise NotARecord(str(error)) from error
    if row is None:
        raise UnknownYear(asked or "")
    return str(row[0])


def _said(pair: str, language: str) -> str:
    with speaking(language):
        return label(pair)


def number(query: Query, row: Row) -> str:
    """The figure of a row in words: ``595 / 1992 = 29.86%``, ``35 / 37``, ``1992`` or ``78.5``."""
    if query.unit != "percent" and row["value"] != row["numerator"]:
        return with_unit(query, row["value"])
    text = str(row["numerator"])
    if row["denominator"] is not None:
        text += f" / {row['denominator']}"
    if query.unit == "percent" and row["value"] is not None:
        text += f" = {with_unit(query, row['value'])}"
    return text


def extras(query: Query, row: Row) -> dict[str, str]:
    """What a row tells beside the columns that every check has, as text."""
    return {
        name: with_unit(query, value) if name.endswith("value") else str(value)
        for name, value in row.items()
        if name not in STANDARD and name != "label" and value is not None
    }


def with_unit(query: Query, value: float | None) -> str:
    """A value or threshold as text, '' if there is none."""
    if value is None:
        return ""
    return f"{value:g}%" if query.unit == "percent" else f"{value:g}"


def markdown_table() -> str:
    """The checks as a Markdown table for the documentation: number, clause, name, definition."""
    lines = ["| check | clause | query | what it counts |", "|---|---|---|---|"]
    with speaking("en"):
        for query in checks(load()):
            words = " ".join(label(query.description).split())
            lines.append(
                f"| {query.check} {label(query.title)} | {query.clause or ''}"
                f" | `{query.name}` | {words} |"
            )
    return "\n".join(lines)
