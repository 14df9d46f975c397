"""Guessing is slow and blind: five wrong passwords close an account, or an address, for a while.

The attempt is counted before the password is looked at and forgiven when it was right. So guesses
that arrive at the same moment are bounded by the same five.
"""

import hashlib
import ipaddress
import sqlite3
from datetime import datetime, timedelta

from training.database import transaction

LIMIT = 5
LOCK = timedelta(minutes=15)


def of_account(username: str) -> str:
    """The subject under which attempts on one user name are counted, whether it exists or not."""
    return hashlib.sha256(f"account\0{username}".encode(errors="replace")).hexdigest()


def of_second_factor(username: str) -> str:
    """The subject of wrong codes after the password; a right password does not touch it."""
    return hashlib.sha256(f"second\0{username}".encode(errors="replace")).hexdigest()


def of_address(address: str | None) -> str | None:
    """The subject of a network address; a whole IPv6 /64 is one household. None stays None."""
    if not address:
        return None
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return hashlib.sha256(f"address\0{address}".encode(errors="replace")).hexdigest()
    if parsed.version == 6 and not parsed.ipv4_mapped:
        address = str(ipaddress.ip_network((address.partition("%")[0], 64), strict=False))
    return hashlib.sha256(f"address\0{address}".encode()).hexdigest()


def locked(conn: sqlite3.Connection, subject: str | None, now: datetime) -> bool:
    """Whether attempts on ``subject`` are refused at ``now``."""
    row = conn.execute("select locked_at from attempts where subject = ?", (subject,)).fetchone()
    return bool(row and row["locked_at"] and _near(row["locked_at"], now))


def count(conn: sqlite3.Connection, subjects: list[str | None], now: datetime) -> bool:
    """Count one attempt against every subject; False when one of them is locked already."""
    with transaction(conn):
        if any(locked(conn, subject, now) for subject in subjects):
            return False
        for subject in filter(None, subjects):
            _count_one(conn, subject, now)
        conn.execute(
            "delete from attempts where first_at < ?",
            ((now - timedelta(days=1)).isoformat(timespec="seconds"),),
        )
    return True


def _count_one(conn: sqlite3.Connection, subject: str, now: datetime) -> None:
    row = conn.execute("select * from attempts where subject = ?", (subject,)).fetchone()
    stamp = now.isoformat(timespec="seconds")
    running = row and not row["locked_at"] and _near(row["first_at"], now)
    failures = row["failures"] + 1 if running else 1
    conn.execute(
        "insert or replace into attempts (subject, failures, first_at, locked_at)"
        " values (?, ?, ?, ?)",
        (
            subject,
            failures,
            row["first_at"] if running else stamp,
            stamp if failures >= LIMIT else None,
        ),
    )


def forgive(conn: sqlite3.Connection, account: str, address: str | None) -> None:
    """The password was right: the account starts afresh, the address loses this one attempt only.

    An address is not cleared, or whoever has one good account could guess at all the others.
    """
    conn.execute("delete from attempts where subject = ?", (account,))
    conn.execute(
        "update attempts set failures = failures - 1, locked_at = null where subject = ?",
        (address,),
    )


def _near(stamp: str, now: datetime) -> bool:
    """Within the lock time, in either direction: a clock that jumps locks nobody out for a day."""
    return abs(now - datetime.fromisoformat(stamp)) < LOCK
