"""Scope files (范围文件): which file somebody has, where it lies, and that it is as fresh as the record.

An institution, an authority and the analysts read a database of their own, ``db/scopes/<name>.db``
beside the record, with what they may see and nothing else. It is looked at before each of their
requests and made anew, in place, when the log of scopes has an entry that it has not seen.
"""

import os
import re
import sqlite3
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from training import projections
from training.database import connect

ANALYSIS = "analysis"
#: Addresses outside of a scope that list what is in it.
_LISTS = re.compile(r"/|/-/(jump|queries|schema|dictionary)\b.*")
_threads = threading.local()
_refreshing: dict[Path, threading.Lock] = {}


@dataclass(frozen=True, slots=True)
class Scope:
    """One scope file: ``audience`` names its SQL, ``key`` is the slug or code it is made for."""

    audience: str
    key: str | None = None

    @property
    def name(self) -> str:
        """Its name as a database: ``institution-pku``, ``province-330000``, ``analysis``."""
        return "-".join(part for part in (self.audience, self.key) if part)

    @property
    def params(self) -> dict[str, str]:
        """The parameters of its SQL."""
        return {self.audience: self.key} if self.key else {}

    def path(self, record: str | Path) -> Path:
        """Where the file lies, beside the record."""
        return Path(record).parent / "scopes" / f"{self.name}.db"

    def concerns(self, path: str) -> bool:
        """Whether an address shows something of this file."""
        return bool(_LISTS.fullmatch(path)) or path.split("/")[1].split(".")[0] == self.name


def of(actor: Mapping[str, Any] | None) -> Scope | None:
    """The file of an actor; None for the roles that have none, and without a place to belong to."""
    actor = actor or {}
    role = actor.get("role")
    if role == "analyst":
        return Scope(ANALYSIS)
    if role in ("institution", "province") and actor.get(role):
        return Scope(role, str(actor[role]))
    return None


def made(record: str | Path) -> list[Scope]:
    """The scopes whose files have been made beside the record."""
    found = []
    for path in sorted((Path(record).parent / "scopes").glob("*.db")):
        audience, _, key = path.stem.partition("-")
        found.append(Scope(audience, key or None))
    return found


def audience_of(database: str) -> str:
    """What metadata.yml calls a database: all institutions' files share one entry."""
    audience, dash, key = database.partition("-")
    return audience if dash and key and audience in ("institution", "province") else database


def is_scope(database: str) -> bool:
    """Whether a database is somebody's scope file."""
    return database == ANALYSIS or audience_of(database) != database


def is_fresh(record: str | Path, scope: Scope) -> bool:
    """Whether the file has seen the last change that concerns it. Two look-ups, no lock."""
    target = scope.path(record)
    if not target.exists():
        return False
    wanted = projections.wanted(reader(record), scope.audience, **scope.params)
    return projections.held(reader(target)) == wanted


def refresh(record: str | Path, scope: Scope) -> bool:
    """Make the file, or make it anew if it is not fresh; return whether it was.

    Threads of one process take turns, so that many requests at once do the work once.
    """
    target = scope.path(record)
    _make_folder(target.parent)
    with _refreshing.setdefault(target, threading.Lock()):
        return projections.refresh_if_stale(record, scope.audience, target, **scope.params)


class ByAudience(dict[str, Any]):
    """The ``databases`` of the configuration, where every scope file finds its audience's entry."""

    def get(self, name: str, default: Any = None) -> Any:
        """As a dict's, with ``institution-pku`` read as ``institution``."""
        return super().get(audience_of(name), default)


def _make_folder(folder: Path) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    os.chmod(folder, 0o700)


def reader(path: str | Path) -> sqlite3.Connection:
    """The calling thread's own open connection for looking."""
    opened: dict[str, sqlite3.Connection] = _threads.__dict__.setdefault("opened", {})
    key = str(path)
    if key not in opened:
        opened[key] = connect(key, read_only=True)
    return opened[key]
