"""Free tables land in staging.db: every cell a text, every name tame, every refusal a message."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from training import reading

from tests.served import Served

PATH = "/-/upload-csvs"
TABLE = "编号,企业名称,证件\r\n012,北京测试有限公司,110101199999999999\r\n013,龴龵商行,=1+1\r\n"


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served(built: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    folder = tmp_path_factory.mktemp("staging")
    for file in built.iterdir():
        shutil.copy2(file, folder / file.name)
    made = Served(folder)
    made.hire()
    await made.ds.invoke_startup()
    yield made
    made.ds.close()


async def send(
    served: Served, content: bytes, name: str = "my.csv", who: str = "analyst", **fields: str
) -> Any:
    return await served.post(PATH, who, files={"file": (name, content)}, data=fields)


async def finished(served: Served, answer: Any) -> dict[str, Any]:
    """Wait until the worker is through; the entry of the table."""
    assert answer.status_code == 302, answer.text
    task = answer.headers["location"].partition("task=")[2]
    staging = served.ds.get_database("staging")
    for _ in range(500):
        row = (
            await staging.execute(
                "select l.*, p.completed, p.error from landed_tables as l"
                " join _csv_progress_ as p on p.id = l.task where l.task = ?",
                (task,),
            )
        ).first()
        if row["completed"] or row["error"]:
            return dict(row)
        await asyncio.sleep(0.01)
    raise AssertionError("the worker did not finish")


async def rows(served: Served, table: str) -> list[tuple[Any, ...]]:
    found = await served.ds.get_database("staging").execute(f'select * from "{table}"')
    return [tuple(row) for row in found.rows]


async def test_the_page_is_in_chinese_and_ours(served: Served) -> None:
    answer = await served.get(PATH, "analyst")
    assert answer.status_code == 200
    assert "<h1>自由表</h1>" in answer.text
    assert "Upload CSV" not in answer.text
    assert 'name="database"' not in answer.text


async def test_every_cell_is_a_text(served: Served) -> None:
    entry = await finished(served, await send(served, TABLE.encode("gb18030"), "企业.csv"))
    assert (entry["table_name"], entry["encoding"], entry["rows"]) == ("企业", "gb18030", 2)
    assert (entry["landed_by"], entry["error"]) == ("analyst", None)
    assert await rows(served, "企业") == [
        ("012", "北京测试有限公司", "110101199999999999"),
        ("013", "龴龵商行", "=1+1"),
    ]
    columns = await served.ds.get_database("staging").execute('pragma table_info("企业")')
    assert {row["type"] for row in columns.rows} == {"TEXT"}


async def test_the_result_page(served: Served) -> None:
    answer = await send(served, "企业 名称\n甲\n".encode(), "result.csv")
    entry = await finished(served, answer)
    page = await served.get(answer.headers["location"], "analyst")
    assert "已写入 1 行" in page.text
    assert f"/staging/{entry['table_name']}" in page.text
    assert "企业 名称 → 企业_名称" in page.text
    assert "refresh" not in page.headers
    assert (await served.get("/staging/result", "analyst")).status_code == 200
    overview = await served.get(PATH, "office")
    assert ">result</a>" in overview.text
    assert "没有这次上传的记录" in (await served.get(f"{PATH}?task=x", "analyst")).text


async def test_a_form_cannot_choose_the_database(served: Served) -> None:
    before = await served.ds.get_database("training").table_names()
    await finished(served, await send(served, b"a\n1\n", database="training", table="x"))
    assert await served.ds.get_database("training").table_names() == before
    assert await rows(served, "x") == [("1",)]


@pytest.mark.parametrize("query", ["?database=training", "?_num_bytes_to_detect_with=x", "?x=%ff"])
async def test_arguments_of_the_plugin_do_nothing(served: Served, query: str) -> None:
    answer = await served.post(
        f"{PATH}{query}", "analyst", files={"file": ("q.csv", TABLE.encode())}
    )
    entry = await finished(served, answer)
    assert entry["error"] is None
    assert len(await rows(served, entry["table_name"])) == 2


async def test_two_uploads_of_one_name_are_two_tables(served: Served) -> None:
    contents = [b"a\n" + b"%d\n" % n * 250 for n in range(4)]
    answers = await asyncio.gather(*(send(served, c, "same.csv") for c in contents))
    entries = [await finished(served, answer) for answer in answers]
    assert sorted(e["table_name"] for e in entries) == ["same", "same_2", "same_3", "same_4"]
    for n, entry in enumerate(entries):
        assert await rows(served, entry["table_name"]) == [(str(n),)] * 250


@pytest.mark.parametrize(
    ("name", "wanted", "table"),
    [
        ("x]; drop table landed_tables; --.csv", "", "x_drop_table_landed_tables"),
        ("a.csv", "_csv_progress_", "csv_progress"),
        ("a.csv", "landed_tables", "t_landed_tables"),
        ("a.csv", "sqlite_master", "t_sqlite_master"),
        ("../../training.db.csv", "", "training_db"),
        ("a.csv", "select", "select"),
        ("a.csv", "长" * 300, "长" * 60),
    ],
)
async def test_hostile_names(served: Served, name: str, wanted: str, table: str) -> None:
    entry = await finished(served, await send(served, b'a"]b,rowid\n1,2\n', name, table=wanted))
    assert (entry["table_name"], entry["error"]) == (table, None)
    assert await rows(served, table) == [("1", "2")]
    columns = await served.ds.get_database("staging").table_columns(table)
    assert columns == ["a_b", "t_rowid"]


@pytest.mark.parametrize(
    "content",
    [b"", b"a,b\n", b"a,b\n1,2,3\n", b"%PDF-1.4\n", bytes(range(128, 256)) * 9, b'a\n"x\n' * 9],
    ids=["empty", "header-only", "ragged", "pdf", "bytes", "quote"],
)
async def test_a_bad_file_gets_a_message_and_leaves_nothing(served: Served, content: bytes) -> None:
    staging = served.ds.get_database("staging")
    before = await staging.table_names()
    answer = await send(served, content)
    assert answer.status_code == 400
    assert 'class="notice notice-error"' in answer.text
    assert await staging.table_names() == before


@pytest.mark.parametrize(
    "request_of",
    [
        {"data": {"file": "no file"}},
        {"data": {}},
        {"json": {"file": 1}},
        {"content": b"x"},
        {"content": b"", "headers": {"content-type": "multipart/form-data"}},
        {"content": b"--x\r\n", "headers": {"content-type": "multipart/form-data; boundary=x"}},
        {"files": {"csv": ("a.csv", b"a\n1\n")}},
    ],
    ids=["text", "nothing", "json", "raw", "no-boundary", "cut", "other-field"],
)
async def test_what_is_no_upload_gets_a_message(served: Served, request_of: dict[str, Any]) -> None:
    answer = await served.post(PATH, "analyst", **request_of)
    assert answer.status_code == 400
    assert 'class="notice notice-error"' in answer.text


@pytest.mark.parametrize("declared", [True, False])
async def test_too_large(served: Served, monkeypatch: pytest.MonkeyPatch, declared: bool) -> None:
    monkeypatch.setattr(reading, "MAX_BYTES", 1000)
    if declared:
        answer = await send(served, b"a\n" + b"1\n" * 1_500_000)
    else:
        answer = await send(served, b"a\n" + b"1\n" * 1000)
    assert answer.status_code == 413
    assert 'class="notice notice-error"' in answer.text


async def test_only_the_office_and_analysts_land_tables(served: Served) -> None:
    for who in ("institution", "province", "assessor", "auditor"):
        assert (await served.get(PATH, who)).status_code == 404
        assert (await send(served, b"a\n1\n", who=who)).status_code == 404
    assert (await served.post(PATH, None, files={"file": ("a", b"a\n1\n")})).status_code == 403
    assert (await send(served, b"a\n1\n", who="office")).status_code == 302
    assert (await served.get("/-/upload-csv", "office")).status_code == 404


async def test_the_menu_offers_our_page_to_whom_it_serves(served: Served) -> None:
    for who, offered in (("analyst", True), ("office", True), ("auditor", False)):
        page = (await served.get("/training", who)).text
        assert (f'href="{PATH}"' in page) is offered
        assert f"{PATH}?database=" not in page


async def test_many_rows_in_several_batches(served: Served) -> None:
    content = "a,b\n" + "".join(f"{n},甲{n}\n" for n in range(1234))
    await finished(served, await send(served, content.encode(), "many.csv"))
    found = await rows(served, "many")
    assert found == [(str(n), f"甲{n}") for n in range(1234)]
