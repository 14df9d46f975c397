"""The public list as an anonymous visitor meets it, beside the record and from its own process."""

import csv
import io
import json
import re
import shutil
from pathlib import Path

import pytest
from training import releases

from tests.conftest import YEAR, World
from tests.served import Served
from tests.worlds import lift_laws_of_assessment, release

PAGES = ("/institutions", f"/institutions/{YEAR}", f"/institutions?year={YEAR}")
FILES = ("/institutions.csv", "/institutions.json")
OFFICIALS = ("徐晓兰", "江生", "朱立强", "刘晓闯", "陆书涛", "白晓", "白　晓")


#: The servers that tests only read from are started once, in one event loop.
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def folder(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A record that no test changes."""
    return Path(shutil.copytree(built, tmp_path_factory.mktemp("read") / "db"))


@pytest.fixture(scope="module")
def site(folder: Path) -> Served:
    """The whole server: the record and the public list beside it."""
    served = Served(folder, "training", "staging", "public")
    served.hire("office")
    return served


@pytest.fixture(scope="module")
def public_site(folder: Path) -> Served:
    """What `make public` serves."""
    return Served(folder, "public")


@pytest.fixture
def changing(world: World) -> Served:
    """As `site`, over a record that the test changes."""
    return Served(world.folder, "training", "public")


def listed(html: str) -> list[str]:
    """The institutions of the page's table, in its order."""
    body = re.search(r"<tbody>(.*?)</tbody>", html, re.S)
    assert body
    return re.findall(r'<tr id="([a-z-]+)">', body.group(1))


@pytest.mark.parametrize("path", PAGES)
async def test_anybody_sees_the_list(site: Served, path: str) -> None:
    answer = await site.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    slugs = listed(answer.text)
    assert (len(slugs), slugs[0], slugs[20]) == (21, "tsinghua", "cicasme")
    assert "miit-talent-exchange" not in slugs
    assert '<section class="card" id="miit-talent-exchange">' in answer.text
    assert "工信厅企业函〔2021〕256号" in answer.text
    assert 'href="http://leader.miitec.cn"' in answer.text


async def test_the_page_is_in_chinese_and_in_english(site: Served) -> None:
    chinese, english = [(await site.get(f"/institutions{q}")).text for q in ("", "?_lang=en")]
    assert '<html lang="zh-CN">' in chinese
    assert '<html lang="en">' in english
    assert chinese.count("承担培训任务</span>") == 21
    assert english.count("Takes part</span>") == 21
    marked = r'<(cite|span class="muted"|a class="language")[^>]*>.*?</(cite|span|a)>'
    left = re.sub(marked, "", english)
    assert re.findall(r"[\u4e00-\u9fff]+", left) == []


@pytest.mark.parametrize("path", [*PAGES, *FILES])
async def test_officials_are_not_named(site: Served, path: str) -> None:
    text = (await site.get(path)).text
    assert [name for name in OFFICIALS if name in text] == []


async def test_a_published_suspension_is_shown(changing: Served, world: World) -> None:
    with world.connect() as conn:
        lift_laws_of_assessment(conn)
        conn.execute(
            "insert into suspensions values (?1, 'zju', ?1, 'office', '2021-11-01', '函', ?2)",
            (YEAR, "2021-11-02"),
        )
    assert "badge-bad" not in (await changing.get("/institutions")).text
    assert release(world)
    answer = await changing.get("/institutions")
    assert answer.text.count("badge-bad") == 1
    assert "zju" in listed(answer.text)


@pytest.mark.parametrize("path", ["/institutions/1999-2000", "/institutions.csv?year=x"])
async def test_an_unknown_year_names_the_known_ones(site: Served, path: str) -> None:
    answer = await site.get(path)
    assert answer.status_code == 404
    assert f'href="/institutions/{YEAR}"' in answer.text


async def test_an_unknown_year_is_an_error_as_json_too(site: Served) -> None:
    answer = await site.get("/institutions.json?year=%27%22%3C")
    assert (answer.status_code, answer.json()) == (404, {"error": "unknown year", "years": [YEAR]})


@pytest.mark.parametrize("query", ["", f"?year={YEAR}", "?year="])
async def test_csv_for_excel(site: Served, query: str) -> None:
    answer = await site.get(f"/institutions.csv{query}")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].startswith(
        "attachment; filename=\"institutions-2021-2022.csv\"; filename*=UTF-8''2021-2022%E5%B9%B4"
    )
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert answer.content.count(b"\n") == answer.content.count(b"\r\n") == 23
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    assert rows[0] == {
        "年度": YEAR,
        "序号": "1",
        "机构名称": "清华大学",
        "英文名称": "Tsinghua University",
        "机构类型": "高等学校",
        "所在地": "北京市",
        "网站": "https://www.tsinghua.edu.cn/",
        "培训方向": "区域发展、主题方向",
        "状态": "承担培训任务",
        "文号": "工信厅企业函〔2021〕256号",
    }
    assert rows[21]["机构类型"] == "协调小组办公室"


async def test_no_cell_of_the_csv_starts_a_formula(changing: Served, world: World) -> None:
    with world.connect() as conn:
        conn.execute("update institutions set name_en = '=' || seq, name_zh = '+' || seq")
        conn.execute("update institutions set city = '@x', province_code = null")
    assert release(world)
    rows = csv.reader(io.StringIO((await changing.get("/institutions.csv")).text[1:], newline=""))
    cells = [cell for row in rows for cell in row]
    assert "'=1" in cells
    assert [cell for cell in cells if re.match(r"[=+\-@\t\r]", cell)] == []


async def test_json_in_plain_chinese(site: Served) -> None:
    answer = await site.get("/institutions.json")
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert '"清华大学"' in answer.text
    found = json.loads(answer.text)
    assert (found["year"], len(found["institutions"]), len(found["offices"])) == (YEAR, 21, 1)


async def test_what_two_people_publish_is_seen_by_the_next_visitor(
    changing: Served, world: World
) -> None:
    before = (await changing.get("/institutions.json")).json()
    with world.connect() as conn:
        conn.execute("update institutions set name_en = 'New <b>name</b>' where slug = 'pku'")
    assert (await changing.get("/institutions.json")).json() == before
    number = releases.prepare(world.db, "one", "web")
    assert (await changing.get("/institutions.json")).json() == before
    releases.confirm(world.db, number, "another", "web")
    after = (await changing.get("/institutions.json")).json()
    assert before["institutions"][1]["name"]["en"] == "Peking University"
    assert after["institutions"][1]["name"]["en"] == "New <b>name</b>"
    assert "New &lt;b&gt;name&lt;/b&gt;" in (await changing.get("/institutions")).text


@pytest.mark.parametrize("path", [*PAGES, *FILES])
async def test_only_an_anonymous_answer_may_be_cached(site: Served, path: str) -> None:
    anonymous, signed_in = await site.get(path), await site.get(path, "office")
    assert anonymous.headers.get_list("cache-control") == ["public, max-age=60"]
    assert "Cookie" in anonymous.headers["vary"]
    assert signed_in.status_code == 200
    assert "no-store" in signed_in.headers["cache-control"]


CLOSED = (
    "/public", "/public.json", "/public.db", "/public.csv?sql=select+1", "/public/institutions",
    "/public/institutions.json", "/public/-/query?sql=select+1", "/-/versions", "/-/databases",
    "/-/plugins", "/-/schema", "/-/jump",
)  # fmt: skip


@pytest.mark.parametrize("path", CLOSED)
async def test_nothing_else_of_the_public_file_answers(site: Served, path: str) -> None:
    answer = await site.get(path)
    assert answer.status_code in (302, 403, 404)
    assert answer.headers.get("location", "/-/login").startswith("/-/login")
    assert "清华大学" not in answer.text


@pytest.mark.parametrize("path", [*CLOSED, "/-/login", "/-/logout", "/training", "/-/roster"])
async def test_the_public_process_knows_the_list_alone(public_site: Served, path: str) -> None:
    answer = await public_site.get(path)
    assert answer.status_code in (403, 404)
    assert "清华大学" not in answer.text


async def test_the_public_process_leads_to_the_list(public_site: Served) -> None:
    answer = await public_site.get("/")
    assert (answer.status_code, answer.headers["location"]) == (302, "/institutions")


@pytest.mark.parametrize("path", [*PAGES, *FILES])
async def test_the_public_process_shows_the_same_list(
    site: Served, public_site: Served, path: str
) -> None:
    here, there = await site.get(path), await public_site.get(path)
    assert there.status_code == 200
    if path in FILES:
        assert there.content == here.content
    else:
        assert listed(there.text) == listed(here.text)


@pytest.mark.parametrize("path", PAGES)
async def test_the_public_process_offers_no_door_that_is_shut(
    public_site: Served, path: str
) -> None:
    html = (await public_site.get(path)).text
    links = {link for link in re.findall(r'href="(/[^"?]*)', html) if "/static" not in link}
    for link in links:
        assert (await public_site.get(link)).status_code in (200, 302), link
    assert f"/institutions/{YEAR}.csv" in links


async def test_a_file_without_a_list_says_so(tmp_path: Path) -> None:
    (tmp_path / "public.db").touch()
    site = Served(tmp_path, "public")
    assert [(await site.get(path)).status_code for path in (*PAGES, *FILES)] == [404] * 5


async def test_without_the_public_file_there_is_no_list_and_no_error(world: World) -> None:
    site = Served(world.folder, "training")
    assert (await site.get("/institutions")).status_code == 404
