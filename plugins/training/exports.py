"""What counts as taking data out (导出), and what the log says of it.

An export is named in the audit log before its first byte is sent: who, what, in which form. The
query string is never kept: search terms are names of people.
"""

import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from contextvars import ContextVar
from pathlib import Path

from training import audit
from training.database import connect, transaction

#: Forms in which more leaves than a page shows.
_FORMS = re.compile(r"\.(csv|xlsx|json|Notebook|db|blob)$")
_MORE = re.compile(rb"(^|&)_(size|shape|nl|next|stream)=")
_DIGITS = re.compile(r"\d{11,}")
#: Refusals that are written down for one account in an hour; a crawler must not fill the disk.
MOST_REFUSALS = 60
_HOUR = 3600.0
_noted: ContextVar[bool] = ContextVar("noted", default=False)


def form_of(path: str, query: bytes = b"") -> str | None:
    """The form in which an address gives data, None for a page.

    The pages' own scripts ask for JSON all the time: it counts where more is asked for at once than
    a page shows, or in a shape for programmes.
    """
    match = None if _noted.get() else _FORMS.search(path)
    if not match or (match[1] == "json" and not _MORE.search(query)):
        return None
    return match[1].lower()


@contextmanager
def noted_already() -> Iterator[None]:
    """Inside, the pages that an export is put together from are no exports of their own."""
    token = _noted.set(True)
    try:
        yield
    finally:
        _noted.reset(token)


def named(path: str) -> tuple[str, str]:
    """Subject and key of an address for the log: the database or page, and the rest of it.

    What may be somebody's number or name does not stay: long digits are starred, and a rest that is
    not plain ASCII is left out.
    """
    first, _, rest = path.strip("/").partition("/")
    if first == "-":
        first, rest = f"-/{rest.partition('/')[0]}", rest.partition("/")[2]
    if not (first.isascii() and rest.isascii()):
        return "?", ""
    return first[:60] or "/", _DIGITS.sub("***", rest)[:120]


def note_export(
    record: str | Path, actor: str, path: str, form: str, token: str | None = None
) -> None:
    """Write down that ``actor`` takes out what stands at ``path``, with a token by its public id."""
    _note(record, actor, "export", path, form=form, **_with(token))


def note_refusal(
    record: str | Path, actor: str, path: str, status: int, token: str | None = None
) -> None:
    """Write down that ``actor`` was refused."""
    _note(record, actor, "refused", path, status=status, **_with(token))


def _with(token: str | None) -> dict[str, object]:
    return {"token": token} if token else {}


def _note(record: str | Path, actor: str, action: str, path: str, **detail: object) -> None:
    subject, key = named(path)
    with closing(connect(record)) as conn, transaction(conn):
        audit.record(conn, actor, "web", action, subject, key or None, **detail)


class Bounded:
    """Lets through so many events of one account in an hour; ``clock`` counts seconds."""

    def __init__(self, most: int = MOST_REFUSALS, clock: Callable[[], float] = time.monotonic):
        self._most, self._clock = most, clock
        self._seen: dict[str, list[float]] = {}
        self._lock = threading.Lock()

    def admits(self, account: str) -> bool:
        """Whether one more event of this account is to be written down."""
        now = self._clock()
        with self._lock:
            recent = [at for at in self._seen.get(account, ()) if now - at < _HOUR]
            admitted = len(recent) < self._most
            self._seen[account] = [*recent, now] if admitted else recent
        return admitted
