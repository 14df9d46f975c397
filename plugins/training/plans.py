"""Training plans (培训方案, 三(二)): office, authority and institution make one together.

A plan is a draft until all three have agreed to its present words; a change of the words takes every
agreement back. The office then puts it in force; the plan before it is in force no longer.
"""

import sqlite3

from training.database import now
from training.wording import t
from training.workflow import Refused

SIDES = ("office", "province", "institution")

_PLANS = (
    "select p.*, i.name_zh as institution_zh, i.name_en as institution_en, a.name_zh as"
    " province_zh, a.name_en as province_en from training_plans as p"
    " join institutions as i on i.slug = p.institution"
    " left join provinces as a on a.code = p.province"
)


def plans_of(
    conn: sqlite3.Connection, year: str, institution: str | None, province: str | None
) -> list[sqlite3.Row]:
    """The plans of a year: an institution's, an authority's, or all for the office."""
    return conn.execute(
        f"{_PLANS} where p.year = ? and coalesce(p.institution = ?, 1)"
        " and (? is null or p.province = ?) order by i.seq, p.version desc",
        (year, institution, province, province),
    ).fetchall()


def draft(
    conn: sqlite3.Connection, year: str, institution: str, province: str, content: str
) -> int:
    """Write a new version of an institution's plan; return its number."""
    _worded(content)
    cursor = conn.execute(
        "insert into training_plans (year, institution, province, content, version, status)"
        " select ?, ?, ?, ?, coalesce(max(version), 0) + 1, 'draft' from training_plans"
        " where year = ? and institution = ?",
        (year, institution, province, content, year, institution),
    )
    return int(cursor.lastrowid or 0)


def rewrite(conn: sqlite3.Connection, plan: sqlite3.Row, province: str, content: str) -> None:
    """Change a plan that is not in force; whoever had agreed to it has to agree again."""
    _worded(content)
    _not_in_force(plan)
    conn.execute(
        "update training_plans set content = ?, province = ?, status = 'draft',"
        " office_agreed_at = null, province_agreed_at = null, institution_agreed_at = null"
        " where id = ?",
        (content, province, plan["id"]),
    )


def agree(conn: sqlite3.Connection, plan: sqlite3.Row, side: str) -> None:
    """Note that one side agrees; with the third the plan is agreed."""
    _not_in_force(plan)
    if plan[f"{side}_agreed_at"]:
        raise Refused(t("已经同意过了。", "You have agreed already."))
    if not plan["province"]:
        raise Refused(
            t("请先写明由哪个主管部门商定。", "Say first which authority agrees to this plan.")
        )
    conn.execute(
        f"update training_plans set {side}_agreed_at = ? where id = ?", (now(), plan["id"])
    )
    conn.execute(
        "update training_plans set status = 'agreed' where id = ? and office_agreed_at is not null"
        " and province_agreed_at is not null and institution_agreed_at is not null",
        (plan["id"],),
    )


def put_in_force(conn: sqlite3.Connection, plan: sqlite3.Row) -> None:
    """Put an agreed plan in force; the version before it is only agreed from then on.

    A trigger of the record refuses one that not all three have agreed to.
    """
    conn.execute(
        "update training_plans set status = 'agreed' where year = ? and institution = ?"
        " and status = 'in_force'",
        (plan["year"], plan["institution"]),
    )
    conn.execute("update training_plans set status = 'in_force' where id = ?", (plan["id"],))


def _worded(content: str) -> None:
    if not content:
        raise Refused(t("请填写“方案内容”。", "Fill in “Content”."))


def _not_in_force(plan: sqlite3.Row) -> None:
    if plan["status"] == "in_force":
        raise Refused(
            t(
                "方案已经生效；如需调整，请另起一个版本。",
                "The plan is in force: for a change write a new version.",
            )
        )
