"""How a query that somebody saved becomes an official one (固定查询), which metadata.yml keeps.

Whoever saves a query and shares it proposes it. Here it is looked at by what every canned query must
be: read-only and single, quick, explained in both languages, with labelled columns and parameters.
Into the file it comes by :mod:`training.promotion_file`.
"""

import re
import sqlite3
import textwrap
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from training import accounts, caps, texts
from training.database import connect
from training.scopes import audience_of, is_scope
from training.wording import t

NAME = re.compile(r"(report|find)_[a-z][a-z0-9_]{2,60}")
HAN = re.compile(f"[{texts.HAN}]")
#: What one line of a page can't show: line breaks, control characters, marks that turn text around.
UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")
#: A canned query of ours takes at most so many instructions of SQLite, about a tenth of a second.
MOST_STEPS = 5_000_000
_ACTIONS = {
    sqlite3.SQLITE_SELECT,
    sqlite3.SQLITE_READ,
    sqlite3.SQLITE_FUNCTION,
    sqlite3.SQLITE_RECURSIVE,
}
_PARAMETER = re.compile(r"(?<![:\w]):([A-Za-z_]\w*)")
_NO_CODE = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|/\*.*?\*/", re.S)


@dataclass(frozen=True)
class Saved:
    """A query as somebody saved it in the browser."""

    database: str
    name: str
    sql: str
    owner: str
    shared: bool


@dataclass(frozen=True)
class Official:
    """What metadata.yml is to say; ``title`` and ``description`` are pairs 中文 | English."""

    name: str
    title: str
    description: str
    sql: str

    @property
    def params(self) -> list[str]:
        """The named parameters, in the order they are first used."""
        return list(dict.fromkeys(_PARAMETER.findall(_NO_CODE.sub(" ", self.sql))))


def saved(conn: sqlite3.Connection) -> list[Saved]:
    """The queries that people saved, by database and name. ``conn`` is of Datasette's own file."""
    rows = conn.execute(
        "select database_name, name, sql, coalesce(owner_id, ''), not is_private from queries"
        " where source = 'user' and not is_write order by database_name, name"
    )
    return [
        Saved(database, name, sql, owner, bool(shared))
        for database, name, sql, owner, shared in rows
    ]


def file_of(record: Path, database: str) -> Path:
    """The file that a database of this name is asked of; it need not be there."""
    folder = record.parent / "scopes" if is_scope(database) else record.parent
    return folder / f"{database}.db"


def tidy(sql: str) -> str:
    """SQL as a block of metadata.yml can hold it: no tabs, carriage returns or blanks at line ends."""
    lines = sql.replace("\r\n", "\n").replace("\r", "\n").expandtabs(4).split("\n")
    return textwrap.dedent("\n".join(line.rstrip() for line in lines)).strip().rstrip(";").rstrip()


def faults(query: Official, database: str, file: Path, config: Mapping[str, Any]) -> list[str]:
    """What stands against it, each in one sentence for the reader; [] if it may be official.

    ``file`` is the database that it is to be asked of, ``config`` what metadata.yml says now.
    """
    found = []
    section = config["databases"].get(audience_of(database), {})
    if "queries" not in section:
        found.append(t(f"{database} 没有固定查询", f"metadata.yml has no queries for {database}"))
    if not NAME.fullmatch(query.name):
        found.append(
            t(
                "名称须以 report_ 或 find_ 开头，只用小写字母、数字和下划线",
                "the name must be report_… or find_…, in small letters, digits and underscores",
            )
        )
    if query.name in {name.casefold() for name in (section.get("queries") or {})}:
        found.append(
            t(
                f"已有固定查询 {query.name}，请换一个名称",
                f"there is an official query {query.name} already: choose another name",
            )
        )
    for zh_word, word, pair in (
        ("标题", "title", query.title), ("说明", "description", query.description),
    ):  # fmt: skip
        zh, bar, en = pair.partition(" | ")
        if not (bar and HAN.search(zh) and en.strip()) or HAN.search(en) or bar in en:
            found.append(
                t(
                    f"{zh_word}须有中文和英文两种：中文 | English",
                    f"the {word} must be a pair: 中文 | English",
                )
            )
        if UNSEEN.search(pair):
            found.append(
                t(
                    f"{zh_word}只能是一行，不含看不见的字符",
                    f"the {word} must be one line without invisible characters",
                )
            )
    known = config["plugins"]["lingjun"]["parameters"]
    found += [
        t(
            f"参数 :{name} 未在 metadata.yml 中说明（plugins.lingjun.parameters）",
            f"parameter :{name} is not described in metadata.yml (plugins.lingjun.parameters)",
        )
        for name in query.params
        if name not in known
    ]
    return [*found, *_faults_of_sql(query, file, labels(config))]


def labels(config: Mapping[str, Any]) -> set[str]:
    """The columns of a canned query's result that metadata.yml has a label for."""
    tables = config["databases"]["training"]["tables"].values()
    named = {name for table in tables for name in table["columns"]}
    return named | set(config["plugins"]["lingjun"]["columns"])


def reviewer_fault(store: sqlite3.Connection, reviewer: str, owner: str) -> str | None:
    """Why an account can't review what ``owner`` wrote; None if it can: maker is never checker."""
    account = accounts.find(store, reviewer)
    if account is None or account.role != "office" or account.disabled:
        return t(f"{reviewer} 不是办公室的账号", f"{reviewer} is no account of the office")
    if reviewer == owner:
        return t("写查询的人不能自己审核", "whoever wrote the query can't review it")
    return None


def _faults_of_sql(query: Official, file: Path, known: set[str]) -> list[str]:
    try:
        columns, _ = answer(query, file)
    except FileNotFoundError:
        return [
            t("数据库文件还没有生成，请先打开一次", "its database isn't there yet: open it once")
        ]
    except (sqlite3.Error, sqlite3.Warning) as error:
        return [
            t(
                f"SQL 须是一条很快的只读查询：{error}",
                f"the SQL is no single quick query that only reads: {error}",
            )
        ]
    names = ", ".join(sorted(set(columns) - known))
    said = t(
        f"metadata.yml 中没有这些列的名称：{names}",
        f"no label in metadata.yml for the columns {names}",
    )
    return [said] if names else []


def answer(
    query: Official, file: Path, values: Mapping[str, str] | None = None
) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Columns and rows of the query, asked of ``file`` with ``values`` for its parameters.

    It reads, once, within the bounds of every result and :data:`MOST_STEPS`; otherwise
    ``sqlite3.Error`` or ``sqlite3.Warning``. ``FileNotFoundError`` if there is no such file.
    """
    given = dict.fromkeys(query.params, "") | dict(values or {})
    with closing(connect(file, read_only=True)) as conn:
        caps.cap(conn)
        conn.set_authorizer(_reading)
        steps = 0

        def too_long() -> bool:
            nonlocal steps
            steps += 1
            return steps > MOST_STEPS // 1_000

        conn.set_progress_handler(too_long, 1_000)
        cursor = conn.execute(query.sql, given)
        columns = [column[0] for column in cursor.description or ()]
        return columns, [tuple(row) for row in cursor]


def _reading(action: int, table: str | None, *_: object) -> int:
    allowed = action in _ACTIONS and table not in caps.MACHINERY
    return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY
