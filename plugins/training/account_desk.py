"""What the auditor can do about accounts on the pages, and what everybody sees about his own.

The methods return plain data for a template and run on a worker thread; rules are in
:mod:`training.accounts`, this only puts forms and accounts together.
"""

import json
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from training import accounts, api_grants, api_tokens, second_factor, sessions, token_desk
from training.account_faults import AccountFault
from training.account_store import Account
from training.database import connect
from training.wording import t

#: What the entries of ``account_events`` say to a reader.
ACTIONS = {
    "create": ("新建账号", "account created"),
    "reset-password": ("重置密码", "password reset"),
    "change-password": ("修改密码", "password changed"),
    "change-role": ("更改角色", "role changed"),
    "disable": ("停用", "disabled"),
    "enable": ("启用", "enabled"),
    "unlock": ("解锁", "unlocked"),
    "end-sessions": ("结束登录", "sessions ended"),
    "sign-in": ("登录", "signed in"),
    "sign-in-refused": ("登录未成功", "sign-in refused"),
    "sign-out": ("退出", "signed out"),
    "token-make": ("新建令牌", "token made"),
    "token-first-use": ("令牌首次使用", "token used for the first time"),
    "token-refused": ("令牌被拒", "token refused"),
    "token-revoke": ("撤销令牌", "token revoked"),
    "token-expired": ("令牌到期", "token expired"),
    "totp": ("输入动态口令", "code given"),
    "totp-refused": ("动态口令输错", "code was wrong"),
    "totp-on": ("启用动态口令", "second factor on"),
    "totp-off": ("关闭动态口令", "second factor off"),
    "confirm-password": ("验证当前密码", "current password confirmed"),
    "confirm-password-refused": ("当前密码输错", "current password was wrong"),
}
_SCOPES = ("institution", "province")
#: Acts that make a password, which takes a while: they belong on the threads for hashing.
HASHING = frozenset({"create", "reset"})


class AccountDesk:
    """The accounts beside the record at ``record``, under the hands of ``by``."""

    def __init__(self, record: str | Path, by: str) -> None:
        self.record, self.by = Path(record), by

    @property
    def store(self) -> sqlite3.Connection:
        """This thread's own connection."""
        return accounts.at(accounts.beside(self.record))

    def everybody(self, role: str | None = None, state: str | None = None) -> dict[str, Any]:
        """The accounts of a role and in a state (each None or unknown: of any), with the choices."""
        names = self._scopes()
        found = [self._shown(one, names) for one in accounts.everybody(self.store)]
        role, state = role if role in accounts.ROLES else "", state if _is_state(state) else ""
        chosen = [
            one for one in found
            if role in ("", one["role"]) and state in ("", one["state"])
        ]  # fmt: skip
        required = second_factor.required(self.store)
        return {
            "accounts": chosen, "all": len(found), "role": role, "state": state,
            "duty": [(key, t(*pair), key in required) for key, pair in accounts.ROLES.items()],
        } | _choices(names)  # fmt: skip

    def one(self, username: str) -> dict[str, Any] | None:
        """One account with its sessions and its latest history; None if there is no such."""
        account = accounts.find(self.store, username)
        if not account:
            return None
        names = self._scopes()
        return {
            "account": self._shown(account, names),
            "sessions": sessions.sessions_of(self.store, username),
            "tokens": token_desk.in_words(api_tokens.tokens_of(self.store, username)),
            "history": [_told(row, names) for row in accounts.history(self.store, username)],
            "own": username == self.by,
        } | _choices(names)

    def own(self, token: str | None) -> dict[str, Any]:
        """What somebody sees about himself; ``token`` is the session he looks from."""
        account = accounts.find(self.store, self.by)
        if not account:
            raise AccountFault("username-unknown")
        return {
            "account": self._shown(account, self._scopes()),
            "sessions": sessions.sessions_of(self.store, self.by, token=token),
            "may_have_tokens": account.role in api_grants.ROLES,
        }

    def require(self, role: str, on: bool) -> None:
        """Make the second factor a duty of a role, or no longer."""
        if role not in accounts.ROLES:
            raise AccountFault("role-unknown")
        second_factor.require(self.store, role, on, actor=self.by)

    def create(self, form: Mapping[str, str]) -> tuple[str, str]:
        """Make the account of a filled-in form; its name and its one-time password."""
        username = (form.get("username") or "").strip().lower()
        role, institution, province = self._role_of(form)
        password = accounts.create(
            self.store, username, role=role, institution=institution, province=province,
            display_name=form.get("name"), actor=self.by,
        )  # fmt: skip
        return username, password

    def act(self, username: str, act: str, form: Mapping[str, str]) -> str | None:
        """Do one of the acts of the page of an account; a reset returns the one-time password."""
        store, by = self.store, self.by
        if not accounts.find(store, username):
            raise AccountFault("username-unknown")
        if act == "reset":
            return accounts.set_password(store, username, actor=by)
        if act == "role":
            role, institution, province = self._role_of(form)
            accounts.change_role(
                store, username, role, institution=institution, province=province, actor=by
            )
        elif act == "end":
            self.end(username, form)
        elif act == "token":
            token_desk.revoke(store, username, form, by)
        elif act == "totp-off":
            second_factor.remove(store, username, actor=by)
        elif act in ("disable", "enable", "unlock"):
            {"disable": accounts.disable, "enable": accounts.enable, "unlock": accounts.unlock}[
                act
            ](store, username, actor=by)
        else:
            raise AccountFault("act-unknown")
        return None

    def end(self, username: str, form: Mapping[str, str], sparing: str | None = None) -> None:
        """End the session that the form names, or all of them but that of ``sparing``."""
        named = form.get("session") or ""
        if not named:
            raise AccountFault("session-unknown")
        only = None if named == "all" else named
        ended = sessions.end_sessions(
            self.store, username, only=only, sparing=sparing, actor=self.by
        )
        if only and not ended:
            raise AccountFault("session-unknown")

    def _role_of(self, form: Mapping[str, str]) -> tuple[str, str | None, str | None]:
        """Role, institution and province of a form, which writes ``institution:tsinghua``."""
        kind, _, key = (form.get("scope") or "").partition(":")
        institution, province = (key if kind == one else None for one in _SCOPES)
        record = connect(self.record, read_only=True)
        try:
            accounts.require_on_record(record, institution, province)
        finally:
            record.close()
        return form.get("role") or "", institution, province

    def _scopes(self) -> dict[str, list[tuple[str, str, str]]]:
        record = connect(self.record, read_only=True)
        try:
            return accounts.scopes_on_record(record)
        finally:
            record.close()

    def _shown(self, one: Account, names: dict[str, list[tuple[str, str, str]]]) -> dict[str, Any]:
        state = accounts.state(self.store, one)
        return {
            "username": one.username,
            "name": one.display_name,
            "role": one.role,
            "role_in_words": t(*accounts.ROLES[one.role]),
            "scope": _scope_key(one),
            "scope_in_words": _scope_name(one, names),
            "state": state,
            "state_in_words": t(*accounts.STATES[state]),
            "totp": second_factor.in_force(self.store, one.username),
            "created_at": one.created_at,
            "password_changed_at": one.password_changed_at,
        }


def _is_state(state: str | None) -> bool:
    return state in accounts.STATES


def _scope_key(one: Account) -> str:
    key = one.institution or one.province
    return f"{one.role}:{key}" if key else ""


def _scope_name(one: Account, names: dict[str, list[tuple[str, str, str]]]) -> str:
    """Whose account it is; the bare key where the record has lost it."""
    wanted = one.institution or one.province or ""
    known = {key: t(zh, en) for key, zh, en in names.get(one.role, ())}
    return known.get(wanted, wanted)


def _choices(names: dict[str, list[tuple[str, str, str]]]) -> dict[str, Any]:
    """The options of the forms: (value, text)."""
    return {
        "roles": [(key, t(*pair)) for key, pair in accounts.ROLES.items()],
        "states": [(key, t(*pair)) for key, pair in accounts.STATES.items()],
        "scopes": {
            role: [(f"{role}:{key}", t(zh, en)) for key, zh, en in rows]
            for role, rows in names.items()
        },
    }


def _told(row: sqlite3.Row, names: dict[str, list[tuple[str, str, str]]]) -> dict[str, str]:
    """An entry of the history in words; its detail is a role, a token's name, or where it came from."""
    detail = json.loads(row["detail"])
    about = [detail.get("token") or "", detail.get("address") or ""]
    if detail.get("role") in accounts.ROLES:
        about.append(t(*accounts.ROLES[detail["role"]]))
    scope = detail.get("institution") or detail.get("province") or detail.get("scope")
    known = {key: t(zh, en) for rows in names.values() for key, zh, en in rows}
    about.append(known.get(scope, scope or ""))
    return {
        "at": row["at"],
        "actor": row["actor"],
        "action": t(*ACTIONS.get(row["action"], (row["action"],) * 2)),
        "about": " · ".join(filter(None, about)),
    }
