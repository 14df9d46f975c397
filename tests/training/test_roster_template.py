"""The template: what its lists offer is what reading understands."""

import sqlite3
from pathlib import Path

import pytest
from training import roster, roster_template
from training.rows import Sender

from tests.conftest import YEAR, World
from tests.people import credit_code, identity_number

TSINGHUA = Sender(institution="tsinghua")
ZHEJIANG = Sender(province="330000")


def filled(n: int) -> dict[str, str]:
    """The cells that every row needs and no list offers."""
    return {
        "row_no": str(n + 1), "name": f"学员甲{'甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉'[n % 20]}",
        "id_number": identity_number(n), "mobile": f"138{n:08d}",
        "enterprise_name": f"示例{n}号有限公司", "uscc": credit_code(n), "position": "总经理",
        "revenue_wan": "1200.5", "employees": "50", "founded_on": "2015-06",
    }  # fmt: skip


def read(
    world: World, conn: sqlite3.Connection, path: Path, content: bytes, sender: Sender
) -> roster.Report:
    path.write_bytes(content)
    order = roster.Order(path=path, year=YEAR, sender=sender, by="clerk")
    return roster.run(conn, order, world.keys, commit=True)


@pytest.mark.parametrize("sender", [TSINGHUA, ZHEJIANG], ids=["institution", "authority"])
def test_a_filled_template_has_no_fault_whatever_is_chosen_from_its_lists(
    world: World, conn: sqlite3.Connection, tmp_path: Path, sender: Sender
) -> None:
    words = roster_template.choices(conn, YEAR, sender)
    assert all(words.values())
    fixed = {
        "sex": "男", "id_type": "居民身份证", "track": "区域发展",
        "origin": "推荐" if sender.province else "自主选拔",
    }  # fmt: skip
    if sender.province:
        fixed["institution"] = "清华大学"
    rows = []
    for n in range(max(map(len, words.values()))):
        chosen = {column: list(offer)[n % len(offer)] for column, offer in words.items()}
        rows.append(filled(n) | chosen | fixed)
    content = roster_template.as_xlsx(conn, YEAR, sender, rows)
    report = read(world, conn, tmp_path / "名单.xlsx", content, sender)
    # Test people come from a county that never was, and all are women by their numbers or men.
    assert {p.code for p in report.problems} <= {"id-county", "sex-mismatch"}
    assert (report.rows, report.new, report.header_row) == (len(rows), len(rows), 2)
    assert report.sheet == "名单"


@pytest.mark.parametrize("column", ["sex", "id_type", "origin", "track", "institution"])
def test_each_word_of_the_lists_that_depend_on_each_other_is_understood(
    world: World, conn: sqlite3.Connection, tmp_path: Path, column: str
) -> None:
    from training.lookups import References
    from training.words import id_type, origin, sex

    references = References.load(conn)
    rules = {
        "sex": sex, "id_type": id_type, "origin": origin,
        "track": references.track, "institution": references.institution,
    }  # fmt: skip
    for sender in (TSINGHUA, ZHEJIANG):
        offered = roster_template.choices(conn, YEAR, sender)[column]
        assert offered
        for word in offered:
            value, findings = rules[column](word)
            assert (bool(value), findings) == (True, ()), word


def test_an_empty_template_is_a_file_without_people(
    world: World, conn: sqlite3.Connection, tmp_path: Path
) -> None:
    for name, content in (
        ("空.xlsx", roster_template.as_xlsx(conn, YEAR, TSINGHUA)),
        ("空.csv", roster_template.as_csv()),
    ):
        report = read(world, conn, tmp_path / name, content, TSINGHUA)
        assert [p.code for p in report.problems if p.severity == "error"] == ["file-empty"]
        assert report.unknown_columns == []
    assert roster_template.as_csv().startswith("\ufeff".encode())


def test_an_institution_is_offered_itself_alone(conn: sqlite3.Connection) -> None:
    words = roster_template.choices(conn, YEAR, TSINGHUA)
    assert list(words["institution"]) == ["清华大学"]
    assert len(roster_template.choices(conn, YEAR, ZHEJIANG)["institution"]) > 10
    assert list(roster_template.choices(conn, YEAR, ZHEJIANG)["recommending_authority"]) == [
        conn.execute("select name_zh from provinces where code = '330000'").fetchone()[0]
    ]
