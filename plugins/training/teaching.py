"""What a class does, and with whom: sessions, modules, partner organisations (一(三), 二, 三(七))."""

import sqlite3
from collections.abc import Mapping
from typing import Any

from training.wording import t
from training.workflow import Refused

MODES = ("classroom", "practice", "online", "exchange", "benchmark_visit")
PARTNERS = ("service_agency", "industry_body", "leading_enterprise")


def modules_of(conn: sqlite3.Connection, year: str) -> list[sqlite3.Row]:
    """The course modules (课程模块) of a year."""
    return conn.execute(
        "select * from course_modules where year = ? order by seq, id", (year,)
    ).fetchall()


def sessions_of(conn: sqlite3.Connection, number: int) -> list[sqlite3.Row]:
    """The sessions of a class in the order of their dates, and how many of its people came."""
    return conn.execute(
        "select s.*, m.name_zh as module_zh, m.name_en as module_en, p.short_zh as host_zh,"
        " p.name_en as host_en, e.is_cross_region,"
        " (select count(*) from attendance as a where a.session_id = s.id) as recorded,"
        " (select count(*) from attendance as a where a.session_id = s.id and a.present) as present"
        " from class_sessions as s left join course_modules as m on m.id = s.module_id"
        " left join provinces as p on p.code = s.host_province"
        " left join exchange_activities as e on e.session_id = s.id and e.cohort_id = ?"
        " where s.cohort_id = ? order by s.held_on, s.id",
        (number, number),
    ).fetchall()


def add_session(conn: sqlite3.Connection, number: int, values: Mapping[str, Any]) -> None:
    """Add a session to a class."""
    names, marks = ", ".join(values), ", ".join("?" * len(values))
    conn.execute(
        f"insert into class_sessions (cohort_id, {names}) values (?, {marks})",
        (number, *values.values()),
    )


def remove_session(conn: sqlite3.Connection, number: int, session: int | None) -> None:
    """Remove a session as long as nobody's attendance is recorded for it."""
    recorded = conn.execute(
        "select 1 from attendance where session_id = ? limit 1", (session,)
    ).fetchone()
    if recorded:
        raise Refused(
            t(
                "这次活动已登记出勤，不能删除。",
                "The attendance of this session is recorded: it can't be removed.",
            )
        )
    conn.execute("delete from class_sessions where id = ? and cohort_id = ?", (session, number))


def partners_of(conn: sqlite3.Connection, number: int) -> list[sqlite3.Row]:
    """With whom a special topic is held (二)."""
    return conn.execute(
        "select * from partner_organisations where cohort_id = ? order by id", (number,)
    ).fetchall()


def add_partner(conn: sqlite3.Connection, number: int, name: str, kind: str) -> None:
    """Add an organisation that a class is held with."""
    conn.execute(
        "insert into partner_organisations (cohort_id, name, kind) values (?, ?, ?)",
        (number, name, kind),
    )


def remove_partner(conn: sqlite3.Connection, number: int, partner: int | None) -> None:
    """Remove an organisation from a class."""
    conn.execute(
        "delete from partner_organisations where id = ? and cohort_id = ?", (partner, number)
    )
