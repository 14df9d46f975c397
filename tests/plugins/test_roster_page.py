"""名单报送 and 名单审核 as their people use them, without a browser: what is shown, stored, refused."""

import re
import sqlite3
from typing import Any

import pytest
from training import new_year

from tests.conftest import YEAR, World
from tests.people import identity_number, person, roster_csv
from tests.served import Served

ROWS = [person(n) for n in range(6)]


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


async def test_an_uploaded_file_lies_sealed_before_and_after_it_is_confirmed(
    served: Served, world: World
) -> None:
    answer = await upload(served, roster_csv(ROWS).encode())
    token = answer.headers["location"].rsplit("/", 1)[1]
    for _ in range(2):
        files = list((world.folder / "uploads").iterdir())
        assert len(files) == 1
        assert identity_number(0).encode() not in files[0].read_bytes()
        assert files[0].stat().st_mode & 0o077 == 0
        await served.post(f"/-/roster/confirm/{token}", "institution", data={"act": "confirm"})


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


async def test_a_second_open_year_leaves_the_first_within_reach(
    served: Served, world: World
) -> None:
    await send(served, [person(n, 省份="浙江省", 选拔方式="推荐") for n in range(2)], "province")
    with world.connect() as conn:
        new_year.turn(conn, "2022-2023", "office", "script", commit=True)
        conn.execute("update programme_years set state = 'open'")
    newest = (await served.get("/-/roster", "institution")).text
    assert 'aria-current="page">2022-2023<' in newest
    assert "学员甲甲" not in newest
    page = (await served.get(f"/-/roster?year={YEAR}", "institution")).text
    assert "学员甲甲" in page
    assert f'<option value="{YEAR}" selected>' in page
    assert f'name="year" value="{YEAR}"' in page
    answer = await served.post("/-/roster/export.csv", "institution", data={"year": YEAR})
    assert YEAR in answer.headers["content-disposition"]
    answer = await served.get("/-/roster?year=2000-2001", "institution")
    assert answer.text.count('aria-current="page">2022-2023<') == 1


async def test_both_languages_say_everything(served: Served) -> None:
    batch = await send(served, ROWS)
    rows = [row | {"mood": "1"} for row in ROWS]
    rows[0]["职务"] = "总经理总经理"
    check = (await upload(served, roster_csv(rows).encode())).headers["location"]
    leaves = [check, *(f"{check}?show={leaf}" for leaf in ("faults", "changes", "rows"))]
    for path in ("/-/roster", batch, *leaves):
        joint = "&" if "?" in path else "?"
        page = (await served.get(f"{path}{joint}_lang=en", "institution")).text
        body = page.split("<main", 1)[1].split("</main>", 1)[0]
        data = r"学员[甲乙丙丁戊己]+|示例\d*号有限公司|名单\.csv|[^<>]*→[^<>]*|总经理"
        left = re.sub(data, "", re.sub(r"<[^>]+>", " ", body))
        assert re.findall(r"[\u4e00-\u9fff]+", left) == []


def token_of(answer: Any) -> str:
    return str(answer.headers["location"]).rsplit("/", 1)[1]


def count(html: str, word: str) -> int:
    found = re.search(rf'data-count="{word}">(\d+)<', html)
    assert found, word
    return int(found[1])


async def test_the_faults_alone_are_one_link_away(served: Served) -> None:
    await send(served, ROWS)
    rows = [dict(row) for row in ROWS]
    rows[1]["手机"], rows[2]["职务"] = "12345", "董事长"
    answer = await upload(served, roster_csv(rows).encode())
    check = answer.headers["location"]
    page = (await served.get(check, "institution")).text
    assert fault_rows(page) == ["3"]
    assert "总经理</td><td>董事长" in page
    faults = (await served.get(f"{check}?show=faults", "institution")).text
    assert fault_rows(faults) == ["3"]
    assert "董事长" not in faults
    changes = (await served.get(f"{check}?show=changes", "institution")).text
    assert "总经理</td><td>董事长" in changes
    assert fault_rows(changes) == []
    listed = (await served.get(f"{check}?show=rows", "institution")).text
    assert re.findall(r'<td class="num">(\d+)</td>', listed) == ["2", "3", "4", "5", "6", "7"]
    for odd in ("?show=nonsense", "?page=0", "?page=99999999999", "?page=²", "?show=faults&page=9"):
        assert (await served.get(check + odd, "institution")).status_code == 200


async def test_many_faults_come_in_pages(served: Served) -> None:
    rows = [person(n, 学员类别="其他") for n in range(250)]
    check = (await upload(served, roster_csv(rows).encode())).headers["location"]
    first = fault_rows((await served.get(check, "institution")).text)
    third = fault_rows((await served.get(f"{check}?show=faults&page=3", "institution")).text)
    assert (len(first), first[0]) == (100, "2")
    assert third == [str(n) for n in range(202, 252)]


async def test_leafing_does_not_check_the_file_again(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    from training import roster

    runs, run = [], roster.run
    monkeypatch.setattr(roster, "run", lambda *a, **k: runs.append(1) or run(*a, **k))
    check = (await upload(served, roster_csv(ROWS).encode())).headers["location"]
    for show in ("all", "faults", "rows", "changes", "all"):
        await served.get(f"{check}?show={show}", "institution")
    assert len(runs) == 1
    # Something was done in the record meanwhile: what the page says may no longer be true.
    await send(served, [person(n) for n in range(50, 53)])
    done = len(runs)
    page = await served.get(check, "institution")
    assert len(runs) == done + 1
    assert count(page.text, "absent") == 3


async def test_a_file_is_read_another_way(served: Served) -> None:
    content = roster_csv(ROWS).encode("gb18030")
    check = (await upload(served, content, encoding="big5")).headers["location"]
    page = (await served.get(check, "institution")).text
    assert "学员甲甲" not in page
    options = check.replace("check", "options")
    answer = await served.post(options, "institution", data={"encoding": "gb18030"})
    assert answer.headers["location"] == check
    assert "学员甲甲" in (await served.get(check, "institution")).text
    for wrong in ({"encoding": "klingon"}, {"mode": "delete"}, {"sheet": "没有"}, {}):
        answer = await served.post(options, "institution", data=wrong)
        assert answer.headers["location"] == check
        answer = await served.get(check, "institution")
        assert answer.status_code in (200, 302)


async def test_the_mode_decides_what_is_stored(served: Served, world: World) -> None:
    await send(served, ROWS)
    rows = [dict(row) for row in ROWS] + [person(7)]
    rows[0]["职务"] = "董事长"
    check = (await upload(served, roster_csv(rows).encode())).headers["location"]
    for mode, counts in (("upsert", (1, 1)), ("add", (1, 0))):
        await served.post(check.replace("check", "options"), "institution", data={"mode": mode})
        page = (await served.get(check, "institution")).text
        assert (count(page, "new"), count(page, "changed")) == counts
    await served.post(
        check.replace("check", "confirm"), "institution", data={"act": "confirm", "force": "1"}
    )
    conn = world.connect()
    assert (
        conn.execute("select count(*) from trainees where position = '董事长'").fetchone()[0] == 0
    )
    assert conn.execute("select count(*) from trainees").fetchone()[0] == len(rows)
    assert conn.execute("select mode from roster_batches order by id desc").fetchone()[0] == "add"


async def test_an_unknown_header_is_mapped_once_and_forgotten_again(
    served: Served, world: World
) -> None:
    rows = [{("联系号" if k == "手机" else k): v for k, v in row.items()} for row in ROWS]
    check = (await upload(served, roster_csv(rows).encode())).headers["location"]
    page = (await served.get(check, "institution")).text
    assert 'name="header" value="联系号"' in page
    assert "确认报送" not in page
    mapping = check.replace("check", "mapping")
    refused: list[dict[str, Any]] = [
        {"header": "联系号", "column": "password"}, {"header": "姓名", "column": "note"},
        {"header": ["甲", "乙"], "column": ["note", "note"]}, {"header": "甲"}, {},
    ]  # fmt: skip
    for wrong in refused:
        answer = await served.post(mapping, "institution", data=wrong)
        assert answer.headers["location"] == check
    conn = world.connect()
    assert conn.execute("select count(*) from remembered_headers").fetchone()[0] == 0
    await served.post(mapping, "institution", data={"header": "联系号", "column": "mobile"})
    page = (await served.get(check, "institution")).text
    assert "确认报送" in page
    assert "13800000000" not in page
    assert "138****0000" in page
    row = conn.execute("select * from remembered_headers").fetchone()
    assert tuple(row)[:4] == ("tsinghua", "联系号", "mobile", "institution")
    again = (await upload(served, roster_csv(rows[:3]).encode())).headers["location"]
    assert "确认报送" in (await served.get(again, "institution")).text
    assert "联系号" in (await served.get("/-/roster", "institution")).text
    await served.post("/-/roster/mapping/forget", "institution", data={"header": "联系号"})
    assert conn.execute("select count(*) from remembered_headers").fetchone()[0] == 0
    assert "确认报送" not in (await served.get(again, "institution")).text
    acts = [row[0] for row in conn.execute("select action from audit_log order by id")]
    assert acts[-2:] == ["map-headers", "forget-header"]


async def test_a_long_check_shows_how_far_it_is_and_can_be_stopped(
    served: Served, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    import threading

    from training import check_desk, roster

    go, run = threading.Event(), roster.run

    def slow(*args: Any, progress: Any, **more: Any) -> roster.Report:
        while not go.wait(0.01):
            progress(1234)
        return run(*args, progress=progress, **more)

    monkeypatch.setattr(roster, "run", slow)
    monkeypatch.setattr(check_desk, "PATIENCE_SECONDS", 0.1)
    check = (await upload(served, roster_csv(ROWS).encode())).headers["location"]
    answer = await served.get(check, "institution")
    assert answer.headers["refresh"] == "2"
    assert "1234" in answer.text
    confirm = check.replace("check", "confirm")
    answer = await served.post(confirm, "institution", data={"act": "cancel"})
    assert answer.headers["location"] == "/-/roster"
    assert list((world.folder / "uploads").iterdir()) == []
    assert not check_desk.JOBS.find(token_of(answer))
    assert (await served.get(check, "institution")).status_code == 404

    # The same for storing: stopped, nothing of it is in the record; let go, all of it is.
    check = (await upload(served, roster_csv(ROWS).encode())).headers["location"]
    confirm = check.replace("check", "confirm")
    answer = await served.post(confirm, "institution", data={"act": "confirm"})
    assert answer.headers["location"] == check
    assert (await served.get(check, "institution")).headers["refresh"] == "2"
    go.set()
    monkeypatch.setattr(check_desk, "PATIENCE_SECONDS", 10)
    answer = await served.post(confirm, "institution", data={"act": "confirm"})
    assert answer.headers["location"].startswith("/-/roster/batch/")
    assert world.connect().execute("select count(*) from roster_batches").fetchone()[0] == 1


async def test_a_waiting_file_survives_a_restart(served: Served) -> None:
    from training import check_desk

    check = (await upload(served, roster_csv(ROWS).encode())).headers["location"]
    await served.get(check, "institution")
    check_desk.JOBS.drop(check.rsplit("/", 1)[1])
    assert "确认报送" in (await served.get(check, "institution")).text


async def test_a_sender_takes_a_batch_back(served: Served, world: World) -> None:
    batch = await send(served, ROWS)
    answer = await served.post(f"{batch}/undo", "province", data={})
    assert world.connect().execute("select status from roster_batches").fetchone()[0] == "submitted"
    await served.get(f"{batch}/undo", "institution")
    assert world.connect().execute("select status from roster_batches").fetchone()[0] == "submitted"
    answer = await served.post(f"{batch}/undo", "institution")
    assert answer.headers["location"] == batch
    page = (await served.get(batch, "institution")).text
    assert "data-undone" in page
    assert re.search(r'data-count="reversed">6 行：2-7<', page)
    assert f'action="{batch}/undo"' not in page
    again = await served.post(f"{batch}/undo", "institution")
    assert again.headers["location"] == batch


async def test_wrong_addresses_and_bare_posts_get_an_answer(served: Served) -> None:
    token = "x" * 32
    for method, path in (
        ("GET", f"/-/roster/check/{token}"), ("POST", f"/-/roster/confirm/{token}"),
        ("POST", f"/-/roster/options/{token}"), ("POST", f"/-/roster/mapping/{token}"),
        ("POST", "/-/roster/mapping/forget"), ("POST", "/-/roster/upload"),
        ("POST", "/-/roster/select"), ("GET", "/-/roster/batch/999999"),
        ("POST", "/-/roster/batch/999999/undo"),
    ):  # fmt: skip
        answer = await served.ask(method, path, "institution")
        assert answer.status_code in (302, 400, 404), path
        odd = await served.ask(method, path, "institution", content=b"\xff\xfe=\x00",
                               headers={"content-type": "application/x-www-form-urlencoded"})  # fmt: skip
        assert odd.status_code in (200, 302, 400, 404), path


async def test_a_full_disk_is_said_in_words_and_stores_nothing(
    served: Served, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = await upload(served, roster_csv(ROWS).encode())
    check = answer.headers["location"]

    def full(*_: object, **__: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr("training.roster_store.store", full)
    token = check.rsplit("/", 1)[1]
    answer = await served.post(f"/-/roster/confirm/{token}", "institution", data={"act": "confirm"})
    assert answer.status_code == 302
    assert "ds_messages" in answer.headers["set-cookie"]
    assert world.connect().execute("select count(*) from trainees").fetchone()[0] == 0
