"""The home page with the figures of its reader, each of which he may look up himself."""

import re

import pytest
from training import boards

from tests.served import PEOPLE, Served


async def settled(served: Served, role: str) -> str:
    """The home page of ``role`` once its dashboard has been made."""
    await served.get("/", role)
    for work in list(boards._threads.values()):
        work.join()
    return (await served.get("/", role)).text


async def test_every_figure_leads_to_a_query_that_its_reader_may_run(served: Served) -> None:
    for role in PEOPLE:
        page = await settled(served, role)
        parts = re.findall(r'id="figure-\w+">.*?href="([^"]+)"', page, re.S)
        assert parts, role
        for href in parts:
            answer = await served.get(href.replace("&amp;", "&"), role)
            assert answer.status_code == 200, (role, href)


async def test_the_page_says_when_it_was_counted(served: Served) -> None:
    page = await settled(served, "office")
    assert re.search(r"统计时间 \d{4}-\d\d-\d\d \d\d:\d\d", page)
    assert "正在统计" not in page


async def test_no_dashboard_is_no_broken_page(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(source: boards.Source) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(boards, "ready", fail)
    answer = await served.get("/", "office")
    assert answer.status_code == 200
    assert "名单审核" in answer.text
    assert "dashboard-title" not in answer.text
