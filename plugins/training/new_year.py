"""A year's turn (年度结转): the next programme year is prepared from an existing one.

Targets, deadlines, institutions, tracks and indicators are copied for the office to edit; the new
year is ``planned``, which shows it to nobody outside, until the office opens it.
"""

import csv
import re
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from training import audit
from training.database import acting, transaction
from training.wording import t
from training.workflow import Refused

_YEAR = re.compile(r"([0-9]{4})-([0-9]{4})")
#: Columns of a list of institutions: what it is for is a membership, so each needs its source.
LIST = ("institution", "source")
_DATES = ("contact_form_due", "selection_due")
#: What the new year's own notice will say.
_OPEN = {"doc_no": None, "signed_on": None, "published_on": None, "state": "planned"}


class Turn(NamedTuple):
    """What is carried over: the year's row and its members with their sources, and who drops out."""

    year: dict[str, Any]
    members: dict[str, str]
    suspended: list[str]
    dropped: list[str]
    indicators: int
    tracks: int

    def lines(self) -> list[str]:
        """The report of a turn, a line each, to be read before anything is written."""
        kept = (*_DATES, "target_trainees", "min_manufacturing_percent", "suspended_count")
        return [
            f"year {self.year['key']} ({self.year['state']})",
            *(f"  {name}: {self.year[name]}" for name in kept),
            f"institutions: {len(self.members)}; tracks: {self.tracks}; indicators: {self.indicators}",
            *(f"  {one}: {source}" for one, source in self.members.items()),
            *(f"suspended: {one}" for one in self.suspended),
            *(f"not in the list: {one} (no reason is recorded)" for one in self.dropped),
        ]


def year_after(year: str) -> str:
    """``2022-2023`` for ``2021-2022``."""
    return f"{int(year[:4]) + 1}-{int(year[5:]) + 1}"


def year_before(year: str) -> str:
    """``2020-2021`` for ``2021-2022``."""
    return f"{int(year[:4]) - 1}-{int(year[5:]) - 1}"


def turn(
    conn: sqlite3.Connection,
    year: str,
    by: str,
    via: str,
    institutions: dict[str, str] | None = None,
    *,
    commit: bool,
) -> Turn:
    """Prepare ``year`` from the one before it, or only say what that would be.

    ``institutions`` (slug to source document) replaces the list of the year before. Raises
    :class:`Refused` when the year exists, has no predecessor, or the list has a fault.
    """
    found = _YEAR.fullmatch(year)
    if not found or int(found[2]) != int(found[1]) + 1:
        raise Refused(t("年度应写成 2022-2023。", "A year is written 2022-2023."))
    planned = _plan(conn, year, institutions)
    if commit:
        with transaction(conn), acting(conn, by, via, f"new year {year}"):
            _plan(conn, year, institutions)  # nobody was quicker
            _write(conn, planned, year_before(year))
            audit.record(
                conn, by, via, "new-year", "programme_years", year,
                institutions=len(planned.members), suspended=planned.suspended,
            )  # fmt: skip
    return planned


def _plan(conn: sqlite3.Connection, year: str, institutions: dict[str, str] | None) -> Turn:
    if conn.execute("select 1 from programme_years where key = ?", (year,)).fetchone():
        raise Refused(t(f"{year} 年度已经建立。", f"The year {year} exists already."))
    before = conn.execute(
        "select * from programme_years where key = ?", (year_before(year),)
    ).fetchone()
    if before is None:
        raise Refused(t(f"没有上一年度 {year_before(year)}。", f"There is no {year_before(year)}."))
    row = dict(before) | {
        "key": year,
        "name_zh": f"{year}年度",
        "name_en": f"Programme year {year}",
    }
    row |= _OPEN | {name: _later(row[name]) for name in _DATES}
    usual = {
        one["institution"]: one["selection_basis"]
        for one in conn.execute(
            "select institution, selection_basis from institution_years join institutions"
            " on slug = institution where year = ? and status <> 'suspended' order by seq",
            (before["key"],),
        )
    }
    out = {  # a suspension of the old year has ended: who served it comes back
        one["institution"]: one["selection_basis"]
        for one in conn.execute(
            "select institution, selection_basis from institution_years where year = ?"
            " and status = 'suspended'", (before["key"],),
        )
    }  # fmt: skip
    members = usual | out if institutions is None else _checked(conn, institutions, usual | out)
    suspended = [
        one[0]
        for one in conn.execute(
            "select institution from suspensions where year = ? and published_at <> ''", (year,)
        )
        if one[0] in members
    ]
    counts = [
        conn.execute(f"select count(*) from {table} where year = ?", (before["key"],)).fetchone()[0]
        for table in ("assessment_indicators", "institution_tracks")
    ]
    dropped = [one for one in usual | out if one not in members]
    return Turn(row, members, suspended, dropped, *counts)


def _checked(
    conn: sqlite3.Connection, listed: dict[str, str], usual: dict[str, str]
) -> dict[str, str]:
    """A list of institutions: each known, and an added one with the document that names it."""
    known = {row[0] for row in conn.execute("select slug from institutions")}
    for one, source in listed.items():
        if one not in known:
            raise Refused(t(f"没有机构 {one}。", f"There is no institution {one}."))
        if one not in usual and not source:
            raise Refused(
                t(
                    f"新增机构 {one} 须注明来源文件。",
                    f"{one} is new: the list must name the document that adds it.",
                )
            )
    return {one: source or usual[one] for one, source in listed.items()}


def _write(conn: sqlite3.Connection, planned: Turn, before: str) -> None:
    row = planned.year
    conn.execute(
        f"insert into programme_years ({', '.join(row)})"
        f" values ({', '.join(f':{name}' for name in row)})",
        row,
    )
    conn.executemany(
        "insert into institution_years (year, institution, status, ranked, selection_basis)"
        " values (:year, :one, :status, coalesce((select ranked from institution_years"
        "  where year = :before and institution = :one), 1), :source)",
        [
            {
                "year": row["key"], "before": before, "one": one, "source": source,
                "status": "suspended" if one in planned.suspended else "active",
            }
            for one, source in planned.members.items()
        ],
    )  # fmt: skip
    conn.execute(
        "insert into institution_tracks (year, institution, track)"
        " select m.year, m.institution, k.track from institution_years as m"
        " join institution_tracks as k on k.year = ? and k.institution = m.institution"
        " where m.year = ?",
        (before, row["key"]),
    )
    conn.execute(
        "insert into assessment_indicators (year, code, seq, name_zh, name_en, weight)"
        " select ?, code, seq, name_zh, name_en, weight from assessment_indicators where year = ?",
        (row["key"], before),
    )


def _later(day: str | None) -> str | None:
    """The same day a year later; the last day of February stays the last one."""
    if day is None:
        return None
    later = f"{int(day[:4]) + 1}{day[4:]}"
    return later.replace("-02-29", "-02-28")


def read_list(path: Path) -> dict[str, str]:
    """A list of institutions from a CSV file: ``institution`` (slug) and ``source`` (document)."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    if not rows or not set(LIST) <= set(rows[0]):
        raise Refused(
            t(
                "名单要有 institution 和 source 两列。",
                "The list needs columns institution, source.",
            )
        )
    names: Sequence[str] = [row["institution"].strip() for row in rows]
    if len(set(names)) != len(names):
        raise Refused(t("名单里有重复的机构。", "The list names an institution twice."))
    return {row["institution"].strip(): (row["source"] or "").strip() for row in rows}
