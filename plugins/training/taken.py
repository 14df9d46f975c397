"""A free table taken as a roster (作为名单导入): its rows go the way of every file.

Nothing is copied from table to table. The table is written out as the CSV file it once was, with the
headers its sender wrote, and that file is uploaded, checked and confirmed like any other.
"""

import csv
import io
import json
import sqlite3


class NotLandedTable(LookupError):
    """There is no landed table of that name."""


def as_csv(conn: sqlite3.Connection, table: str) -> bytes:
    """The landed ``table`` of the staging database as UTF-8 CSV, rows in the order they came.

    Raises :class:`NotLandedTable` for anything that is not in ``landed_tables``: a name from a URL
    never reaches SQL before it has been found there.
    """
    if table not in table_names(conn):
        raise NotLandedTable(table)
    found = conn.execute(
        "select table_name, renamed_columns from landed_tables where table_name = ?", (table,)
    ).fetchone()
    written = {new: old for old, new in json.loads(found[1]).items()}
    name = found[0].replace('"', '""')
    rows = conn.execute(f'select * from "{name}" order by rowid')
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([written.get(column[0], column[0]) for column in rows.description])
    writer.writerows(["" if cell is None else cell for cell in row] for row in rows)
    return out.getvalue().encode()


def table_names(conn: sqlite3.Connection) -> list[str]:
    """The landed tables, newest first; none before the first file has landed."""
    listed = "select 1 from sqlite_master where type = 'table' and name = 'landed_tables'"
    if not conn.execute(listed).fetchone():
        return []
    return [
        row[0]
        for row in conn.execute("select table_name from landed_tables order by landed_at desc")
    ]
