"""The language of an answer: the argument, else the cookie, else Chinese; and nobody else's."""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from datasette.app import Datasette

from tests.plugins.framed import frame_only, framed

BROWSER = {"Accept-Language": "en-GB,en;q=0.9"}


@pytest.fixture(scope="module")
def ds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Datasette]:
    with frame_only():
        yield framed(tmp_path_factory.mktemp("framed"))


def language_of(html: str) -> str:
    return re.search(r'<html lang="([^"]+)"', html)[1]


@pytest.mark.parametrize(
    ("query", "cookie", "language"),
    [
        ("", None, "zh-CN"),
        ("", "en", "en"),
        ("", "zh", "zh-CN"),
        ("", "xx", "zh-CN"),
        ("?_lang=en", None, "en"),
        ("?_lang=zh", "en", "zh-CN"),
        ("?_lang=xx", "en", "en"),
        ("?_lang=en&_lang=zh", None, "zh-CN"),
    ],
)
async def test_argument_then_cookie_then_chinese(
    ds: Datasette, query: str, cookie: str | None, language: str
) -> None:
    cookies = {"lang": cookie} if cookie else {}
    answer = await ds.client.get(f"/record/people{query}", cookies=cookies, headers=BROWSER)
    assert language_of(answer.text) == language


async def test_a_choice_is_remembered_in_a_cookie_for_the_whole_site(ds: Datasette) -> None:
    answer = await ds.client.get("/?_lang=en")
    parts = {part.strip() for part in answer.headers["set-cookie"].split(";")}
    assert {"lang=en", "Path=/", "SameSite=Lax", "HttpOnly"} <= parts
    assert "Secure" not in parts
    assert "set-cookie" not in (await ds.client.get("/", cookies={"lang": "en"})).headers


async def test_an_answer_that_sets_the_cookie_is_never_stored(ds: Datasette) -> None:
    answer = await ds.client.get("/-/static/app.css?_lang=en")
    assert answer.headers["set-cookie"].startswith("lang=en")
    assert "no-store" in answer.headers["cache-control"]


async def test_behind_tls_the_cookie_is_secure(tmp_path: Path) -> None:
    with frame_only():
        ds = framed(tmp_path, settings={"force_https_urls": True})
        answer = await ds.client.get("/?_lang=en")
    assert "Secure" in answer.headers["set-cookie"]


async def test_the_argument_never_leaks_into_the_links_of_a_page(ds: Datasette) -> None:
    html = (await ds.client.get("/record/people?age__gt=1&_lang=en")).text
    links = re.findall(r'(?:href|value|action)="([^"]*_lang[^"]*)"', html)
    assert links == ["/record/people?age__gt=1&amp;_lang=zh"]
    data = (await ds.client.get("/record/people.json?_lang=en&_size=1")).json()
    assert "_lang" not in data["next_url"]


async def test_the_switch_leads_to_the_same_page_and_back(ds: Datasette) -> None:
    chinese = (await ds.client.get("/record/people?age=50")).text
    target = re.search(r'class="language"[^>]*href="([^"]+)"', chinese)[1].replace("&amp;", "&")
    assert target == "/record/people?age=50&_lang=en"
    english = (await ds.client.get(target)).text
    assert language_of(english) == "en"
    assert 'href="/record/people?age=50&amp;_lang=zh"' in english


@pytest.mark.parametrize("path", ["/nope", "/record/nope", "/record/-/query?sql=delete+from+x"])
async def test_error_pages_speak_the_language_too(ds: Datasette, path: str) -> None:
    chinese = await ds.client.get(path)
    english = await ds.client.get(path, cookies={"lang": "en"})
    assert (language_of(chinese.text), language_of(english.text)) == ("zh-CN", "en")
    assert chinese.status_code == english.status_code >= 400


async def test_a_refused_form_speaks_the_language_too(ds: Datasette) -> None:
    """The core answers this one outside any view, with no request for the template to look at."""
    headers = {"sec-fetch-site": "cross-site"}
    answer = await ds.client.post("/record", headers=headers, cookies={"lang": "en"})
    assert (answer.status_code, language_of(answer.text)) == (403, "en")
    answer = await ds.client.post("/record", headers=headers)
    assert language_of(answer.text) == "zh-CN"


async def test_requests_at_the_same_time_do_not_mix_languages(ds: Datasette) -> None:
    async def ask(language: str) -> str:
        answer = await ds.client.get("/record/people", cookies={"lang": language})
        return language_of(answer.text) + answer.text.count("姓名").__str__()[:1]

    wanted = ["zh", "en"] * 6
    answers = await asyncio.gather(*map(ask, wanted))
    assert [answer.startswith("zh") for answer in answers] == [one == "zh" for one in wanted]
    assert {answer for answer in answers if answer.startswith("en")} == {"en0"}


async def test_the_cookie_is_found_beside_a_broken_one(ds: Datasette) -> None:
    answer = await ds.client.get("/", headers={"cookie": "{broken=1; a b; lang=en; x"})
    assert language_of(answer.text) == "en"
