"""公布名单: the office's page, with the differences, the two people and the refusals."""

from tests.conftest import World
from tests.served import Served

PATH = "/-/release"


def rename(world: World) -> None:
    with world.connect() as conn:
        conn.execute("update institutions set name_en = 'New name' where slug = 'pku'")


async def test_two_people_of_the_office_publish(served: Served, world: World) -> None:
    served.hire_as("second", "office")
    assert "没有。公众看到的就是现在的记录。" in (await served.get(PATH, "office")).text
    rename(world)
    page = (await served.get(PATH, "office")).text
    assert "北京大学 的英文名称：Peking University → New name" in page
    await served.post(PATH, "office", data={"act": "prepare", "note": "更正译名"})
    own, other = [(await served.get(PATH, who)).text for who in ("office", "second")]
    assert 'value="confirm"' not in own
    assert 'value="confirm"' in other
    refused = await served.post(PATH, "office", data={"act": "confirm", "number": "2"})
    assert refused.status_code == 302
    assert "New name" not in (await served.get("/institutions")).text
    await served.post(PATH, "second", data={"act": "confirm", "number": "2"})
    assert "New name" in (await served.get("/institutions")).text
    assert "更正译名" in (await served.get("/releases")).text


async def test_a_release_can_be_withdrawn(served: Served, world: World) -> None:
    rename(world)
    await served.post(PATH, "office", data={"act": "prepare"})
    await served.post(PATH, "office", data={"act": "withdraw", "number": "2"})
    assert 'value="prepare"' in (await served.get(PATH, "office")).text


async def test_nonsense_changes_nothing(served: Served, world: World) -> None:
    rename(world)
    for form in ({}, {"act": "x"}, {"act": "confirm"}, {"act": "confirm", "number": "²"},
                 {"act": "withdraw", "number": "9" * 30}):  # fmt: skip
        assert (await served.post(PATH, "office", data=form)).status_code == 302
    with world.connect() as conn:
        assert conn.execute("select count(*) from releases").fetchone()[0] == 1


async def test_nobody_else_publishes(served: Served, world: World) -> None:
    rename(world)
    for who in ("institution", "province", "assessor", "analyst", "auditor", None):
        assert (await served.get(PATH, who)).status_code in (302, 403, 404)
        answer = await served.post(PATH, who, data={"act": "prepare"})
        assert answer.status_code in (302, 403, 404)
    with world.connect() as conn:
        assert conn.execute("select count(*) from releases").fetchone()[0] == 1


async def test_a_person_in_the_draft_is_said_and_not_shown(served: Served, world: World) -> None:
    with world.connect() as conn:
        conn.execute("update institutions set city = '电话13800001234' where slug = 'pku'")
    page = (await served.get(PATH, "office")).text
    assert "里有手机号，改正之前不能发布" in page
    assert 'value="prepare"' not in page
