"""信息表、培训方案、联合委托培养、地方支持、复训: each side at its own page, and nobody elsewhere."""

from typing import Any

import pytest
from training import contacts

from tests.conftest import YEAR, World
from tests.served import Served
from tests.worlds import add_class, add_people, insert, set_year

PROVINCE = "330000"
FORM = {
    "act": "send", "year": YEAR,
    "responsible_official_name": "示例甲", "responsible_official_department": "",
    "responsible_official_title": "副局长", "responsible_official_phone": "0571-87000000",
    "responsible_official_mobile": "", "responsible_official_email": "",
    "liaison_name": "示例乙", "liaison_department": "中小企业处", "liaison_title": "主任科员",
    "liaison_phone": "", "liaison_mobile": "13800000000", "liaison_email": "b@example.org",
}  # fmt: skip
PAGES = {
    "contact-form": {"province", "office"},
    "plans": {"office", "institution", "province"},
    "commissioned": {"province", "office"},
    "support": {"province", "office"},
    "retraining": {"institution", "office"},
}


def rows(world: World, sql: str) -> list[tuple[Any, ...]]:
    conn = world.connect()
    try:
        return [tuple(row) for row in conn.execute(sql)]
    finally:
        conn.close()


def run(world: World, sql: str) -> None:
    conn = world.connect()
    conn.execute(sql)
    conn.close()


@pytest.mark.parametrize("page", PAGES)
async def test_each_page_is_for_its_sides_alone(served: Served, page: str) -> None:
    for who in ("office", "institution", "province", "assessor", "analyst", "auditor"):
        answer = await served.get(f"/-/{page}", who)
        assert (answer.status_code == 200) == (who in PAGES[page]), who
        sent = await served.post(f"/-/{page}", who, data={"act": "nothing", "year": YEAR})
        assert sent.status_code == (400 if who in PAGES[page] else answer.status_code), who
    assert (await served.get(f"/-/{page}?year=1999-2000", "office")).status_code == 404
    assert (await served.get(f"/-/{page}", None)).status_code == 302


# ---- the contact form -------------------------------------------------------------------------


async def test_a_form_comes_late_and_is_taken(served: Served, world: World) -> None:
    page = (await served.get("/-/contact-form", "province")).text
    assert "2021-10-30" in page
    assert "未报送" in page
    assert (await served.post("/-/contact-form", "province", data=FORM)).status_code == 302
    page = (await served.get("/-/contact-form", "province")).text
    assert "逾期" in page
    assert 'value="示例乙"' in page
    found = "select province, role, name, mobile from province_contacts order by role"
    assert rows(world, found) == [
        (PROVINCE, "liaison", "示例乙", "13800000000"),
        (PROVINCE, "responsible_official", "示例甲", None),
    ]
    log = " ".join(row[0] for row in rows(world, "select detail from audit_log"))
    assert "示例甲" not in log
    assert "13800000000" not in log
    office = (await served.get("/-/contact-form", "office")).text
    reminder = office.split("<textarea", 1)[1].split("</textarea>", 1)[0]
    assert "浙江" not in reminder
    assert "以下 36 个主管部门" in reminder
    assert "云南省" in reminder


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"liaison_name": " "}, "请填写“联络员姓名”"),
        ({"responsible_official_title": ""}, "请填写“负责同志职务”"),
        ({"liaison_mobile": "12800000000"}, "11 位手机号"),
        ({"liaison_mobile": "0571-87000000"}, "11 位手机号"),
        ({"liaison_email": "b@"}, "写得不完整"),
        ({"responsible_official_phone": "分机 3"}, "请填电话号码"),
        ({"responsible_official_email": "nobody"}, "写得不完整"),
    ],
)
async def test_a_form_with_a_fault_keeps_what_was_typed(
    served: Served, world: World, change: dict[str, str], said: str
) -> None:
    answer = await served.post("/-/contact-form", "province", data=FORM | change)
    assert (answer.status_code, said in answer.text) == (400, True)
    assert 'value="中小企业处"' in answer.text
    assert rows(world, "select count(*) from province_contacts") == [(0,)]


async def test_all_faults_of_a_form_are_told_at_once(served: Served) -> None:
    change = {"liaison_name": "", "liaison_email": "x", "responsible_official_phone": ""}
    text = (await served.post("/-/contact-form", "province", data=FORM | change)).text
    for said in ("联络员姓名", "联络员邮箱", "负责同志电话"):
        assert f"“{said}”" in text


async def test_contacts_keep_their_history(served: Served, world: World) -> None:
    await served.post("/-/contact-form", "province", data=FORM)
    await served.post("/-/contact-form", "province", data=FORM | {"liaison_name": "示例丙"})
    # A correction on the very day is no change of the person.
    assert rows(world, "select count(*) from province_contacts") == [(2,)]
    run(world, "update province_contacts set valid_from = '2021-10-29'")
    await served.post("/-/contact-form", "province", data=FORM | {"liaison_name": "示例丁"})
    names = "select name, valid_to is null from province_contacts where role = 'liaison'"
    assert rows(world, f"{names} order by id") == [("示例丙", 0), ("示例丁", 1)]
    assert rows(world, "select count(*) from province_contacts") == [(3,)]
    assert "示例丙" in (await served.get("/-/contact-form", "province")).text


async def test_the_first_form_counts_unless_it_was_returned(served: Served, world: World) -> None:
    await served.post("/-/contact-form", "province", data=FORM)
    run(world, "update contact_forms set received_at = '2021-10-30T09:00:00+08:00'")
    await served.post("/-/contact-form", "province", data=FORM)
    assert rows(world, "select received_at from contact_forms") == [("2021-10-30T09:00:00+08:00",)]
    judge = {"year": YEAR, "province": PROVINCE, "act": "returned", "reason": ""}
    assert "请写明退回理由" in (await served.post("/-/contact-form", "office", data=judge)).text
    await served.post("/-/contact-form", "office", data=judge | {"reason": "缺联络员"})
    assert "缺联络员" in (await served.get("/-/contact-form", "province")).text
    await served.post("/-/contact-form", "province", data=FORM)
    ((received, status),) = rows(world, "select received_at, status from contact_forms")
    assert (received > "2021-10-30T09:00:00+08:00", status) == (True, "received")
    await served.post("/-/contact-form", "office", data=judge | {"act": "accepted"})
    assert rows(world, "select status from contact_forms") == [("accepted",)]
    other = judge | {"act": "accepted", "province": "110000"}
    assert "还没有报送" in (await served.post("/-/contact-form", "office", data=other)).text


@pytest.mark.parametrize(
    ("received_at", "state", "days"),
    [
        ("2021-10-30T23:59:59+08:00", "on_time", 0),
        ("2021-10-31T00:00:00+08:00", "late", 1),
        ("2021-11-03T12:00:00+08:00", "late", 4),
    ],
)
def test_how_late_a_form_is(world: World, received_at: str, state: str, days: int) -> None:
    conn = world.connect()
    insert(conn, "contact_forms", year=YEAR, province=PROVINCE, received_at=received_at)
    row = contacts.form_of(conn, YEAR, PROVINCE)
    assert row
    assert (row["state"], row["days_late"]) == (state, days)
    set_year(conn, contact_form_due="2999-12-31")
    other = contacts.form_of(conn, YEAR, "110000")
    assert other
    assert (other["state"], other["days_late"]) == ("waiting", 0)


# ---- plans ------------------------------------------------------------------------------------


async def test_a_plan_from_its_draft_into_force(served: Served, world: World) -> None:
    plan = {"act": "draft", "year": YEAR, "province": PROVINCE, "content": "目标、课程、师资"}
    await served.post("/-/plans", "institution", data=plan)
    assert rows(world, "select institution, version, status, province from training_plans") == [
        ("tsinghua", 1, "draft", PROVINCE)
    ]
    named = {"year": YEAR, "plan": "1"}
    assert (
        await served.post("/-/plans", "office", data=named | {"act": "in-force"})
    ).status_code == 400
    for who in ("institution", "province"):
        await served.post("/-/plans", who, data=named | {"act": "agree"})
    assert rows(world, "select status from training_plans") == [("draft",)]
    assert (
        "已经同意过了"
        in (await served.post("/-/plans", "province", data=named | {"act": "agree"})).text
    )
    rewritten = named | plan | {"act": "rewrite", "content": "改过的方案"}
    await served.post("/-/plans", "institution", data=rewritten)
    agreed = (
        "select office_agreed_at, province_agreed_at, institution_agreed_at from training_plans"
    )
    assert rows(world, agreed) == [(None, None, None)]
    for who in ("institution", "province", "office"):
        await served.post("/-/plans", who, data=named | {"act": "agree"})
    assert rows(world, "select status from training_plans") == [("agreed",)]
    in_force = named | {"act": "in-force"}
    assert (await served.post("/-/plans", "institution", data=in_force)).status_code == 400
    assert (await served.post("/-/plans", "office", data=in_force)).status_code == 302
    assert rows(world, "select status from training_plans") == [("in_force",)]
    answer = await served.post("/-/plans", "institution", data=rewritten)
    assert "另起一个版本" in answer.text
    assert "改过的方案" in answer.text


async def test_the_plan_of_another_is_out_of_reach(served: Served, world: World) -> None:
    insert(world.connect(), "training_plans", year=YEAR, institution="pku", version=1,
           status="draft", province="110000", content="别人的")  # fmt: skip
    for who in ("institution", "province"):
        assert "别人的" not in (await served.get("/-/plans", who)).text
        agree = {"act": "agree", "year": YEAR, "plan": "1"}
        assert "没有这个方案" in (await served.post("/-/plans", who, data=agree)).text
    draft = {"act": "draft", "year": YEAR, "province": PROVINCE, "content": "x"}
    assert (await served.post("/-/plans", "province", data=draft)).status_code == 400
    await served.post("/-/plans", "institution", data=draft | {"institution": "pku"})
    assert rows(world, "select institution from training_plans where content = 'x'") == [
        ("tsinghua",)
    ]


def test_no_hand_puts_a_plan_in_force_that_not_all_have_agreed_to(world: World) -> None:
    import sqlite3

    conn = world.connect()
    plan = {"year": YEAR, "institution": "pku", "version": 1}
    with pytest.raises(sqlite3.IntegrityError, match="三方都同意"):
        insert(conn, "training_plans", status="in_force", **plan)
    insert(conn, "training_plans", status="draft", **plan)
    with pytest.raises(sqlite3.IntegrityError, match="三方都同意"):
        conn.execute("update training_plans set status = 'in_force', office_agreed_at = 'x'")


# ---- commissioned trainings, support ----------------------------------------------------------


async def test_a_training_is_reported_and_acknowledged(served: Served, world: World) -> None:
    new = {
        "act": "report", "year": YEAR, "title": "研修班", "institution": "zju", "mode": "joint",
        "starts_on": "2099-03-01",
    }  # fmt: skip
    for change in ({"institution": "scu"}, {"mode": ""}, {"title": ""}, {"starts_on": ""}):
        answer = await served.post("/-/commissioned", "province", data=new | change)
        assert answer.status_code == 400, change
    await served.post("/-/commissioned", "province", data=new)
    await served.post("/-/commissioned", "province", data=new | {"starts_on": "2022-03-01"})
    page = (await served.get("/-/commissioned", "province")).text
    assert page.count("晚于开始") == 1
    act = {"year": YEAR, "training": "1"}
    assert (
        await served.post("/-/commissioned", "province", data=act | {"act": "acknowledge"})
    ).status_code == 400
    await served.post("/-/commissioned", "office", data=act | {"act": "acknowledge"})
    assert rows(world, "select province, miit_ack_at is null from commissioned_trainings") == [
        (PROVINCE, 0), (PROVINCE, 1),
    ]  # fmt: skip
    kept = await served.post("/-/commissioned", "province", data=act | {"act": "withdraw"})
    assert "不能撤回" in kept.text
    insert(world.connect(), "commissioned_trainings", year=YEAR, province="110000",
           institution="pku", mode="joint", title="别省的")  # fmt: skip
    assert "别省的" not in (await served.get("/-/commissioned", "province")).text
    for name in ("withdraw", "report-planned"):
        form = {"act": name, "year": YEAR, "training": "3"}
        assert (await served.post("/-/commissioned", "province", data=form)).status_code == 400
    assert rows(world, "select count(*) from commissioned_trainings") == [(3,)]


async def test_support_may_be_unknown_zero_or_an_amount(served: Served, world: World) -> None:
    for typed, stored in (("", None), ("0", 0), ("1,500,000.5", 150_000_050)):
        form = {"act": "support", "year": YEAR, "amount": typed, "document": "示例文件"}
        assert (await served.post("/-/support", "province", data=form)).status_code == 302
        assert rows(world, "select province, amount_fen from province_supports") == [
            (PROVINCE, stored)
        ]
    answer = await served.post("/-/support", "province", data=form | {"amount": "约百万"})
    assert (answer.status_code, 'value="约百万"' in answer.text) == (400, True)
    page = (await served.get("/-/support", "office")).text
    assert "1,500,000.50" in page
    assert page.count("不详") == 36


# ---- retraining -------------------------------------------------------------------------------


async def test_alumni_come_back_to_a_class_of_their_institution(
    served: Served, world: World
) -> None:
    conn = world.connect()
    insert(conn, "programme_years", key="2020-2021", name_zh="上年", name_en="Last", state="closed",
           target_trainees=1, suspended_count=0)  # fmt: skip
    for slug in ("tsinghua", "pku"):
        insert(conn, "institution_years", year="2020-2021", institution=slug, status="assessed",
               selection_basis="示例")  # fmt: skip
    (own,) = add_people(conn, year="2020-2021", state="certified", name="往届甲")
    (foreign,) = add_people(
        conn, year="2020-2021", state="certified", name="往届乙", institution="pku"
    )
    (unfinished,) = add_people(conn, year="2020-2021", state="not_completed", name="往届丙")
    number = add_class(conn)
    found = await served.post(
        "/-/retraining", "institution", data={"act": "find", "year": YEAR, "name": "往届"}
    )
    assert found.status_code == 200
    assert "往届甲" in found.text
    assert "往届乙" not in found.text
    assert "往届丙" not in found.text
    form = {"act": "register", "year": YEAR, "class": str(number)}
    for person in (foreign, unfinished):
        answer = await served.post(
            "/-/retraining", "institution", data=form | {"person": str(person)}
        )
        assert answer.status_code == 400
    await served.post("/-/retraining", "institution", data=form | {"person": str(own)})
    assert rows(world, "select trainee_id, cohort_id, year from retraining") == [
        (own, number, YEAR)
    ]
    page = (await served.get("/-/retraining", "institution")).text
    assert "往届甲" in page
    cancel = {"act": "cancel", "year": YEAR, "trainee": str(own), "class": str(number)}
    await served.post("/-/retraining", "institution", data=cancel)
    assert rows(world, "select count(*) from retraining") == [(0,)]
