"""What a token opens (令牌的范围): which databases, and which of four acts on them.

The two lists are closed, and a grant only ever narrows what its account may do at that moment: the
permissions of the account and those of the token must both say yes, at each request.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from training import exports

#: Who may have tokens. A token lies on somebody's computer for weeks and asks for neither password nor
#: code. Only the analysts' files hold nobody; those of all other roles name people, and are read here.
ROLES = frozenset({"analyst"})
#: What there is to choose from, in the order of the page.
DATABASES: dict[str, tuple[str, str]] = {
    "training": ("全国指标查询", "Nationwide quota queries"),
    "analysis": ("分析数据", "Analysis"),
    "staging": ("自由表", "Free tables"),
}
ACTS: dict[str, tuple[str, str]] = {
    "tables": ("读取数据表", "Read tables"),
    "queries": ("运行现成的查询", "Run canned queries"),
    # The core asks for both to run a query that a person has saved.
    "sql": (
        "运行自己写的 SQL；与上一项同选，可运行保存的查询",
        "Run SQL of one's own; with the one before, saved queries too",
    ),
    "export": ("翻页取全部，导出 CSV 和 Excel", "Page through all rows, CSV and Excel"),
}
#: The permission of Datasette's that an act is; an export is a form, see :func:`exports.form_of`.
_PERMISSIONS = {"tables": "view-table", "queries": "view-query", "sql": "execute-sql"}
#: JSON, CSV and workbooks of a database, of a table, query or row of it, and of SQL on it.
_DATA = re.compile(r"/(?P<database>[^/.]+)(/-/query|/(?!-/)[^/]+(/(?!-/)[^/]+)?)?\.(json|csv|xlsx)")
#: A token wherever it stands; the part behind the prefix has 43 characters.
SHAPE = re.compile(r"ljt_[\w-]{16,}", re.ASCII)


@dataclass(frozen=True)
class Grant:
    """What the token ``public_id`` opens."""

    public_id: str
    databases: frozenset[str]
    acts: frozenset[str]

    def opens(self, method: str, path: str, query: bytes) -> bool:
        """Whether a request is of a kind that the token may make at all.

        What exists, and what the account may see of it, is for the permissions to say.
        """
        match = _DATA.fullmatch(path)
        if method not in ("GET", "HEAD") or not match or match["database"] not in self.databases:
            return False
        return "export" in self.acts or exports.form_of(path, query) is None

    def restrictions(self) -> dict[str, Any]:
        """The same for Datasette, which cuts every permission of an actor by its ``_r``.

        Queries are let through here and cut by database in plugins/access.py: the core intersects
        rows, and one for a whole database meets none of those for single queries.
        """
        allowed = ["view-database", *(_PERMISSIONS[act] for act in self.acts - {"export"})]
        everywhere = [one for one in allowed if one == "view-query"]
        there = [one for one in allowed if one != "view-query"]
        return {
            "a": ["view-instance", *everywhere],
            "d": {database: sorted(there) for database in sorted(self.databases)},
        }


def stands_in_address(path: str, query: str) -> bool:
    """Whether somebody has put a token where histories, proxies and logs keep it."""
    return any(
        SHAPE.search(text) or re.search(r"(^|[&;?])_token=", text)
        for text in (path, query, unquote(path), unquote(query))
    )


def without_tokens(text: str) -> str:
    """``text`` for a log: what has the shape of a token is starred."""
    return SHAPE.sub("ljt_***", text)


def chosen(options: Iterable[str], wanted: Iterable[str]) -> list[str]:
    """Those of ``wanted`` that are ``options``, in their order."""
    found = set(wanted)
    return [one for one in options if one in found]
