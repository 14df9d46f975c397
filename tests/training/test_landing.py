"""Free tables: hostile names are tamed, texts stay texts, and a bad file gets a clear answer."""

import csv
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from training import landing
from training.landing import Landing, NotLanded


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("企业名单", "企业名单"),
        ("name", "name"),
        ("Ｎａｍｅ　１", "Name_1"),
        ('x"; drop table trainees; --', "x_drop_table_trainees"),
        ("a]b[c`d'e", "a_b_c_d_e"),
        ("../../etc/passwd", "etc_passwd"),
        ("_csv_progress_", "csv_progress"),
        ("sqlite_master", "t_sqlite_master"),
        ("SQLite_x", "t_SQLite_x"),
        ("rowid", "t_rowid"),
        ("OID", "t_OID"),
        ("landed_tables", "t_landed_tables"),
        ("a\x00b\u202ec\u200bd\ne", "a_b_c_d_e"),
        ("长" * 100, "长" * 60),
        ("", "列1"),
        (" -/- ", "列1"),
        ("😀", "列1"),
    ],
)
def test_names(text: str, name: str) -> None:
    assert landing.clean_name(text, "列1") == name


def test_names_are_unique_in_any_spelling() -> None:
    assert landing.unique("Name", ["name", "NAME_2"]) == "Name_3"
    assert landing.unique("other", ["name"]) == "other"
    header = ["name", "Name", "", "", "name_2", "列3"]
    assert landing.column_names(header) == ["name", "Name_2", "列3", "列4", "name_2_2", "列3_2"]


def land(
    folder: Path, content: bytes, encoding: str | None = None
) -> tuple[Landing, list[list[str]]]:
    (folder / "sent").write_bytes(content)
    ready = landing.prepare(folder / "sent", "我的表.csv", folder / "clean.csv", encoding)
    with (folder / "clean.csv").open(encoding="utf-8", newline="") as file:
        return ready, list(csv.reader(file))


HEADER = "编号,企业名称,备注"
ROW = "012,北京测试有限公司,110101199999999999"


@pytest.mark.parametrize(
    ("codec", "encoding"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("gb18030", "gb18030"),
        ("gbk", "gb18030"),
        ("utf-16", "utf-16-le"),
    ],
)
def test_encodings(tmp_path: Path, codec: str, encoding: str) -> None:
    ready, rows = land(tmp_path, f"{HEADER}\r\n{ROW}\r\n".encode(codec))
    assert ready.encoding == encoding
    assert rows == [HEADER.split(","), ROW.split(",")]


def test_an_encoding_may_be_named(tmp_path: Path) -> None:
    content = "編號,名稱\n1,臺灣\n".encode("big5")
    assert land(tmp_path, content, "big5")[1][0] == ["編號", "名稱"]
    with pytest.raises(NotLanded):
        land(tmp_path, content, "utf-8")
    with pytest.raises(NotLanded):
        land(tmp_path, content, "klingon")


def test_cells_come_back_as_they_were(tmp_path: Path) -> None:
    cells = [
        *("0012", "110101199999999999", "1.10105E+17", "=1+1", "+86", "-", "@x", "'1", " x "),
        *('say "hi"', "a,b", "two\nlines", "𠅤䶮", "1/2", "NULL", "true", "", "2021-10-08"),
    ]
    header = [f"c{n}" for n in range(len(cells))]
    with (tmp_path / "in.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, cells])
    ready, rows = land(tmp_path, (tmp_path / "in.csv").read_bytes())
    assert rows == [header, cells]
    assert (ready.rows, ready.renamed) == (1, {})


def test_short_rows_are_filled_and_blank_ends_left_out(tmp_path: Path) -> None:
    ready, rows = land(tmp_path, b"a,b,,\n1\n\n1,2,,,,\n,,\n")
    assert rows[:3] == [["a", "b"], ["1", ""], ["1", "2"]]
    assert ready.rows == len(rows) - 1


def test_renamed_columns_are_told(tmp_path: Path) -> None:
    ready, rows = land(tmp_path, "企业 名称,rowid,企业 名称\n1,2,3\n".encode())
    assert rows[0] == ["企业_名称", "t_rowid", "企业_名称_2"]
    assert ready.renamed == {"企业 名称": "企业_名称_2", "rowid": "t_rowid"}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n\n",
        b"a,b\n",
        b"a,b\n1,2,3\n",
        b",".join(b"c%d" % n for n in range(201)) + b"\n" + b"1," * 200 + b"1\n",
        b"%PDF-1.4\n%\xe2\xe3",
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
        bytes(range(128, 256)) * 20,
        b'a,b\n"open,1\n' + b"x,y\n" * 20,
        b"PK\x03\x04 no workbook",
    ],
    ids="empty blank header-only ragged too-wide pdf png bytes quote zip".split(),  # noqa: SIM905
)
def test_what_is_no_table_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(NotLanded) as refused:
        land(tmp_path, content)
    assert refused.value.status == 400
    assert refused.value.zh
    assert refused.value.en


@pytest.fixture
def conn() -> Iterator[sqlite3.Connection]:
    conn = sqlite3.connect(":memory:")
    conn.row_factory = sqlite3.Row
    yield conn
    conn.close()


def test_a_name_is_reserved_once(conn: sqlite3.Connection, tmp_path: Path) -> None:
    conn.execute('create table "X_3" (a)')
    ready = Landing("x.csv", tmp_path, "utf-8", 7, {"甲 ": "甲"})
    names = [landing.reserve(conn, ready, wanted, "analyst") for wanted in ("x", "X", "", " x!")]
    assert names == ["x", "X_2", "x_4", "x_5"]
    row = conn.execute("select * from landed_tables where table_name = 'x'").fetchone()
    assert (row["file_name"], row["encoding"], row["rows"], row["landed_by"]) == (
        "x.csv",
        "utf-8",
        7,
        "analyst",
    )
    assert json.loads(row["renamed_columns"]) == {"甲 ": "甲"}


def test_recent_tables_and_their_state(conn: sqlite3.Connection, tmp_path: Path) -> None:
    assert landing.recent(conn) == []
    ready = Landing("x.csv", tmp_path, "utf-8", 7, {"甲 ": "甲"})
    for name in ("done", "failed", "writing", "never"):
        landing.reserve(conn, ready, name, "analyst")
        if name != "never":
            landing.under_way(conn, name, f"task-{name}")
    assert landing.recent(conn) == []
    conn.execute("create table _csv_progress_ (id, rows_done, completed, error)")
    conn.execute(
        "insert into _csv_progress_ values ('task-done', 7, 'now', null),"
        " ('task-failed', 3, null, 'oops'), ('task-writing', 5, null, null)"
    )
    states = {row["table_name"]: row["state"] for row in landing.recent(conn)}
    assert states == {"done": "done", "failed": "failed", "writing": "writing"}
    (one,) = landing.recent(conn, "task-writing")
    assert (one["rows_done"], one["rows"], one["renamed"]) == (5, 7, {"甲 ": "甲"})
    assert landing.recent(conn, "no-task") == []
