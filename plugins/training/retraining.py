"""Retraining of alumni (学员复训, 三(三)): who has finished in an earlier year comes back to a class.

They are never counted among the people of the year. An institution finds its own alumni alone.
"""

import sqlite3
from collections.abc import Sequence

from training.database import now
from training.wording import t
from training.workflow import Refused

FOUND = 50


def registered(
    conn: sqlite3.Connection, year: str, institution: str | None = None
) -> list[sqlite3.Row]:
    """Who is retrained in a year, by class."""
    return conn.execute(
        "select r.*, t.name, t.id_masked, t.enterprise_name, t.year as finished_in, c.name as class,"
        " i.name_zh as institution_zh, i.name_en as institution_en"
        " from retraining as r join trainees as t on t.id = r.trainee_id"
        " join cohorts as c on c.id = r.cohort_id join institutions as i on i.slug = c.institution"
        " where r.year = ? and coalesce(c.institution = ?, 1) order by c.id, t.id",
        (year, institution),
    ).fetchall()


def alumni(
    conn: sqlite3.Connection, year: str, name: str, institution: str | None = None
) -> list[sqlite3.Row]:
    """People of earlier years who have finished and whose name has ``name`` in it."""
    return conn.execute(
        "select t.id, t.name, t.id_masked, t.enterprise_name, t.year, t.state"
        " from trainees as t join trainee_states as s on s.code = t.state and s.is_done"
        " where t.year < ? and instr(t.name, ?) > 0 and coalesce(t.institution = ?, 1)"
        " order by t.year desc, t.id limit ?",
        (year, name, institution, FOUND),
    ).fetchall()


def register(
    conn: sqlite3.Connection, cohort: sqlite3.Row, people: Sequence[int], institution: str | None
) -> int:
    """Register alumni for a class inside the caller's transaction; return how many are new."""
    if not people:
        raise Refused(t("请先勾选学员。", "Choose at least one person."))
    marks = ", ".join("?" * len(people))
    own = conn.execute(
        f"select count(*) from trainees where id in ({marks}) and coalesce(institution = ?, 1)",
        (*people, institution),
    ).fetchone()[0]
    if own != len(people):
        raise Refused(t("只能登记本机构的往届学员。", "Only your own alumni can be registered."))
    return conn.executemany(
        "insert into retraining (trainee_id, cohort_id, year, registered_at) values (?, ?, ?, ?)"
        " on conflict do nothing",
        [(person, cohort["id"], cohort["year"], now()) for person in people],
    ).rowcount


def cancel(
    conn: sqlite3.Connection, person: int | None, number: int | None, institution: str | None
) -> None:
    """Take a registration back."""
    gone = conn.execute(
        "delete from retraining where trainee_id = ? and cohort_id in"
        " (select id from cohorts where id = ? and coalesce(institution = ?, 1))",
        (person, number, institution),
    ).rowcount
    if not gone:
        raise Refused(t("没有这条登记。", "There is no such registration."))
