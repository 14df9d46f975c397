"""审计记录: what was done is found, by whom, old → new; and whether history was rewritten."""

import sqlite3
from contextlib import closing
from urllib.parse import urlencode

from datasette.utils import tilde_encode
from training.migrations import OFFICE_TABLES

from tests.conftest import World
from tests.served import PEOPLE, Served

PATH = "/-/audit"


async def edit(served: Served, name: str) -> None:
    answer = await served.post(
        "/training/institutions/pku/-/update", "office", json={"update": {"supervisor": name}}
    )
    assert answer.status_code == 200, answer.text


async def test_an_edit_in_the_row_dialog_is_found_with_old_and_new(served: Served) -> None:
    await edit(served, "新部门")
    page = (await served.get(f"{PATH}?subject=institutions&key=pku", "auditor")).text
    assert "教育部 → 新部门" in page
    assert ">office</td>" in page.replace("\n", "")
    answer = await served.get(f"{PATH}/institutions/pku", "office")
    assert (answer.status_code, answer.headers["location"]) == (
        302, f"{PATH}?subject=institutions&key=pku",
    )  # fmt: skip
    row = (await served.get("/training/institutions/pku", "office")).text
    assert f"{PATH}?subject=institutions&amp;key=pku" in row


async def test_filters_narrow_and_nonsense_finds_nothing(served: Served) -> None:
    await edit(served, "新部门")
    for query, found in (
        ("actor=office&action=update", True),
        ("actor=nobody", False),
        ("since=2999-01-01", False),
        ("until=2999-01-01&subject=institutions", True),
        ("before=1", False),
        ("before=x&actor=office", True),
        ("actor=%27+or+1%3D1--", False),
    ):
        text = (await served.get(f"{PATH}?{query}", "auditor")).text
        assert ("没有符合条件的记录" not in text) == found, query


async def test_sign_ins_and_failures_are_the_auditors_to_read(served: Served) -> None:
    await served.post("/-/login", data={"username": "office", "password": "wrong"})
    page = (await served.get(f"{PATH}?log=accounts", "auditor")).text
    assert "sign-in-refused" in page
    # The office gets its own log whatever it asks for.
    assert "sign-in-refused" not in (await served.get(f"{PATH}?log=accounts", "office")).text


async def test_nobody_else_reads_it(served: Served) -> None:
    for who in (None, *PEOPLE):
        answer = await served.get(PATH, who)
        assert (answer.status_code == 200) == (who in ("auditor", "office")), who


async def test_the_page_says_that_history_was_rewritten(served: Served, world: World) -> None:
    await edit(served, "新部门")
    assert "审计链完整" in (await served.get(PATH, "auditor")).text
    with closing(sqlite3.connect(world.db)) as hand:
        hand.execute("drop trigger audit_log_fixed")
        hand.execute("update audit_log set actor = 'nobody' where action = 'update'")
        hand.commit()
    page = (await served.get(PATH, "auditor")).text
    assert "审计链不完整" in page
    assert "被改动" in page


async def test_what_the_browser_wrote_cannot_be_cut_off_unseen(
    served: Served, world: World
) -> None:
    await edit(served, "新部门")  # the last act: the head is kept once the answer is out
    with closing(sqlite3.connect(world.db)) as hand:
        for name in ("audit_log_kept", "audit_chain_kept"):
            hand.execute(f"drop trigger {name}")
        last = hand.execute("select max(id) from audit_log").fetchone()[0]
        hand.execute("delete from audit_chain where entry_id = ?", (last,))
        hand.execute("delete from audit_log where id = ?", (last,))
        hand.commit()
    assert "末尾被截断" in (await served.get(PATH, "auditor")).text


async def test_without_the_key_the_page_does_not_say_that_the_chain_holds(
    served: Served, world: World
) -> None:
    await edit(served, "新部门")
    world.db.with_suffix(".keys").rename(world.folder / "elsewhere")
    page = (await served.get(PATH, "auditor")).text
    assert "审计链完整" not in page
    assert page.count("无法核对审计链") == 2


async def test_what_is_not_there_is_a_dash(served: Served) -> None:
    page = (await served.get(f"{PATH}?log=accounts", "auditor")).text
    assert "scope</span> —" in page
    assert "None" not in page


async def test_the_history_of_a_row_goes_by_the_key_that_the_log_has(served: Served) -> None:
    db = served.ds.get_database("training")
    for table in OFFICE_TABLES:
        if table == "retraining":  # wants somebody who trained before; its key is like the others
            continue
        row = (await db.execute(f"select * from {table} limit 1")).first()
        if row is None:
            continue
        keys = await db.primary_keys(table)
        path = ",".join(tilde_encode(str(row[key])) for key in keys)
        html = (await served.get(f"/training/{table}/{path}", "office")).text
        said = (await db.execute(
            "select subject_key from audit_log where subject = ? and subject_key = ?",
            [table, "/".join(str(row[key]) for key in keys)],
        )).first()  # fmt: skip
        assert said, table  # the seed was written down under this very key
        wanted = urlencode({"subject": table, "key": said[0]}).replace("&", "&amp;")
        assert f"{PATH}?{wanted}" in html, table
