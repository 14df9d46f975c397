"""Accounts (账号): who may sign in, as what, and everything that may happen to an account.

Each act is one transaction together with its entry in ``account_events``. The file itself is
:mod:`training.account_store`, signing in is :mod:`training.sessions`.
"""

import re
import sqlite3
from collections.abc import Mapping
from datetime import datetime

from training import api_tokens, attempts, passwords
from training.account_faults import AccountFault
from training.account_store import (
    Account,
    at,
    beside,
    everybody,
    find,
    history,
    open,
    present,
    record,
    stamp,
)
from training.database import transaction

__all__ = [
    "ROLES",
    "Account",
    "AccountFault",
    "at",
    "beside",
    "change_role",
    "create",
    "disable",
    "enable",
    "everybody",
    "find",
    "history",
    "open",
    "require_on_record",
    "scopes_on_record",
    "set_password",
    "state",
    "unlock",
]

ROLES = {
    "office": ("协调小组办公室", "coordination office"),
    "institution": ("培训承担机构", "training institution"),
    "province": ("省级中小企业主管部门", "provincial authority"),
    "assessor": ("第三方考核机构", "third-party assessor"),
    "analyst": ("数据分析", "analyst"),
    "auditor": ("安全审计", "security auditor"),
}
#: What an account can be, the first that is true: see :func:`state`.
STATES = {
    "disabled": ("已停用", "disabled"),
    "locked": ("已锁定", "locked"),
    "one-time": ("一次性密码", "one-time password"),
    "ok": ("正常", "in use"),
}
_USERNAME = re.compile(r"[a-z][a-z0-9._-]{2,31}")


def create(
    conn: sqlite3.Connection,
    username: str,
    password: str | None = None,
    *,
    role: str,
    institution: str | None = None,
    province: str | None = None,
    display_name: str | None = None,
    actor: str,
    must_change_password: bool = True,
    now: datetime | None = None,
) -> str:
    """Add an account and return its password, a random one-time password unless one is given.

    Raises :class:`AccountFault` when the name, role, scope or password breaks a rule.
    """
    if not _USERNAME.fullmatch(username):
        raise AccountFault("username-shape")
    _check_scope(role, institution, province)
    name = (display_name or username).strip()
    if not 0 < len(name) <= 60:
        raise AccountFault("name-length")
    if password is not None:
        _check_password(password, username)
    chosen = password or passwords.one_time_password()
    hashed = passwords.hash_password(chosen)
    when = stamp(now or present())
    with transaction(conn):
        if find(conn, username):
            raise AccountFault("username-taken")
        conn.execute(
            "insert into accounts (username, password_hash, role, institution, province,"
            " display_name, must_change_password, created_at, password_changed_at)"
            " values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (username, hashed, role, institution, province, name, must_change_password, when, when),
        )
        record(conn, when, actor, "create", username, role=role, scope=institution or province)
    return chosen


def set_password(
    conn: sqlite3.Connection,
    username: str,
    password: str | None = None,
    *,
    actor: str,
    now: datetime | None = None,
) -> str:
    """Give the account a new password and end its sessions; return the password.

    Without ``password`` it is a one-time password (重置) that its owner must change at once.
    """
    _require(conn, username)
    if password is not None:
        _check_password(password, username, _last_hashes(conn, username))
    chosen = password or passwords.one_time_password()
    values = {
        "password_hash": passwords.hash_password(chosen),
        "password_changed_at": stamp(now or present()),
        "must_change_password": password is None,
    }
    with transaction(conn):
        conn.execute(
            "insert into earlier_passwords (username, password_hash)"
            " select username, password_hash from accounts where username = ?",
            (username,),
        )
        conn.execute("delete from attempts where subject = ?", (attempts.of_account(username),))
        action = "change-password" if password else "reset-password"
        _update(conn, username, now, values, actor, action)
        record(conn, stamp(now or present()), actor, action, username)
    return chosen


def disable(
    conn: sqlite3.Connection, username: str, *, actor: str, now: datetime | None = None
) -> None:
    """Close an account (停用): nobody signs in with it, and its sessions end.

    Nobody closes his own account, nor that of the last auditor: somebody must be able to undo it.
    """
    _change(conn, username, actor, "disable", now, {"disabled": 1})


def enable(
    conn: sqlite3.Connection, username: str, *, actor: str, now: datetime | None = None
) -> None:
    """Open a closed account again (启用)."""
    _change(conn, username, actor, "enable", now, {"disabled": 0})


def change_role(
    conn: sqlite3.Connection,
    username: str,
    role: str,
    *,
    institution: str | None = None,
    province: str | None = None,
    actor: str,
    now: datetime | None = None,
) -> None:
    """Give the account another role or scope; its sessions end, so the old one is gone at once.

    Not one's own, and not the role of the last auditor.
    """
    _check_scope(role, institution, province)
    values = {"role": role, "institution": institution, "province": province}
    _change(conn, username, actor, "change-role", now, values)


def unlock(
    conn: sqlite3.Connection, username: str, *, actor: str, now: datetime | None = None
) -> None:
    """Forgive the wrong passwords of an account (解锁) before the 15 minutes are over."""
    with transaction(conn):
        _require(conn, username)
        subjects = (attempts.of_account(username), attempts.of_second_factor(username))
        conn.execute("delete from attempts where subject in (?, ?)", subjects)
        record(conn, stamp(now or present()), actor, "unlock", username)


def state(conn: sqlite3.Connection, account: Account, now: datetime | None = None) -> str:
    """The key in :data:`STATES` of what the account is at ``now``."""
    if account.disabled:
        return "disabled"
    subjects = attempts.of_account, attempts.of_second_factor
    if any(attempts.locked(conn, of(account.username), now or present()) for of in subjects):
        return "locked"
    return "one-time" if account.must_change_password else "ok"


def scopes_on_record(record_conn: sqlite3.Connection) -> dict[str, list[tuple[str, str, str]]]:
    """What an account can belong to, per role: (key, Chinese name, English name) in list order."""
    return {
        role: [tuple(row) for row in record_conn.execute(sql)]
        for role, sql in (
            ("institution", "select slug, name_zh, name_en from institutions order by seq"),
            ("province", "select code, name_zh, name_en from provinces order by seq"),
        )
    }


def require_on_record(
    record_conn: sqlite3.Connection, institution: str | None, province: str | None
) -> None:
    """Raise :class:`AccountFault` unless the scope is one that the record knows."""
    for sql, value in (
        ("select 1 from institutions where slug = ?", institution),
        ("select 1 from provinces where code = ?", province),
    ):
        if value and not record_conn.execute(sql, (value,)).fetchone():
            raise AccountFault("scope-unknown")


def _require(conn: sqlite3.Connection, username: str) -> None:
    if not find(conn, username):
        raise AccountFault("username-unknown")


def _check_scope(role: str, institution: str | None, province: str | None) -> None:
    if role not in ROLES:
        raise AccountFault("role-unknown")
    if bool(institution) != (role == "institution") or bool(province) != (role == "province"):
        raise AccountFault("scope-shape")
    if province and not re.fullmatch("[0-9]{6}", province):
        raise AccountFault("scope-shape")


def _check_password(password: str, username: str, earlier: list[str] | None = None) -> None:
    code = passwords.fault(password, username, earlier or ())
    if code:
        raise AccountFault(code)


def _last_hashes(conn: sqlite3.Connection, username: str) -> list[str]:
    """The hashes of the last five passwords, the present one included."""
    rows = conn.execute(
        "select password_hash from accounts where username = :name union all"
        " select * from (select password_hash from earlier_passwords where username = :name"
        " order by id desc limit :rest)",
        {"name": username, "rest": passwords.REMEMBERED - 1},
    )
    return [row[0] for row in rows]


def _change(
    conn: sqlite3.Connection,
    username: str,
    actor: str,
    action: str,
    now: datetime | None,
    values: Mapping[str, object],
) -> None:
    with transaction(conn):
        _require(conn, username)
        if action in ("disable", "change-role"):
            _refuse_lockout(conn, username, actor, str(values.get("role")))
        _update(conn, username, now, values, actor, action)
        record(conn, stamp(now or present()), actor, action, username, **values)


def _refuse_lockout(conn: sqlite3.Connection, username: str, actor: str, role: str) -> None:
    """Asked inside the transaction: two auditors may be closing each other at this moment."""
    if username == actor:
        raise AccountFault("account-own")
    auditors = "select username from accounts where role = 'auditor' and not disabled"
    if role != "auditor" and [row[0] for row in conn.execute(auditors)] == [username]:
        raise AccountFault("last-auditor")


def _update(
    conn: sqlite3.Connection,
    username: str,
    now: datetime | None,
    values: Mapping[str, object],
    actor: str,
    action: str,
) -> None:
    """Set columns of an account and end its sessions and tokens: none outlives what it began under."""
    columns = ", ".join(f"{column} = :{column}" for column in values)
    conn.execute(
        f"update accounts set {columns} where username = :its_name",
        {**values, "its_name": username},
    )
    conn.execute(
        "update sessions set ended_at = ? where username = ? and ended_at is null",
        (stamp(now or present()), username),
    )
    conn.execute("delete from pending_sign_ins where username = ?", (username,))
    api_tokens.end(conn, username, stamp(now or present()), actor, because=action)
