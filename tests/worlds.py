"""Small worlds: what a test of a check puts into an empty record, a few rows at its boundary."""

import sqlite3
from collections.abc import Mapping
from typing import Any

from training import publishing, queries, releases
from training.database import transaction

from tests.conftest import World

YEAR = "2021-2022"
QUERIES = queries.load()
INDICATORS = (
    "selection", "curriculum", "faculty", "organisation", "satisfaction", "outcome", "funds",
)  # fmt: skip


def insert(conn: sqlite3.Connection, table: str, **values: Any) -> int:
    """Insert one row and return its rowid."""
    cursor = conn.execute(
        f"insert into {table} ({', '.join(values)}) values ({', '.join('?' * len(values))})",
        tuple(values.values()),
    )
    return cursor.lastrowid or 0


def set_year(conn: sqlite3.Connection, **values: Any) -> None:
    """Change columns of the programme year."""
    sets = ", ".join(f"{column} = ?" for column in values)
    conn.execute(f"update programme_years set {sets} where key = ?", (*values.values(), YEAR))


def release(world: World) -> bool:
    """Publish what the record has changed, if anything, as two people do."""
    try:
        number = releases.prepare(world.db, "one", "script")
    except releases.NotReleased:
        return False
    releases.confirm(world.db, number, "another", "script")
    return publishing.publish(world.db, world.folder / "public.db")


def add_people(
    conn: sqlite3.Connection, count: int = 1, *, state: str = "enrolled", **columns: Any
) -> list[int]:
    """Add ``count`` people of one enterprise each and walk them to ``state``; return their ids.

    Any column of ``trainees`` may be given; it is the same for all of them.
    """
    way = _way_to(conn, state)
    first = conn.execute("select coalesce(max(id), 0) + 1 from trainees").fetchone()[0]
    people = range(first, first + count)
    with transaction(conn):
        for number in people:
            row = _person(number) | {"state": way[0]} | columns
            conn.execute(
                "insert into enterprises (uscc, name) values (?, '示例有限公司')"
                " on conflict do nothing",
                (row["uscc"],),
            )
            insert(conn, "trainees", id=number, **row)
        for step in way[1:]:
            conn.execute("update trainees set state = ? where id >= ?", (step, first))
    return list(people)


def _person(number: int) -> dict[str, Any]:
    return {
        "year": YEAR,
        "institution": "tsinghua",
        "track": "regional_development",
        "person_key": f"{number:032x}",
        "name": f"示例{number}",
        "id_masked": "119***********999X",
        "mobile_key": f"{number:032x}",
        "mobile_masked": "138****0000",
        "enterprise_name": "示例有限公司",
        "uscc": f"91119999{number:010d}",
        "position": "总经理",
        "province": "110000",
        "origin": "self_selected",
        "industry_code": "34",
        "kind": "growth_backbone",
        "selected_at": "2021-12-01T10:00:00+08:00",
    }


def _way_to(conn: sqlite3.Connection, state: str) -> list[str]:
    """The shortest allowed way from no roster at all to ``state``."""
    steps = [tuple(row) for row in conn.execute("select * from trainee_transitions")]
    ways = {"": [""]}
    while state not in ways:
        found = {new: [*ways[old], new] for old, new in steps if old in ways and new not in ways}
        ways |= found
    return ways[state][1:]


def add_class(conn: sqlite3.Connection, **columns: Any) -> int:
    """Add a class of Tsinghua that began on 2022-01-10 and ended a year later."""
    values = {
        "year": YEAR, "institution": "tsinghua", "track": "regional_development", "name": "示例班",
        "starts_on": "2022-01-10", "ends_on": "2023-01-09",
    }  # fmt: skip
    return insert(conn, "cohorts", **(values | columns))


def add_consents(conn: sqlite3.Connection) -> None:
    """Note that everybody has consented on paper."""
    conn.execute(
        "insert into consents (trainee_id, text_version, at, channel)"
        " select id, '2021-11 版', '2021-12-20', 'paper' from trainees where true"
        " on conflict do nothing"
    )


def certify(
    conn: sqlite3.Connection, person: int, number: str, issued_on: str = "2023-01-09"
) -> None:
    """Give a certificate to somebody who has completed."""
    insert(
        conn, "certificates", number=number, trainee_id=person, issued_on=issued_on,
        issued_by="office", issuer_role="office",
    )  # fmt: skip


def assess(conn: sqlite3.Connection, scores: Mapping[str, int], status: str = "final") -> None:
    """Give each institution the same score, in hundredths, for every indicator."""
    for institution, score in scores.items():
        assessment = insert(
            conn, "assessments", year=YEAR, institution=institution, scored_by="assessor",
            finalised_at="2022-12-01T10:00:00+08:00",
        )  # fmt: skip
        for indicator in INDICATORS:
            insert(
                conn, "assessment_scores", assessment_id=assessment, year=YEAR,
                indicator=indicator, score_hundredths=score,
            )  # fmt: skip
        conn.execute("update assessments set status = ? where id = ?", (status, assessment))


def lift_laws_of_assessment(conn: sqlite3.Connection) -> None:
    """Let a test put scores and suspensions straight in, to look at what their readers make of them."""
    laws = conn.execute(
        "select name from sqlite_master where type = 'trigger' and (name glob 'assessment_scores_final_*'"
        " or name in ('suspensions_decided', 'suspensions_published_with_decision_insert',"
        " 'suspensions_published_with_decision_update'))"
    ).fetchall()
    for law in laws:
        conn.execute(f"drop trigger {law[0]}")


def add_batch(conn: sqlite3.Connection, **columns: Any) -> int:
    """Add a batch of Tsinghua that waits for its decision."""
    counts = dict.fromkeys(
        ("rows", "new", "changed", "unchanged", "rejected", "absent", "skipped"), 0
    )
    values = {
        "year": YEAR, "institution": "tsinghua", "file_name": "名单.csv", "sha256": "0" * 64,
        "size_bytes": 1, "kind": "csv", "uploaded_by": "tsinghua",
        "uploaded_at": "2021-12-01T10:00:00+08:00",
    }  # fmt: skip
    return insert(conn, "roster_batches", **(values | counts | columns))


def ask(conn: sqlite3.Connection, name: str, /, **params: Any) -> list[queries.Row]:
    """The rows of a canned query, for the year of the notice unless another is named."""
    return queries.run_named(conn, QUERIES, name, **({"year": YEAR} | params))


def verdict(conn: sqlite3.Connection, name: str) -> tuple[Any, ...]:
    """Numerator, denominator and status of the first row of a check."""
    row = ask(conn, name)[0]
    return row["numerator"], row["denominator"], row["status"]


def statuses(conn: sqlite3.Connection, name: str) -> dict[str, str]:
    """The status of each scope of a check."""
    return {row["scope"]: row["status"] for row in ask(conn, name)}
