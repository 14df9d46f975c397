"""Somebody's own tokens, as the page shows, makes and revokes them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from training import accounts, api_grants, api_tokens, sessions
from training.account_faults import AccountFault
from training.wording import t


class TokenDesk:
    """The tokens of ``actor``, an account that may have some; rules are in :mod:`api_tokens`."""

    def __init__(self, record: str | Path, actor: Mapping[str, Any]) -> None:
        self.store = accounts.at(accounts.beside(record))
        self.by = str(actor["id"])

    def standing(self, form: Mapping[str, str] | None = None) -> dict[str, Any]:
        """The tokens in force, and the choices of the form as ``form`` left them (all, at first)."""

        def options(kind: str, pairs: Mapping[str, tuple[str, str]]) -> list[tuple[str, str, bool]]:
            return [
                (f"{kind}-{key}", t(*pair), not form or f"{kind}-{key}" in form)
                for key, pair in pairs.items()
            ]

        days = (form or {}).get("days") or str(api_tokens.USUAL_TERM)
        return {
            "tokens": in_words(api_tokens.tokens_of(self.store, self.by)),
            "databases": options("database", api_grants.DATABASES),
            "acts": options("act", api_grants.ACTS),
            "terms": [(one, t(f"{one} 天", f"{one} days")) for one in api_tokens.TERMS],
            "days": days,
            "name": (form or {}).get("name") or "",
        }

    def make(self, form: Mapping[str, str], address: str | None) -> str:
        """Make the token of a filled-in form and return it; the password is asked for, and hashed.

        A token outlasts the session it is made in: an unattended screen makes none.
        """
        word = form.get("password") or ""
        confirmed = sessions.authenticate(
            self.store, self.by, word, address=address, act="confirm-password"
        )
        if not confirmed:
            raise AccountFault("password-wrong")
        days = form.get("days") or ""
        return api_tokens.make(
            self.store, self.by, form.get("name") or "",
            databases=[key for key in api_grants.DATABASES if f"database-{key}" in form],
            acts=[key for key in api_grants.ACTS if f"act-{key}" in form],
            days=int(days) if days.isascii() and days.isdigit() and len(days) < 4 else 0,
        )  # fmt: skip

    def revoke(self, form: Mapping[str, str]) -> None:
        """End the token that the form names."""
        revoke(self.store, self.by, form, self.by)


def revoke(store: Any, username: str, form: Mapping[str, str], actor: str) -> None:
    """End the token of ``username`` that the form names by its public id, or ``all`` of them."""
    named = form.get("token") or ""
    only = None if named == "all" else named
    if not named or not api_tokens.revoke(store, username, only=only, actor=actor):
        raise AccountFault("token-unknown")


def in_words(tokens: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Tokens with the names of what they open, in the reader's language."""
    return [
        {
            **one,
            "databases": [t(*api_grants.DATABASES[key]) for key in one["databases"]],
            "acts": [t(*api_grants.ACTS[key]) for key in one["acts"]],
        }
        for one in tokens
    ]
