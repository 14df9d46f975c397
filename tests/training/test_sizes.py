"""Size classes by 工信部联企业〔2011〕300号: both sides of each limit, and what is not known."""

import sqlite3
from typing import Any

import pytest

from tests.worlds import add_people, insert


def size(conn: sqlite3.Connection, person: int) -> str:
    row = conn.execute("select size_class from size_classes where trainee_id = ?", (person,))
    return str(row.fetchone()[0])


@pytest.mark.parametrize(
    ("industry", "employees", "revenue", "assets", "expected"),
    [
        # 工业: an SME below 1,000 people or below 40,000; medium 300 and 2,000; small 20 and 300.
        ("34", 1_000, 40_000, None, "large"),
        ("34", 999, 40_000, None, "medium"),
        ("34", 1_000, 39_999.99, None, "medium"),
        ("34", 300, 2_000, None, "medium"),
        ("34", 299, 2_000, None, "small"),
        ("34", 300, 1_999.99, None, "small"),
        ("34", 20, 300, None, "small"),
        ("34", 19, 300, None, "micro"),
        ("34", 20, 299.99, None, "micro"),
        ("34", 5_000, 10, None, "micro"),
        ("C", 20, 300, None, "small"),
        # One figure alone decides only downwards.
        ("34", 19, None, None, "micro"),
        ("34", None, 299, None, "micro"),
        ("34", 299, None, None, "undetermined"),
        ("34", 1_000, None, None, "undetermined"),
        ("34", None, 40_000, None, "undetermined"),
        ("34", None, None, None, "undetermined"),
        # Other figures count elsewhere: farming by revenue, 租赁和商务 by people and assets.
        ("01", None, 20_000, None, "large"),
        ("01", None, 500, None, "medium"),
        ("72", 300, None, 120_000, "large"),
        ("72", 299, None, 120_000, "medium"),
        ("72", 100, None, 7_999, "small"),
        # 房地产业 has three rules; a division is what they agree on.
        ("70", 5, 10, 10, "micro"),
        ("70", 500, 3_000, 20_000, "undetermined"),
        # Finance has no rule at all, and no industry no class.
        ("66", 5, 10, 10, "not_classified"),
        (None, 5, 10, 10, "undetermined"),
    ],
)
def test_a_size_class(
    conn: sqlite3.Connection, industry: str | None, employees: int | None,
    revenue: float | None, assets: float | None, expected: str,
) -> None:  # fmt: skip
    (person,) = add_people(
        conn, state="submitted", industry_code=industry, employees=employees, revenue_wan=revenue,
        assets_wan=assets,
    )  # fmt: skip
    assert size(conn, person) == expected


def snapshot(conn: sqlite3.Connection, person: int) -> dict[str, Any] | None:
    row = conn.execute("select * from trainee_sizes where trainee_id = ?", (person,)).fetchone()
    return dict(row) if row else None


def test_the_size_is_that_of_the_day_of_approval(conn: sqlite3.Connection) -> None:
    figures = {"employees": 1_000, "revenue_wan": 40_000.0}
    (person,) = add_people(conn, state="submitted", **figures)
    assert snapshot(conn, person) is None
    conn.execute("update trainees set state = 'approved'")
    taken = snapshot(conn, person)
    assert taken
    assert (taken["size_class"], taken["rule_set"], taken["employees"]) == ("large", "工业", 1_000)
    assert taken["rule_version"] == "工信部联企业〔2011〕300号"
    conn.execute("update trainees set employees = 10, state = 'enrolled'")
    assert snapshot(conn, person) == taken
    assert size(conn, person) == "micro"


def test_a_list_of_little_giants_reaches_enterprises_that_come_before_and_after(
    conn: sqlite3.Connection,
) -> None:
    def batches() -> list[int | None]:
        rows = conn.execute("select little_giant_batch from enterprises order by uscc")
        return [row[0] for row in rows]

    insert(conn, "enterprises", uscc="1" * 18, name="甲")
    for uscc, batch in (("1" * 18, 1), ("1" * 18, 3), ("2" * 18, 2)):
        insert(conn, "little_giants", uscc=uscc, batch=batch, name="示例", year=2021, source="示例")
    insert(conn, "enterprises", uscc="2" * 18, name="乙")
    insert(conn, "enterprises", uscc="3" * 18, name="丙")
    assert batches() == [3, 2, None]
    conn.execute("delete from little_giants where batch = 3")
    assert batches() == [1, 2, None]
    conn.execute("update little_giants set batch = 4 where batch = 2")
    assert batches() == [1, 4, None]
