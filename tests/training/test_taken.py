"""A landed table becomes the file it was."""

import csv
import io
import sqlite3

import pytest
from training import landing, taken


@pytest.fixture
def staging() -> sqlite3.Connection:
    conn = sqlite3.connect(":memory:")
    conn.execute(landing.SCHEMA)
    conn.execute('create table "名单" ("姓名" text, "营业收入_万元" text, "备注" text)')
    conn.execute(
        "insert into landed_tables (table_name, file_name, rows, renamed_columns, landed_by,"
        " landed_at) values ('名单', '名单.csv', 2, ?, 'office', '2021-12-01')",
        ('{"营业收入（万元）": "营业收入_万元"}',),
    )
    conn.execute(
        "insert into \"名单\" values ('学员甲', '012', 'a, \"b\"\nc'), ('学员乙', null, '')"
    )
    return conn


def test_headers_are_those_the_sender_wrote_and_cells_are_as_they_were(
    staging: sqlite3.Connection,
) -> None:
    rows = list(csv.reader(io.StringIO(taken.as_csv(staging, "名单").decode(), newline="")))
    assert rows == [
        ["姓名", "营业收入（万元）", "备注"],
        ["学员甲", "012", 'a, "b"\nc'],
        ["学员乙", "", ""],
    ]


@pytest.mark.parametrize("name", ["landed_tables", "sqlite_master", 'x"; drop table y', ""])
def test_only_a_landed_table_is_taken(staging: sqlite3.Connection, name: str) -> None:
    with pytest.raises(taken.NotLandedTable):
        taken.as_csv(staging, name)


def test_the_landed_tables_are_listed(staging: sqlite3.Connection) -> None:
    assert taken.table_names(staging) == ["名单"]


def test_before_the_first_file_has_landed_there_is_nothing_to_take() -> None:
    conn = sqlite3.connect(":memory:")
    assert taken.table_names(conn) == []
    with pytest.raises(taken.NotLandedTable):
        taken.as_csv(conn, "x")
