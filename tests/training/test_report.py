"""The periodical report: what the queries say, on sheets, and logged."""

import json
from io import BytesIO

from python_calamine import CalamineWorkbook
from training import configuration, queries, report

from tests.conftest import YEAR, World
from tests.worlds import QUERIES, add_people


def test_the_workbook_says_what_the_queries_say(world: World) -> None:
    with world.connect() as conn:
        add_people(conn, 2)
        add_people(conn, 1, industry_code=None)
    config = configuration.load()
    year, content = report.export(
        world.db, QUERIES, report.labels_from(config), None, "office", "script"
    )
    assert year == YEAR
    book = CalamineWorkbook.from_filelike(BytesIO(content))
    assert book.sheet_names == [
        "概要",
        "检查",
        "各机构人数",
        "各地人数",
        "各培训方向人数",
        "各状态人数",
        "待处理的批次",
        "考核排名",
        "暂停的机构",
    ]
    summary = book.get_sheet_by_name("概要").to_python()
    assert ["编制人", "office"] in [row[:2] for row in summary]
    assert any("2 / 3 = 66" in str(row[1]) for row in summary)
    institutions = book.get_sheet_by_name("各机构人数").to_python()
    assert institutions[0][:2] == ["承担机构", "名称"]
    assert ["tsinghua", "清华大学", 0.0, 3.0, 3.0, 0.0] in institutions
    checks = book.get_sheet_by_name("检查").to_python()
    assert {row[0] for row in checks[1:]} == {one.check for one in queries.checks(QUERIES)}
    with world.connect() as conn:
        row = conn.execute("select * from audit_log where subject = 'report'").fetchone()
    assert (row["action"], row["actor"], row["subject_key"]) == ("export", "office", YEAR)
    assert json.loads(row["detail"])["format"] == "xlsx"


def test_no_person_is_in_it(world: World) -> None:
    with world.connect() as conn:
        add_people(conn, 3)
    found = report.make(world.db, QUERIES, None, "office")
    assert "示例" not in json.dumps([rows for _, rows in found.tables], ensure_ascii=False)
