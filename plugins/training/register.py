"""The public register of certificates: made from the record, asked by whoever holds a certificate.

Everything but :func:`publish` reads ``certificates.db`` alone. Whoever asks must bring the number
and the name; an answer never tells which of the two was wrong.
"""

import hmac
import logging
import sqlite3
import threading
import time
from collections import OrderedDict
from pathlib import Path

from training import attempts, certificate_keys, certificate_numbers, projections

AUDIENCE = "register"
#: So many questions from one address in so many seconds.
LIMIT, SECONDS = 20, 600
_ADDRESSES = 10_000
_NOBODY = "0" * 32


def publish(record: str | Path, target: str | Path) -> bool:
    """Bring the register at ``target`` up to date with the record; return whether it changed."""
    return projections.refresh_if_stale(record, AUDIENCE, target)


def publish_if_possible(record: str | Path, target: str | Path) -> bool:
    """As :func:`publish`, while the file is served: a full disk stops writing, not reading."""
    try:
        return publish(record, target)
    except sqlite3.OperationalError as error:
        logging.getLogger(__name__).warning("register not refreshed: %s", error)
        return False


def look_up(conn: sqlite3.Connection, key: bytes, number: str, name: str) -> sqlite3.Row | None:
    """The certificate with this number, if it is this person's; the same work either way."""
    number = certificate_numbers.canonical(number)
    found: sqlite3.Row | None = conn.execute(
        "select * from certificates where number = ?", (number,)
    ).fetchone()
    given = certificate_keys.holder_key(key, number, name)
    held = (found["holder_key"] if found else None) or _NOBODY
    return found if hmac.compare_digest(given, held) else None


def public_keys(conn: sqlite3.Connection) -> list[str]:
    """The public keys that certificates are signed with, newest first."""
    return [row[0] for row in conn.execute("select public_key from keys order by since desc")]


class Rate:
    """Counts questions per address, in memory: a restart forgives everybody."""

    def __init__(self) -> None:
        self._asked: OrderedDict[str, list[float]] = OrderedDict()
        self._lock = threading.Lock()

    def allows(self, address: str | None) -> bool:
        """Count one question from ``address``; False if it has asked too often."""
        subject, present = attempts.of_address(address) or "", time.monotonic()
        with self._lock:
            recent = [at for at in self._asked.pop(subject, ()) if present - at < SECONDS]
            allowed = len(recent) < LIMIT
            self._asked[subject] = [*recent, present] if allowed else recent
            if len(self._asked) > _ADDRESSES:
                self._asked.popitem(last=False)
        return allowed


RATE = Rate()
