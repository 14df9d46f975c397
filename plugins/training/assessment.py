"""The third party's assessment (第三方评估考核, notice 三(六)): the sheet, its end, its result.

Coverage, ranking and the lowest are the canned queries Q13 and Q14; nothing is ranked here.
"""

import sqlite3
from collections.abc import Mapping
from typing import Any

from training import audit, queries, scores
from training.database import acting, now, transaction
from training.wording import t
from training.workflow import Refused

Row = dict[str, Any]
Catalogue = Mapping[str, queries.Query]


def sheet(conn: sqlite3.Connection, year: str, catalogue: Catalogue) -> Row:
    """The grid institutions × indicators of the year with every state, evidence and the ranking."""
    lines = {
        row["slug"]: dict(row)
        | {"evidence": [], "events": [], "lacking": row["indicators"] != row["scored"]}
        for row in conn.execute(
            "select i.slug, i.name_zh, i.name_en, a.id, coalesce(a.status, 'none') as status,"
            " coalesce(t.scored, 0) as scored, coalesce(t.indicators, -1) as indicators, t.total"
            " from institution_years as m join institutions as i on i.slug = m.institution"
            " left join assessments as a on a.year = m.year and a.institution = m.institution"
            " left join assessment_totals as t on t.assessment_id = a.id"
            " where m.year = ? and m.ranked and m.status not in ('named', 'suspended')"
            " order by i.seq",
            (year,),
        )
    }
    for kind, order in (("evidence", "id"), ("events", "id")):
        for row in conn.execute(
            f"select a.institution, e.* from assessment_{kind} as e"
            f" join assessments as a on a.id = e.assessment_id where a.year = ? order by e.{order}",
            (year,),
        ):
            if row["institution"] in lines:
                lines[row["institution"]][kind].append(dict(row))
    return {
        "indicators": indicators(conn, year),
        "lines": list(lines.values()),
        "texts": {place: scores.shown(value) for place, value in scores.stored(conn, year).items()},
        "weights": conn.execute(
            "select coalesce(sum(weight), 0) from assessment_indicators where year = ?", (year,)
        ).fetchone()[0],
    } | standing(conn, year, catalogue)


def indicators(conn: sqlite3.Connection, year: str) -> list[Row]:
    """The indicators of the year in their order, with their weights."""
    rows = conn.execute("select * from assessment_indicators where year = ? order by seq", (year,))
    return [dict(row) for row in rows]


def standing(conn: sqlite3.Connection, year: str, catalogue: Catalogue) -> Row:
    """What the queries say: coverage (Q13), ranking, the lowest (Q14), and the recorded decision."""
    lowest = queries.run_named(conn, catalogue, "check_bottom_two", year=year)
    decision = conn.execute("select * from assessment_decisions where year = ?", (year,)).fetchone()
    return {
        "coverage": queries.run_named(conn, catalogue, "check_assessment_coverage", year=year)[0],
        "ranking": queries.run_named(conn, catalogue, "check_assessment_ranking", year=year),
        "summary": lowest[0],
        "lowest": lowest[1:],
        "decision": dict(decision) if decision else None,
    }


def finalise(
    conn: sqlite3.Connection, year: str, institution: str | None, by: str, via: str
) -> tuple[list[str], list[str]]:
    """Make one assessment final, or every complete draft; return who is final now and who is not yet.

    One without a score for each indicator stays a draft: no score is not a zero. Raises
    :class:`Refused` for one that lacks a score, is final already or was not begun.
    """
    drafts = conn.execute(
        "select a.id, a.institution, i.name_zh, i.name_en, t.scored = t.indicators as complete"
        " from assessments as a join assessment_totals as t on t.assessment_id = a.id"
        " join institutions as i on i.slug = a.institution"
        " where a.year = ? and a.status = 'draft' and a.institution = coalesce(?, a.institution)"
        " order by i.seq",
        (year, institution),
    ).fetchall()
    ready = [row for row in drafts if row["complete"]]
    if not ready:
        raise Refused(
            t(
                "没有可以定稿的：每项指标都有得分的草稿才能定稿。",
                "Nothing to make final: a draft needs a score for each indicator.",
            )
        )
    with transaction(conn), acting(conn, by, via):
        for row in ready:
            conn.execute(
                "update assessments set status = 'final', finalised_at = ?, scored_by = ?"
                " where id = ? and status = 'draft'",
                (now(), by, row["id"]),
            )
            audit.record(
                conn, by, via, "finalise", "assessments", row["id"],
                year=year, institution=row["institution"],
            )  # fmt: skip
    waiting = [t(row["name_zh"], row["name_en"]) for row in drafts if not row["complete"]]
    return [t(row["name_zh"], row["name_en"]) for row in ready], waiting


def send_back(
    conn: sqlite3.Connection, year: str, institution: str, reason: str, by: str, via: str
) -> None:
    """The office returns a final assessment to the assessor (退回), for a reason that is kept."""
    reason = reason.strip()
    if not reason:
        raise Refused(t("请写明退回理由。", "Write the reason for sending it back."))
    if conn.execute("select 1 from assessment_decisions where year = ?", (year,)).fetchone():
        raise Refused(
            t("已有末位决定，不能再退回。", "A decision rests on it: it can't be sent back.")
        )
    with transaction(conn), acting(conn, by, via, reason):
        done = conn.execute(
            "update assessments set status = 'draft' where year = ? and institution = ?"
            " and status = 'final'",
            (year, institution),
        )
        if not done.rowcount:
            raise Refused(t("该机构的考核没有定稿。", "That assessment is not final."))
        audit.record(
            conn, by, via, "send-back", "assessments", year, institution=institution, reason=reason
        )


def own_result(
    conn: sqlite3.Connection, year: str, institution: str, catalogue: Catalogue
) -> Row | None:
    """An institution's own result: its scores and place, once the office has published (三(六))."""
    published = conn.execute(
        "select published_at from assessment_decisions where year = ? and published_at <> ''",
        (year,),
    ).fetchone()
    if published is None:
        return None
    ranking = queries.run_named(conn, catalogue, "check_assessment_ranking", year=year)
    mine = next((row for row in ranking if row["institution"] == institution), None)
    if mine is None:
        return None
    stored = scores.stored(conn, year)
    return {
        "published_at": published[0],
        "points": mine["points"],
        # From the top, as everybody else counts; the query counts from the lowest.
        "place": 1 + sum(row["points"] > mine["points"] for row in ranking),
        "of": len(ranking),
        "scores": [
            row | {"score": scores.shown(stored.get((institution, row["code"])))}
            for row in indicators(conn, year)
        ],
    }
