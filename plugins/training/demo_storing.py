"""Writing the rosters of a demonstration year: batches, people, their steps, their certificates.

People go in as any roster brings them in and reach their state step by step: the triggers of the
record refuse a jump, and write the history.
"""

import hashlib
import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from training import certificates, identity
from training.demo_filling import Member
from training.demo_plan import DEMO_AUTHORITY, OFFICE, Sending

#: The steps that lead to a state, from the one in which a roster brings people in.
STEPS: dict[str, tuple[str, ...]] = {
    "nominated": (),
    "submitted": (),
    "returned": ("returned",),
    "rejected": ("rejected",),
    "approved": ("approved",),
    "enrolled": ("approved", "enrolled"),
    "withdrawn": ("approved", "enrolled", "withdrawn"),
    "not_completed": ("approved", "enrolled", "not_completed"),
    "completed": ("approved", "enrolled", "completed"),
    "certified": ("approved", "enrolled", "completed", "certified"),
    "alumni": ("approved", "enrolled", "completed", "certified", "alumni"),
}
#: Accounts of the demonstration; other senders are named by their slug.
ACCOUNTS = {OFFICE: "talent-exchange", DEMO_AUTHORITY: "yunnan"}
HEADER_ROW = 4


class Storage:
    """Writes rosters inside the caller's transaction."""

    def __init__(self, conn: sqlite3.Connection, keys: identity.Keys, verify_key: bytes) -> None:
        self._conn, self._keys, self._verify_key = conn, keys, verify_key
        self._sealer = identity.Sealer(keys)
        self._classes = {
            (row["year"], row["institution"], row["track"]): row
            for row in conn.execute("select * from cohorts")
        }
        self._next_id = _next(conn, "select max(id) from trainees")

    def store(self, sending: Sending, members: Sequence[Member]) -> None:
        """One roster: its batch, its people, and each of them where he stands now."""
        batch = self._store_batch(sending, members)
        first = self._next_id
        self._next_id += len(members)
        self._store_people(sending, members, batch, first)
        for state, count in sending.states.items():
            self._walk(sending, state, range(first, first + count))
            first += count

    def _store_batch(self, sending: Sending, members: Sequence[Member]) -> int:
        batch = insert(self._conn, "roster_batches", _batch_row(sending, len(members)))
        self._conn.executemany(
            "insert into batch_problems (batch_id, row, column, code, severity)"
            " values (?, ?, 'industry_code', 'industry-unknown', 'warning')",
            [
                (batch, row)
                for row, member in enumerate(members, start=HEADER_ROW + 1)
                if member.person.industry_code is None
            ],
        )
        return batch

    def _store_people(
        self, sending: Sending, members: Sequence[Member], batch: int, first: int
    ) -> None:
        self._conn.executemany(
            "insert into enterprises (uscc, name) values (?, ?) on conflict do nothing",
            [(member.person.uscc, member.person.enterprise_name) for member in members],
        )
        for place, member in enumerate(members):
            numbers = (member.person.id_number, member.person.mobile)
            key = identity.person_key(self._keys, "resident", numbers[0])
            hidden = {
                "id": first + place,
                "person_key": key,
                "id_masked": identity.mask_identity(numbers[0]),
                "mobile_key": identity.mobile_key(self._keys, numbers[1]),
                "mobile_masked": identity.mask_mobile(numbers[1]),
                "first_batch_id": batch,
                "batch_id": batch,
                "batch_row": HEADER_ROW + 1 + place,
            }
            insert(self._conn, "trainees", _person_row(sending, member) | hidden)
            sealed = self._sealer.seal(key, "\n".join(numbers))
            self._conn.execute(
                "insert into sealed_identities (trainee_id, key_version, sealed) values (?, ?, ?)",
                (first + place, self._sealer.version, sealed),
            )

    def _walk(self, sending: Sending, state: str, people: range) -> None:
        """Take ``people`` to ``state``: a class when they enrol, a certificate when they finish."""
        cohort = self._classes.get((sending.year, sending.institution, sending.track))
        if "enrolled" in STEPS[state] and cohort:
            self._change(people, "cohort_id", cohort["id"])
        for step in STEPS[state]:
            if step == "certified" and cohort:
                self._certify(sending, cohort["ends_on"], people)
            self._change(people, "state", step)

    def _change(self, people: range, column: str, value: object) -> None:
        self._conn.execute(
            f"update trainees set {column} = ? where id between ? and ?",
            (value, people.start, people.stop - 1),
        )

    def _certify(self, sending: Sending, issued_on: str, people: range) -> None:
        for row in certificates.people(self._conn, sending.year, sending.institution):
            if row["id"] in people:
                certificates.enter(
                    self._conn, self._verify_key, row, sending.year, issued_on, "office"
                )


def _batch_row(sending: Sending, people: int) -> dict[str, Any]:
    sender = sending.authority or sending.institution
    account = ACCOUNTS.get(sender, sender)
    digest = hashlib.sha256(f"{sender} {sending.uploaded_at} {sending.track}".encode())
    workbook = digest.digest()[0] % 3 == 0
    kind = "xlsx" if workbook else "csv"
    decided_by = account if sending.status == "undone" else "office"
    return {
        "year": sending.year,
        "institution": None if sending.authority else sender,
        "province": sending.authority,
        "status": sending.status,
        "file_name": f"示例名单-{sender}-{sending.uploaded_at[:10]}.{kind}",
        "sha256": digest.hexdigest(),
        "size_bytes": 200 + 180 * (people + sending.unchanged),
        "kind": kind,
        "encoding": None if workbook else "gb18030",
        "delimiter": None if workbook else ",",
        "sheet": "学员名单" if workbook else None,
        "header_row": HEADER_ROW,
        "columns": json.dumps({"姓名": "name", "身份证号码": "id_number"}, ensure_ascii=False),
        "rows": people + sending.unchanged,
        "new": people,
        "changed": 0,
        "unchanged": sending.unchanged,
        "rejected": 0,
        "absent": 0,
        "skipped": 0,
        "uploaded_by": account,
        "uploaded_at": sending.uploaded_at,
        "decided_by": decided_by if sending.decided_at else None,
        "decided_at": sending.decided_at,
        "decision_reason": sending.reason,
    }


def _person_row(sending: Sending, member: Member) -> dict[str, Any]:
    person = asdict(member.person)
    shown = {name: person[name] for name in person if name not in ("id_number", "mobile", "age")}
    return shown | {
        "year": sending.year,
        "institution": sending.institution,
        "track": sending.track,
        "state": "nominated" if sending.authority else "submitted",
        "age_at_selection": member.person.age,
        "origin": member.origin,
        "recommending_authority": member.recommending_authority,
        "selected_at": None if sending.authority else sending.uploaded_at,
    }


def insert(conn: sqlite3.Connection, table: str, row: Mapping[str, Any]) -> int:
    """Insert one row given by column names; return its rowid, 0 in a table without one."""
    columns, places = ", ".join(row), ", ".join(f":{name}" for name in row)
    cursor = conn.execute(f"insert into {table} ({columns}) values ({places})", row)
    return cursor.lastrowid or 0


def _next(conn: sqlite3.Connection, sql: str) -> int:
    return int(conn.execute(sql).fetchone()[0] or 0) + 1
