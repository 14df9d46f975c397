"""Figures computed beforehand (预先算好的数字): the dashboards, kept in ``figures.db`` beside the record.

A request compares one mark and reads one row, however many people there are. When the record has
changed the dashboard is computed anew in a thread; until that is done the page shows the last one
with its time. The file may be deleted at any time.
"""

import contextvars
import json
import logging
import sqlite3
import threading
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from training import account_store, dashboard, projections, scopes
from training.dashboard import Part
from training.database import connect, now, transaction
from training.queries import Query
from training.wording import current_language

#: So long a page waits for a new dashboard: with an older one to show, and with none.
PATIENCE, FIRST_PATIENCE = 0.3, 2.0
_TABLE = """
create table if not exists boards (
    place text not null,    -- the role, or the scope file, that it is made for
    language text not null,
    mark text not null,     -- the state of the record that it shows
    as_of text not null,
    parts text not null check (json_valid(parts)),
    primary key (place, language)
) strict"""
# Every act is in the audit log, and every change of a person is an entry of the scope `analysis`.
_RECORD = """
select (select max(id) from audit_log), (select max(id) from roster_batches),
    (select max(seq) from scope_log where scope = 'analysis'),
    (select max(seq) from scope_log where scope = 'shared')"""
#: The mark of a dashboard whose figures are there and whose charts are still being drawn.
_UNDRAWN = "undrawn"
_Key = tuple[Path, str, str]
_threads: dict[_Key, threading.Thread] = {}
_shown: dict[_Key, tuple[str, "Board"]] = {}
_starting, _making = threading.Lock(), threading.Lock()


@dataclass(frozen=True)
class Board:
    """A dashboard as it is shown. ``is_current`` is False while a newer one is being computed."""

    as_of: str
    parts: list[Part]
    is_current: bool
    #: What the page made of it, kept by the page: it is the same for everybody who reads it.
    rendered: list[str] = field(default_factory=list, compare=False)


@dataclass(frozen=True)
class Source:
    """Where the dashboard of somebody comes from; ``place`` is its key in the store."""

    record: Path
    role: str
    place: str
    database: str
    file: Path
    catalogue: Callable[[], Mapping[str, Query]]

    @property
    def key(self) -> _Key:
        """What tells one dashboard from another, in the language of the reader."""
        return self.record, self.place, current_language()


def source_of(
    record: str | Path, actor: Mapping[str, Any] | None,
    catalogue: Callable[[str], Mapping[str, Query]],
) -> Source | None:  # fmt: skip
    """The source for an actor; None for whom there is none. ``catalogue`` gives a file's queries."""
    record, role = Path(record), str((actor or {}).get("role") or "")
    own = scopes.of(actor) if role in ("institution", "province") else None
    if own:
        own_queries = partial(catalogue, own.audience)
        return Source(record, role, own.name, own.name, own.path(record), own_queries)
    if role == "auditor" or (role in dashboard.BOARDS and role not in ("institution", "province")):
        return Source(record, role, role, "training", record, partial(catalogue, "training"))
    return None


def ready(source: Source) -> Board | None:
    """The present dashboard if it has been shown before: two look-ups on open connections."""
    found = _shown.get(source.key)
    if found is None or found[0] != _mark(source, scopes.reader(source.file)):
        return None
    return found[1]


def board(source: Source) -> Board | None:
    """The dashboard in the current language: the present one, else the last; None without any."""
    with closing(connect(source.file, read_only=True)) as conn:
        wanted = _mark(source, conn)
    held = _read(source)
    if held is None or held[0] != wanted:
        work = _start(source)
        work.join(PATIENCE if held else FIRST_PATIENCE)
        held = _read(source)
    if held is None:
        return None
    found, as_of, parts = held
    made = Board(as_of, [Part(**part) for part in json.loads(parts)], found == wanted)
    if made.is_current:
        _shown[source.key] = found, made
    return made


def _mark(source: Source, conn: sqlite3.Connection) -> str:
    """The state of what the figures come from, and the day: deadlines come nearer by themselves."""
    day = now()[:10]
    if source.database != "training":
        return f"{day} {projections.held(conn)}"
    seen = tuple(conn.execute(_RECORD).fetchone())
    if source.role == "auditor":
        with closing(account_store.open(account_store.beside(source.record))) as accounts:
            seen += tuple(accounts.execute("select max(id) from account_events").fetchone())
    return f"{day} {seen}"


def compute(source: Source) -> None:
    """Compute the dashboard in the current language and keep it: its figures, then its charts."""
    as_of = dashboard.as_of()
    with closing(connect(source.file, read_only=True)) as conn:
        conn.execute("begin")  # all figures are of the same moment, that of the mark
        made = _mark(source, conn)
        parts = _parts(source, conn)
    _keep(source, _UNDRAWN, as_of, parts)
    _keep(source, made, as_of, dashboard.drawn(parts))


def _try(source: Source) -> None:
    try:
        compute(source)
    except Exception:  # in a thread nobody would hear of it; the page goes on with what it has
        logging.getLogger(__name__).exception("no figures for %s", source.place)


def _parts(source: Source, conn: sqlite3.Connection) -> list[Part]:
    if source.role != "auditor":
        return dashboard.parts(conn, source.role, source.database, source.catalogue())
    with closing(account_store.open(account_store.beside(source.record))) as accounts:
        return dashboard.of_auditor(conn, accounts)


def _keep(source: Source, made: str, as_of: str, parts: list[Part]) -> None:
    text = json.dumps([asdict(part) for part in parts], ensure_ascii=False)
    row = (source.place, current_language(), made, as_of, text)
    with closing(_store(source.record)) as store, transaction(store):
        store.execute("insert or replace into boards values (?, ?, ?, ?, ?)", row)


def _start(source: Source) -> threading.Thread:
    """The thread that computes this dashboard: the one at work, or a new one."""
    key = source.key
    with _starting:
        work = _threads.get(key)
        if work is None or not work.is_alive():
            run = contextvars.copy_context().run  # takes the reader's language along
            work = threading.Thread(target=run, args=(_try, source), daemon=True)
            _threads[key] = work
            work.start()
        return work


def _read(source: Source) -> tuple[str, str, str] | None:
    with closing(_store(source.record)) as store:
        row = store.execute(
            "select mark, as_of, parts from boards where place = ? and language = ?",
            (source.place, current_language()),
        ).fetchone()
    return tuple(row) if row else None


def _store(record: Path) -> sqlite3.Connection:
    path = record.parent / "figures.db"
    with _making:
        if not path.exists():
            path.touch(mode=0o600)
            with closing(connect(path)) as conn:
                conn.execute("pragma journal_mode = wal")
                conn.execute(_TABLE)
    return connect(path)
