"""What a sender downloads: whose it is, what it is called, what it holds, and what comes back."""

import csv
import io
import os
import time
from typing import Any

from python_calamine import CalamineWorkbook

from tests.conftest import YEAR, World
from tests.people import person, roster_csv
from tests.served import Served

ROWS = [person(n) for n in range(6)]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


async def upload(served: Served, content: bytes, name: str = "名单.csv") -> str:
    """Upload a file; its token."""
    answer = await served.post(
        "/-/roster/upload", "institution", files={"file": (name, content, "text/csv")},
        data={"year": YEAR, "encoding": ""},
    )  # fmt: skip
    return str(answer.headers["location"]).rsplit("/", 1)[1]


async def send(served: Served, rows: list[dict[str, str]], **more: str) -> str:
    token = await upload(served, roster_csv(rows).encode())
    answer = await served.post(
        f"/-/roster/confirm/{token}", "institution", data={"act": "confirm"} | more
    )
    return str(answer.headers["location"])


def sheet(content: bytes) -> list[list[str]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return [[str(cell) for cell in row] for row in book.get_sheet_by_index(0).to_python()]


def faulty() -> list[dict[str, str]]:
    rows = [dict(row) for row in ROWS]
    rows[1]["手机"], rows[3]["学员类别"] = "12345", "其他"
    return rows


def kind(answer: Any) -> str:
    return str(answer.headers["content-type"]).split(";")[0]


async def test_the_marked_sheet_of_a_preview_comes_back_with_the_same_faults(
    served: Served,
) -> None:
    token = await upload(served, roster_csv(faulty(), ["名单"]).encode("gb18030"))
    answer = await served.get(f"/-/roster/faults/{token}.xlsx", "institution")
    assert (answer.status_code, kind(answer)) == (200, XLSX)
    assert "attachment" in answer.headers["content-disposition"]
    assert answer.headers["cache-control"] == "no-store"
    rows = sheet(answer.content)
    assert [number for number, row in enumerate(rows, start=1) if row[-1]][1:] != []
    token = await upload(served, answer.content, "改正.xlsx")
    page = await served.get(f"/-/roster/check/{token}?show=faults", "institution")
    assert page.text.count('<tr class="row-error">') == 2


async def test_the_marked_sheet_of_a_batch_is_there_for_thirty_days(
    served: Served, world: World
) -> None:
    batch = await send(served, faulty(), only_valid="1")
    assert batch.startswith("/-/roster/batch/")
    address = f"{batch}/faults.xlsx"
    assert address in (await served.get(batch, "institution")).text
    answer = await served.get(address, "institution")
    assert [row[-1] for row in sheet(answer.content) if "学员类别：" in row[-1]]
    (sealed,) = (world.folder / "uploads").iterdir()
    then = time.time() - 31 * 24 * 3600
    os.utime(sealed, (then, then))
    await upload(served, roster_csv(ROWS).encode())
    assert (await served.get(address, "institution")).status_code == 404
    page = await served.get(batch, "institution")
    assert (page.status_code, address in page.text) == (200, False)


async def test_downloads_are_their_senders_alone(served: Served) -> None:
    token = await upload(served, roster_csv(faulty()).encode())
    batch = await send(served, faulty(), only_valid="1")
    for who in ("office", "province", "assessor", "analyst", "auditor", None):
        for path in (f"/-/roster/faults/{token}.xlsx", f"{batch}/faults.xlsx"):
            answer = await served.get(path, who)
            assert answer.status_code in (302, 403, 404), (who, path)
            assert b"PK" not in answer.content[:2]
    for who in ("office", "assessor", "analyst", "auditor", None):
        for answer in (
            await served.post("/-/roster/export.csv", who),
            await served.get("/-/roster/template.xlsx", who),
        ):
            assert answer.status_code in (302, 403, 404)


async def test_a_file_that_can_not_be_marked_gets_a_message(served: Served) -> None:
    token = await upload(served, b"%PDF-1.7 nothing", "a.pdf")
    answer = await served.get(f"/-/roster/faults/{token}.xlsx", "institution")
    assert answer.headers["location"] == "/-/roster"
    for path in (f"/-/roster/faults/{'x' * 32}.xlsx", "/-/roster/batch/999/faults.xlsx"):
        assert (await served.get(path, "institution")).status_code == 404


async def test_the_templates(served: Served) -> None:
    answer = await served.get("/-/roster/template.csv", "institution")
    assert kind(answer) == "text/csv"
    header = next(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert {"*姓名", "*身份证号", "营业收入（万元）"} <= set(header)
    for who in ("institution", "province"):
        answer = await served.get("/-/roster/template.xlsx", who)
        assert kind(answer) == XLSX
        assert sheet(answer.content)[1] == header
    page = (await served.get("/-/roster", "institution")).text
    assert "/-/roster/template.xlsx" in page
    assert "/-/roster/template.csv" in page


async def test_the_export_is_a_post_is_audited_and_changes_nothing_when_sent_again(
    served: Served, world: World
) -> None:
    await send(served, ROWS)
    assert (await served.get("/-/roster/export.csv", "institution")).status_code == 302
    conn = world.connect()
    exports = "select count(*) from audit_log where action = 'export' and actor = 'institution'"
    assert conn.execute(exports).fetchone()[0] == 0
    for number, name in enumerate(("csv", "xlsx"), start=1):
        answer = await served.post(f"/-/roster/export.{name}", "institution")
        assert answer.status_code == 200
        assert conn.execute(exports).fetchone()[0] == number
        token = await upload(served, answer.content, f"导出.{name}")
        page = (await served.get(f"/-/roster/check/{token}", "institution")).text
        for word, value in (("new", 0), ("changed", 0), ("unchanged", 6), ("rejected", 0)):
            assert f'data-count="{word}">{value}<' in page
    text = (await served.post("/-/roster/export.csv", "institution")).content.decode("utf-8-sig")
    assert all(row["身份证号码"] in text for row in ROWS)
    theirs = (await served.post("/-/roster/export.csv", "province")).content.decode("utf-8-sig")
    assert not any(row["身份证号码"] in theirs for row in ROWS)
