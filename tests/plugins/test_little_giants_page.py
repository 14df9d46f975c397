"""“小巨人”名单: the office stores a list, senders look, everybody else has no page."""

from typing import Any

import pytest

from tests.conftest import YEAR, World
from tests.people import credit_code
from tests.served import Served
from tests.workbook_files import row, sheet, xlsx
from tests.worlds import add_people

PATH = "/-/little-giants"
ABOUT = {"batch": "3", "year": "2021", "source": "示例公告", "valid_until": "2024-07-31"}
ROWS = [["企业名称", "统一社会信用代码"]] + [[f"示例{n}有限公司", credit_code(n)] for n in range(3)]


async def send(
    served: Served,
    rows: list[list[str]],
    who: str = "office",
    encoding: str = "gb18030",
    **more: str,
) -> Any:
    content = "\r\n".join(",".join(row) for row in rows).encode(encoding)
    files = {"file": ("名单.csv", content, "text/csv")}
    return await served.post(PATH, who, files=files, data=ABOUT | more)


def stored(world: World) -> list[tuple[Any, ...]]:
    with world.connect() as conn:
        rows = conn.execute("select batch, year, valid_until, source, name from little_giants")
        return [tuple(row) for row in rows]


async def test_a_list_is_stored_matched_and_in_the_history(served: Served, world: World) -> None:
    with world.connect() as conn:
        add_people(conn, 2, uscc=credit_code(1), state="approved")
        add_people(conn, 1, uscc=credit_code(2), state="submitted")
    answer = await send(served, ROWS)
    assert (answer.status_code, answer.headers["location"]) == (302, PATH)
    assert len(stored(world)) == 3
    assert stored(world)[0][:4] == (3, 2021, "2024-07-31", "示例公告")
    page = (await served.get(PATH, "office")).text
    assert f"{YEAR} 年度审核通过的学员" in page
    assert '<td class="num">3</td><td class="num">2</td><td>示例公告</td>' in page
    assert "data-history" in page
    with world.connect() as conn:
        entry = conn.execute("select actor, via from audit_log where action = 'import'").fetchone()
    assert tuple(entry) == ("office", "web")
    one = (await served.get(f"{PATH}/3?q={credit_code(1)}", "office")).text
    assert "示例1有限公司" in one
    assert "示例2有限公司" not in one
    assert (await served.get(f"{PATH}/9", "office")).status_code == 404


async def test_a_workbook_will_do(served: Served, world: World) -> None:
    files = {
        "file": (
            "名单.xlsx",
            xlsx(sheet("".join(row(n, *cells) for n, cells in enumerate(ROWS, 1)))),
            "application/octet-stream",
        )
    }
    answer = await served.post(PATH, "office", files=files, data=ABOUT)
    assert answer.status_code == 302
    assert len(stored(world)) == 3


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_every_fault_is_named_by_its_row_and_nothing_stored(
    served: Served, world: World, language: str
) -> None:
    rows = [*ROWS, ["示例有限公司", "91110000"], ["示例又", credit_code(1)]]
    await served.get(f"/?_lang={language}", "office")
    content = "\r\n".join(",".join(row) for row in rows).encode("gb18030")
    answer = await served.post(
        f"{PATH}?_lang={language}", "office",
        files={"file": ("名单.csv", content, "text/csv")}, data=ABOUT,
    )  # fmt: skip
    assert answer.status_code == 400
    for number in (5, 6):
        assert f'<tr class="row-error"><td class="num">{number}</td>' in answer.text
    assert 'value="示例公告"' in answer.text
    assert stored(world) == []


async def test_a_batch_is_replaced_only_by_who_says_so(served: Served, world: World) -> None:
    await send(served, ROWS)
    answer = await send(served, ROWS[:2], source="更正公告")
    assert answer.status_code == 400
    assert "请勾选" in answer.text
    assert len(stored(world)) == 3
    answer = await send(served, ROWS[:2], source="更正公告", replace="1")
    assert answer.status_code == 302
    assert [row[3] for row in stored(world)] == ["更正公告"]


@pytest.mark.parametrize(
    "more",
    [
        {"batch": "0"},
        {"batch": "三"},
        {"year": "1999"},
        {"source": " "},
        {"valid_until": "2024-13"},
    ],
)
async def test_what_the_form_lacks_is_said(
    served: Served, world: World, more: dict[str, str]
) -> None:
    answer = await send(served, ROWS, **more)
    assert answer.status_code == 400
    assert "notice-error" in answer.text
    assert stored(world) == []


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02", b"%PDF-1.4", "企业名称\n甲".encode()])
async def test_a_file_that_is_no_list_is_refused_in_words(
    served: Served, world: World, content: bytes
) -> None:
    files = {"file": ("名单.csv", content, "text/csv")}
    answer = await served.post(PATH, "office", files=files, data=ABOUT)
    assert answer.status_code == 400
    assert "notice-error" in answer.text
    assert stored(world) == []


async def test_senders_look_and_nobody_else_does(served: Served, world: World) -> None:
    await send(served, ROWS)
    with world.connect() as conn:
        add_people(conn, 2, uscc=credit_code(1), state="approved")
    for who in ("institution", "province"):
        page = (await served.get(PATH, who)).text
        assert "第 3 批" in page
        assert "上传一批名单" not in page
        assert "审核通过的学员" not in page
        assert "示例1有限公司" in (await served.get(f"{PATH}/3", who)).text
        assert (await send(served, ROWS, who, replace="1")).status_code == 403
    for who in ("assessor", "analyst", "auditor"):
        assert (await served.get(PATH, who)).status_code == 404
        assert (await send(served, ROWS, who)).status_code in (403, 404)
    assert (await served.get(PATH)).status_code == 302
