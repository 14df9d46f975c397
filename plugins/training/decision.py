"""The office's decision on the lowest ranked (末位淘汰, notice 三(六)) and its publication.

Who is lowest is what Q14 says; a tie at the boundary is decided by hand, with a reason. One person
records the decision, another publishes it, and only then does it have an effect.
"""

import sqlite3
from collections.abc import Collection
from datetime import date
from typing import Any

from training import audit, queries
from training.assessment import Catalogue
from training.database import acting, now, transaction
from training.new_year import year_after
from training.wording import t
from training.workflow import Refused


def decide(
    conn: sqlite3.Connection,
    year: str,
    chosen: Collection[str],
    document: str,
    dated_on: str,
    reason: str,
    by: str,
    via: str,
    catalogue: Catalogue,
) -> list[str]:
    """Record the decision and a suspension for exactly the next year; return who is suspended.

    ``chosen`` are those taken from a tie at the boundary. Raises :class:`Refused`.
    """
    document, reason = document.strip()[:200], reason.strip()[:1000]
    if not document or not _is_date(dated_on):
        raise Refused(
            t("请填写文号和成文日期。", "Give the document number and the date of the document.")
        )
    with transaction(conn), acting(conn, by, via):
        following = year_after(year)
        if not conn.execute("select 1 from programme_years where key = ?", (following,)).fetchone():
            raise Refused(t(f"请先建立 {following} 年度。", f"Prepare the year {following} first."))
        if conn.execute("select 1 from assessment_decisions where year = ?", (year,)).fetchone():
            raise Refused(t("本年度已有决定。", "This year has been decided."))
        suspended = lowest(conn, year, chosen, reason, catalogue)
        conn.execute(
            "insert into assessment_decisions (year, document, dated_on, reason, decided_by, decided_at)"
            " values (?, ?, ?, ?, ?, ?)",
            (year, document, dated_on, reason, by, now()),
        )
        conn.executemany(
            "insert into suspensions (year, institution, assessed_year, decided_by, decided_at, document)"
            " values (?, ?, ?, ?, ?, ?)",
            [(following, one, year, by, now(), document) for one in suspended],
        )
        audit.record(
            conn, by, via, "decide", "assessment_decisions", year,
            document=document, suspended=suspended, reason=reason,
        )  # fmt: skip
    return suspended


def lowest(
    conn: sqlite3.Connection,
    year: str,
    chosen: Collection[str],
    reason: str,
    catalogue: Catalogue,
) -> list[str]:
    """Who is suspended: those that Q14 calls lowest, and as many of a tied group as are wanting."""
    summary, *rows = queries.run_named(conn, catalogue, "check_bottom_two", year=year)
    if summary["status"] == "not_applicable":
        raise Refused(t("本年度没有末位淘汰。", "This year suspends nobody."))
    if any(row["status"] == "provisional" for row in rows) or not rows:
        raise Refused(
            t("考核未全部定稿，排名只是暂定。", "Not every assessment is final: provisional.")
        )
    sure = [row["scope"] for row in rows if row["status"] == "bottom_two"]
    tied = [row["scope"] for row in rows if row["status"] == "tie_decision_required"]
    wanting = summary["threshold"] - len(sure)
    taken = [one for one in tied if one in chosen]
    if len(taken) != wanting:
        raise Refused(
            t(
                f"请在同分机构中选定 {wanting} 个。",
                f"Choose {wanting} of the institutions that tie.",
            )
        )
    if tied and not reason:
        raise Refused(t("同分由人决定，请写明理由。", "A tie is decided by hand: say why."))
    return sure + taken


def withdraw(conn: sqlite3.Connection, year: str, by: str, via: str) -> None:
    """Take back a decision that is not public; the audit log keeps that it was made."""
    with transaction(conn), acting(conn, by, via):
        _unpublished(conn, year)
        conn.execute("delete from suspensions where assessed_year = ?", (year,))
        conn.execute("delete from assessment_decisions where year = ?", (year,))
        audit.record(conn, by, via, "withdraw", "assessment_decisions", year)


def publish(conn: sqlite3.Connection, year: str, by: str, via: str) -> None:
    """Publish the decision: from now on the suspended take no rosters in the next year.

    Not by whoever recorded it. The public list follows with the next release of two people.
    """
    with transaction(conn), acting(conn, by, via):
        if _unpublished(conn, year)["decided_by"] == by:
            raise Refused(
                t(
                    "请由另一人公布：记录人不能自己公布。",
                    "Somebody else publishes what you recorded.",
                )
            )
        at = now()
        conn.execute(
            "update assessment_decisions set published_by = ?, published_at = ? where year = ?",
            (by, at, year),
        )
        conn.execute("update suspensions set published_at = ? where assessed_year = ?", (at, year))
        mark(conn, year)
        audit.record(conn, by, via, "publish", "assessment_decisions", year)


def mark(conn: sqlite3.Connection, year: str) -> None:
    """Bring the memberships of both years in line with what has been published for ``year``."""
    conn.execute(
        "update institution_years set status = 'suspended' where exists (select 1 from suspensions"
        " as s where s.year = institution_years.year and s.institution = institution_years.institution"
        " and s.assessed_year = ? and s.published_at <> '')",
        (year,),
    )
    conn.execute(
        "update institution_years set status = iif(institution in (select institution from"
        " suspensions where assessed_year = :year), 'suspended_next_year', 'continue')"
        " where year = :year and ranked and status not in ('named', 'suspended')",
        {"year": year},
    )


def _unpublished(conn: sqlite3.Connection, year: str) -> Any:
    row = conn.execute(
        "select * from assessment_decisions where year = ? and published_at is null", (year,)
    ).fetchone()
    if row is None:
        raise Refused(t("没有等待公布的决定。", "No decision waits to be published."))
    return row


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
