"""Scores of the assessment (得分): what a cell of the sheet may say, and saving them as a draft."""

import re
import sqlite3
import unicodedata
from collections.abc import Mapping
from typing import NamedTuple

from training import audit
from training.database import acting, transaction
from training.wording import t

#: institution (slug) and indicator (code)
Place = tuple[str, str]
_SCORE = re.compile(r"\d{1,3}(\.\d{1,2})?")


class NoScore(ValueError):
    """The text is no score; what it says is for the reader."""


class Saved(NamedTuple):
    """What a sheet came to: cells changed, and a message for each that could not be taken."""

    changed: int
    faults: dict[Place, str]


def hundredths(text: str) -> int | None:
    """A score in hundredths of a point, None for a blank cell: no score is not a zero.

    Full-width digits and blanks around are forgiven; raises :class:`NoScore`.
    """
    plain = unicodedata.normalize("NFKC", text).strip().lstrip("'")
    if not plain:
        return None
    if not _SCORE.fullmatch(plain) or not plain.isascii():
        raise NoScore(
            t("请填 0 到 100 的数，最多两位小数。", "A number from 0 to 100, two decimals at most.")
        )
    whole, _, rest = plain.partition(".")
    value = int(whole) * 100 + int(rest.ljust(2, "0"))
    if value > 10_000:
        raise NoScore(t("得分不能超过 100。", "A score is 100 at most."))
    return value


def shown(value: int | None) -> str:
    """A score as it is written: ``85.5``, ``0``, and nothing where there is none."""
    return "" if value is None else f"{value / 100:.2f}".rstrip("0").rstrip(".")


def stored(conn: sqlite3.Connection, year: str) -> dict[Place, int]:
    """All scores of the year, drafts included."""
    rows = conn.execute(
        "select a.institution, s.indicator, s.score_hundredths from assessment_scores as s"
        " join assessments as a on a.id = s.assessment_id where a.year = ?",
        (year,),
    )
    return {(row[0], row[1]): row[2] for row in rows}


def save(
    conn: sqlite3.Connection, year: str, cells: Mapping[Place, str], by: str, via: str
) -> Saved:
    """Write what differs from the record as a draft; cells that are no score are left as they were.

    A blank cell takes the score away. A cell of a final assessment that differs is a fault.
    """
    faults: dict[Place, str] = {}
    changed: dict[Place, int | None] = {}
    with transaction(conn), acting(conn, by, via):
        before, final = stored(conn, year), _final(conn, year)
        for place, text in cells.items():
            try:
                value = hundredths(text)
            except NoScore as fault:
                faults[place] = str(fault)
                continue
            if value == before.get(place):
                continue
            if place[0] in final:
                faults[place] = t(
                    "已定稿，未改动。", "Final already: the stored score was not changed."
                )
                continue
            changed[place] = value
        for (institution, indicator), value in changed.items():
            _write(conn, year, institution, indicator, value, by)
        if changed:
            institutions = sorted({institution for institution, _ in changed})
            audit.record(
                conn, by, via, "score", "assessments", year,
                cells=len(changed), institutions=institutions,
            )  # fmt: skip
    return Saved(len(changed), faults)


def _final(conn: sqlite3.Connection, year: str) -> set[str]:
    rows = conn.execute(
        "select institution from assessments where year = ? and status = 'final'", (year,)
    )
    return {row[0] for row in rows}


def _write(
    conn: sqlite3.Connection,
    year: str,
    institution: str,
    indicator: str,
    value: int | None,
    by: str,
) -> None:
    conn.execute(
        "insert into assessments (year, institution, scored_by) values (?, ?, ?)"
        " on conflict (year, institution) do update set scored_by = excluded.scored_by",
        (year, institution, by),
    )
    key = (year, institution, indicator)
    if value is None:
        conn.execute(
            "delete from assessment_scores where assessment_id ="
            " (select id from assessments where year = ? and institution = ?) and indicator = ?",
            key,
        )
    else:
        conn.execute(
            "insert into assessment_scores (assessment_id, year, indicator, score_hundredths)"
            " select id, year, ?, ? from assessments where year = ? and institution = ?"
            " on conflict (assessment_id, indicator)"
            " do update set score_hundredths = excluded.score_hundredths",
            (indicator, value, year, institution),
        )
