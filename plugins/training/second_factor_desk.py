"""Somebody's own second factor, as his page shows and changes it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from training import accounts, identity, second_factor, sessions
from training.account_faults import AccountFault


class FactorDesk:
    """Somebody's own second factor: begun with the password, in force with the first code."""

    def __init__(self, record: str | Path, actor: Mapping[str, Any]) -> None:
        self.store = accounts.at(accounts.beside(record))
        self.keys = identity.load_keys(record)
        self.by, self.role = str(actor["id"]), str(actor["role"])

    def standing(self) -> dict[str, Any]:
        """Whether it is on, must be, or waits for its first code (``secret``, ``address``)."""
        secret = second_factor.begun(self.store, self.keys, self.by)
        return {
            "on": second_factor.in_force(self.store, self.by),
            "required": self.role in second_factor.required(self.store),
            "left": second_factor.codes_left(self.store, self.by),
            "secret": secret,
            "address": second_factor.address_of(secret, self.by) if secret else None,
        }

    def act(self, act: str, form: Mapping[str, str], address: str | None) -> list[str]:
        """``begin`` and ``off`` ask for the password; ``confirm`` returns the recovery codes."""
        if act == "confirm":
            return second_factor.confirm(self.store, self.keys, self.by, form.get("code") or "")
        if act not in ("begin", "off"):
            raise AccountFault("act-unknown")
        if act == "off" and self.role in second_factor.required(self.store):
            raise AccountFault("totp-required")
        word = form.get("password") or ""
        if not sessions.authenticate(
            self.store, self.by, word, address=address, act="confirm-password"
        ):
            raise AccountFault("password-wrong")
        if act == "begin":
            second_factor.begin(self.store, self.keys, self.by)
        else:
            second_factor.remove(self.store, self.by, actor=self.by)
        return []
