"""班级 as a clerk uses it: open a class, fill it, teach, record, account, decide; and who may not."""

import re
from typing import Any

import pytest

from tests.conftest import YEAR, World
from tests.served import Served
from tests.worlds import add_class, add_people, insert, set_year

NEW = {
    "act": "edit", "year": YEAR, "track": "regional_development", "name": "一班",
    "starts_on": "2022-01-10", "ends_on": "2023-01-09", "level": "", "duration_kind": "long",
    "delivery": "",
}  # fmt: skip
SESSION = {
    "act": "session", "held_on": "2022-03-01", "hours": "3.5", "title": "开班课",
    "mode": "classroom", "host_province": "", "module_id": "",
}  # fmt: skip
ITEM = {
    "act": "book", "direction": "received", "what": "学费", "amount": "12000.50",
    "voucher_no": "记-1", "booked_on": "2022-02-01",
}  # fmt: skip


def rows(world: World, sql: str) -> list[tuple[Any, ...]]:
    conn = world.connect()
    try:
        return [tuple(row) for row in conn.execute(sql)]
    finally:
        conn.close()


def teaching(world: World, people: int = 3, **columns: Any) -> tuple[int, list[int]]:
    """A class of Tsinghua with people and one session."""
    conn = world.connect()
    number = add_class(conn, **columns)
    ids = add_people(conn, people, cohort_id=number)
    insert(conn, "class_sessions", cohort_id=number, held_on="2022-03-01", mode="classroom",
           hours=4.0, title="开班课")  # fmt: skip
    conn.close()
    return number, ids


async def test_a_class_from_its_opening_to_the_decision(served: Served, world: World) -> None:
    set_year(world.connect(), min_attendance_percent=80)
    add_people(world.connect(), 3)
    answer = await served.post("/-/classes", "institution", data=NEW)
    place = answer.headers["location"]
    page = (await served.get(place, "institution")).text
    people = re.findall(r'name="person" value="(\d+)"', page)
    assert len(people) == 3
    for form in (
        {"act": "put-in", "person": people},
        SESSION,
        SESSION | {"title": "交流", "mode": "exchange", "host_province": "310000", "hours": "1"},
        {"act": "consent", "version": "2021-1", "at": "2022-01-10", "channel": "paper"},
    ):
        assert (await served.post(place, "institution", data=form)).status_code == 302, form
    assert "跨区域" in (await served.get(place, "institution")).text
    sessions = [row[0] for row in rows(world, "select id from class_sessions order by id")]
    ticks = [f"{sessions[0]}:{p}" for p in people[:2]] + [f"{sessions[1]}:{p}" for p in people]
    attendance = {"act": "grid", "present": ticks}
    await served.post(f"{place}/attendance", "institution", data=attendance)
    assert rows(world, "select sum(present), count(*) from attendance") == [(5, 6)]
    page = (await served.get(f"{place}/completion", "institution")).text
    assert "出勤不足 80%" in page
    assert "1 / 4.5 = 22%" in page
    await served.post(f"{place}/completion", "institution", data={"act": "mark"})
    assert rows(world, "select state, count(*) from trainees group by state") == [
        ("completed", 2), ("not_completed", 1),
    ]  # fmt: skip
    events = "select to_state, actor, reason from trainee_events where id > 9 order by id"
    assert [row for row in rows(world, events) if row[0] in ("completed", "not_completed")] == [
        ("completed", "institution", "达到年度结业规则"),
        ("completed", "institution", "达到年度结业规则"),
        ("not_completed", "institution", "出勤不足 80%"),
    ]
    log = rows(world, "select action, subject from audit_log where actor = 'institution'")
    assert {("put-in", "cohorts"), ("attendance", "cohorts"), ("complete", "cohorts")} <= set(log)
    assert rows(world, "select count(*) from consents") == [(3,)]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": " "}, "请填写“班级名称”"),
        ({"ends_on": "2022-01-09"}, "结束日期不得早于开始日期"),
        ({"starts_on": "明年"}, "请填日期"),
        ({"track": "srdi"}, "不承担这个培训方向"),
        ({"level": "best"}, "请选择“层次”"),
    ],
)
async def test_a_class_that_can_not_be_keeps_what_was_typed(
    served: Served, change: dict[str, str], said: str
) -> None:
    answer = await served.post("/-/classes", "institution", data=NEW | {"name": "二班"} | change)
    assert answer.status_code == 400
    assert said in answer.text
    assert change.get("name") or 'value="二班"' in answer.text


async def test_a_second_class_of_the_same_name_is_refused(served: Served, world: World) -> None:
    await served.post("/-/classes", "institution", data=NEW)
    answer = await served.post("/-/classes", "institution", data=NEW)
    assert "已经有相同的一条" in answer.text
    assert rows(world, "select institution from cohorts") == [("tsinghua",)]


async def test_nobody_reaches_the_class_of_another(served: Served, world: World) -> None:
    number = add_class(world.connect(), institution="pku")
    for tab in ("", "/attendance", "/funds", "/completion"):
        path = f"/-/classes/{number}{tab}"
        assert (await served.get(path, "institution")).status_code == 404
        assert (await served.get(path, "office")).status_code == 200
        for who in ("province", "assessor", "analyst", "auditor", None):
            assert (await served.get(path, who)).status_code in (302, 403, 404)
            assert (await served.post(path, who, data=SESSION)).status_code in (302, 403, 404)
        assert (await served.post(path, "institution", data=SESSION)).status_code == 404
    assert rows(world, "select count(*) from class_sessions") == [(0,)]
    # An institution that names another opens a class of its own.
    await served.post("/-/classes", "institution", data=NEW | {"institution": "pku", "name": "三"})
    assert rows(world, "select institution from cohorts where name = '三'") == [("tsinghua",)]


async def test_people_of_others_are_not_put_into_a_class(served: Served, world: World) -> None:
    number, own = teaching(world)
    conn = world.connect()
    (foreign,) = add_people(conn, institution="pku")
    (other_track,) = add_people(conn, track="thematic")
    form = {"act": "put-in", "person": [str(foreign), str(other_track), str(own[0])]}
    answer = await served.post(f"/-/classes/{number}", "institution", data=form)
    assert answer.status_code == 400
    found = rows(world, f"select cohort_id from trainees where id in ({foreign}, {other_track})")
    assert found == [(None,), (None,)]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"hours": "3.3"}, "0.5 为单位"),
        ({"hours": "0"}, "0.5 到 24"),
        ({"hours": "25"}, "0.5 到 24"),
        ({"title": ""}, "请填写“内容”"),
        ({"held_on": "2022-03"}, "请填日期"),
        ({"mode": "party"}, "请选择“方式”"),
        ({"mode": "exchange"}, "请选择举办地"),
    ],
)
async def test_a_session_that_can_not_be(
    served: Served, world: World, change: dict[str, str], said: str
) -> None:
    number = add_class(world.connect())
    answer = await served.post(f"/-/classes/{number}", "institution", data=SESSION | change)
    assert (answer.status_code, said in answer.text) == (400, True)
    assert rows(world, "select count(*) from class_sessions") == [(0,)]


async def test_a_session_with_attendance_stays(served: Served, world: World) -> None:
    number, people = teaching(world)
    path = f"/-/classes/{number}"
    await served.post(f"{path}/attendance", "office", data={"act": "grid", "present": "1:1"})
    remove = {"act": "session-removed", "session": "1"}
    assert "不能删除" in (await served.post(path, "institution", data=remove)).text
    await served.post(path, "institution", data=SESSION | {"title": "多余"})
    await served.post(path, "institution", data=remove | {"session": "2"})
    assert rows(world, "select title from class_sessions") == [("开班课",)]
    assert people


async def test_attendance_that_is_not_recorded_is_no_absence(served: Served, world: World) -> None:
    number, _ = teaching(world)
    path = f"/-/classes/{number}/attendance"
    await served.post(path, "institution", data={"act": "grid"})
    assert rows(world, "select count(*) from attendance") == [(0,)]
    await served.post(path, "institution", data={"act": "grid", "present": ["1:1", "1:2", "7:7"]})
    await served.post(path, "institution", data={"act": "grid", "present": ["x", "1:1:1"]})
    assert rows(world, "select trainee_id, present from attendance") == [(1, 0), (2, 0), (3, 0)]


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ("示例1\n张三", "第 2 行的姓名不在这个班"),
        ("示例1\n\n示例1", "第 3 行的姓名重复"),
        ("王伟", "有 2 人同名"),
        ("", "请写上到课学员的姓名"),
    ],
)
async def test_a_list_of_names_with_a_fault_stores_nothing(
    served: Served, world: World, names: str, said: str
) -> None:
    number, _ = teaching(world)
    add_people(world.connect(), 2, cohort_id=number, name="王伟")
    form = {"act": "names", "session": "1", "names": names}
    answer = await served.post(f"/-/classes/{number}/attendance", "institution", data=form)
    assert (answer.status_code, said in answer.text) == (400, True)
    assert not names or names.splitlines()[0] in answer.text
    assert rows(world, "select count(*) from attendance") == [(0,)]


async def test_names_by_paste_and_by_file(served: Served, world: World) -> None:
    number, _ = teaching(world)
    path = f"/-/classes/{number}/attendance"
    form = {"act": "names", "session": "1", "names": "示例1\r\n　示例 3 "}
    await served.post(path, "institution", data=form)
    assert rows(world, "select present from attendance order by trainee_id") == [(1,), (0,), (1,)]
    file = ("到课.csv", "序号,姓名\n1,示例2\n".encode("gb18030"), "text/csv")
    form = {"act": "names", "session": "1", "names": ""}
    await served.post(path, "institution", data=form, files={"file": file})
    assert rows(world, "select present from attendance order by trainee_id") == [(0,), (1,), (0,)]
    damaged = ("名单.xlsx", b"PK\x03\x04 nothing", "application/zip")
    answer = await served.post(path, "institution", data=form, files={"file": damaged})
    assert answer.status_code == 400
    session_of_another = await served.post(path, "institution", data=form | {"session": "99"})
    assert "请选择教学活动" in session_of_another.text


async def test_an_account_in_fen_until_it_is_closed(served: Served, world: World) -> None:
    number = add_class(world.connect())
    path = f"/-/classes/{number}/funds"
    for amount in ("12.345", "1万", "-5", "1e3", "0", ""):
        answer = await served.post(path, "institution", data=ITEM | {"amount": amount})
        assert answer.status_code == 400, amount
        assert 'value="学费"' in answer.text
    assert "还没有任何收支" in (await served.post(path, "office", data={"act": "close"})).text
    await served.post(path, "institution", data=ITEM)
    spent = {"direction": "spent", "what": "师资", "amount": "12,000.51", "voucher_no": ""}
    await served.post(path, "institution", data=ITEM | spent)
    items = "select direction, source, category, amount_fen, voucher_no from fund_items order by id"
    assert rows(world, items) == [
        ("received", "学费", None, 1_200_050, "记-1"), ("spent", None, "师资", 1_200_051, None),
    ]  # fmt: skip
    assert "没有凭证号" in (await served.post(path, "office", data={"act": "close"})).text
    await served.post(
        path, "institution", data={"act": "voucher", "item": "2", "voucher_no": "记-2"}
    )
    assert "支出大于收入" in (await served.post(path, "office", data={"act": "close"})).text
    await served.post(path, "institution", data={"act": "unbook", "item": "2"})
    await served.post(path, "institution", data=ITEM | spent | {"amount": "5", "voucher_no": "2"})
    assert (await served.post(path, "institution", data={"act": "close"})).status_code == 302
    assert "已结清" in (await served.post(path, "institution", data=ITEM)).text
    assert (
        await served.post(path, "office", data={"act": "unbook", "item": "1"})
    ).status_code == 400
    assert "12,000.50" in (await served.get(path, "institution")).text


async def test_partners_of_a_special_topic(served: Served, world: World) -> None:
    number = add_class(world.connect(), institution="miit-talent-exchange", track="srdi")
    form = {"act": "partner", "name": "示例行业协会", "kind": "industry_body"}
    await served.post(f"/-/classes/{number}", "office", data=form)
    assert "示例行业协会" in (await served.get(f"/-/classes/{number}", "office")).text
    await served.post(f"/-/classes/{number}", "office",
                      data={"act": "partner-removed", "partner": "1"})  # fmt: skip
    assert rows(world, "select count(*) from partner_organisations") == [(0,)]


async def test_a_button_that_is_none_does_nothing(served: Served, world: World) -> None:
    number, _ = teaching(world)
    for data in ({"act": "delete"}, {}, {"act": "put-in"}, {"act": "take-out", "person": "x"}):
        answer = await served.post(f"/-/classes/{number}", "institution", data=data)
        assert answer.status_code == 400
    assert (await served.get("/-/classes?year=1999-2000", "office")).status_code == 404
