"""The data dictionary (数据字典) of the analysis file: each column, what it means and where it is from.

The words are in metadata.yml, ``plugins.lingjun.dictionary``, by the name of the column, or of
table and column where a name means something else there; tables, types and the values of closed
lists are read from the file itself.
"""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from training.wording import label, speaking, t

#: What gives a column of a table its label in the current language.
Labelled = Callable[[str, str], str]

#: A closed list of at most so many values is told in full; a longer one is a table to look at.
TOLD = 10


@dataclass(frozen=True)
class Entry:
    """One column of one table or view."""

    table: str
    column: str
    label_zh: str
    label_en: str
    type: str
    meaning: str
    unit: str
    source: str
    values: tuple[tuple[str, str], ...] = ()  # code and name, in the reader's language
    list_table: str = ""  # where a column's codes stand


def entries(
    conn: sqlite3.Connection, about: Mapping[str, Mapping[str, str]], labels: Labelled
) -> Iterator[Entry]:
    """An entry for each column of the file that ``conn`` reads, in the order of the file."""
    tables = [
        row[0]
        for row in conn.execute(
            "select name from sqlite_master where type in ('table', 'view')"
            " and name not like 'sqlite_%' order by type, rootpage"
        )
    ]
    lists = {
        row[3]: row[2]
        for table in tables
        for row in conn.execute("select * from pragma_foreign_key_list(?)", (table,))
    }
    for table in tables:
        for row in conn.execute("select name, type from pragma_table_info(?)", (table,)):
            column = row[0]
            words = about.get(f"{table}.{column}") or about.get(column, {})
            zh, en = (_label_in(language, labels, table, column) for language in ("zh", "en"))
            # A count may have the name of a code: only texts are looked up.
            place = lists.get(column, "") if row[1].upper() == "TEXT" else ""
            yield Entry(
                table,
                column,
                zh,
                en,
                row[1].lower(),
                label(words.get("meaning")),
                label(words.get("unit")),
                label(words.get("source")),
                _values(conn, place) if place else (),
                place,
            )


def _label_in(language: str, labels: Labelled, table: str, column: str) -> str:
    with speaking(language):
        return labels(table, column)


def _values(conn: sqlite3.Connection, table: str) -> tuple[tuple[str, str], ...]:
    key = conn.execute("select name from pragma_table_info(?) where pk = 1", (table,)).fetchone()[0]
    rows = conn.execute(f'select "{key}", name_zh, name_en from "{table}"').fetchmany(TOLD + 1)
    return tuple((row[0], t(row[1], row[2])) for row in rows) if len(rows) <= TOLD else ()


def header() -> list[str]:
    """The columns of the dictionary as a file."""
    return [
        t("表", "table"), t("列", "column"), t("中文名称", "Chinese label"),
        t("英文名称", "English label"), t("含义", "meaning"), t("单位", "unit"),
        t("来源", "source"), t("类型", "type"), t("取值", "values"),
    ]  # fmt: skip


def row(entry: Entry) -> list[str]:
    """An entry as a row of the file."""
    values = t("；", "; ").join(f"{code} {name}" for code, name in entry.values)
    return [
        entry.table, entry.column, entry.label_zh, entry.label_en, entry.meaning,
        entry.unit, entry.source, entry.type, values,
    ]  # fmt: skip
