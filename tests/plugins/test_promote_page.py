"""固定查询审核: the office reviews what somebody else shared."""

import html
import json
import re
from typing import Any

import pytest
from training import projections, promotion, promotion_file

from tests.conftest import World
from tests.served import PEOPLE, Served

PATH = "/-/promote"
SQL = "select track, count(*) as people\nfrom people_by_institution where year = :year\ngroup by track"
WORDS = {
    "title_zh": "冒号: #井号 '引号' | 竖线", "title_en": "Colon: #hash \"quote\"",
    "description_zh": "- <b>人数</b>。", "description_en": "*People* & more: {x}.",
}  # fmt: skip
FORM = {"query": "analysis/report_mine", "name": "report_mine", **WORDS}


@pytest.fixture
async def sharing(served: Served, world: World) -> Served:
    """A server where the analyst and the office saved queries."""
    (world.folder / "scopes").mkdir(exist_ok=True)
    projections.refresh(world.db, "analysis", world.folder / "scopes" / "analysis.db")
    for name, sql, owner, private in (
        ("report_mine", SQL, "analyst", False), ("secret", "select 1", "analyst", True),
        ("own", "select 1 as people", "office", False),
        ("slow", "with recursive n (people) as (select 1 union all select people + 1 from n)"
         " select max(people) as people from n", "analyst", False),
    ):  # fmt: skip
        await served.ds.add_query(
            "analysis", name, sql, is_private=private, owner_id=owner, source="user"
        )
    return served


async def send(served: Served, **form: Any) -> tuple[int, str]:
    answer = await served.post(PATH, "office", data=FORM | form)
    return answer.status_code, html.unescape(answer.text)


def seen(page: str) -> str:
    found = re.search(r'name="seen" value="(\w+)"', page)
    assert found
    return found[1]


def accepted(world: World) -> list[Any]:
    with world.connect() as conn:
        return conn.execute("select * from audit_log where action = 'accept'").fetchall()


async def test_the_list_is_what_others_share(sharing: Served) -> None:
    page = (await sharing.get(PATH, "office")).text
    found = re.findall(r'href="/-/promote\?query=([^"]+)"', page)
    assert found == ["analysis/report_mine", "analysis/slow"]
    assert 'href="/-/promote"' in (await sharing.get("/", "office")).text


async def test_from_the_words_to_the_audit_log(sharing: Served, world: World) -> None:
    first = (await sharing.get(f"{PATH}?query=analysis/report_mine", "office")).text
    assert "各项检查通过" not in first
    words = WORDS | {"title_zh": "冒号: #井号 '引号'"}
    status, page = await send(sharing, act="check", **words, **{"value-year": "2021-2022"})
    assert (status, "各项检查通过" in page) == (200, True)
    assert accepted(world) == []
    status, page = await send(sharing, act="accept", seen=seen(page), **words)
    assert status == 200
    shown = re.search(r'<pre class="wrapped-sql" id="yaml" tabindex="0">(.*?)</pre>', page, re.S)
    assert shown
    wanted = promotion.Official(
        "report_mine", f"{words['title_zh']} | {words['title_en']}",
        f"{words['description_zh']} | {words['description_en']}", SQL,
    )  # fmt: skip
    assert shown[1] == promotion_file.block(wanted)
    (entry,) = accepted(world)
    assert (entry["actor"], entry["subject_key"]) == ("office", "analysis/report_mine")
    assert json.loads(entry["detail"])["owner"] == "analyst"


@pytest.mark.parametrize(
    ("form", "zh", "en"),
    [
        ({"title_en": ""}, "标题须有中文和英文", "the title must be a pair"),
        ({"description_zh": "People"}, "说明须有中文和英文", "the description must be a pair"),
        ({"title_zh": "人 | b"}, "标题须有中文和英文", "the title must be a pair"),
        ({"title_en": "a\nb"}, "标题只能是一行", "the title must be one line"),
        ({"name": "Mine"}, "名称须以 report_", "the name must be report_"),
        ({"name": "report_headcount"}, "已有固定查询", "there is an official query"),
        ({"query": "analysis/slow", "name": "report_slow"}, "很快的只读查询", "only reads"),
        ({"query": "analysis/secret"}, "没有这条", "No such query"),
        ({"query": "analysis/own"}, "没有这条", "No such query"),
        ({"query": ""}, "没有这条", "No such query"),
        ({"seen": "0"}, "被改过", "was changed"),
    ],
)
async def test_what_is_refused_is_said_and_kept(
    sharing: Served, world: World, form: dict[str, str], zh: str, en: str
) -> None:
    good = {"title_zh": "人数"}
    query = form.get("query", FORM["query"])
    mark = re.search(
        r'name="seen" value="(\w+)"', (await sharing.get(f"{PATH}?query={query}", "office")).text
    )
    sent = FORM | good | {"act": "accept", "seen": mark[1] if mark else ""} | form
    for language, said in (("zh", zh), ("en", en)):
        answer = await sharing.post(f"{PATH}?_lang={language}", "office", data=sent)
        assert answer.status_code == 400
        page = html.unescape(answer.text)
        assert said in page
        if mark:
            assert sent["description_en"] in page
            assert "<b>人数" not in answer.text
    assert accepted(world) == []


async def test_it_is_the_offices_alone(sharing: Served, world: World) -> None:
    for who in (None, *PEOPLE):
        if who != "office":
            assert (await sharing.get(PATH, who)).status_code == (404 if who else 302)
            answer = await sharing.post(PATH, who, data=FORM | {"act": "accept"})
            assert answer.status_code in (302, 403, 404)
    assert accepted(world) == []
