"""Parameters (查询参数) of queries as a reader fills them in: a closed list to choose from, or words.

What each is called and where its list stands is in metadata.yml, ``plugins.lingjun.parameters``;
here it is put into the language of the reader, beside the value that he has chosen already.
"""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from training.wording import label, t

#: More than a reader picks from a list.
MOST = 2_000


@dataclass(frozen=True)
class Field:
    """A parameter on the page: ``choices`` are pairs of value and name, none where one types."""

    title: str
    help: str = ""
    choices: tuple[tuple[str, str], ...] = ()


def options(conn: sqlite3.Connection, about: Mapping[str, Any], planned: bool) -> list[Any]:
    """The rows (value, name_zh, name_en) of a parameter's list; [] if this file has no such list."""
    try:
        rows = conn.execute(about["options"], {"planned": planned}).fetchmany(MOST + 1)
    except sqlite3.OperationalError:
        return []
    return rows if len(rows) <= MOST else []


def field(about: Mapping[str, Any], rows: list[Any], value: str) -> Field:
    """The field of a parameter; a ``value`` that is not in the list is one more choice, as it is."""
    title = label(about["title"])
    if not rows:
        return Field(title, label(about.get("help")))
    choices = [("", label(about["blank"]))]
    choices += [(str(key), t(zh, en)) for key, zh, en in rows]
    if value not in {key for key, _ in choices}:
        choices.append((value, t(f"{value}（不在列表中）", f"{value} (not in the list)")))
    return Field(title, choices=tuple(choices))
