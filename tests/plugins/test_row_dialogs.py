"""The write endpoints behind the office's row dialogs: sentences, labels, both languages, roles."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from training.database import connect
from training.migrations import OFFICE_TABLES

from tests.conftest import YEAR
from tests.served import PEOPLE, Served, configured

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served(built: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    folder = tmp_path_factory.mktemp("dialogs")
    for file in built.iterdir():
        shutil.copy2(file, folder / file.name)
    one = configured()
    made = Served(folder, config=one, metadata=one)
    made.hire()
    await made.ds.invoke_startup()
    yield made
    made.ds.close()


async def write(
    served: Served, path: str, sent: dict[str, Any], who: str = "office", **more: Any
) -> Any:
    return await served.post(f"/training/{path}", who, json=sent, **more)


CLASS = {"year": YEAR, "institution": "tsinghua", "track": "special_digital", "name": "一班"}


async def track(served: Served) -> str:
    rows = await served.ds.get_database("training").execute(
        "select track from institution_tracks where institution = 'tsinghua'"
    )
    return str(rows.first()[0])


@pytest.mark.parametrize(
    ("change", "zh", "en"),
    [
        ({"starts_on": "8.10.2021"}, "“开始日期”：请按 2021-10-08", "“Starts on”: Write the date"),
        ({"name": None}, "请填写“班级名称”", "“Name” must be filled in"),
        ({"track": "nothing"}, "“培训方向”填的不在名录里", "“Track”: there is no such entry"),
        ({"delivery": "post"}, "“线上或线下”只能是：offline, online, mixed", "is one of: offline"),
        (
            {"starts_on": "2021-10-08", "ends_on": "2021-10-01"},
            "结束日期不得早于开始日期。",
            "The end",
        ),
    ],
)
async def test_a_refused_row_says_why(
    served: Served, change: dict[str, Any], zh: str, en: str
) -> None:
    row = CLASS | {"track": await track(served)} | change
    answer = await write(served, "cohorts/-/insert", {"row": row})
    assert answer.status_code == 400
    assert zh in answer.json()["error"]
    assert answer.json()["ok"] is False
    assert int(answer.headers["content-length"]) == len(answer.content)
    english = await write(served, "cohorts/-/insert?_lang=en", {"row": row})
    assert en in " ".join(english.json()["errors"])


async def test_insert_update_delete(served: Served) -> None:
    row = CLASS | {"track": await track(served), "name": "二班", "starts_on": "", "level": ""}
    made = await write(served, "cohorts/-/insert", {"row": row, "return": True})
    assert made.status_code == 201, made.text
    stored = made.json()["rows"][0]
    assert (stored["starts_on"], stored["level"]) == (None, None)
    place = f"cohorts/{stored['id']}/-"
    again = await write(served, "cohorts/-/insert", {"row": row})
    assert "已经有一行的“年度”、“承担机构”、“班级名称”与此相同" in again.json()["error"]
    assert (
        await write(served, f"{place}/update", {"update": {"starts_on": "x"}})
    ).status_code == 400
    changed = await write(served, f"{place}/update", {"update": {"starts_on": "2021-10-08"}})
    assert changed.status_code == 200
    emptied = {"update": {"starts_on": ""}, "return": True}
    cleared = await write(served, f"{place}/update", emptied)
    assert cleared.json()["rows"][0]["starts_on"] is None
    assert (await write(served, f"{place}/delete", {})).status_code == 200


async def test_a_row_that_others_refer_to_stays(served: Served) -> None:
    row = CLASS | {"track": await track(served), "name": "三班"}
    made = await write(served, "cohorts/-/insert", {"row": row, "return": True})
    number = made.json()["rows"][0]["id"]
    partner = {"cohort_id": number, "name": "协会", "kind": "industry_body"}
    assert (
        await write(served, "partner_organisations/-/insert", {"row": partner})
    ).status_code == 201
    gone = await write(served, f"cohorts/{number}/-/delete", {})
    assert gone.status_code == 400
    assert "还有别的记录用到这一行" in gone.json()["error"]


@pytest.mark.parametrize("table", OFFICE_TABLES)
async def test_each_table_refuses_nonsense_in_words_and_stores_nothing(
    served: Served, table: str
) -> None:
    """The office gets past the permission and meets the table's laws; nothing is half written."""
    conn = connect(served.folder / "training.db", read_only=True)
    columns = {row["name"]: row["type"] for row in conn.execute(f"pragma table_info({table})")}
    before = conn.execute(f"select count(*) from {table}").fetchone()[0]
    nonsense = dict.fromkeys(columns, "胡写")
    answer = await write(served, f"{table}/-/insert", {"row": nonsense})
    assert conn.execute(f"select count(*) from {table}").fetchone()[0] == before
    conn.close()
    if table == "management_words":
        assert "填数字" in answer.json()["error"]
    assert answer.status_code == 400
    assert "constraint failed" not in answer.text
    assert "cannot store" not in answer.text
    assert any("\u4e00" <= letter <= "\u9fff" for letter in answer.json()["error"])


@pytest.mark.parametrize("who", [None, *sorted(PEOPLE.keys() - {"office"})])
@pytest.mark.parametrize("table", OFFICE_TABLES)
async def test_each_table_is_closed_to_everybody_else(
    served: Served, table: str, who: str | None
) -> None:
    for act in ("-/insert", "-/upsert", "1/-/update", "1/-/delete"):
        sent = {"row": {"x": 1}, "rows": [{"x": 1}], "update": {"x": 1}}
        answer = await served.post(f"/training/{table}/{act}", who, json=sent)
        assert answer.status_code in (403, 404)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"\xff", b'{"row": 1}', b'{"rows": [1]}', b"null"]
)
async def test_a_body_that_is_no_row(served: Served, body: bytes) -> None:
    headers = {"content-type": "application/json"}
    for path in ("cohorts/-/insert", "programme_years/2021-2022/-/update"):
        answer = await served.post(f"/training/{path}", "office", content=body, headers=headers)
        assert answer.status_code == 400, body
        assert answer.json()["ok"] is False


async def test_other_answers_pass_untouched(served: Served) -> None:
    page = await served.get("/training/cohorts", "office")
    assert page.status_code == 200
    missing = await write(served, "cohorts/999999/-/update", {"update": {"name": "x"}})
    assert missing.status_code == 404
