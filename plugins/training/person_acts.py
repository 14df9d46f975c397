"""What may be done about one person: withdraw (退出), and the reveal of the sealed numbers.

The steps that exist at all are rows of ``trainee_transitions``; here it is decided whose they are.
"""

import re
import sqlite3
from datetime import datetime, timedelta

from training import audit, identity, people
from training.database import acting, now, transaction
from training.people import Reader
from training.wording import t
from training.workflow import Refused

#: States from which one can withdraw, by who says so. An authority takes back a recommendation only.
WITHDRAWING = {
    "institution": ("selected", "submitted", "returned", "approved", "enrolled"),
    "province": ("nominated",),
    "office": ("nominated", "selected", "submitted", "returned", "approved", "enrolled"),
}
#: A reason tells something from five characters on (核对身份 is four: say for what).
SHORTEST_REASON = 5
#: Nobody reads out more in an hour for any honest task; who needs many exports the roster.
REVEALS_AN_HOUR = 20
_PERSONAL = re.compile(r"\d{11,}|\d{17}[\dXx]")


def may_withdraw(reader: Reader, row: sqlite3.Row) -> bool:
    """Whether this reader may withdraw the person as things stand."""
    return row["state"] in WITHDRAWING[reader.role]


def withdraw(
    conn: sqlite3.Connection, reader: Reader, number: int, by: str, via: str, reason: str, seen: str
) -> None:
    """Take a person out of the year's training (退出), with a reason.

    ``seen`` is the version of the record that the form showed. Raises :class:`Refused`.
    """
    reason = _reason(reason)
    with transaction(conn), acting(conn, by, via, reason):
        row = _current(conn, reader, number, seen)
        if not may_withdraw(reader, row):
            raise Refused(t("现在的状态不能退出。", "Nobody can withdraw from this state."))
        conn.execute("update trainees set state = 'withdrawn' where id = ?", (number,))
        audit.record(conn, by, via, "withdraw", "trainees", number, reason=reason)


def reveal(
    conn: sqlite3.Connection, keys: identity.Keys, number: int, by: str, reason: str
) -> tuple[str, str]:
    """The identity number and the mobile of one person, for the office, with an audit entry.

    Raises :class:`Refused` without a reason, for too many in an hour, or for nobody; a refusal is in
    the log as well.
    """
    try:
        reason = _reason(reason)
        with transaction(conn):
            _not_too_many(conn, by)
            row = conn.execute(
                "select t.person_key, s.key_version, s.sealed from trainees as t"
                " join sealed_identities as s on s.trainee_id = t.id where t.id = ?",
                (number,),
            ).fetchone()
            if row is None:
                raise Refused(t("没有保存这名学员的号码。", "No numbers are kept of this person."))
            opened = identity.Sealer(keys).open(
                row["person_key"], row["key_version"], row["sealed"]
            )
            audit.record(conn, by, "web", "reveal", "trainees", number, reason=reason)
    except Refused:
        with transaction(conn):
            audit.record(conn, by, "web", "reveal-refused", "trainees", number)
        raise
    id_number, _, mobile = opened.partition("\n")
    return id_number, mobile


def _not_too_many(conn: sqlite3.Connection, by: str) -> None:
    since = (datetime.fromisoformat(now()) - timedelta(hours=1)).isoformat(timespec="seconds")
    count = conn.execute(
        "select count(*) from audit_log where actor = ? and action = 'reveal' and at > ?",
        (by, since),
    ).fetchone()[0]
    if count >= REVEALS_AN_HOUR:
        raise Refused(
            t(
                f"一小时内最多查看 {REVEALS_AN_HOUR} 人，请稍后再试。",
                f"At most {REVEALS_AN_HOUR} people an hour: try again later.",
            )
        )


def _reason(reason: str) -> str:
    reason = reason.strip()
    if len(reason) < SHORTEST_REASON:
        raise Refused(t("请写明理由，至少 5 个字。", "Write the reason, five characters at least."))
    if _PERSONAL.search(reason):
        raise Refused(
            t("理由里不要写证件号码或手机号。", "Leave numbers of people out of the reason.")
        )
    return reason[:500]


def _current(conn: sqlite3.Connection, reader: Reader, number: int, seen: str) -> sqlite3.Row:
    row = people.one(conn, reader, number)
    if row is None:
        raise Refused(t("没有这名学员。", "There is no such person."))
    if people.version(row) != seen:
        raise Refused(
            t(
                "这名学员的记录已被别人修改，请核对后重新提交。",
                "Somebody has changed this record meanwhile: look again, then send it again.",
            )
        )
    return row
