"""The export of a sender's own people: sent again as it is, it changes nothing."""

import json
import sqlite3
from pathlib import Path

import pytest
from training import roster, roster_export
from training.rows import Sender

from tests.conftest import YEAR, World
from tests.people import person, roster_csv

TSINGHUA = Sender(institution="tsinghua")
ZHEJIANG = Sender(province="330000")
KINDS: tuple[roster_export.Format, ...] = ("csv", "xlsx")


def send(
    world: World, conn: sqlite3.Connection, path: Path, content: bytes, sender: Sender = TSINGHUA
) -> roster.Report:
    path.write_bytes(content)
    order = roster.Order(path=path, year=YEAR, sender=sender, by="clerk", force=True)
    return roster.run(conn, order, world.keys, commit=True)


def export(
    world: World, conn: sqlite3.Connection, kind: roster_export.Format, sender: Sender = TSINGHUA
) -> bytes:
    return roster_export.export(conn, world.keys, YEAR, sender, "clerk", "web", kind)


def nasty() -> list[dict[str, str]]:
    cells: list[dict[str, str]] = [
        {"备注": "'=1+1"},
        {"备注": "'+86", "职务": "'@总经理"},
        {"备注": "第一行\n第二行\n  缩进"},
        {"备注": "引号\"与,逗号；分号\t制表"},
        {"备注": "_x0041_ &amp; <b>"},
        {"姓名": "阿卜杜拉·买买提"},
        {"姓名": "𠮷野家"},
        {"姓名": "Jean-Luc O'Neill"},
        {"单位名称": "-1号有限公司", "职务": "=经理"},
        {"职务": "007", "班级": "001", "主营业务": "1E5"},
        {"营业收入（万元）": "0.0001", "资产总额（万元）": "123456789.1234", "从业人数": "0"},
        {"成立时间": "2015", "是否专精特新": "否"},
        {"成立时间": "2015-06", "专精特新": "小巨人"},
        {"成立时间": "2015-06-07", "所属行业": "制造业"},
        {"证件类型": "护照", "身份证号码": "E12345678", "性别": "女"},
        {"邮箱": "a.b+c@example.com", "所属行业": "C"},
        {"备注": "2021-01-01", "职务": "44500"},
    ]  # fmt: skip
    headers = dict.fromkeys(name for more in cells for name in more)
    del headers["是否专精特新"]
    rows = []
    for n, more in enumerate(cells):
        row = person(n) | dict.fromkeys((h for h in headers if h not in person(n)), "")
        more = {("专精特新" if k == "是否专精特新" else k): v for k, v in more.items()}
        rows.append(row | more)
    return rows


@pytest.mark.parametrize("kind", KINDS)
def test_the_export_sent_again_changes_nothing(
    world: World, conn: sqlite3.Connection, tmp_path: Path, kind: roster_export.Format
) -> None:
    rows = nasty()
    sent = send(world, conn, tmp_path / "a.csv", roster_csv(rows).encode())
    assert sent.committed, sent.problems
    before = [tuple(row) for row in conn.execute("select * from trainees")]
    again = send(world, conn, tmp_path / f"again.{kind}", export(world, conn, kind))
    assert again.changes == []
    assert (again.new, again.changed, again.unchanged) == (0, 0, len(rows))
    assert (again.rejected, again.absent, again.unknown_columns) == (0, 0, [])
    assert [tuple(row) for row in conn.execute("select * from trainees")] == before


def test_it_holds_the_numbers_in_full_and_no_formula(
    world: World, conn: sqlite3.Connection, tmp_path: Path
) -> None:
    rows = nasty()
    send(world, conn, tmp_path / "a.csv", roster_csv(rows).encode())
    text = export(world, conn, "csv").decode("utf-8-sig")
    assert all(row["身份证号码"] in text and row["手机"] in text for row in rows)
    cells = [cell for line in text.splitlines() for cell in line.split(",")]
    assert not [cell for cell in cells if cell.lstrip('"')[:1] in ("=", "+", "@", "-")]


def test_each_export_is_in_the_audit_log_without_names(
    world: World, conn: sqlite3.Connection, tmp_path: Path
) -> None:
    send(world, conn, tmp_path / "a.csv", roster_csv([person(n) for n in range(4)]).encode())
    export(world, conn, "xlsx")
    entry = conn.execute("select * from audit_log order by id desc limit 1").fetchone()
    assert (entry["actor"], entry["action"], entry["subject"]) == ("clerk", "export", "trainees")
    detail = json.loads(entry["detail"])
    assert detail == {"year": YEAR, "sender": "tsinghua", "people": 4, "kind": "xlsx"}


def test_everybody_exports_the_own_people_alone(
    world: World, conn: sqlite3.Connection, tmp_path: Path
) -> None:
    own = [person(n, 选拔方式="推荐", 推荐单位="浙江省", 省份="浙江省") for n in range(3)]
    send(world, conn, tmp_path / "a.csv", roster_csv(own).encode())
    theirs = [person(n, 选拔方式="推荐", 省份="浙江省") for n in range(5, 7)]
    send(world, conn, tmp_path / "b.csv", roster_csv(theirs).encode(), ZHEJIANG)
    pku = Sender(institution="pku")
    count = {
        sender: len(list(roster_export.people(conn, world.keys, YEAR, sender)))
        for sender in (TSINGHUA, ZHEJIANG, pku)
    }
    # Whom the authority named is on no institution's roster before it selects him.
    assert count == {TSINGHUA: 3, ZHEJIANG: 2, pku: 0}


def test_people_who_left_are_not_in_it(
    world: World, conn: sqlite3.Connection, tmp_path: Path
) -> None:
    send(world, conn, tmp_path / "a.csv", roster_csv([person(n) for n in range(4)]).encode())
    conn.execute("update trainees set state = 'withdrawn' where id = 2")
    numbers = [row[0] for row in roster_export.people(conn, world.keys, YEAR, TSINGHUA)]
    assert numbers == ["1", "2", "3"]
