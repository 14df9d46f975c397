"""Who has completed (按规定完成学业, 三(六)): the year's rule, and the act that records what it says.

The notice names no rule. The year has one: a share of the hours attended (min_attendance_percent)
and modules that everybody must have attended. Without a rule, or where attendance is not recorded, a
person decides by hand and says why.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from training import audit, classes
from training.database import acting, now, transaction
from training.wording import t
from training.workflow import Refused

COMPLETED, FAILED, OPEN = "completed", "not_completed", "undecided"


@dataclass(frozen=True)
class Rule:
    """The year's rule: a share of hours in per cent (None: any), and the modules required."""

    percent: int | None
    modules: tuple[sqlite3.Row, ...]

    @property
    def is_there(self) -> bool:
        """Whether the year has any rule at all."""
        return self.percent is not None or bool(self.modules)


@dataclass(frozen=True)
class Verdict:
    """What the rule says of one person; ``reasons`` are (Chinese, English)."""

    person: sqlite3.Row
    result: str
    reasons: tuple[tuple[str, str], ...]

    @property
    def share(self) -> str:
        """Hours attended of all, in words."""
        if not self.person["hours"]:
            return ""
        percent = int(self.person["attended"] * 100 / self.person["hours"])
        return f"{self.person['attended']:g} / {self.person['hours']:g} = {percent}%"


def rule_of(conn: sqlite3.Connection, year: str) -> Rule:
    """The rule of a year."""
    row = conn.execute(
        "select min_attendance_percent from programme_years where key = ?", (year,)
    ).fetchone()
    modules = conn.execute(
        "select * from course_modules where year = ? and required order by seq, id", (year,)
    ).fetchall()
    return Rule(row["min_attendance_percent"], tuple(modules))


def preview(conn: sqlite3.Connection, cohort: sqlite3.Row) -> list[Verdict]:
    """What the rule says of everybody who is enrolled in the class."""
    rule = rule_of(conn, cohort["year"])
    attended = _module_attendance(conn, cohort["id"])
    return [
        _verdict(rule, person, attended)
        for person in classes.members(conn, cohort["id"])
        if person["state"] == "enrolled"
    ]


def _module_attendance(conn: sqlite3.Connection, number: int) -> dict[tuple[int, int], int | None]:
    """(person, module) → 1 attended, 0 not, None as long as one of its sessions is not recorded."""
    rows = conn.execute(
        "select t.id, s.module_id, max(a.present) as present,"
        " count(*) > count(a.session_id) as unrecorded"
        " from trainees as t join class_sessions as s on s.cohort_id = t.cohort_id"
        " left join attendance as a on a.session_id = s.id and a.trainee_id = t.id"
        " where t.cohort_id = ? and s.module_id is not null group by t.id, s.module_id",
        (number,),
    )
    return {
        (row["id"], row["module_id"]): None
        if row["unrecorded"] and not row["present"]
        else row["present"]
        for row in rows
    }


def _verdict(
    rule: Rule, person: sqlite3.Row, attended: dict[tuple[int, int], int | None]
) -> Verdict:
    failed: list[tuple[str, str]] = []
    open_: list[tuple[str, str]] = []
    if not rule.is_there:
        open_.append(("本年度没有设定结业规则", "the year has no rule"))
    if rule.percent is not None:
        result = _hours(person, rule.percent)
        if result == FAILED:
            failed.append(
                (f"出勤不足 {rule.percent}%", f"attended less than {rule.percent} per cent")
            )
        elif result == OPEN:
            open_.append(("出勤尚未登记完", "attendance is not all recorded"))
    for module in rule.modules:
        present = attended.get((person["id"], module["id"]), 0)
        if present is None:
            open_.append(
                (f"“{module['name_zh']}”未登记出勤", f"“{module['name_en']}” is not recorded")
            )
        elif not present:
            failed.append(
                (f"没有参加必修模块“{module['name_zh']}”", f"missed “{module['name_en']}”")
            )
    if failed:
        return Verdict(person, FAILED, tuple(failed))
    return Verdict(person, OPEN if open_ else COMPLETED, tuple(open_))


def _hours(person: sqlite3.Row, percent: int) -> str:
    """Hours are halves, so these products are exact: 80 of 100 is 80 per cent."""
    needed = person["hours"] * percent
    if person["hours"] and person["attended"] * 100 >= needed:
        return COMPLETED
    if person["hours"] and (person["attended"] + person["unrecorded"]) * 100 < needed:
        return FAILED
    return OPEN


def mark(conn: sqlite3.Connection, cohort: sqlite3.Row, by: str, via: str) -> tuple[int, int]:
    """Record for everybody whom the rule decides what it says; return how many did and did not.

    Raises :class:`Refused` before the class has ended, and where the rule decides nobody.
    """
    _ended(cohort)
    with transaction(conn):
        verdicts = preview(conn, cohort)
        for result in (COMPLETED, FAILED):
            for reasons in {v.reasons for v in verdicts if v.result == result}:
                people = [
                    v.person["id"] for v in verdicts if v.result == result and v.reasons == reasons
                ]
                said = "；".join(zh for zh, _ in reasons) or "达到年度结业规则"
                _move(conn, people, result, said, by, via)
        counts = tuple(sum(v.result == result for v in verdicts) for result in (COMPLETED, FAILED))
        if not any(counts):
            raise Refused(
                t("没有规则能够判定的学员。", "There is nobody whom the rule can decide about.")
            )
        audit.record(
            conn, by, via, "complete", "cohorts", cohort["id"], completed=counts[0],
            not_completed=counts[1], by_rule=True,
        )  # fmt: skip
    return counts[0], counts[1]


def decide(
    conn: sqlite3.Connection, cohort: sqlite3.Row, people: Sequence[int], result: str | None,
    reason: str, by: str, via: str,
) -> int:  # fmt: skip
    """Decide by hand about people whom the rule leaves open; return how many.

    Raises :class:`Refused` without a reason, or for somebody about whom the rule decides.
    """
    _ended(cohort)
    if result not in (COMPLETED, FAILED):
        raise Refused(t("请选择完成或未完成。", "Choose completed or not completed."))
    if not people:
        raise Refused(t("请先勾选学员。", "Choose at least one person."))
    if not reason:
        raise Refused(t("请写明认定的理由。", "Write the reason for the decision."))
    with transaction(conn):
        left_open = {v.person["id"] for v in preview(conn, cohort) if v.result == OPEN}
        if not set(people) <= left_open:
            raise Refused(
                t(
                    "所选学员已能按年度规则判定，或已有变化，请刷新页面。",
                    "The rule decides about some of them, or they have changed: reload the page.",
                )
            )
        _move(conn, people, result, reason, by, via)
        audit.record(
            conn, by, via, "complete", "cohorts", cohort["id"], people=len(people), result=result,
            by_rule=False, reason=reason,
        )  # fmt: skip
    return len(people)


def _ended(cohort: sqlite3.Row) -> None:
    if not cohort["ends_on"] or cohort["ends_on"] > now()[:10]:
        raise Refused(
            t(
                "班级还没有结束，或没有填结束日期。",
                "The class has not ended, or has no last day.",
            )
        )


def _move(
    conn: sqlite3.Connection, people: Sequence[int], state: str, reason: str, by: str, via: str
) -> None:
    with acting(conn, by, via, reason):
        conn.executemany(
            "update trainees set state = ? where id = ? and state = 'enrolled'",
            [(state, person) for person in people],
        )
