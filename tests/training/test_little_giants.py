"""Lists of 专精特新“小巨人”: read whole or not at all, stored in place of the same batch."""

import sqlite3
from pathlib import Path

import pytest
from training import little_giants

from tests.people import credit_code
from tests.worlds import insert

GOOD = f"序号,企业名称,统一社会信用代码\n1,示例甲有限公司,{credit_code(1)}\n2,示例乙,{credit_code(2)}\n"
BATCH = little_giants.Batch(3, 2021, "示例公告", "2024-12-31")


def read(tmp_path: Path, text: str) -> little_giants.Listed:
    path = tmp_path / "名单.csv"
    path.write_bytes(text.encode("gb18030"))
    return little_giants.read(path)


def test_a_list_replaces_its_own_batch_alone(conn: sqlite3.Connection, tmp_path: Path) -> None:
    insert(conn, "enterprises", uscc=credit_code(1), name="甲")
    listed = read(tmp_path, GOOD)
    assert listed.faults == []
    other = little_giants.Batch(1, 2019, "示例")
    assert little_giants.store(conn, other, listed, "li", "script") == (2, 0)
    assert little_giants.store(conn, BATCH, listed, "li", "script") == (2, 0)
    del listed.enterprises[credit_code(2)]
    assert little_giants.store(conn, BATCH, listed, "li", "script") == (1, 2)
    rows = conn.execute(
        "select batch, count(*), max(valid_until) from little_giants group by batch"
    )
    assert [tuple(row) for row in rows] == [(1, 2, None), (3, 1, "2024-12-31")]
    batch = conn.execute("select little_giant_batch from enterprises").fetchone()[0]
    assert batch == 3
    entries = conn.execute("select count(*) from audit_log where subject = 'little_giants'")
    assert entries.fetchone()[0] == 3


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        (GOOD + f"3,示例丙,{credit_code(1)}\n", [(4, "前面已经有了")]),
        (
            GOOD + "3,示例丙,123\n4,,91119999000000003X\n",
            [(4, "信用代码不对"), (5, "信用代码不对")],
        ),
        (GOOD + f"3,,{credit_code(3)}\n", [(4, "没有企业名称")]),
        (GOOD + f'3,"示例,{credit_code(3)}\n', [(4, "双引号")]),
        ("名单\n", [(1, "找不到“企业名称”")]),
        ("企业名称,统一社会信用代码\n", [(1, "没有企业")]),
    ],
)
def test_a_faulty_list_says_where(tmp_path: Path, text: str, faults: list[tuple[int, str]]) -> None:
    found = read(tmp_path, text).faults
    assert [row for row, _, _ in found] == [row for row, _ in faults]
    assert all(said in zh for (_, zh, _), (_, said) in zip(found, faults, strict=True))
