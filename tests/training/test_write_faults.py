"""SQLite's refusals as sentences."""

import sqlite3
from collections.abc import Iterator

import pytest
from training import write_faults
from training.wording import speaking

LABELS = {"name": "名称", "year": "年度", "starts_on": "开始日期", "state": "状态", "track": "方向"}
COLUMNS = ["id", "year", "name", "starts_on", "ends_on", "state", "track", "seats", "ok"]


def said(error: str, act: str = "insert") -> str:
    return write_faults.explain(error, act, COLUMNS, lambda name: LABELS.get(name, name))


@pytest.fixture
def conn() -> Iterator[sqlite3.Connection]:
    conn = sqlite3.connect(":memory:")
    conn.executescript(
        """
        pragma foreign_keys = on;
        create table tracks (code text primary key) strict;
        create table pairs (a text, b text, primary key (a, b)) strict;
        insert into tracks values ('t1');
        create table classes (
            id integer primary key, year text not null, name text not null,
            starts_on text check (starts_on is date(starts_on)), ends_on text,
            state text check (state in ('open', 'closed')), track text references tracks (code),
            seats integer check (seats between 1 and 60), ok integer check (ok in (0, 1)),
            more integer check (more >= 0), most integer check (most > 0),
            form text check (form glob 'x*'),
            constraint "结束日期不得早于开始日期" check (ends_on >= starts_on),
            unique (year, name), foreign key (year, name) references pairs (a, b)
        ) strict;
        insert into pairs values ('2021', 'n'), ('2021', 'm');
        insert into classes (id, year, name, track) values (1, '2021', 'n', 't1');
        """
    )
    yield conn
    conn.close()


def refused(conn: sqlite3.Connection, sql: str) -> str:
    with pytest.raises(sqlite3.Error) as fault:
        conn.execute(sql)
    columns = [row[1] for row in conn.execute("pragma table_info(classes)")]
    act = sql.split()[0]
    return write_faults.explain(str(fault.value), act, columns, lambda name: LABELS.get(name, name))


@pytest.mark.parametrize(
    ("sql", "zh", "en"),
    [
        ("insert into classes (year, name) values ('2021', null)", "请填写“名称”。", "“名称” must"),
        (
            "insert into classes (year, name) values ('2021', 'n')",
            "已经有一行的“年度”、“名称”与此相同",
            "There is a row with the same “年度”, “名称”",
        ),
        (
            "update classes set state = 'x'",
            "“状态”只能是：open, closed。",
            "is one of: open, closed",
        ),
        ("update classes set starts_on = 'x'", "“开始日期”应是日期", "is a date"),
        ("update classes set seats = 99", "“seats”应在 1 到 60 之间", "is from 1 to 60"),
        ("update classes set ok = 2", "填 1（是）或 0（否）", "is 1 (yes) or 0 (no)"),
        ("update classes set more = -1", "不能小于 0", "at least 0"),
        ("update classes set most = 0", "不能小于 1", "at least 1"),
        ("update classes set form = 'y'", "“form”的写法不对", "not written"),
        ("update classes set seats = 'many'", "“seats”应填数字", "is a number"),
        ("update classes set track = 'none'", "请从列表中选", "names nothing on record"),
        ("delete from tracks", "还有别的记录用到这一行", "Other entries refer"),
        (
            "update classes set starts_on = '2021-10-08', ends_on = '2021-10-01'",
            "结束日期不得早于开始日期。",
            "The end lies before the start.",
        ),
    ],
)
def test_what_sqlite_refuses(conn: sqlite3.Connection, sql: str, zh: str, en: str) -> None:
    assert zh in refused(conn, sql)
    with speaking("en"):
        assert en in refused(conn, sql)


def test_a_trigger_speaks_one_language() -> None:
    both = "公布时间应为不晚于现在的日期 (published_at is a date that has come, e.g. 2022-11-01)"
    assert said(both) == "公布时间应为不晚于现在的日期。"
    with speaking("en"):
        assert said(both) == "Published_at is a date that has come, e.g. 2022-11-01."


def test_a_field_is_named_by_its_label() -> None:
    assert said("starts_on: 请按样子填写。") == "“开始日期”：请按样子填写。"
    assert said("nothing: 请按样子填写。") == "nothing: 请按样子填写。"


@pytest.mark.parametrize("error", ["", "database is locked", "Row 0 is missing a thing", "x (y)"])
def test_what_is_not_known_stays(error: str) -> None:
    assert said(error) == error


def test_which_entry_names_nothing(conn: sqlite3.Connection) -> None:
    row = {"year": "1999", "name": "z", "track": "none", "state": "open"}
    assert write_faults.unknown(conn, "classes", row) == ["track"]
    assert write_faults.unknown(conn, "classes", {"track": "t1"}) == []
    assert write_faults.unknown(conn, "classes", {"track": None}) == []
    assert "“方向”" in write_faults.names_nothing(["track"], LABELS.__getitem__)


def test_an_emptied_field_is_missing_where_it_may_be() -> None:
    row = {"name": "", "starts_on": "", "seats": 0, "state": "open"}
    kept = {"name": "", "starts_on": None, "seats": 0, "state": "open"}
    assert write_faults.without_blanks(row, {"starts_on", "seats"}) == kept


def test_every_named_law_has_english(conn: sqlite3.Connection, world) -> None:  # type: ignore[no-untyped-def]
    """A CHECK that the office can break and that is named in Chinese has its sentence."""
    import re

    from training.migrations import OFFICE_TABLES

    record = world.connect()
    marks = ", ".join("?" * len(OFFICE_TABLES))
    rows = record.execute(f"select sql from sqlite_master where name in ({marks})", OFFICE_TABLES)
    named = {name for (sql,) in rows for name in re.findall(r'constraint "([^"]+)"', sql)}
    record.close()
    assert named == write_faults.NAMED.keys()
