"""People (学员) as their institution, their authority and the office see them."""

import hashlib
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

PAGE = 50
#: The people whom each role may look at (A18): its own, those it recommended, all.
_OWN = {
    "institution": "t.institution = :place",
    "province": "t.recommending_authority = :place",
    "office": ":place is not null",
}
_ROW = (
    "select t.*, i.name_zh as institution_zh, i.name_en as institution_en, k.name_zh as track_zh,"
    " k.name_en as track_en, s.name_zh as state_zh, s.name_en as state_en, c.name as class_name,"
    " p.name_zh as authority_zh, p.name_en as authority_en"
    " from trainees as t join institutions as i on i.slug = t.institution"
    " join tracks as k on k.code = t.track join trainee_states as s on s.code = t.state"
    " left join cohorts as c on c.id = t.cohort_id"
    " left join provinces as p on p.code = t.recommending_authority"
)


@dataclass(frozen=True, slots=True)
class Reader:
    """Who looks: a role and the institution or authority it belongs to."""

    role: str
    place: str

    @classmethod
    def of(cls, actor: Mapping[str, Any]) -> "Reader | None":
        """The reader an actor is; None for the roles that see no person."""
        role = actor.get("role")
        if role == "office":
            return cls("office", "")
        place = actor.get(role) if role in ("institution", "province") else None
        return cls(str(role), str(place)) if place else None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whom to list: of a year, in a state, in a class, with a word in name or enterprise."""

    year: str = ""
    state: str = ""
    cohort: str = ""
    word: str = ""


def one(conn: sqlite3.Connection, reader: Reader, number: int) -> sqlite3.Row | None:
    """The person of that number, if this reader may look; None otherwise, whatever the reason."""
    row: sqlite3.Row | None = conn.execute(
        f"{_ROW} where t.id = :number and {_OWN[reader.role]}",
        {"number": number, "place": reader.place},
    ).fetchone()
    return row


def listed(
    conn: sqlite3.Connection, reader: Reader, wanted: Wanted, page: int = 1
) -> tuple[list[sqlite3.Row], int]:
    """A page of the people that were asked for, and how many there are in all.

    A word is looked for by plain LIKE: names of two characters are the rule, and no index finds them.
    """
    condition = (
        f"{_OWN[reader.role]} and (:year = '' or t.year = :year) and (:state = '' or t.state = :state)"
        " and (:cohort = '' or t.cohort_id = cast(:cohort as integer))"
        " and (:word = '' or t.name like :pattern escape '\\'"
        " or t.enterprise_name like :pattern escape '\\')"
    )
    word = wanted.word.strip()
    escaped = word.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    asked = {
        "place": reader.place, "year": wanted.year, "state": wanted.state, "cohort": wanted.cohort,
        "word": word, "pattern": f"%{escaped}%", "size": PAGE, "skip": PAGE * (max(page, 1) - 1),
    }  # fmt: skip
    count = conn.execute(f"select count(*) from trainees as t where {condition}", asked).fetchone()[
        0
    ]
    rows = conn.execute(
        f"{_ROW} where {condition} order by t.year desc, t.id limit :size offset :skip", asked
    ).fetchall()
    return rows, int(count)


def version(row: Mapping[str, Any] | sqlite3.Row) -> str:
    """The state of a record in 16 hex digits: a form that was made from another one is too old."""
    text = "\0".join(str(row[name]) for name in row.keys())  # noqa: SIM118 - a Row is no mapping
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def history(conn: sqlite3.Connection, reader: Reader, number: int) -> list[dict[str, Any]]:
    """The steps and the changed cells of a person, the newest first.

    Which account acted is the office's to know. What another sender's batch changed shows without
    its number.
    """
    steps = conn.execute(
        "select e.at, e.actor, e.from_state, e.to_state, e.reason, s.name_zh, s.name_en"
        " from trainee_events as e join trainee_states as s on s.code = e.to_state"
        " where e.trainee_id = ? order by e.id desc",
        (number,),
    )
    cells = conn.execute(
        "select b.uploaded_at as at, b.uploaded_by as actor, c.column, c.old, c.new"
        " from batch_changes as c join roster_batches as b on b.id = c.batch_id"
        " where c.trainee_id = ? and c.column not in ('batch_id', 'state') order by c.id desc",
        (number,),
    )
    found = [{**dict(row), "what": "step"} for row in steps]
    found += [{**dict(row), "what": "cell"} for row in cells]
    for entry in found:
        if reader.role != "office":
            entry["actor"] = ""
    return sorted(found, key=lambda entry: entry["at"], reverse=True)
