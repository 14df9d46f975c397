"""The frame: who is signed in, where one can go, what an error tells, and the parts pages share."""

import csv
import html
import re
from collections.abc import Iterator
from typing import Any

import pytest
from datasette import Response, hookimpl
from datasette.app import Datasette
from datasette.plugins import pm
from training.wording import speaking

from tests.conftest import ROOT
from tests.plugins.framed import frame_only, framed

SECRET = "学员甲 11999919600101999X"
CSS = (ROOT / "plugins" / "static" / "lingjun.css").read_text(encoding="utf-8")


class Neighbours:
    """What other plugins bring: an actor, menu links, a page that fails and one with a message."""

    __name__ = "neighbours"

    @hookimpl
    def actor_from_request(self, request: Any) -> dict[str, Any] | None:
        who = request.headers.get("x-who")
        return {"id": who, "name": "刘 <b>", "role": who} if who else None

    @hookimpl
    def menu_links(self) -> list[dict[str, Any]]:
        return [
            {"href": "/-/late", "label": "最后"},
            {"href": "/record", "label": "数据 | Data", "order": 20},
            {"href": "/record/people", "label": "学员 | Trainees", "order": 10},
        ]

    @hookimpl
    def register_routes(self) -> list[tuple[str, Any]]:
        def fail() -> None:
            raise ZeroDivisionError(SECRET)

        def say(datasette: Datasette, request: Any) -> Response:
            datasette.add_message(request, "Query saved")
            datasette.add_message(request, "错 | Wrong", datasette.ERROR)
            return Response.redirect("/")

        return [(r"^/-/fail(\.json|\.csv)?$", fail), (r"^/-/say$", say)]


@pytest.fixture(scope="module")
def ds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Datasette]:
    with frame_only():
        pm.register(neighbours := Neighbours())
        yield framed(tmp_path_factory.mktemp("framed"))
        pm.unregister(neighbours)


def navigation(page: str) -> list[tuple[str, bool]]:
    menu = re.search(r'<nav class="main-navigation".*?</nav>', page, re.DOTALL)[0]
    links = re.findall(r"<a ([^>]*)>(.*?)</a>", menu)
    # An installed plugin adds a link to its own sign-in page.
    return [(text, "aria-current" in tag) for tag, text in links if "/-/login" not in tag]


async def test_links_come_in_their_order_and_the_nearest_is_marked(ds: Datasette) -> None:
    page = (await ds.client.get("/record/people/1")).text
    assert navigation(page) == [("学员", True), ("数据", False), ("最后", False)]
    page = (await ds.client.get("/record/-/queries", cookies={"lang": "en"})).text
    assert navigation(page) == [("Trainees", False), ("Data", True), ("最后", False)]


async def test_a_link_is_not_marked_on_a_page_that_only_begins_alike(ds: Datasette) -> None:
    page = (await ds.client.get("/recorders")).text
    assert not any(current for _, current in navigation(page))


async def test_the_account_is_named_escaped_and_can_leave(ds: Datasette) -> None:
    page = (await ds.client.get("/", headers={"x-who": "office"})).text
    assert "刘 &lt;b&gt;" in page
    assert "协调小组办公室" in page
    assert re.search(r'<form action="/-/logout" method="post"><button', page)
    assert "<navigation-search" in page


async def test_nobody_signed_in_has_no_account(ds: Datasette) -> None:
    page = (await ds.client.get("/")).text
    assert "/-/logout" not in page
    assert "account-name" not in page
    assert "navigation-search" not in page


async def test_an_error_page_keeps_the_account_and_the_navigation(ds: Datasette) -> None:
    answer = await ds.client.get("/nope", headers={"x-who": "auditor"})
    assert answer.status_code == 404
    assert "安全审计" in answer.text
    assert len(navigation(answer.text)) == 3


@pytest.mark.parametrize("path", ["/-/fail", "/-/fail.json", "/-/fail.csv"])
async def test_a_fault_of_ours_tells_nothing(ds: Datasette, path: str) -> None:
    answer = await ds.client.get(path)
    assert answer.status_code == 500
    assert SECRET not in answer.text
    assert "学员甲" not in html.unescape(answer.text)


async def test_errors_of_data_keep_their_form(ds: Datasette) -> None:
    answer = await ds.client.get("/record/nope.json")
    assert (answer.status_code, answer.json()["ok"]) == (404, False)
    answer = await ds.client.get("/record/people.csv?_sort=nope")
    assert (answer.status_code, answer.headers["content-type"][:10]) == (400, "text/plain")


async def test_an_error_shows_its_text_as_text(ds: Datasette) -> None:
    answer = await ds.client.get("/record/people?_sort=<script>x</script>")
    assert answer.status_code == 400
    assert "<script>x" not in answer.text


async def test_messages_are_translated_and_an_error_is_an_alert(ds: Datasette) -> None:
    cookies = dict((await ds.client.get("/-/say")).cookies)
    page = (await ds.client.get("/", cookies={**cookies, "lang": "zh"})).text
    notices = re.findall(r'<div class="notice notice-(\w+)" role="(\w+)">(.*?)</div>', page)
    assert notices == [("info", "status", "查询已保存"), ("error", "alert", "错")]


async def test_the_page_is_made_for_everybody(ds: Datasette) -> None:
    page = (await ds.client.get("/")).text
    assert page.index('href="#content"') < page.index("<header")
    assert '<main id="content"' in page
    assert 'name="viewport"' in page


async def rendered(ds: Datasette, call: str, **given: Any) -> str:
    """A shared part, imported as pages import them: without context."""
    await ds.invoke_startup()
    names = "status_badge, state_badge, notice, field, select, choice, pagination, figure"
    source = '{% from "_ui.html" import ' + names + " %}{{ " + call + " }}"
    return await ds.get_jinja_environment().from_string(source).render_async(given)


@pytest.mark.parametrize(
    ("status", "look", "zh", "en"),
    [
        ("pass", "good", "达标", "Pass"),
        ("fail", "bad", "未达标", "Fail"),
        ("undetermined", "wait", "待定", "Undetermined"),
        ("not_applicable", "off", "不适用", "Not applicable"),
        ("<x>", "note", "&lt;x&gt;", "&lt;x&gt;"),
    ],
)
async def test_a_status_has_its_look_and_word(
    ds: Datasette, status: str, look: str, zh: str, en: str
) -> None:
    for language, word in (("zh", zh), ("en", en)):
        with speaking(language):
            badge = await rendered(ds, "status_badge(status)", status=status)
        assert badge.strip() == f'<span class="badge badge-{look}">{word}</span>'


async def test_a_field_is_tied_to_its_label_and_its_fault(ds: Datasette) -> None:
    field = await rendered(
        ds, 'field("mobile", "手机", value=v, error="有误", required=true, maxlength=11)', v='1"2'
    )
    assert '<label for="field-mobile">手机' in field
    tag = re.search(r"<input [^>]*>", field)[0]
    for attribute in (
        'id="field-mobile"', 'name="mobile"', 'value="1&#34;2"', " required", 'aria-invalid="true"',
        'aria-describedby="note-mobile"', 'maxlength="11"',
    ):  # fmt: skip
        assert attribute in tag
    assert '<p class="hint" id="note-mobile"><span class="field-error">有误</span>' in field


@pytest.mark.parametrize("kind", ["password", "file"])
async def test_no_page_sends_a_secret_back(ds: Datasette, kind: str) -> None:
    assert "value=" not in await rendered(ds, f'field("x", "X", value="s3cret", type="{kind}")')


async def test_a_list_keeps_the_choice(ds: Datasette) -> None:
    shown = await rendered(ds, 'select("year", "年度", [(1, "一"), (2, "二")], value="2")')
    assert re.findall(r'<option value="(\d)"( selected)?>', shown) == [
        ("1", ""),
        ("2", " selected"),
    ]


async def test_pages_are_linked_only_where_there_are_any(ds: Datasette) -> None:
    assert (await rendered(ds, "pagination(none, none)")).strip() == ""
    assert 'rel="next" href="?page=2"' in await rendered(ds, 'pagination(none, "?page=2")')


def test_the_stylesheet_loads_nothing() -> None:
    assert not re.search(r"@import|url\(|https?:", CSS)


def test_a_trainees_state_has_one_name_everywhere() -> None:
    badges = (ROOT / "templates" / "_ui.html").read_text(encoding="utf-8")
    with (ROOT / "db" / "seed" / "trainee_states.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            words = f't("{row["name_zh"]}", "{row["name_en"]}")'
            assert re.search(rf'"{row["code"]}": \("\w+", {re.escape(words)}\)', badges), row[
                "code"
            ]
