"""名单报送 and 名单审核 as their people use them, without a browser: what is shown, stored, refused."""

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
import yaml

from tests.conftest import ROOT, YEAR, World
from tests.people import identity_number, person, roster_csv
from tests.served import Served

ROWS = [person(n) for n in range(6)]


@pytest_asyncio.fixture
async def served(world: World) -> AsyncIterator[Served]:
    config = yaml.safe_load((ROOT / "metadata.yml").read_text(encoding="utf-8"))
    made = Served(world.folder, config=config)
    made.hire()
    await made.ds.invoke_startup()
    yield made
    made.ds.close()


async def upload(
    served: Served, content: bytes, who: str = "institution", name: str = "名单.csv", **fields: str
) -> Any:
    return await served.post(
        "/-/roster/upload", who,
        files={"file": (name, content, "text/csv")}, data={"year": YEAR, "encoding": ""} | fields,
    )  # fmt: skip


async def send(served: Served, rows: list[dict[str, str]], who: str = "institution") -> str:
    """Upload and confirm; the address of the batch."""
    answer = await upload(served, roster_csv(rows).encode("gb18030"), who)
    token = answer.headers["location"].rsplit("/", 1)[1]
    answer = await served.post(f"/-/roster/confirm/{token}", who, data={"act": "confirm"})
    location = str(answer.headers["location"])
    assert re.fullmatch(r"/-/roster/batch/\d+", location)
    return location


def fault_rows(html: str) -> list[str]:
    return re.findall(r'<tr class="row-error">\s*<td class="num">(\w+)</td>', html)


async def test_the_preview_names_every_faulty_row_and_stores_nothing(
    served: Served, world: World
) -> None:
    rows = [dict(row) for row in ROWS]
    rows[1]["手机"], rows[3]["学员类别"] = "12345", "其他"
    answer = await upload(served, roster_csv(rows, ["名单"]).encode("gb18030"))
    assert answer.status_code == 302
    page = (await served.get(answer.headers["location"], "institution")).text
    assert fault_rows(page) == ["4", "6"]
    assert "学员甲甲" in page
    assert "确认报送" not in page
    for row in rows:
        assert row["身份证号码"] not in page
        assert row["手机"] not in page or row["手机"] == "12345"
    assert world.connect().execute("select count(*) from trainees").fetchone()[0] == 0


async def test_the_first_rows_stand_under_their_own_headers(served: Served) -> None:
    rows = [{"民族": "汉", "爱好": "棋", **row} for row in ROWS]
    answer = await upload(served, roster_csv(rows).encode("utf-8-sig"))
    page = (await served.get(answer.headers["location"], "institution")).text
    table = page.split("<tbody>")[-1]
    first = re.findall(r"<td[^>]*>([^<]*)</td>", table.split("</tr>")[0])
    assert first[:5] == ["2", "汉", "棋", "1", "学员甲甲"]
    assert first[5] == "119***********" + identity_number(0)[-4:]


async def test_a_waiting_file_lies_sealed_and_is_forgotten_once_confirmed(
    served: Served, world: World
) -> None:
    answer = await upload(served, roster_csv(ROWS).encode())
    files = list((world.folder / "uploads").iterdir())
    assert len(files) == 1
    assert identity_number(0).encode() not in files[0].read_bytes()
    token = answer.headers["location"].rsplit("/", 1)[1]
    await served.post(f"/-/roster/confirm/{token}", "institution", data={"act": "confirm"})
    assert list((world.folder / "uploads").iterdir()) == []


async def test_cancelling_forgets_the_file(served: Served, world: World) -> None:
    answer = await upload(served, roster_csv(ROWS).encode())
    check = answer.headers["location"]
    token = check.rsplit("/", 1)[1]
    await served.post(f"/-/roster/confirm/{token}", "institution", data={"act": "cancel"})
    assert list((world.folder / "uploads").iterdir()) == []
    assert (await served.get(check, "institution")).status_code == 404


async def test_confirming_twice_is_one_batch(served: Served, world: World) -> None:
    answer = await upload(served, roster_csv(ROWS).encode())
    token = answer.headers["location"].rsplit("/", 1)[1]
    places = [
        (await served.post(f"/-/roster/confirm/{token}", "institution")).headers["location"]
        for _ in range(2)
    ]
    assert places[0] == places[1]
    back = await served.get(f"/-/roster/check/{token}", "institution")
    assert back.headers["location"] == places[0]
    assert world.connect().execute("select count(*) from roster_batches").fetchone()[0] == 1


async def test_a_get_stores_nothing(served: Served, world: World) -> None:
    answer = await upload(served, roster_csv(ROWS).encode())
    token = answer.headers["location"].rsplit("/", 1)[1]
    await served.get(f"/-/roster/confirm/{token}", "institution")
    assert world.connect().execute("select count(*) from roster_batches").fetchone()[0] == 0


async def test_a_batch_and_a_waiting_file_are_their_senders_alone(served: Served) -> None:
    answer = await upload(served, roster_csv(ROWS).encode())
    check = answer.headers["location"]
    batch = await send(served, ROWS)
    for who in ("province", "assessor", "analyst", "auditor"):
        for path in (check, batch, check.replace("check", "confirm")):
            answer = await served.get(path, who)
            assert answer.status_code in (302, 403, 404)
            assert "学员甲甲" not in answer.text
    assert (await served.get(batch, "office")).status_code == 200


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "empty.csv"),
        (b"\x00\x01\x02" * 50, "noise.csv"),
        (b"PK\x03\x04" + b"\xff" * 100, "broken.xlsx"),
        ("你好".encode("gb18030"), "words.txt"),
        (b"%PDF-1.7 ...", "paper.pdf"),
        (roster_csv(ROWS).encode("gb18030"), '<script>alert(1)</script>".csv'),
    ],
)
async def test_any_file_gets_a_page_with_an_answer(
    served: Served, content: bytes, name: str
) -> None:
    answer = await upload(served, content, name=name)
    page = await served.get(answer.headers["location"], "institution")
    assert page.status_code == 200
    assert "<script>alert(1)" not in page.text
    assert fault_rows(page.text) or "确认报送" in page.text or "整个文件" in page.text


async def test_a_form_without_its_parts_gets_a_message(served: Served) -> None:
    for data, files in (({"year": YEAR}, None), ({}, {"file": ("a.csv", b"x", "text/csv")}),
                        ({"year": "1999-2000"}, {"file": ("a.csv", b"x", "text/csv")})):  # fmt: skip
        answer = await served.post("/-/roster/upload", "institution", data=data, files=files)
        assert answer.status_code in (302, 400)
        if answer.status_code == 302:
            assert answer.headers["location"] == "/-/roster"


async def test_the_office_approves_and_the_sender_sees_it(served: Served, world: World) -> None:
    batch = await send(served, ROWS)
    assert batch in (await served.get("/-/office/inbox", "office")).text
    number = batch.rsplit("/", 1)[1]
    for who in ("institution", "province", "assessor", "analyst", "auditor"):
        answer = await served.post(f"/-/office/batch/{number}/decide", who, data={"act": "approve"})
        assert answer.status_code in (302, 403, 404)
    conn = world.connect()
    assert {row[0] for row in conn.execute("select state from trainees")} == {"submitted"}
    await served.post(
        f"/-/office/batch/{number}/decide", "office", data={"act": "approve", "enrol": "1"}
    )
    assert {row[0] for row in conn.execute("select state from trainees")} == {"enrolled"}
    assert conn.execute("select decided_by from roster_batches").fetchone()[0] == "office"
    assert batch not in (await served.get("/-/office/inbox", "office")).text


async def test_a_batch_is_returned_with_its_reason_or_not_at_all(
    served: Served, world: World
) -> None:
    batch = await send(served, ROWS)
    number = batch.rsplit("/", 1)[1]
    decide = f"/-/office/batch/{number}/decide"
    await served.post(decide, "office", data={"act": "return", "reason": " "})
    status = "select status from roster_batches"
    assert world.connect().execute(status).fetchone()[0] == "submitted"
    await served.post(decide, "office", data={"act": "return", "reason": "缺少推荐函"})
    page = (await served.get(batch, "institution")).text
    assert "缺少推荐函" in page
    assert await send(served, ROWS) != batch


async def test_an_authoritys_people_are_selected_by_the_institution(
    served: Served, world: World
) -> None:
    rows = [person(n, 省份="浙江省", 选拔方式="推荐") for n in range(3)]
    await send(served, rows, "province")
    page = (await served.get("/-/roster", "institution")).text
    people = re.findall(r'name="person" value="(\d+)"', page)
    assert len(people) == 3
    answer = await served.post(
        "/-/roster/select", "institution", data={"year": YEAR, "person": people[:2]}
    )
    assert answer.headers["location"].startswith("/-/roster/batch/")
    states = [row[0] for row in world.connect().execute("select state from trainees order by id")]
    assert states == ["submitted", "submitted", "nominated"]
    answer = await served.post(
        "/-/roster/select", "institution", data={"year": YEAR, "person": people[:1]}
    )
    assert answer.headers["location"] == "/-/roster"


async def test_both_languages_say_everything(served: Served) -> None:
    batch = await send(served, ROWS)
    for path in ("/-/roster", batch):
        page = (await served.get(f"{path}?_lang=en", "institution")).text
        body = page.split("<main", 1)[1].split("</main>", 1)[0]
        data = r"学员[甲乙丙丁戊己]+|示例\d*号有限公司|名单\.csv|[^<>]*→[^<>]*|总经理"
        left = re.sub(data, "", re.sub(r"<[^>]+>", " ", body))
        assert re.findall(r"[\u4e00-\u9fff]+", left) == []
