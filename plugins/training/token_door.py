"""The door for programmes (令牌入口): a token is let in or refused, and refusals slow down."""

import contextlib
import sqlite3
from datetime import datetime

from training import api_tokens, attempts, exports, limits
from training.account_store import present, record, stamp
from training.database import transaction
from training.sessions import Visitor


class TokenRefused(Exception):
    """The token is no good; ``seconds`` to wait before the next one is looked at, 0 for none."""

    def __init__(self, seconds: int = 0) -> None:
        super().__init__("token refused")
        self.seconds = seconds


class Door:
    """One for a server: it remembers who was refused, as ``limiter`` counts.

    A token that never was counts against the address, and one address that tries many is not
    listened to at all for a while, with good tokens neither. A token that was good once counts
    against itself: a notebook left running after its term slows down nobody else.
    """

    def __init__(self, limiter: limits.Limiter) -> None:
        self.limiter, self.bounded = limiter, exports.Bounded()

    def admit(
        self,
        conn: sqlite3.Connection,
        token: str,
        address: str | None,
        now: datetime | None = None,
    ) -> Visitor:
        """Whom ``token`` stands for at ``now``, with what it opens; raises :class:`TokenRefused`."""
        by_address = attempts.of_address(address)
        waiting = self.limiter.waiting("token", None, by_address)
        if waiting:
            raise TokenRefused(waiting)
        found = api_tokens.look_up(conn, token, address, now)
        if found and found.grant:
            actor = {**found.account.actor, "_r": found.grant.restrictions()}
            return Visitor(actor, must_change_password=False, grant=found.grant)
        public_id = found.public_id if found else None
        seconds = self.limiter.wait("token", public_id, None if public_id else by_address)
        if not seconds and self.bounded.admits(public_id or by_address or "-"):
            self._note(conn, found, address, now)
        raise TokenRefused(seconds)

    def _note(
        self,
        conn: sqlite3.Connection,
        found: api_tokens.Found | None,
        address: str | None,
        now: datetime | None,
    ) -> None:
        username = found.account.username if found else None
        detail = {"token": found.public_id} if found else {}
        # Refused it is in any case; a busy file makes no fault of it.
        with contextlib.suppress(sqlite3.OperationalError), transaction(conn):
            record(
                conn, stamp(now or present()), username or "-", "token-refused", username,
                address=address, **detail,
            )  # fmt: skip
