"""Free tables (自由表): a file of somebody's own becomes a table of the staging database.

Nothing here is a roster and nothing reaches the record. A file is read by the same encoding rules
as a roster and written out again as clean UTF-8, every cell a text, before datasette-upload-csvs
sees it: that plugin guesses encodings and types, and takes any name for a table.
"""

import csv
import json
import re
import sqlite3
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from training import reading
from training.database import now
from training.problems import Problem

MAX_COLUMNS = 200
MAX_NAME = 60

SCHEMA = """
create table if not exists landed_tables (
    table_name text primary key collate nocase,
    file_name text not null,
    encoding text,
    rows integer not null,
    renamed_columns text not null default '{}' check (json_valid(renamed_columns)),
    landed_by text not null,
    landed_at text not null,
    task text unique                        -- of _csv_progress_, once the rows are on their way
) strict
"""

#: Names with a meaning of their own in SQLite or in Datasette.
_TAKEN = frozenset({"rowid", "oid", "landed_tables"})


class NotLanded(ValueError):
    """The file can't become a table; ``zh`` and ``en`` say why, ``status`` is the HTTP answer."""

    def __init__(self, zh: str, en: str, status: int = 400) -> None:
        super().__init__(en)
        self.zh, self.en, self.status = zh, en, status


def too_large() -> NotLanded:
    """The refusal of a file beyond the limit."""
    most = reading.MAX_BYTES >> 20
    return NotLanded(f"文件超过 {most} MiB。", f"The file is larger than {most} MiB.", 413)


@dataclass
class Landing:
    """A file made ready: what it was, what its columns are called now, and how many rows it has."""

    file_name: str
    path: Path
    encoding: str | None = None
    rows: int = 0
    renamed: dict[str, str] = field(default_factory=dict)


class TextOnly:
    """In place of the type guesser of the plugin: 18 digits are a text, and so is 012."""

    def __init__(self) -> None:
        self.types: dict[str, str] = {}

    def wrap(self, rows: Iterable[Any]) -> Iterable[Any]:
        """The rows as they are."""
        return rows


def clean_name(text: str, otherwise: str) -> str:
    """``text`` as a name of a table or column: letters, digits and ``_``, at most 60 of them.

    A name from a file is a hostile text. What is left of it can't end a quotation or pass for one
    of SQLite's or Datasette's own. ``otherwise`` stands in when nothing is left.
    """
    kept = re.sub(r"[^\w]+", "_", unicodedata.normalize("NFKC", text)).strip("_")[:MAX_NAME]
    name = kept.strip("_") or otherwise
    if name.casefold() in _TAKEN or name.casefold().startswith("sqlite_"):
        return f"t_{name}"
    return name


def unique(name: str, taken: Collection[str]) -> str:
    """``name``, or ``name_2``, ``name_3`` …, whichever is not taken yet in any spelling."""
    found, number = name, 1
    taken = {one.casefold() for one in taken}
    while found.casefold() in taken:
        number += 1
        found = f"{name}_{number}"
    return found


def column_names(header: Sequence[str]) -> list[str]:
    """A clean and different name for each cell of the header row."""
    names: list[str] = []
    for position, text in enumerate(header, start=1):
        names.append(unique(clean_name(text, f"列{position}"), names))
    return names


def prepare(source: Path, file_name: str, target: Path, encoding: str | None = None) -> Landing:
    """Write the table in ``source`` to ``target`` as UTF-8 CSV with clean column names.

    The first row that is not blank is the header. Raises :class:`NotLanded`.
    """
    landing = Landing(file_name, target)
    try:
        opened = reading.open_source(
            source, name=file_name, encoding=encoding or None, header_vote=lambda _: 0
        )
        landing.encoding = opened.encoding
        with target.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            for cells in _rectangular(reading.rows(opened), landing):
                writer.writerow(cells)
    except reading.Unreadable as error:
        raise NotLanded(error.problem.message("zh"), error.problem.message("en")) from error
    except reading.UnknownEncoding as error:
        raise NotLanded("没有这种编码。", "There is no such encoding.") from error
    return landing


def _rectangular(rows: Iterable[reading.Row], landing: Landing) -> Iterator[list[str]]:
    """The header with clean names, then each row as long as it; counts and renames are noted."""
    width = 0
    for number, cells, problems in rows:
        _refuse_faults(number, problems)
        cells = _without_blank_end(cells, width)
        if not width:
            names = column_names(cells)
            width = _checked_width(names)
            pairs = zip(cells, names, strict=True)
            landing.renamed = {old: new for old, new in pairs if old != new}
            yield names
            continue
        if len(cells) > width:
            raise NotLanded(
                f"第 {number} 行有 {len(cells)} 个单元格，多于表头的 {width} 个，请改正。",
                f"Row {number} has {len(cells)} cells, more than the header's {width}.",
            )
        landing.rows += 1
        yield [*cells, *[""] * (width - len(cells))]
    if not landing.rows:
        raise NotLanded("除表头外没有数据。", "There is no row below the header.")


def _without_blank_end(cells: list[str], width: int) -> list[str]:
    """Spreadsheets write blank cells to the right of a table; they belong to no column."""
    end = len(cells)
    while end > width and not cells[end - 1].strip():
        end -= 1
    return cells[:end]


def _refuse_faults(row: int, problems: Sequence[Problem]) -> None:
    for problem in problems:
        if problem.severity == "error":
            zh, en = problem.message("zh"), problem.message("en")
            raise NotLanded(f"第 {row} 行：{zh}", f"Row {row}: {en}")


def _checked_width(names: Sequence[str]) -> int:
    if not 0 < len(names) <= MAX_COLUMNS:
        raise NotLanded(
            f"表头有 {len(names)} 列；最多 {MAX_COLUMNS} 列。",
            f"The header has {len(names)} columns; {MAX_COLUMNS} is the limit.",
        )
    return len(names)


def reserve(conn: sqlite3.Connection, landing: Landing, wanted: str, by: str) -> str:
    """Take a table name that nobody has, inside the caller's transaction, and return it.

    Two uploads of one name at the same moment get two names: the plugin would mix their rows.
    """
    conn.execute(SCHEMA)
    taken = [row[0] for row in conn.execute("select name from sqlite_master")]
    taken += [row[0] for row in conn.execute("select table_name from landed_tables")]
    name = unique(clean_name(wanted or Path(landing.file_name).stem, "表"), taken)
    values = {
        "table_name": name,
        "file_name": landing.file_name,
        "encoding": landing.encoding,
        "rows": landing.rows,
        "renamed_columns": json.dumps(landing.renamed, ensure_ascii=False),
        "landed_by": by,
        "landed_at": now(),
    }
    places = ", ".join(f":{column}" for column in values)
    conn.execute(f"insert into landed_tables ({', '.join(values)}) values ({places})", values)
    return name


def under_way(conn: sqlite3.Connection, table: str, task: str) -> None:
    """Note the task of datasette-upload-csvs that writes the rows of ``table``."""
    conn.execute("update landed_tables set task = ? where table_name = ?", (task, table))


def recent(conn: sqlite3.Connection, task: str | None = None) -> list[dict[str, Any]]:
    """The last twenty tables, or the one of ``task``; ``state`` is done, failed or writing."""
    names = {row[0] for row in conn.execute("select name from sqlite_master")}
    if not {"landed_tables", "_csv_progress_"} <= names:
        return []
    rows = conn.execute(
        "select l.*, p.rows_done, case when p.error is not null then 'failed'"
        " when p.completed is not null then 'done' else 'writing' end as state"
        " from landed_tables as l join _csv_progress_ as p on p.id = l.task"
        " where ? in (l.task, '') order by l.landed_at desc, l.table_name limit 20",
        (task or "",),
    )
    return [{**dict(row), "renamed": json.loads(row["renamed_columns"])} for row in rows]
