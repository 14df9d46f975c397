"""Tokens (令牌): how a notebook or a script reads for an account, without its password.

A token is shown once, when it is made, and only its hash is kept. It dies with its term, when it is
revoked, and with every change of its account: password, role, closing. So it never outlives what it
was made under, and whoever fears for an account changes one thing.
"""

import contextlib
import hashlib
import json
import secrets
import sqlite3
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from training import api_grants, passwords
from training.account_faults import AccountFault
from training.account_store import Account, present, record, stamp
from training.api_grants import Grant
from training.database import transaction

PREFIX = "ljt_"
#: Terms to choose from, in days. None is longer than a password may be old: 90 days.
TERMS = (7, 30, 60, 90)
USUAL_TERM = 30
#: Tokens of one account that are good at a time; more are forgotten ones.
MOST = 10


@dataclass(frozen=True)
class Found:
    """The token of a request: whose it is and what it opens, unless it is no good (``grant`` None)."""

    public_id: str
    account: Account
    grant: Grant | None


def make(
    conn: sqlite3.Connection,
    username: str,
    name: str,
    *,
    databases: Collection[str],
    acts: Collection[str],
    days: int = USUAL_TERM,
    now: datetime | None = None,
) -> str:
    """Make a token for an account and return it: nobody can show it again.

    Raises :class:`AccountFault` for a role that has none, a scope, term or name that is not one of
    the lists, and for one token too many.
    """
    now, token = now or present(), PREFIX + secrets.token_urlsafe(32)
    name, public_id = name.strip(), secrets.token_hex(8)
    if not 0 < len(name) <= 60 or not name.isprintable() or api_grants.SHAPE.search(name):
        raise AccountFault("token-name")
    if not databases or not acts:
        raise AccountFault("token-scope")
    if not {*databases} <= {*api_grants.DATABASES} or not {*acts} <= {*api_grants.ACTS}:
        raise AccountFault("token-scope")
    if days not in TERMS:
        raise AccountFault("token-term")
    until = stamp(now + timedelta(days=days))
    with transaction(conn):
        row = conn.execute("select role from accounts where username = ?", (username,)).fetchone()
        if not row or row["role"] not in api_grants.ROLES:
            raise AccountFault("token-role")
        _note_expired(conn, now)
        if len(_standing(conn, username)) >= MOST:
            raise AccountFault("token-many")
        scope = {
            "databases": api_grants.chosen(api_grants.DATABASES, databases),
            "acts": api_grants.chosen(api_grants.ACTS, acts),
        }
        conn.execute(
            "insert into api_tokens (public_id, token_hash, username, name, databases, acts,"
            " created_at, expires_at) values (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(public_id, _hash(token), username, name),
                *(json.dumps(scope["databases"]), json.dumps(scope["acts"])),
                *(stamp(now), until),
            ),
        )
        detail = {"token": public_id, **scope, "expires_at": until}
        record(conn, stamp(now), username, "token-make", username, **detail)
    return token


def look_up(
    conn: sqlite3.Connection, token: str, address: str | None = None, now: datetime | None = None
) -> Found | None:
    """What ``token`` is good for at ``now``; None if there never was such a token.

    It is good for nothing without an account that could sign in and go on: closed, of another role,
    with a password to change first or a second factor to set up.
    """
    now = now or present()
    row = conn.execute(
        "select t.*, a.*, t.created_at as made_at, exists ("
        "select 1 from second_factor_roles where role = a.role) and not exists ("
        "select 1 from second_factors as f where f.username = a.username"
        " and f.confirmed_at is not null) as must_set_up"
        " from api_tokens as t join accounts as a using (username) where t.token_hash = ?",
        (_hash(token),),
    ).fetchone()
    if not row:
        return None
    account = Account.of(row)
    if row["ended_at"] is None and row["expires_at"] <= stamp(now):
        _sweep(conn, now)
    old = now - datetime.fromisoformat(account.password_changed_at) >= passwords.MAX_AGE
    good = (
        row["ended_at"] is None
        and stamp(now) < row["expires_at"]
        and account.role in api_grants.ROLES
        and not (account.disabled or account.must_change_password or old or row["must_set_up"])
    )
    if not good:
        return Found(row["public_id"], account, None)
    _note_use(conn, row, address, now)
    scope = frozenset(json.loads(row["databases"])), frozenset(json.loads(row["acts"]))
    return Found(row["public_id"], account, Grant(row["public_id"], *scope))


def revoke(
    conn: sqlite3.Connection,
    username: str,
    *,
    actor: str,
    only: str | None = None,
    now: datetime | None = None,
) -> int:
    """End the tokens of an account, or the one whose public id is ``only``; how many there were."""
    with transaction(conn):
        return end(conn, username, stamp(now or present()), actor, only=only)


def end(
    conn: sqlite3.Connection,
    username: str,
    when: str,
    actor: str,
    *,
    only: str | None = None,
    because: str | None = None,
) -> int:
    """As :func:`revoke`, inside the caller's transaction, with the act on the account it is part of."""
    ended = 0
    for row in _standing(conn, username):
        if only in (None, row["public_id"]):
            _end(conn, row["public_id"], when)
            detail = {"because": because} if because else {}
            record(conn, when, actor, "token-revoke", username, token=row["public_id"], **detail)
            ended += 1
    return ended


def end_all(conn: sqlite3.Connection, actor: str, because: str) -> int:
    """End every token there is: those of a backup may have been revoked since it was made."""
    with transaction(conn):
        names = [row[0] for row in conn.execute("select distinct username from api_tokens")]
        when = stamp(present())
        return sum(end(conn, name, when, actor, because=because) for name in names)


def tokens_of(
    conn: sqlite3.Connection, username: str, now: datetime | None = None
) -> list[dict[str, Any]]:
    """The tokens of an account that are good at ``now``, newest first.

    public_id, name, databases and acts (lists of keys), created_at, expires_at, last_used_on.
    """
    _sweep(conn, now or present())
    shown = ("public_id", "name", "created_at", "expires_at", "last_used_on")
    return [
        {key: row[key] for key in shown}
        | {key: json.loads(row[key]) for key in ("databases", "acts")}
        for row in _standing(conn, username)
        if row["expires_at"] > stamp(now or present())
    ]


def _standing(conn: sqlite3.Connection, username: str) -> list[sqlite3.Row]:
    return conn.execute(
        "select * from api_tokens where username = ? and ended_at is null"
        " order by created_at desc, public_id",
        (username,),
    ).fetchall()


def _sweep(conn: sqlite3.Connection, now: datetime) -> None:
    """Write down whose term is over, if there are any; whoever only looks waits for nobody."""
    sql = "select 1 from api_tokens where ended_at is null and expires_at <= ?"
    if conn.execute(sql, (stamp(now),)).fetchone():
        with contextlib.suppress(sqlite3.OperationalError), transaction(conn):
            _note_expired(conn, now)


def _note_expired(conn: sqlite3.Connection, now: datetime) -> None:
    """The same inside the caller's transaction: it happens when somebody looks first."""
    over = conn.execute(
        "select public_id, username, expires_at from api_tokens"
        " where ended_at is null and expires_at <= ?",
        (stamp(now),),
    ).fetchall()
    for row in over:
        _end(conn, row["public_id"], stamp(now))
        detail = {"token": row["public_id"], "expired_at": row["expires_at"]}
        record(conn, stamp(now), "-", "token-expired", row["username"], **detail)


def _note_use(
    conn: sqlite3.Connection, row: sqlite3.Row, address: str | None, now: datetime
) -> None:
    """Once a day; the first time of all is in the history of the account."""
    day = stamp(now)[:10]
    if row["last_used_on"] == day:
        return
    # A full disk or a busy file takes nobody's token away.
    with contextlib.suppress(sqlite3.OperationalError), transaction(conn):
        conn.execute(
            "update api_tokens set last_used_on = ? where public_id = ?", (day, row["public_id"])
        )
        if row["last_used_on"] is None:
            detail = {"token": row["public_id"], "address": address}
            record(conn, stamp(now), row["username"], "token-first-use", row["username"], **detail)


def _end(conn: sqlite3.Connection, public_id: str, when: str) -> None:
    conn.execute("update api_tokens set ended_at = ? where public_id = ?", (when, public_id))


def _hash(token: str) -> str:
    """The token has 256 random bits: nobody guesses what hashes to this, however fast he hashes."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
