"""Every page and file of the public site, in both languages, as an anonymous visitor meets them."""

import hashlib
import json
import re
import shutil
from contextlib import closing
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as xml

import pytest
import pytest_asyncio
from training import feeds, public_site
from training.database import connect

from tests.conftest import YEAR, World
from tests.served import Served
from tests.worlds import lift_laws_of_assessment, release

pytestmark = pytest.mark.asyncio(loop_scope="module")
HAN = re.compile(r"[\u4e00-\u9fff]+")


@pytest.fixture(scope="module")
def folder(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(built, tmp_path_factory.mktemp("pages") / "db"))


@pytest.fixture(scope="module")
def site(folder: Path) -> Served:
    """What `make public` serves."""
    return Served(folder, "public")


@pytest.fixture(scope="module")
def paths(folder: Path) -> list[str]:
    with closing(connect(folder / "public.db", read_only=True)) as conn:
        return public_site.paths(conn)


@pytest.fixture(scope="module")
def files(folder: Path) -> list[str]:
    with closing(connect(folder / "public.db", read_only=True)) as conn:
        return public_site.file_paths(conn)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def pages(site: Served, paths: list[str]) -> dict[str, Any]:
    """The answer of every page, in Chinese and below /en in English, asked for once."""
    return {path: await site.get(path) for one in paths for path in (one, f"/en{one}")}


@pytest.fixture
def changing(world: World) -> Served:
    return Served(world.folder, "training", "public")


async def test_every_page_answers_in_both_languages(
    pages: dict[str, Any], paths: list[str]
) -> None:
    assert len(paths) > 22 + 37
    for path in paths:
        chinese, english = pages[path], pages[f"/en{path}"]
        assert (chinese.status_code, english.status_code) == (200, 200), path
        assert '<html lang="zh-CN">' in chinese.text
        assert '<html lang="en">' in english.text
        for answer in (chinese, english):
            assert "max-age=60" in answer.headers["cache-control"]
            # Data for programmes, and nothing that runs.
            kinds = re.findall(r"<script([^>]*)>", answer.text)
            assert all("application/ld+json" in kind for kind in kinds)


async def test_the_english_pages_say_everything_in_english(
    pages: dict[str, Any], paths: list[str]
) -> None:
    marked = (
        r'<(cite|[a-z]+ [^>]*lang="zh-CN")[^>]*>.*?</[a-z]+>|<title>.*?</title>|<(meta|link)[^>]*>'
    )
    notes = "工信厅企业函|徐晓兰"
    for path in paths:
        html = pages[f"/en{path}"].text
        body = re.sub(r"<script.*?</script>", "", html, flags=re.S)
        left = [
            word for word in HAN.findall(re.sub(marked, "", body)) if not re.search(notes, word)
        ]
        assert [word for word in left if word not in ("号",)] == [], path


async def test_links_of_an_english_page_stay_english(
    pages: dict[str, Any], paths: list[str]
) -> None:
    for path in paths:
        html = pages[f"/en{path}"].text
        main = html[html.index("<main") : html.index("</main>")]
        inner = set(re.findall(r'href="(/[^"]*)"', main))
        assert inner
        assert [link for link in inner if not link.startswith("/en/")] == [], path


async def test_no_link_of_the_site_is_dead(
    site: Served, paths: list[str], files: list[str]
) -> None:
    links: set[str] = set()
    for path in paths:
        html = (await site.get(path)).text
        links |= {link.split("#")[0] for link in re.findall(r'href="(/[^"]*)"', html)}
    for link in sorted(links):
        assert (await site.get(link)).status_code in (200, 302), link
    for path in files:
        assert (await site.get(path)).status_code == 200, path


@pytest.mark.parametrize(
    "path",
    [
        "/institution/nobody", "/institution/PKU", "/authority/999999", "/authorities/1",
        "/releases/99", "/releases/99.json", "/releases/99/2021-2022", "/releases/1/1999-2000",
        "/data/training.db", "/data/../training.db", f"/institutions/{YEAR}/region/nowhere",
        f"/institutions/{YEAR}/name/pku", "/en/-/login", "/en/training",
    ],
)  # fmt: skip
async def test_what_is_not_there_is_said_to_be_so(site: Served, path: str) -> None:
    assert (await site.get(path)).status_code in (403, 404)


async def test_the_list_is_narrowed_by_region_track_and_status(site: Served) -> None:
    async def listed(facet: str) -> list[str]:
        html = (await site.get(f"/institutions/{YEAR}/{facet}")).text
        return re.findall(r'<tr id="([a-z-]+)">', html)

    assert await listed("region/northeastern") == ["hit"]
    assert await listed("region/none") == ["cicasme"]
    assert len(await listed("track/thematic")) == len(await listed("status/active")) == 21
    everywhere = ("eastern", "central", "western", "northeastern", "none")
    assert sum([len(await listed(f"region/{region}")) for region in everywhere]) == 21


async def test_a_suspended_institution_is_shown_with_date_and_document(
    changing: Served, world: World
) -> None:
    with world.connect() as conn:
        lift_laws_of_assessment(conn)
        conn.execute(
            "insert into suspensions values (?1, 'zju', ?1, 'office', '2021-11-01', '工信函9号', ?2)",
            (YEAR, "2021-11-02"),
        )
    assert release(world)
    for path in ("/institutions", "/institution/zju", f"/institutions/{YEAR}/status/suspended"):
        text = (await changing.get(path)).text
        assert "2021-11-02 公布，依据" in text
        assert "<cite>工信函9号</cite>" in text
    told = (await changing.get("/releases/2")).text
    assert "浙江大学 的状态：承担培训任务 → 暂停本年度培训任务" in told
    # The earlier release stays as it was.
    assert "工信函9号" not in (await changing.get(f"/releases/1/{YEAR}")).text
    for word in ("淘汰", "eliminat"):
        assert word not in told


async def test_the_pages_tell_programmes_what_they_are(site: Served) -> None:
    def data(html: str) -> dict[str, object]:
        found = re.search(
            r'<script[^>]*type="application/ld\+json"[^>]*>(.*?)</script>', html, re.S
        )
        assert found
        return json.loads(found[1])  # type: ignore[no-any-return]

    listed = data((await site.get("/institutions")).text)
    assert (listed["@type"], listed["isBasedOn"]) == ("Dataset", "工信厅企业函〔2021〕256号")
    one = data((await site.get("/institution/pku")).text)
    assert (one["@type"], one["name"], one["alternateName"]) == (
        "CollegeOrUniversity", "北京大学", "Peking University",
    )  # fmt: skip
    html = (await site.get("/institution/pku")).text
    assert '<meta property="og:title" content="北京大学">' in html
    assert '<link rel="alternate" hreflang="en" href="/en/institution/pku">' in html


async def test_the_feed_and_the_site_map_are_well_formed(
    site: Served, paths: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINGJUN_PUBLIC_URL", "https://lingjun.example.cn/")
    feed = await site.get("/releases.atom")
    assert feed.headers["content-type"] == "application/atom+xml; charset=utf-8"
    root = xml.fromstring(feed.text)
    entries = root.findall(f"{{{feeds.ATOM}}}entry")
    ids = [entry.findtext(f"{{{feeds.ATOM}}}id") for entry in entries]
    assert ids == ["https://lingjun.example.cn/releases/1"]
    sitemap = xml.fromstring((await site.get("/sitemap.xml")).text)
    found = [url.findtext(f"{{{feeds.SITEMAP}}}loc") for url in sitemap]
    assert len(found) == 2 * len(paths)
    assert f"https://lingjun.example.cn/en/institutions/{YEAR}" in found
    robots = (await site.get("/robots.txt")).text
    assert "Sitemap: https://lingjun.example.cn/sitemap.xml" in robots


async def test_the_description_of_the_json_is_that_of_the_json(site: Served) -> None:
    described = (await site.get("/data/openapi.json")).json()
    schemas = described["components"]["schemas"]
    for row in (await site.get("/data/institutions.json")).json()["institutions"]:
        assert list(row) == list(schemas["Institution"]["properties"])
        for name, value in row.items():
            allowed = schemas["Institution"]["properties"][name]["type"]
            kind = {int: "integer", str: "string", type(None): "null"}[type(value)]
            assert kind in allowed, name
    for path, what in described["paths"].items():
        asked = path.replace("{year}", YEAR).replace("{number}", "1")
        answer = await site.get(asked)
        assert answer.status_code == 200, path
        schema = what["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        assert set(schema.get("required", ())) <= set(answer.json())


async def test_a_release_is_what_its_hash_says(site: Served) -> None:
    answer = await site.get("/releases/1.json")
    assert hashlib.sha256(answer.content).hexdigest() in (await site.get("/releases/1")).text


async def test_before_the_first_release_there_is_no_page_and_no_fault(tmp_path: Path) -> None:
    (tmp_path / "public.db").touch()
    empty = Served(tmp_path, "public")
    assert "还没有发布" in (await empty.get("/releases")).text
    for path in ("/institutions", "/authorities", "/data", "/institution/pku",
                 "/data/institutions.csv", "/releases.atom", "/sitemap.xml"):  # fmt: skip
        assert (await empty.get(path)).status_code == 404, path
