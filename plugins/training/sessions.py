"""Signing in and staying signed in: passwords checked, sessions opened, found again and ended.

A session is a row on the server; the browser's cookie only names it. So it ends when the server
says so: on sign-out, when the account is closed or changed, after half an hour without a request
and after twelve hours in any case.
"""

import contextlib
import hashlib
import secrets
import sqlite3
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from training import accounts, attempts, passwords, second_factor
from training.account_faults import AccountFault
from training.account_store import Account, present, record, stamp
from training.api_grants import Grant
from training.database import transaction
from training.identity import Keys

COOKIE = "lingjun_session"
IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)
#: Being seen is written down once a minute, not once a request.
TOUCH = timedelta(minutes=1)
KEPT = timedelta(days=30)

#: The actor of the request that the present task serves; for writes that carry no request.
present_actor: ContextVar[dict[str, str | None] | None] = ContextVar("present_actor", default=None)


def cookie(token: str, name: str = COOKIE) -> dict[str, Any]:
    """How the browser is to keep a token, a session's or another's; an empty one is taken back.

    That it travels over TLS alone where there is TLS is the rule of plugins/headers.py for every
    cookie.
    """
    kept = {"value": token, "max_age": None if token else 0}
    return {"key": name, **kept, "httponly": True, "samesite": "lax"}


@dataclass(frozen=True)
class Visitor:
    """Somebody with a session, or a token, that is good at this moment."""

    actor: dict[str, Any]
    must_change_password: bool
    #: The password is older than :data:`training.passwords.MAX_AGE`; it must be changed, too.
    password_old: bool = False
    #: The role must have a second factor, and the account has none yet.
    must_set_up: bool = False
    #: What the token opens, for who comes with one; None is a session.
    grant: Grant | None = None


class SecondStep(Exception):
    """The password was right and a code is awaited; ``token`` is not that of a session."""

    def __init__(self, token: str) -> None:
        super().__init__("a code is awaited")
        self.token = token


def authenticate(
    conn: sqlite3.Connection,
    username: str,
    password: str,
    *,
    address: str | None = None,
    now: datetime | None = None,
    act: str = "sign-in",
) -> Account | None:
    """The account these words belong to, or None: unknown, wrong, disabled and locked look alike.

    A wrong name costs the same time as a wrong password. A locked address is turned away without
    hashing, which tells about the address alone and keeps a flood off the processor.
    """
    now = now or present()
    # What came as broken bytes is no name and no password, but it is no crash either.
    username, password = (w.encode(errors="replace").decode() for w in (username, password))
    username = username.strip().lower()
    by_account, by_address = attempts.of_account(username), attempts.of_address(address)
    if attempts.locked(conn, by_address, now):
        return None
    admitted = attempts.count(conn, [by_account, by_address], now)
    row = conn.execute("select * from accounts where username = ?", (username,)).fetchone()
    correct = passwords.verify(password, row["password_hash"] if row else None)
    if not admitted:
        return None
    allowed = bool(correct and row and not row["disabled"])
    name = row["username"] if row else None
    with transaction(conn):
        if allowed:
            attempts.forgive(conn, by_account, by_address)
        action = act if allowed else f"{act}-refused"
        record(conn, stamp(now), name or "-", action, name, address=address)
    return Account.of(row) if allowed else None


def sign_in(
    conn: sqlite3.Connection,
    username: str,
    password: str,
    *,
    address: str | None = None,
    replacing: str | None = None,
) -> str | None:
    """Open a session for the right words and return its token; end the one it replaces.

    Raises :class:`SecondStep` for an account that signs in with a code, too.
    """
    account = authenticate(conn, username, password, address=address)
    if not account:
        return None
    if second_factor.in_force(conn, account.username):
        raise SecondStep(second_factor.wait_for_code(conn, account.username))
    end_session(conn, replacing)
    return start_session(conn, account.username, address=address)


def sign_in_with_code(
    conn: sqlite3.Connection,
    keys: Keys,
    pending: str | None,
    code: str,
    *,
    address: str | None = None,
    replacing: str | None = None,
    now: datetime | None = None,
) -> str | None:
    """Open the session that :class:`SecondStep` held back; None when the code is not right."""
    username = second_factor.admit(conn, keys, pending, code, address=address, now=now)
    if not username:
        return None
    end_session(conn, replacing)
    return start_session(conn, username, address=address, now=now)


def change_password(
    conn: sqlite3.Connection,
    username: str,
    current: str,
    password: str,
    again: str,
    *,
    address: str | None = None,
    now: datetime | None = None,
) -> str:
    """The owner's own change: every session ends, and the token of a new one is returned.

    The current password is asked for, and guessing it locks the account. Raises
    :class:`AccountFault`.
    """
    if password != again:
        raise AccountFault("password-twice")
    act = "confirm-password"
    if not authenticate(conn, username, current, address=address, now=now, act=act):
        raise AccountFault("password-wrong")
    accounts.set_password(conn, username, password, actor=username, now=now)
    return start_session(conn, username, address=address, now=now)


def start_session(
    conn: sqlite3.Connection,
    username: str,
    *,
    address: str | None = None,
    now: datetime | None = None,
) -> str:
    """Open a session and return its token, which is stored nowhere but in the browser."""
    now = now or present()
    token = secrets.token_urlsafe(32)
    with transaction(conn):
        conn.execute("delete from sessions where last_seen_at < ?", (stamp(now - KEPT),))
        conn.execute(
            "insert into sessions"
            " (token_hash, username, created_at, last_seen_at, address, public_id)"
            " values (?, ?, ?, ?, ?, ?)",
            (_hash(token), username, stamp(now), stamp(now), address, secrets.token_hex(8)),
        )
    return token


def visitor(
    conn: sqlite3.Connection, token: str | None, now: datetime | None = None
) -> Visitor | None:
    """Who holds ``token`` at ``now``, or None when the session is unknown, ended or too old."""
    if not token:
        return None
    now = now or present()
    row = conn.execute(
        "select a.*, s.token_hash, s.created_at as opened_at, s.last_seen_at,"
        " exists (select 1 from second_factor_roles where role = a.role) and not exists ("
        "select 1 from second_factors as f where f.username = a.username"
        " and f.confirmed_at is not null) as must_set_up"
        " from sessions as s join accounts as a using (username)"
        " where s.token_hash = ? and s.ended_at is null and not a.disabled",
        (_hash(token),),
    ).fetchone()
    if not row or not _alive(row, now):
        return None
    if now - datetime.fromisoformat(row["last_seen_at"]) >= TOUCH:
        # A full disk or a busy file signs nobody out: it only makes the session idle sooner.
        with contextlib.suppress(sqlite3.OperationalError):
            conn.execute(
                "update sessions set last_seen_at = ? where token_hash = ?",
                (stamp(now), row["token_hash"]),
            )
    account = Account.of(row)
    old = now - datetime.fromisoformat(account.password_changed_at) >= passwords.MAX_AGE
    must_change = account.must_change_password or old
    return Visitor(account.actor, must_change, old, bool(row["must_set_up"]))


def end_session(conn: sqlite3.Connection, token: str | None, now: datetime | None = None) -> None:
    """End the session of ``token`` (退出); a token that names none is no error."""
    when = stamp(now or present())
    with transaction(conn):
        ended = conn.execute(
            "update sessions set ended_at = ? where token_hash = ? and ended_at is null"
            " returning username",
            (when, _hash(token or "")),
        ).fetchone()
        if ended:
            record(conn, when, ended["username"], "sign-out", ended["username"])


def end_sessions(
    conn: sqlite3.Connection,
    username: str,
    *,
    actor: str,
    only: str | None = None,
    sparing: str | None = None,
    now: datetime | None = None,
) -> int:
    """End the sessions of an account and return how many there were.

    ``only`` is the public id of the one to end; ``sparing`` the token of the one that stays.
    """
    when = stamp(now or present())
    with transaction(conn):
        ended = conn.execute(
            "update sessions set ended_at = :when where username = :username and ended_at is null"
            " and (:only is null or public_id = :only) and token_hash <> :spared",
            {"when": when, "username": username, "only": only, "spared": _hash(sparing or "")},
        ).rowcount
        if ended:
            record(conn, when, actor, "end-sessions", username, sessions=ended)
    return ended


def sessions_of(
    conn: sqlite3.Connection,
    username: str,
    now: datetime | None = None,
    *,
    token: str | None = None,
) -> list[dict[str, Any]]:
    """The account's sessions that are good at ``now``, newest first.

    Since, last seen, address, the public id to end it by, and whether it is that of ``token``.
    """
    now = now or present()
    rows = conn.execute(
        "select created_at as opened_at, last_seen_at, address, public_id,"
        " token_hash = ? as present from sessions"
        " where username = ? and ended_at is null order by opened_at desc",
        (_hash(token or ""), username),
    )
    return [dict(row) for row in rows if _alive(row, now)]


def _alive(row: sqlite3.Row, now: datetime) -> bool:
    """Within both limits; a session that was last seen in the future is none."""
    opened = now - datetime.fromisoformat(row["opened_at"])
    seen = now - datetime.fromisoformat(row["last_seen_at"])
    return opened < ABSOLUTE and -IDLE < seen < IDLE


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
