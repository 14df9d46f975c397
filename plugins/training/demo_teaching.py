"""What the classes of the demonstration do: sessions, attendance, accounts, partners, alumni, consent.

Most of it is in order and some of it is not, so that each check has something to show.
"""

import sqlite3
from datetime import date, timedelta

from training.demo_plan import LAST_YEAR, OFFICE, THIS_YEAR

#: (days after the first one, mode, hours, title, where: 'home', another authority, or nowhere)
_LONG = (
    (0, "classroom", 6.0, "企业战略与国家产业政策", None),
    (30, "classroom", 6.0, "数字化转型与精益管理", None),
    (75, "online", 3.0, "财务与融资", None),
    (120, "practice", 8.0, "现场诊断与改善", None),
    (180, "exchange", 6.0, "跨区域交流", "440000"),
    (240, "benchmark_visit", 6.0, "“小巨人”企业对标学习", "330000"),
)
_SHORT = (
    (0, "classroom", 6.0, "专精特新发展路径", None),
    (1, "benchmark_visit", 4.0, "龙头企业对标学习", "110000"),
    (2, "exchange", 4.0, "大中小企业对接", "330000"),
)
#: Classes that differ: no exchange, exchange at home only, sessions nobody has recorded.
_NO_EXCHANGE = {"nju", "tju"}
_AT_HOME = {"sysu"}
_NOT_RECORDED = {"pku", "hust"}
#: Accounts that differ: still open, more spent than received, vouchers missing.
_OPEN_ACCOUNT = {"bit", "gxu", "pku"}
_OVERSPENT = {"tju"}
_NO_VOUCHER = {"csu"}
_MODULES = (
    (1, "战略与政策", "Strategy and policy", 1), (2, "经营管理", "Management", 0),
    (3, "实践与交流", "Practice and exchange", 0),
)  # fmt: skip
_PARTNERS = (
    ("示例中小企业服务中心", "service_agency"), ("示例行业协会", "industry_body"),
    ("示例龙头企业有限公司", "leading_enterprise"),
)  # fmt: skip
_MEMBERS = "('approved', 'enrolled', 'completed', 'certified', 'alumni', 'not_completed')"


def teach(conn: sqlite3.Connection) -> None:
    """Fill the classes of both years; call it once their people are in them."""
    conn.execute(
        "update programme_years set min_attendance_percent = 80 where key = ?", (THIS_YEAR,)
    )
    conn.executemany(
        "insert into course_modules (year, seq, name_zh, name_en, required) values (?, ?, ?, ?, ?)",
        [(THIS_YEAR, *module) for module in _MODULES],
    )
    _doubts(conn)
    required = conn.execute("select id from course_modules where required").fetchone()[0]
    for cohort in conn.execute("select * from cohorts order by id").fetchall():
        if cohort["year"] == THIS_YEAR:
            _hold(conn, cohort, required)
        _account(conn, cohort)
    _attend(conn)
    _retrain(conn)
    _consent(conn)
    _support(conn)


def _doubts(conn: sqlite3.Connection) -> None:
    """A class two months too long, positions that name no manager, a sex that does not fit."""
    conn.execute(
        "update cohorts set ends_on = date(ends_on, '+60 days') where year = ?"
        " and institution = 'uestc' and track = 'thematic'",
        (THIS_YEAR,),
    )
    conn.execute(
        "update trainees set position = iif(id % 2, '总经理助理', '办公室工作人员')"
        " where year = ? and id % 290 = 17",
        (THIS_YEAR,),
    )
    # The sequence 999 of every number here is a man's.
    conn.execute(
        "update trainees set sex = 'female' where year = ? and id % 400 = 33", (THIS_YEAR,)
    )


def _hold(conn: sqlite3.Connection, cohort: sqlite3.Row, required: int) -> None:
    """The sessions of a class, and with whom a special topic is held."""
    institution = cohort["institution"]
    home = conn.execute(
        "select province_code from institutions where slug = ?", (institution,)
    ).fetchone()[0]
    first = date.fromisoformat(cohort["starts_on"])
    short = cohort["duration_kind"] == "short"
    for place, (days, mode, hours, title, host) in enumerate(_SHORT if short else _LONG):
        if mode == "exchange" and institution in _NO_EXCHANGE:
            continue
        held_in = home if mode == "exchange" and institution in _AT_HOME else host
        conn.execute(
            "insert into class_sessions (cohort_id, held_on, mode, hours, title, host_province,"
            " module_id) values (?, ?, ?, ?, ?, ?, ?)",
            (cohort["id"], (first + timedelta(days=days)).isoformat(), mode, hours, title, held_in,
             required if place == 0 else None),
        )  # fmt: skip
    if institution == OFFICE:
        conn.executemany(
            "insert into partner_organisations (cohort_id, name, kind) values (?, ?, ?)",
            [(cohort["id"], *partner) for partner in _PARTNERS],
        )


def _attend(conn: sqlite3.Connection) -> None:
    """One in twenty misses every other session; two institutions have recorded only the first."""
    marks = ", ".join("?" * len(_NOT_RECORDED))
    conn.execute(
        "insert into attendance (session_id, trainee_id, present)"
        " select s.id, t.id, not (t.id % 20 = 7 and s.id % 2) from class_sessions as s"
        " join cohorts as c on c.id = s.cohort_id"
        f" join trainees as t on t.cohort_id = s.cohort_id and t.state in {_MEMBERS}"
        f" where c.institution not in ({marks}) or s.held_on = c.starts_on",
        tuple(_NOT_RECORDED),
    )
    # At a session held at home only those from there came.
    conn.execute(
        "update attendance set present = 0 where (session_id, trainee_id) in"
        " (select s.id, t.id from class_sessions as s join cohorts as c on c.id = s.cohort_id"
        "  join trainees as t on t.cohort_id = c.id where c.institution in ('sysu')"
        "  and s.mode = 'exchange' and t.province <> s.host_province)"
    )


def _account(conn: sqlite3.Connection, cohort: sqlite3.Row) -> None:
    """Fees and a grant, teachers and rooms; closed a month after the class has ended."""
    institution = cohort["institution"] if cohort["year"] == THIS_YEAR else ""
    booked = cohort["starts_on"]
    spent = 52_000_000 if institution in _OVERSPENT else 38_500_000
    voucher = None if institution in _NO_VOUCHER else f"记-{cohort['id']:03d}-3"
    items = (
        ("received", "学费", None, 30_000_000, f"记-{cohort['id']:03d}-1"),
        ("received", "财政补助", None, 12_000_050, f"记-{cohort['id']:03d}-2"),
        ("spent", None, "师资", spent, voucher),
        ("spent", None, "场地和教材", 3_400_000, f"记-{cohort['id']:03d}-4"),
    )
    conn.executemany(
        "insert into fund_items (cohort_id, booked_on, direction, source, category, amount_fen,"
        " voucher_no) values (?, ?, ?, ?, ?, ?, ?)",
        [(cohort["id"], booked, *item) for item in items],
    )
    if institution not in _OPEN_ACCOUNT | _OVERSPENT | _NO_VOUCHER:
        closed = f"{date.fromisoformat(cohort['ends_on']) + timedelta(days=30)}T10:00:00+08:00"
        conn.execute("insert into cohort_accounts values (?, ?, 'office')", (cohort["id"], closed))


def _retrain(conn: sqlite3.Connection) -> None:
    """Three alumni of each of four institutions come back to the first class of this year."""
    conn.execute(
        "insert into retraining (trainee_id, cohort_id, year, registered_at)"
        " select t.id, c.id, c.year, '2022-04-06T10:00:00+08:00'"
        " from (select *, row_number() over (partition by institution order by id) as place"
        "  from trainees where year = ? and state = 'alumni') as t"
        " join (select institution, min(id) as id, year from cohorts where year = ?"
        "  group by institution) as c on c.institution = t.institution"
        " where t.place <= 3 and t.institution in ('pku', 'zju', 'fudan', 'sdu')",
        (LAST_YEAR, THIS_YEAR),
    )


def _consent(conn: sqlite3.Connection) -> None:
    """Everybody who was approved this year has consented, but for a few."""
    conn.execute(
        "insert into consents (trainee_id, text_version, at, channel)"
        " select id, '2021-11 版', '2021-12-20', 'paper' from trainees where year = ?"
        f" and state in {_MEMBERS} and id % 60 <> 11",
        (THIS_YEAR,),
    )


def _support(conn: sqlite3.Connection) -> None:
    """Some authorities give money, one says that it gives none, two do not know yet."""
    conn.executemany(
        "insert into province_supports values (?, ?, ?, ?, '2022-02-15T10:00:00+08:00')",
        [
            (THIS_YEAR, "330000", 300_000_000, "示例：省级专项资金"),
            (THIS_YEAR, "440300", 150_000_000, "示例：市级专项资金"),
            (THIS_YEAR, "530000", 80_000_050, "示例：省级培训补助"),
            (THIS_YEAR, "460000", 0, None),
            (THIS_YEAR, "620000", None, "示例：正在申请"),
            (THIS_YEAR, "640000", None, None),
        ],
    )
