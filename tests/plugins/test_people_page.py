"""学员: who sees whom, what may be done, and that every rule of a roster holds in the form too."""

import re
import sqlite3
from typing import Any

import pytest
from training import person_acts, roster
from training.context import Sender
from training.database import acting, transaction

from tests.conftest import YEAR, World
from tests.people import person, roster_csv
from tests.served import PEOPLE, Served

NOBODY = 999_999


@pytest.fixture
def people(world: World, conn: sqlite3.Connection) -> dict[str, int]:
    """One person enrolled at Tsinghua, one at Peking, one nominated by Zhejiang to Tsinghua."""
    for number, slug, name in ((0, "tsinghua", "清华大学"), (1, "pku", "北京大学")):
        send(world, conn, person(number, institution=name, industry="34"), Sender(slug))
    send(
        world, conn,
        {**person(2, institution="清华大学"), "选拔方式": "推荐", "推荐单位": "浙江省"},
        Sender(province="330000"),
    )  # fmt: skip
    with transaction(conn), acting(conn, "office", "script"):
        for state in ("approved", "enrolled"):
            conn.execute("update trainees set state = ? where state <> 'nominated'", (state,))
    rows = conn.execute("select id, institution, state from trainees").fetchall()
    return {
        ("nominee" if row["state"] == "nominated" else row["institution"]): row["id"]
        for row in rows
    }


def send(world: World, conn: sqlite3.Connection, row: dict[str, str], sender: Sender) -> None:
    path = world.folder / "roster.csv"
    path.write_text(roster_csv([row]), encoding="utf-8")
    order = roster.Order(path, YEAR, sender, by="test", force=True)
    report = roster.run(conn, order, world.keys, commit=True)
    assert report.committed, report.problems


def version(html: str) -> str:
    found = re.search(r'name="version" value="(\w+)"', html)
    assert found
    return found[1]


def fields(html: str) -> dict[str, str]:
    """What the form for changing a person holds."""
    form = html[html.index('value="edit"') - 30_000 :] if len(html) > 40_000 else html
    found = dict(re.findall(r'<input id="f-\w+" name="(\w+)" value="([^"]*)"', form))
    return {**found, "version": version(html), "act": "edit"}


async def act(served: Served, who: str, number: int, **form: str) -> Any:
    return await served.post(f"/-/people/{number}", who, data=form)


def stored(conn: sqlite3.Connection, number: int) -> dict[str, Any]:
    return dict(conn.execute("select * from trainees where id = ?", (number,)).fetchone())


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("office", {"tsinghua", "pku", "nominee"}), ("institution", {"tsinghua", "nominee"}),
        ("province", {"nominee"}), ("assessor", set()), ("analyst", set()), ("auditor", set()),
        (None, set()),
    ],
)  # fmt: skip
async def test_each_sees_its_own_people(
    served: Served, people: dict[str, int], who: str | None, sees: set[str]
) -> None:
    nobody = await served.get(f"/-/people/{NOBODY}", who)
    for name, number in people.items():
        answer = await served.get(f"/-/people/{number}", who)
        assert (answer.status_code == 200) == (name in sees), name
        if name not in sees:
            # The same no as for somebody who is not there.
            assert answer.status_code == nobody.status_code
            said, nothing = (
                text.replace(f"/-/people/{one}", "") for text, one in
                ((answer.text, number), (nobody.text, NOBODY))
            )  # fmt: skip
            said, nothing = (re.sub(r'nonce="[^"]*"', "", text) for text in (said, nothing))
            assert said == nothing
    listed = await served.get("/-/people", who)
    assert set(re.findall(r'href="/-/people/(\d+)"', listed.text)) == {str(people[n]) for n in sees}


async def test_nobody_reads_a_full_number(served: Served, people: dict[str, int]) -> None:
    for who in ("office", "institution", "province"):
        for path in ("/-/people", *(f"/-/people/{number}" for number in people.values())):
            text = (await served.get(path, who)).text
            for row in (person(0), person(1), person(2)):
                assert row["身份证号码"] not in text
                assert row["手机"] not in text


async def test_two_characters_of_a_name_find_the_person(
    served: Served, people: dict[str, int]
) -> None:
    name = person(0)["姓名"]
    for word, found in ((name[:2], True), (name[-2:], True), ("不在", False), ("%", False)):
        answer = await served.post(
            "/-/people", "institution", data={"word": word, "state": "enrolled"}
        )
        assert (f"/-/people/{people['tsinghua']}" in answer.text) == found, word


async def test_a_change_goes_the_way_of_a_roster(
    served: Served, people: dict[str, int], conn: sqlite3.Connection
) -> None:
    number = people["tsinghua"]
    form = fields((await served.get(f"/-/people/{number}", "institution")).text)
    assert form["mobile"] == ""
    wrong = await act(served, "institution", number, **{
        **form, "position": "董事长", "uscc": "123", "email": "x", "employees": "约200人",
    })  # fmt: skip
    assert wrong.status_code == 400
    assert wrong.text.count('class="field-error"') == 3
    assert 'value="董事长"' in wrong.text  # nothing typed is lost
    assert stored(conn, number)["position"] == "总经理"
    right = await act(served, "institution", number, **{**form, "position": "董事长"})
    assert right.status_code == 302
    row = stored(conn, number)
    assert (row["position"], row["state"]) == ("董事长", "enrolled")
    page = (await served.get(f"/-/people/{number}", "institution")).text
    assert "总经理 → 董事长" in page


async def test_blank_keeps_the_mobile_and_clears_the_rest(
    served: Served, people: dict[str, int], conn: sqlite3.Connection
) -> None:
    number = people["tsinghua"]
    before = stored(conn, number)
    form = fields((await served.get(f"/-/people/{number}", "institution")).text)
    done = await act(served, "institution", number, **{**form, "industry_code": "", "note": "备注"})
    assert done.status_code == 302
    after = stored(conn, number)
    assert (after["industry_code"], after["note"]) == (None, "备注")
    assert after["mobile_key"] == before["mobile_key"]
    form = fields((await served.get(f"/-/people/{number}", "institution")).text)
    assert (await act(served, "institution", number, **{**form, "position": ""})).status_code == 400
    done = await act(served, "institution", number, **{**form, "mobile": "13900001111"})
    assert done.status_code == 302
    assert stored(conn, number)["mobile_masked"] == "139****1111"


async def test_who_an_approved_person_is_only_the_office_changes(
    served: Served, people: dict[str, int], conn: sqlite3.Connection
) -> None:
    number = people["tsinghua"]
    form = fields((await served.get(f"/-/people/{number}", "institution")).text)
    locked = await act(served, "institution", number, **{**form, "name": "改名甲"})
    assert locked.status_code == 400
    assert "只能由协调小组办公室修改" in locked.text
    form = fields((await served.get(f"/-/people/{number}", "office")).text)
    assert (await act(served, "office", number, **{**form, "name": "改名甲"})).status_code == 302
    assert stored(conn, number)["name"] == "改名甲"


async def test_two_tabs_never_overwrite_each_other(
    served: Served, people: dict[str, int], conn: sqlite3.Connection
) -> None:
    number = people["tsinghua"]
    form = fields((await served.get(f"/-/people/{number}", "institution")).text)
    assert (await act(served, "institution", number, **{**form, "note": "一"})).status_code == 302
    late = await act(served, "institution", number, **{**form, "note": "二"})
    assert late.status_code == 400
    assert "已被别人修改" in late.text
    assert 'value="二"' in late.text
    assert stored(conn, number)["note"] == "一"
    late = await act(
        served,
        "institution",
        number,
        act="withdraw",
        reason="不再参加培训",
        version=form["version"],
    )
    assert late.status_code == 400


@pytest.mark.parametrize(
    ("who", "name", "allowed"),
    [
        ("institution", "tsinghua", True), ("office", "tsinghua", True), ("office", "nominee", True),
        ("province", "nominee", True), ("institution", "nominee", False),
        ("institution", "pku", False), ("province", "tsinghua", False), ("assessor", "pku", False),
    ],
)  # fmt: skip
async def test_who_withdraws_whom(
    served: Served,
    people: dict[str, int],
    conn: sqlite3.Connection,
    who: str,
    name: str,
    allowed: bool,
) -> None:
    number = people[name]
    page = await served.get(f"/-/people/{number}", "office")
    sent = {"act": "withdraw", "version": version(page.text)}
    assert (await act(served, who, number, **sent, reason="")).status_code in (400, 403, 404)
    answer = await act(served, who, number, **sent, reason="本人申请退出培训")
    assert (answer.status_code == 302) == allowed
    assert (stored(conn, number)["state"] == "withdrawn") == allowed
    entries = conn.execute(
        "select actor, subject_key from audit_log where action = 'withdraw'"
    ).fetchall()
    assert [tuple(entry) for entry in entries] == ([(who, str(number))] if allowed else [])
    again = await act(served, "office", number, **sent, reason="本人申请退出培训")
    assert again.status_code == (400 if allowed else 302)


async def test_what_is_over_cannot_be_changed(
    served: Served, people: dict[str, int], conn: sqlite3.Connection
) -> None:
    number = people["tsinghua"]
    form = fields((await served.get(f"/-/people/{number}", "institution")).text)
    with transaction(conn), acting(conn, "x", "script"):
        conn.execute("update trainees set state = 'withdrawn' where id = ?", (number,))
    page = (await served.get(f"/-/people/{number}", "institution")).text
    assert 'value="edit"' not in page
    assert (await act(served, "institution", number, **form)).status_code == 400


async def test_the_office_reads_one_number_with_a_reason(
    served: Served, people: dict[str, int], conn: sqlite3.Connection
) -> None:
    number = people["pku"]
    answer = await act(served, "office", number, act="reveal", reason="核对证书上的证件号")
    assert answer.status_code == 200
    assert person(1)["身份证号码"] in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert person(1)["身份证号码"] not in (await served.get(f"/-/people/{number}", "office")).text
    for reason in ("", "看看", "核对 119999199001019990 这个人", "打 13800001234 核对"):
        refused = await act(served, "office", number, act="reveal", reason=reason)
        assert refused.status_code == 400
        assert person(1)["身份证号码"] not in refused.text
    for who in ("institution", "province", "analyst", "auditor"):
        refused = await act(served, who, number, act="reveal", reason="核对证书上的证件号")
        assert refused.status_code in (400, 403, 404)
        assert person(1)["身份证号码"] not in refused.text
    log = conn.execute("select action, actor, subject_key, detail from audit_log"
                       " where action like 'reveal%' order by id").fetchall()  # fmt: skip
    assert [tuple(row)[:3] for row in log] == [
        ("reveal", "office", str(number)), *[("reveal-refused", "office", str(number))] * 4,
    ]  # fmt: skip
    assert "1199" not in "".join(row["detail"] for row in log)


async def test_the_office_itself_reads_so_many_an_hour(
    served: Served, people: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(person_acts, "REVEALS_AN_HOUR", 2)
    said = [
        (
            await act(served, "office", people["pku"], act="reveal", reason="核对证书信息")
        ).status_code
        for _ in range(3)
    ]
    assert said == [200, 200, 400]


async def test_a_row_leads_to_the_person(served: Served, people: dict[str, int]) -> None:
    number = people["tsinghua"]
    for who, path in (
        ("office", f"/training/trainees/{number}"),
        ("institution", f"/institution-tsinghua/trainees/{number}"),
        ("province", f"/province-330000/trainees/{people['nominee']}"),
    ):
        answer = await served.get(path, who)
        assert answer.status_code == 200
        assert f'href="/-/people/{path.rsplit("/", 1)[1]}"' in answer.text


def test_whoever_may_withdraw_does_so_by_a_step_that_exists(conn: sqlite3.Connection) -> None:
    steps = conn.execute(
        "select from_state from trainee_transitions where to_state = 'withdrawn'"
    ).fetchall()
    assert set(person_acts.WITHDRAWING["office"]) == {row["from_state"] for row in steps}
    for states in person_acts.WITHDRAWING.values():
        assert set(states) <= set(person_acts.WITHDRAWING["office"])
    assert set(PEOPLE) >= set(person_acts.WITHDRAWING)
