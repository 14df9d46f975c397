"""Classes (班级): their dates and level, who may hold them, and who is in them (一(一), 二, 三(三))."""

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from training import audit
from training.wording import t
from training.workflow import Refused

LEVELS = ("foundation", "advanced", "senior")
DURATIONS = ("long", "short")
DELIVERIES = ("offline", "online", "mixed")
#: Whoever is in one of these states is no longer in the class.
_GONE = "('rejected', 'withdrawn', 'revoked')"
#: States from which somebody is put into a class or taken out of it.
_MOVABLE = "('approved', 'enrolled')"

_CLASSES = (
    "select c.*, i.name_zh as institution_zh, i.name_en as institution_en, k.name_zh as track_zh,"
    " k.name_en as track_en, k.organiser, a.closed_at, a.closed_by,"
    " (select count(*) from trainees as t where t.cohort_id = c.id and t.state not in"
    f" {_GONE}) as people,"
    " (select count(*) from trainees as t where t.cohort_id = c.id and t.state = 'enrolled')"
    " as undecided,"
    " (select count(*) from class_sessions as s where s.cohort_id = c.id) as sessions,"
    " (select count(*) from class_sessions as s where s.cohort_id = c.id and not exists"
    "  (select 1 from attendance as n where n.session_id = s.id)) as unrecorded"
    " from cohorts as c join institutions as i on i.slug = c.institution"
    " join tracks as k on k.code = c.track left join cohort_accounts as a on a.cohort_id = c.id"
)


def classes_of(
    conn: sqlite3.Connection, year: str, institution: str | None = None
) -> list[sqlite3.Row]:
    """The classes of a year, of one institution or of all, in the notice's order."""
    return conn.execute(
        f"{_CLASSES} where c.year = ? and coalesce(c.institution = ?, 1)"
        " order by i.seq, c.starts_on, c.id",
        (year, institution),
    ).fetchall()


def one_class(
    conn: sqlite3.Connection, number: int, institution: str | None = None
) -> sqlite3.Row | None:
    """One class; None if there is none or it is another institution's."""
    row: sqlite3.Row | None = conn.execute(
        f"{_CLASSES} where c.id = ? and coalesce(c.institution = ?, 1)", (number, institution)
    ).fetchone()
    return row


def tracks_of(conn: sqlite3.Connection, year: str, institution: str) -> list[sqlite3.Row]:
    """The tracks that an institution holds in a year (二)."""
    return conn.execute(
        "select k.* from institution_tracks as h join tracks as k on k.code = h.track"
        " where h.year = ? and h.institution = ? order by k.seq",
        (year, institution),
    ).fetchall()


def hosts(conn: sqlite3.Connection, year: str) -> list[sqlite3.Row]:
    """The institutions that hold classes in a year, in the notice's order."""
    return conn.execute(
        "select i.slug, i.name_zh, i.name_en from institution_years as m"
        " join institutions as i on i.slug = m.institution where m.year = ?"
        " and m.status not in ('named', 'suspended') order by i.seq",
        (year,),
    ).fetchall()


def save(conn: sqlite3.Connection, values: Mapping[str, Any], number: int | None = None) -> int:
    """Write a new class, or change one, inside the caller's transaction; return its number."""
    _hosted(conn, values)
    if number is None:
        names, marks = ", ".join(values), ", ".join("?" * len(values))
        cursor = conn.execute(
            f"insert into cohorts ({names}) values ({marks})", tuple(values.values())
        )
        return int(cursor.lastrowid or 0)
    sets = ", ".join(f"{name} = ?" for name in values)
    conn.execute(f"update cohorts set {sets} where id = ?", (*values.values(), number))
    return number


def _hosted(conn: sqlite3.Connection, values: Mapping[str, Any]) -> None:
    """Raise :class:`Refused` unless the institution holds this track in this year (二)."""
    held = {row["code"] for row in tracks_of(conn, values["year"], values["institution"])}
    hosting = {row["slug"] for row in hosts(conn, values["year"])}
    if values["institution"] not in hosting:
        raise Refused(
            t("该机构本年度不承担培训任务。", "The institution does not train in this year.")
        )
    if values["track"] not in held:
        raise Refused(
            t("该机构本年度不承担这个培训方向。", "The institution does not run this track.")
        )


def members(conn: sqlite3.Connection, number: int) -> list[sqlite3.Row]:
    """Who is in a class, by name; those who left are not."""
    return conn.execute(
        "select t.id, t.name, t.id_masked, t.enterprise_name, t.position, t.state, t.province,"
        " p.short_zh as province_zh, p.name_en as province_en, s.sessions, s.recorded, s.hours,"
        " s.attended, s.unrecorded,"
        " exists (select 1 from consents as c where c.trainee_id = t.id) as consented"
        " from trainees as t join provinces as p on p.code = t.province"
        " join class_attendance as s on s.trainee_id = t.id"
        # The class is said twice, so that the view looks at its people alone.
        f" where t.cohort_id = ? and s.cohort_id = ? and t.state not in {_GONE} order by t.id",
        (number, number),
    ).fetchall()


def without_class(conn: sqlite3.Connection, cohort: sqlite3.Row) -> list[sqlite3.Row]:
    """People of the class's institution and track who are approved and in no class yet."""
    return conn.execute(
        "select id, name, id_masked, enterprise_name, cohort from trainees where year = ?"
        f" and institution = ? and track = ? and cohort_id is null and state in {_MOVABLE}"
        " order by id",
        (cohort["year"], cohort["institution"], cohort["track"]),
    ).fetchall()


def put_in(conn: sqlite3.Connection, cohort: sqlite3.Row, people: Sequence[int]) -> int:
    """Put people who are in no class into this one; return how many."""
    waiting = {row["id"] for row in without_class(conn, cohort)}
    return _place(conn, [person for person in people if person in waiting], cohort["id"])


def take_out(conn: sqlite3.Connection, cohort: sqlite3.Row, people: Sequence[int]) -> int:
    """Take people out of the class who have neither completed nor failed to; return how many."""
    found = {
        row["id"] for row in members(conn, cohort["id"]) if row["state"] in ("approved", "enrolled")
    }
    return _place(conn, [person for person in people if person in found], None)


def _place(conn: sqlite3.Connection, people: Sequence[int], number: int | None) -> int:
    if not people:
        raise Refused(t("请先勾选学员。", "Choose at least one person."))
    conn.executemany(
        "update trainees set cohort_id = ? where id = ?", [(number, person) for person in people]
    )
    return len(people)


def consent(
    conn: sqlite3.Connection, number: int, version: str, channel: str, at: str, by: str, via: str
) -> int:
    """Note for all members without it that they have consented to a text; return how many."""
    added = conn.execute(
        "insert into consents (trainee_id, text_version, at, channel) select id, ?, ?, ? from"
        f" trainees where cohort_id = ? and state not in {_GONE} on conflict do nothing",
        (version, at, channel, number),
    ).rowcount
    audit.record(conn, by, via, "consent", "cohorts", number, people=added, version=version)
    return added
