"""Exports: safe for spreadsheets, in the audit log before they leave, and within bounds."""

import csv
import io
import json
import sqlite3
import zipfile
from typing import Any

import pytest
from training import caps, exports
from training.database import acting, transaction

from tests.conftest import World
from tests.served import Served
from tests.worlds import add_people

EVIL = "=HYPERLINK(1)"


@pytest.fixture
def people(world: World) -> None:
    with world.connect() as conn:
        add_people(conn, 60)
        add_people(conn, 1, name=EVIL, note="@x", position="+1")
        with transaction(conn), acting(conn, "test", "script"):
            conn.execute("update institutions set supervisor = '-1+1' where slug = 'pku'")


def log(world: World, action: str) -> list[tuple[Any, ...]]:
    with world.connect() as conn:
        rows = conn.execute(
            "select actor, subject, subject_key, detail from audit_log where action = ? order by id",
            (action,),
        )
        return [(*tuple(row)[:3], json.loads(row["detail"])) for row in rows]


def sheet(content: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        names = [
            name for name in book.namelist() if name.endswith(("sheet1.xml", "sharedStrings.xml"))
        ]
        return "".join(book.read(name).decode() for name in names)


@pytest.mark.parametrize(
    "path",
    [
        "/training/trainees.csv?_size=max", "/training/trainees.csv?_stream=1",
        "/training/institutions.csv?_size=max", "/training/trainees.csv?_labels=on&_size=max&_dl=1",
        "/training/report_headcount_by_institution.csv?year=2021-2022",
    ],
)  # fmt: skip
async def test_the_csv_of_the_core_is_one_for_spreadsheets(
    served: Served, people: None, path: str
) -> None:
    answer = await served.get(path, "office")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].startswith("attachment; filename=")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert answer.content.count(b"\xef\xbb\xbf") == 1
    assert answer.content.count(b"\r\n") == answer.content.count(b"\n") > 1
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    assert len(rows[0]) > 1
    assert [cell for row in rows for cell in row if cell[:1] in tuple("=+@\t\r")] == []
    if "trainees" in path:
        assert len(rows) == 62
        assert any(f"'{EVIL}" in row for row in rows)


async def test_numbers_stay_numbers(served: Served) -> None:
    sql = "select+-5+as+a,+1.5+as+b,+'-x'+as+c,+null+as+d"
    text = (await served.get(f"/analysis/-/query.csv?sql={sql}", "analyst")).content
    assert text.decode("utf-8-sig") == "a,b,c,d\r\n-5,1.5,'-x,\r\n"


async def test_a_workbook_has_all_rows_and_no_formula(served: Served, people: None) -> None:
    answer = await served.get("/training/trainees.xlsx", "office")
    assert answer.headers["content-type"].endswith("spreadsheetml.sheet")
    xml = sheet(answer.content)
    assert xml.count("<row ") == 62  # more than the page of 50 shows
    assert "<f>" not in xml
    assert EVIL in xml
    (entry,) = log_of(served, "export")
    assert entry == ("office", "training", "trainees.xlsx", {"form": "xlsx"})


def log_of(served: Served, action: str) -> list[tuple[Any, ...]]:
    return log(World(served.folder), action)


async def test_a_workbook_of_queries_and_of_sql(served: Served, people: None) -> None:
    canned = await served.get("/training/quota_headcount.xlsx?year=2021-2022", "office")
    assert "Q01" in sheet(canned.content)
    own = await served.get("/analysis/-/query.xlsx?sql=select+'=1%2B1'+as+a", "analyst")
    xml = sheet(own.content)
    assert "=1+1" in xml
    assert "<f>" not in xml
    wrong = await served.get("/analysis/-/query.xlsx?sql=select+nothing", "analyst")
    assert wrong.status_code == 400


async def test_a_foreign_workbook_is_refused_like_any_page(served: Served, people: None) -> None:
    for path in ("/training/trainees.xlsx", "/institution-pku/trainees.xlsx", "/nowhere/x.xlsx"):
        assert (await served.get(path, "institution")).status_code == 404
        assert (await served.get(path)).status_code in (302, 403)
    assert log_of(served, "export") == []


async def test_every_export_is_written_down_before_it_leaves(
    served: Served, people: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in (
        "/training/trainees.csv?name=canary", "/training/trainees.json?_size=max&name=canary",
        "/training/trainees.Notebook", "/training/trainees.json",
    ):  # fmt: skip
        assert (await served.get(path, "office")).status_code == 200
    entries = log_of(served, "export")
    assert [(entry[2], entry[3]["form"]) for entry in entries] == [
        ("trainees.csv", "csv"), ("trainees.json", "json"), ("trainees.Notebook", "notebook"),
    ]  # fmt: skip
    assert "canary" not in json.dumps(entries)

    def busy(*_: object) -> None:
        raise sqlite3.OperationalError("database is locked")

    monkeypatch.setattr(exports, "note_export", busy)
    answer = await served.get("/training/trainees.csv", "office")
    assert answer.status_code == 503
    assert EVIL not in answer.text


async def test_refusals_are_written_down_within_bounds(served: Served) -> None:
    for number in range(exports.MOST_REFUSALS + 5):
        await served.get(f"/training/trainees/{number}", "institution")
    await served.get("/training/张三", "institution")
    entries = log_of(served, "refused")
    assert len(entries) == exports.MOST_REFUSALS
    assert entries[0] == ("institution", "training", "trainees/0", {"status": 403})


@pytest.mark.parametrize(
    ("path", "named"),
    [
        ("/training/trainees.csv", ("training", "trainees.csv")),
        ("/-/roster/batch/3", ("-/roster", "batch/3")),
        ("/training/张三", ("?", "")),
        ("/training/x/119999199001019990", ("training", "x/***")),
        ("/", ("/", "")),
    ],
)
def test_the_log_names_no_person(path: str, named: tuple[str, str]) -> None:
    assert exports.named(path) == named


def test_refusals_start_afresh_after_an_hour() -> None:
    now = [0.0]
    bounded = exports.Bounded(2, lambda: now[0])
    assert [bounded.admits("a") for _ in range(3)] == [True, True, False]
    assert bounded.admits("b")
    now[0] = 3601
    assert bounded.admits("a")


@pytest.mark.parametrize(
    "sql",
    [
        "select+hex(randomblob(3e7))",
        "with+recursive+n(i)+as+(select+1+union+all+select+i%2B1+from+n+where+i<1500)"
        "+select+hex(randomblob(30000))+from+n",
        "select+group_concat(hex(randomblob(90000)))+from+(select+1+from+trainees+limit+50)",
    ],
)
@pytest.mark.parametrize("form", ["json", "csv", "html", "xlsx"])
async def test_no_query_makes_a_flood(served: Served, people: None, sql: str, form: str) -> None:
    path = "/analysis/-/query" + ("" if form == "html" else f".{form}")
    answer = await served.get(f"{path}?sql={sql}", "analyst")
    assert len(answer.content) < caps.MAX_CELL
    if form in ("json", "xlsx"):
        assert answer.status_code == 400
        assert "error" in answer.json()
