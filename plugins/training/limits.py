"""How often one account, or one address, may ask for what is costly (限流).

Each class of cost has a bucket of tokens per account and one per address. A request takes one of
each; they come back with time. The numbers are far above what a clerk does by hand: they stop a
script, not a person. ``LINGJUN_LIMITS`` changes them: ``sql=60/30,export=off``, or ``off``.
"""

import math
import os
import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import parse_qsl

from training import gate


@dataclass(frozen=True)
class Rate:
    """``burst`` requests at once, then ``per_minute``."""

    burst: int
    per_minute: int


RATES = {
    "sign-in": Rate(30, 30),  # a training room of thirty behind one address
    "sql": Rate(120, 60),
    "export": Rate(40, 20),
    "upload": Rate(30, 12),
    "token": Rate(4, 2),  # refused ones; of one address 20 at once, then 10 a minute
}
#: An address is shared by an office; it may do as much as this many accounts.
PER_ADDRESS = 5
#: More buckets than this and the full ones are thrown away: they say nothing.
MOST = 10_000

_EXPORT = re.compile(r"\.(csv|xlsx|Notebook|ipynb|db)$|^/-/assessment/evidence/")
_UPLOAD = re.compile(
    r"/-/upload-csvs|/-/roster/upload|/-/little-giants|/-/assessment/(?:upload|evidence)"
)
#: Canned queries by their prefixes (metadata.yml); in staging a query and a table look alike.
_QUERY = re.compile(
    r"/-/checks|/[^/]+/(quota|check|report|find|my)_\w+(\.\w+)?|/staging/[^/]+|/[^/]+/-/query(\.\w+)?"
)


def cost(method: str, path: str, query: str) -> str | None:
    """The class in :data:`RATES` that a request belongs to, None for what costs little.

    The public site is not counted: it is small, and whoever likes may mirror it.
    """
    if method == "POST" and path in gate.SIGN_IN_PAGES:
        return "sign-in"
    if method == "POST" and _UPLOAD.fullmatch(path):
        return "upload"
    if gate.is_site(path):
        return None
    named = {name for name, _ in parse_qsl(query, keep_blank_values=True)}
    if _EXPORT.search(path) or "_stream" in named or "_notebook" in named:
        return "export"
    return "sql" if "sql" in named or _QUERY.fullmatch(path) else None


class Limiter:
    """The buckets of one server; ``clock`` gives seconds that never go back."""

    def __init__(
        self, rates: dict[str, Rate] | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.rates = configured(os.environ.get("LINGJUN_LIMITS", "")) if rates is None else rates
        self.clock = clock
        self._left: dict[tuple[str, str], tuple[float, float]] = {}

    def wait(self, kind: str | None, account: str | None, address: str | None) -> int:
        """Take a token of each bucket: 0 to go on, or the whole seconds to wait (none is taken)."""
        return self._wait(kind, account, address, take=True)

    def waiting(self, kind: str, account: str | None, address: str | None) -> int:
        """The seconds that :meth:`wait` would say, without taking anything."""
        return self._wait(kind, account, address, take=False)

    def _wait(self, kind: str | None, account: str | None, address: str | None, take: bool) -> int:
        rate = self.rates.get(kind or "")
        if not rate:
            return 0
        now, asked = self.clock(), []
        for who, times in ((account and f"account {account}", 1), (address, PER_ADDRESS)):
            if who:
                asked.append(((str(kind), who), rate.burst * times, rate.per_minute * times / 60))
        tokens = [self._tokens(key, burst, pace, now) for key, burst, pace in asked]
        missing = [
            (1 - left) / pace for left, (_, _, pace) in zip(tokens, asked, strict=True) if left < 1
        ]
        if missing:
            return math.ceil(max(missing) - 1e-9)
        for (key, _, _), left in zip(asked, tokens, strict=True):
            if take:
                self._left[key] = (left - 1, now)
        self._forget(now)
        return 0

    def _tokens(self, key: tuple[str, str], burst: int, pace: float, now: float) -> float:
        left, since = self._left.get(key, (float(burst), now))
        return min(float(burst), left + (now - since) * pace)

    def _forget(self, now: float) -> None:
        """Drop who has not asked for so long that his bucket is full again."""
        if len(self._left) <= MOST:
            return
        longest = max(rate.burst * 60 / rate.per_minute for rate in self.rates.values())
        self._left = {key: one for key, one in self._left.items() if now - one[1] < longest}


def configured(text: str) -> dict[str, Rate]:
    """The rates under the setting ``text``; what it does not name stays as it is.

    Raises ``ValueError`` for what is no setting: a limit that is not understood is none.
    """
    rates = dict(RATES)
    for part in _parts(text):
        if part == "off":
            return {}
        match = re.fullmatch(r"([a-z-]+)=(off|(\d{1,6})/(\d{1,6}))", part)
        if not match or match[1] not in RATES or (match[3] and not int(match[3]) * int(match[4])):
            raise ValueError(f"LINGJUN_LIMITS: {part!r} is not like sql=120/60, sql=off or off")
        if match[2] == "off":
            rates.pop(match[1], None)
        else:
            rates[match[1]] = Rate(int(match[3]), int(match[4]))
    return rates


def _parts(text: str) -> Iterable[str]:
    return filter(None, (part.strip() for part in text.split(",")))
