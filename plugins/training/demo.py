"""The demonstration (示例数据): two synthetic programme years, a planned one, accounts and rosters.

Nobody in it exists, see :mod:`training.demo_people`. The same seed makes the same rows each time;
what differs is what must: keys, seals, passwords and the moment of each step in the history.
"""

import csv
import os
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from random import Random

from training import (
    accounts,
    audit,
    certificate_keys,
    demo_plan,
    demo_procedures,
    demo_rosters,
    demo_teaching,
    identity,
    new_year,
    publishing,
    register,
    releases,
)
from training.database import acting, connect, transaction
from training.demo_filling import Filler, Pool
from training.demo_people import Person
from training.demo_plan import DEMO_AUTHORITY, LAST_YEAR, NEXT_YEAR, OFFICE, THIS_YEAR, Sending
from training.demo_storing import Storage

ACTOR = "demo"
#: User name, role, scope and name of each account.
ACCOUNTS: tuple[tuple[str, str, dict[str, str], str], ...] = (
    ("office", "office", {}, "示例·协调小组办公室"),
    # A second person of the office: nobody publishes alone.
    ("office2", "office", {}, "示例·协调小组办公室（复核）"),
    ("tsinghua", "institution", {"institution": "tsinghua"}, "示例·清华大学"),
    ("talent-exchange", "institution", {"institution": OFFICE}, "示例·人才交流中心"),
    ("yunnan", "province", {"province": DEMO_AUTHORITY}, "示例·云南省主管部门"),
    ("assessor", "assessor", {}, "示例·第三方考核机构"),
    ("analyst", "analyst", {}, "示例·数据分析"),
    ("auditor", "auditor", {}, "示例·安全审计"),
)


class NotEmpty(Exception):
    """The record holds people of its own: synthetic ones are never mixed with them."""


def make(db: Path) -> Iterator[str]:
    """Fill the record at ``db`` and yield a line for each thing that was done.

    Accounts go to ``demo-accounts.csv`` and rosters to ``demo-rosters/`` beside it. A second time
    only what is missing is made. Raises ``FileNotFoundError``, :class:`NotEmpty` and
    :class:`identity.KeysMissing`.
    """
    conn = connect(db)
    try:
        if is_there(conn):
            yield "demo: the synthetic years are there already"
        elif conn.execute("select exists (select 1 from trainees)").fetchone()[0]:
            raise NotEmpty
        else:
            verify_key = certificate_keys.verify_key(db.parent)
            keys = identity.load_keys(db)
            rosters = _fill(conn, keys, verify_key, db.parent / "demo-rosters")
            people = conn.execute("select year, count(*) from trainees group by year").fetchall()
            yield "demo: " + ", ".join(f"{row[0]} with {row[1]} people" for row in people)
            yield from (f"roster: {path}" for path in rosters)
            new_year.turn(conn, NEXT_YEAR, ACTOR, "script", commit=True)
            yield f"next year: {NEXT_YEAR} is planned, as scripts/new_year.py prepares it"
    finally:
        conn.close()
    if _release(db):
        publishing.publish(db, db.with_name("public.db"))
        yield "public list: released with the earlier year"
    register.publish(db, db.with_name("certificates.db"))
    yield from _hire(db)


def _release(db: Path) -> bool:
    """Publish the earlier year's list, as the two people of the office would."""
    try:
        number = releases.prepare(db, "office", "script", "上一年度名单 | The earlier year’s list")
    except releases.NotReleased:
        return False
    releases.confirm(db, number, "office2", "script")
    return True


def is_there(conn: sqlite3.Connection) -> bool:
    """Whether the demonstration has been put into this record."""
    sql = "select exists (select 1 from audit_log where action = 'demo')"
    return bool(conn.execute(sql).fetchone()[0])


def _fill(
    conn: sqlite3.Connection, keys: identity.Keys, verify_key: bytes, folder: Path
) -> list[Path]:
    """Both years in one transaction, and the files whose people come after them."""
    random = Random(2021)  # noqa: S311 - the same people each time is what is wanted
    with transaction(conn), acting(conn, ACTOR, "script", "synthetic data"):
        this = _institutions(conn)
        last = demo_procedures.open_last_year(conn)
        sent = list(demo_plan.last_year(last)), list(demo_plan.this_year(this))
        demo_procedures.hold_classes(conn, [*sent[0], *sent[1]])
        filler, storage = Filler(conn, random), Storage(conn, keys, verify_key)
        _store(filler, storage, sent[0], date(2020, 12, 31), Pool({True: 620, False: 1_202}))
        _store(filler, storage, sent[1], date(2021, 12, 31), Pool(demo_plan.TRAINED))
        demo_teaching.teach(conn)
        demo_procedures.list_little_giants(conn)
        demo_procedures.answer_the_notice(conn)
        demo_procedures.copy_indicators(conn)
        demo_procedures.assess(conn, LAST_YEAR, last, random)
        demo_procedures.assess(conn, THIS_YEAR, this, random)
        audit.record(conn, ACTOR, "script", "demo", "programme_years", THIS_YEAR)
        own, recommended = _people_of_rosters(filler)
        names = dict(conn.execute("select code, name_zh from provinces").fetchall())
    return demo_rosters.write(folder, own, recommended, names)


def _institutions(conn: sqlite3.Connection) -> list[str]:
    rows = conn.execute(
        "select institution from institution_years join institutions on slug = institution"
        " where year = ? and ranked order by seq",
        (THIS_YEAR,),
    )
    return [row["institution"] for row in rows]


def _store(
    filler: Filler, storage: Storage, sendings: Sequence[Sending], on: date, trained: Pool
) -> None:
    for sending in sendings:
        storage.store(sending, list(filler.members(sending, on, trained)))


def _people_of_rosters(filler: Filler) -> tuple[list[Person], list[Person]]:
    """Twelve for Tsinghua, eight of them in manufacturing, and six for the authority of Yunnan."""
    on = date(2021, 12, 31)
    homes = ("110000", "130000", "320000", "350200", "510000", "650000")
    own = [filler.crowd.person(homes[place % 6], place % 3 < 2, on) for place in range(12)]
    recommended = [filler.crowd.person(DEMO_AUTHORITY, place % 2 == 0, on) for place in range(6)]
    return own, recommended


def _hire(db: Path) -> Iterator[str]:
    """One account per role; passwords are shown once and lie in a file of the owner's alone."""
    path = db.parent / "demo-accounts.csv"
    conn = accounts.open(accounts.beside(db))
    try:
        made = [
            (username, _hire_one(conn, username, role, scope, name), role, *scope.values())
            for username, role, scope, name in ACCOUNTS
            if not accounts.find(conn, username)
        ]
    finally:
        conn.close()
    if not made:
        yield f"accounts: see {path}; for a new password: scripts/account.py reset NAME"
        return
    descriptor = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("username", "password", "role", "scope"))
        for username, password, role, *scope in made:
            writer.writerow((username, password, role, *(scope or [""])))
            yield f"account: {username:<16} {password}  {role} {' '.join(scope)}".rstrip()
    yield f"accounts: {path} (0600); the passwords are not shown again"


def _hire_one(
    conn: sqlite3.Connection, username: str, role: str, scope: dict[str, str], name: str
) -> str:
    return accounts.create(
        conn,
        username,
        role=role,
        institution=scope.get("institution"),
        province=scope.get("province"),
        display_name=name,
        actor=ACTOR,
        must_change_password=False,
    )
