"""The second factor (动态口令): a code that a telephone shows, after the password.

Time-based codes of RFC 6238, six digits, 30 seconds; one step early or late is accepted, for clocks
differ, and no code twice. Wrong codes are counted on a subject of their own, which a right password
does not clear: whoever knows the password gets five guesses in 15 minutes, not five at a time.
"""

import hashlib
import hmac
import secrets
import sqlite3
from datetime import datetime, timedelta
from typing import Any

import pyotp

from training import attempts
from training.account_faults import AccountFault
from training.account_store import present, record, stamp
from training.database import transaction
from training.identity import Keys, Sealer

#: Between the password and the code; longer than anybody looks for a telephone.
PENDING = timedelta(minutes=5)
STEP = 30
RECOVERY = 10
ISSUER = "Lingjun"
#: The cookie between password and code. It names no session.
COOKIE = "lingjun_pending"


def in_force(conn: sqlite3.Connection, username: str) -> bool:
    """Whether the account signs in with a code."""
    found = conn.execute(
        "select 1 from second_factors where username = ? and confirmed_at is not null", (username,)
    ).fetchone()
    return found is not None


def required(conn: sqlite3.Connection) -> set[str]:
    """The roles that must have a second factor."""
    return {row[0] for row in conn.execute("select role from second_factor_roles")}


def require(conn: sqlite3.Connection, role: str, on: bool, *, actor: str) -> None:
    """Make the second factor a duty of a role, or no longer; it holds at the next request."""
    with transaction(conn):
        if on:
            conn.execute("insert or ignore into second_factor_roles values (?)", (role,))
        else:
            conn.execute("delete from second_factor_roles where role = ?", (role,))
        record(conn, stamp(present()), actor, "totp-required", None, role=role, on=on)


def begin(conn: sqlite3.Connection, keys: Keys, username: str) -> str:
    """A new secret (base32) for the account, not in force before :func:`confirm`."""
    if in_force(conn, username):
        raise AccountFault("totp-on")
    sealer, secret = Sealer(keys), pyotp.random_base32()
    with transaction(conn):
        conn.execute(
            "insert or replace into second_factors (username, sealed, key_version)"
            " values (?, ?, ?)",
            (username, sealer.seal(_owner(username), secret), sealer.version),
        )
    return secret


def begun(conn: sqlite3.Connection, keys: Keys, username: str) -> str | None:
    """The secret that waits for its first code, None if there is none or it is in force."""
    row = _row(conn, username)
    return None if not row or row["confirmed_at"] else _secret(keys, row)


def codes_left(conn: sqlite3.Connection, username: str) -> int:
    """How many recovery codes are not used up."""
    sql = "select count(*) from recovery_codes where username = ? and used_at is null"
    return int(conn.execute(sql, (username,)).fetchone()[0])


def address_of(secret: str, username: str) -> str:
    """The ``otpauth://`` address that a QR code carries to the telephone."""
    return pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=ISSUER)


def confirm(
    conn: sqlite3.Connection, keys: Keys, username: str, code: str, now: datetime | None = None
) -> list[str]:
    """Put the begun secret in force by its first code; the recovery codes, shown this once."""
    now = now or present()
    row = _row(conn, username)
    if not row or row["confirmed_at"] or not _take_step(conn, keys, row, code, now):
        raise AccountFault("totp-wrong")
    codes = [_recovery_code() for _ in range(RECOVERY)]
    with transaction(conn):
        conn.execute(
            "update second_factors set confirmed_at = ? where username = ?", (stamp(now), username)
        )
        conn.executemany(
            "insert into recovery_codes (code_hash, username) values (?, ?)",
            [(_hash(_plain(one)), username) for one in codes],
        )
        record(conn, stamp(now), username, "totp-on", username)
    return codes


def remove(conn: sqlite3.Connection, username: str, *, actor: str) -> None:
    """Take the second factor away, with its recovery codes; the owner, or an auditor for him."""
    with transaction(conn):
        conn.execute("delete from recovery_codes where username = ?", (username,))
        gone = conn.execute("delete from second_factors where username = ?", (username,)).rowcount
        if gone:
            record(conn, stamp(present()), actor, "totp-off", username)


def wait_for_code(conn: sqlite3.Connection, username: str, now: datetime | None = None) -> str:
    """A token for somebody whose password was right; good for one code within five minutes."""
    now, token = now or present(), secrets.token_urlsafe(32)
    with transaction(conn):
        old = stamp(now - PENDING)
        conn.execute("delete from pending_sign_ins where created_at < ?", (old,))
        conn.execute(
            "insert into pending_sign_ins values (?, ?, ?)", (_hash(token), username, stamp(now))
        )
    return token


def waiting(conn: sqlite3.Connection, token: str | None, now: datetime | None = None) -> str | None:
    """The account that ``token`` waits for, None when it is unknown, used, too old or closed."""
    now = now or present()
    row = conn.execute(
        "select p.username, p.created_at from pending_sign_ins as p join accounts using (username)"
        " where token_hash = ? and not disabled",
        (_hash(token or ""),),
    ).fetchone()
    if not row or not timedelta(0) <= now - datetime.fromisoformat(row["created_at"]) < PENDING:
        return None
    return str(row["username"])


def admit(
    conn: sqlite3.Connection,
    keys: Keys,
    token: str | None,
    code: str,
    *,
    address: str | None = None,
    now: datetime | None = None,
) -> str | None:
    """The account of ``token`` if ``code`` is right, and the token is used up; otherwise None."""
    now = now or present()
    username = waiting(conn, token, now)
    if not username:
        return None
    subject, by_address = attempts.of_second_factor(username), attempts.of_address(address)
    if not attempts.count(conn, [subject, by_address], now):
        return None
    row = _row(conn, username)
    right = bool(row and row["confirmed_at"]) and (
        _take_step(conn, keys, row, code, now) or _take_recovery(conn, username, code, now)
    )
    with transaction(conn):
        if right:
            conn.execute("delete from pending_sign_ins where token_hash = ?", (_hash(token or ""),))
            attempts.forgive(conn, subject, by_address)
        action = "totp" if right else "totp-refused"
        record(conn, stamp(now), username, action, username, address=address)
    return username if right else None


def _take_step(conn: sqlite3.Connection, keys: Keys, row: Any, code: str, now: datetime) -> bool:
    """Whether ``code`` is that of a step near ``now`` later than the last one used; it is now."""
    totp, present_step = pyotp.TOTP(_secret(keys, row)), int(now.timestamp()) // STEP
    given = "".join(code.split()).encode(errors="replace")
    for step in (present_step - 1, present_step, present_step + 1):
        if hmac.compare_digest(totp.generate_otp(step).encode(), given):
            taken = conn.execute(
                "update second_factors set last_step = ? where username = ? and last_step < ?",
                (step, row["username"], step),
            )
            return taken.rowcount == 1
    return False


def _take_recovery(conn: sqlite3.Connection, username: str, code: str, now: datetime) -> bool:
    taken = conn.execute(
        "update recovery_codes set used_at = ?"
        " where code_hash = ? and username = ? and used_at is null",
        (stamp(now), _hash(_plain(code)), username),
    )
    return taken.rowcount == 1


def _row(conn: sqlite3.Connection, username: str) -> Any:
    return conn.execute("select * from second_factors where username = ?", (username,)).fetchone()


def _secret(keys: Keys, row: Any) -> str:
    return Sealer(keys).open(_owner(row["username"]), row["key_version"], row["sealed"])


def _owner(username: str) -> str:
    return f"account:{username}"


def _recovery_code() -> str:
    """Ten characters (50 bits) in two groups, none that people confuse."""
    letters = "".join(secrets.choice("abcdefghjkmnpqrstuvwxyz23456789") for _ in range(10))
    return f"{letters[:5]}-{letters[5:]}"


def _plain(code: str) -> str:
    return "".join(code.lower().replace("-", "").split())


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()
