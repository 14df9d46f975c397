"""按规定完成学业: the year's rule at its boundary, what leaves it open, and the decision by hand."""

import sqlite3

import pytest
from training import classes, completion
from training.workflow import Refused

from tests.worlds import YEAR, add_class, add_people, insert, set_year


def session(conn: sqlite3.Connection, cohort: int, hours: float, **columns: object) -> int:
    values = {"cohort_id": cohort, "held_on": "2022-03-01", "mode": "classroom", "hours": hours}
    title = f"课{conn.execute('select count(*) from class_sessions').fetchone()[0]}"
    return insert(conn, "class_sessions", **(values | {"title": title} | columns))


def attend(conn: sqlite3.Connection, session: int, person: int, present: bool) -> None:
    insert(conn, "attendance", session_id=session, trainee_id=person, present=int(present))


def result(conn: sqlite3.Connection, cohort: int) -> tuple[str, tuple[str, ...]]:
    row = classes.one_class(conn, cohort)
    assert row
    (verdict,) = completion.preview(conn, row)
    return verdict.result, tuple(zh for zh, _ in verdict.reasons)


def module(conn: sqlite3.Connection, required: int = 1) -> int:
    return insert(
        conn, "course_modules", year=YEAR, seq=1, name_zh="战略", name_en="Strategy",
        required=required,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("percent", "attended", "missed", "unrecorded", "expected"),
    [
        (80, 8, 2, 0, "completed"),
        (80, 7.5, 2, 0, "not_completed"),
        (80, 7.5, 2.5, 0, "not_completed"),
        (80, 8, 1, 1, "completed"),
        (80, 7, 1, 2, "undecided"),
        (80, 7, 3, 0.5, "not_completed"),
        (100, 10, 0, 0, "completed"),
        (0, 0, 10, 0, "completed"),
        (80, 0, 0, 0, "undecided"),
    ],
)
def test_a_share_of_the_hours(
    conn: sqlite3.Connection, percent: int, attended: float, missed: float, unrecorded: float,
    expected: str,
) -> None:  # fmt: skip
    set_year(conn, min_attendance_percent=percent)
    cohort = add_class(conn)
    (person,) = add_people(conn, cohort_id=cohort)
    for hours, present in ((attended, True), (missed, False)):
        if hours:
            attend(conn, session(conn, cohort, hours), person, present)
    if unrecorded:
        session(conn, cohort, unrecorded)
    assert result(conn, cohort)[0] == expected


def test_a_required_module_must_be_attended(conn: sqlite3.Connection) -> None:
    cohort = add_class(conn)
    (person,) = add_people(conn, cohort_id=cohort)
    required = module(conn)
    assert result(conn, cohort) == ("not_completed", ("没有参加必修模块“战略”",))
    first = session(conn, cohort, 1, module_id=required)
    assert result(conn, cohort) == ("undecided", ("“战略”未登记出勤",))
    attend(conn, first, person, False)
    assert result(conn, cohort)[0] == "not_completed"
    attend(conn, session(conn, cohort, 1, module_id=required), person, True)
    assert result(conn, cohort) == ("completed", ())
    conn.execute("update course_modules set required = 0")
    assert result(conn, cohort) == ("undecided", ("本年度没有设定结业规则",))


def test_without_a_rule_a_person_decides_and_says_why(conn: sqlite3.Connection) -> None:
    cohort = add_class(conn)
    people = add_people(conn, 2, cohort_id=cohort)
    row = classes.one_class(conn, cohort)
    assert row
    with pytest.raises(Refused, match="没有规则能够判定"):
        completion.mark(conn, row, "office", "web")
    for chosen, verdict, reason in (
        ([], "completed", "理由"), (people, "completed", ""), (people, "certified", "理由"),
        ([99], "completed", "理由"),
    ):  # fmt: skip
        with pytest.raises(Refused):
            completion.decide(conn, row, chosen, verdict, reason, "office", "web")
    assert completion.decide(conn, row, people[:1], "completed", "考核合格", "li", "web") == 1
    states = [tuple(r) for r in conn.execute("select id, state from trainees")]
    assert states == [(people[0], "completed"), (people[1], "enrolled")]
    event = conn.execute("select actor, reason from trainee_events order by id desc").fetchone()
    assert tuple(event) == ("li", "考核合格")


def test_nobody_decides_against_the_rule(conn: sqlite3.Connection) -> None:
    set_year(conn, min_attendance_percent=80)
    cohort = add_class(conn)
    (person,) = add_people(conn, cohort_id=cohort)
    attend(conn, session(conn, cohort, 4), person, False)
    row = classes.one_class(conn, cohort)
    assert row
    with pytest.raises(Refused, match="年度规则"):
        completion.decide(conn, row, [person], "completed", "照顾", "office", "web")


@pytest.mark.parametrize("ends_on", [None, "2999-12-31"])
def test_nothing_is_decided_before_the_class_has_ended(
    conn: sqlite3.Connection, ends_on: str | None
) -> None:
    cohort = add_class(conn, ends_on=ends_on)
    people = add_people(conn, cohort_id=cohort)
    row = classes.one_class(conn, cohort)
    assert row
    with pytest.raises(Refused, match="还没有结束"):
        completion.mark(conn, row, "office", "web")
    with pytest.raises(Refused, match="还没有结束"):
        completion.decide(conn, row, people, "completed", "理由", "office", "web")


def test_the_record_itself_keeps_classes_apart(conn: sqlite3.Connection) -> None:
    cohort = add_class(conn)
    (inside,) = add_people(conn, cohort_id=cohort)
    (outside,) = add_people(conn)
    (foreign,) = add_people(conn, institution="pku")
    here = session(conn, cohort, 1)
    with pytest.raises(sqlite3.IntegrityError, match="不在这个班"):
        attend(conn, here, outside, True)
    with pytest.raises(sqlite3.IntegrityError, match="承担机构和年度"):
        conn.execute("update trainees set cohort_id = ? where id = ?", (cohort, foreign))
    attend(conn, here, inside, True)
    insert(conn, "programme_years", key="2022-2023", name_zh="x", name_en="x", target_trainees=1,
           suspended_count=0)  # fmt: skip
    other = insert(conn, "course_modules", year="2022-2023", seq=1, name_zh="a", name_en="a")
    with pytest.raises(sqlite3.IntegrityError, match="课程模块"):
        session(conn, cohort, 1, module_id=other)
    for hours in (0.3, 0, 24.5):
        with pytest.raises(sqlite3.IntegrityError, match="学时"):
            session(conn, cohort, hours)
