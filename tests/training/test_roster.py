"""Importing a roster: outcomes, all or nothing, the same file again, people of others."""

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from training import identity, roster
from training.rows import Sender

from tests.conftest import YEAR, World
from tests.people import identity_number, person, roster_csv

TSINGHUA = Sender(institution="tsinghua", province=None)
PKU = Sender(institution="pku", province=None)
BEIJING = Sender(institution=None, province="110000")

Import = Callable[..., roster.Report]


@pytest.fixture
def take(world: World, conn: sqlite3.Connection, tmp_path: Path) -> Import:
    """Write rows to a file and import it; commits unless told otherwise."""

    def run(
        rows: list[dict[str, str]], sender: Sender = TSINGHUA, *, commit: bool = True, **words: Any
    ) -> roster.Report:
        path = tmp_path / "名单.csv"
        path.write_bytes(roster_csv(rows).encode("gb18030"))
        order = roster.Order(path=path, year=YEAR, sender=sender, by="clerk", **words)
        return roster.run(conn, order, world.keys, commit=commit)

    return run


def people(count: int, first: int = 0, **cells: str) -> list[dict[str, str]]:
    return [person(n, **cells) for n in range(first, first + count)]


def counts(report: roster.Report) -> tuple[int, int, int, int, int]:
    return (report.new, report.changed, report.unchanged, report.rejected, report.absent)


def errors(report: roster.Report) -> list[tuple[int | None, str | None, str]]:
    return [(problem.row, problem.column, problem.code) for problem in report.errors]


def stored(conn: sqlite3.Connection) -> int:
    return int(conn.execute("select count(*) from trainees").fetchone()[0])


def test_a_preview_changes_nothing(take: Import, conn: sqlite3.Connection) -> None:
    before = list(conn.iterdump())
    report = take(people(5), commit=False)
    assert counts(report) == (5, 0, 0, 0, 0)
    assert (report.committed, report.batch) == (False, None)
    assert list(conn.iterdump()) == before


def test_a_clean_roster_is_stored_whole(take: Import, conn: sqlite3.Connection) -> None:
    report = take(people(5))
    assert (report.rows, report.encoding, report.header_row) == (5, "gb18030", 1)
    assert report.committed
    row = conn.execute("select * from trainees order by id").fetchone()
    assert (row["name"], row["state"], row["batch_id"], row["batch_row"]) == (
        "学员甲甲", "submitted", report.batch, 2
    )  # fmt: skip
    assert (row["industry_code"], row["kind"], row["province"]) == (
        "34", "growth_backbone", "110000"
    )  # fmt: skip
    entry = conn.execute("select * from audit_log where action = 'import'").fetchone()
    assert (entry["actor"], entry["subject_key"]) == ("clerk", str(report.batch))


def test_no_readable_identity_number_or_mobile_is_stored(
    take: Import, conn: sqlite3.Connection, world: World
) -> None:
    take(people(3))
    take([person(1, 手机="13911112222"), person(0), person(2)], force=True)
    content = b"".join(path.read_bytes() for path in world.folder.glob("training.db*"))
    for n in range(3):
        assert identity_number(n).encode() not in content
        assert f"138{n:08d}".encode() not in content
    assert b"13911112222" not in content
    row = conn.execute(
        "select t.person_key, s.* from sealed_identities as s join trainees as t"
        " on t.id = s.trainee_id where t.mobile_masked like '139%'"
    ).fetchone()
    opened = identity.Sealer(world.keys).open(row["person_key"], row["key_version"], row["sealed"])
    assert opened == f"{identity_number(1)}\n13911112222"


def test_one_error_keeps_everything_out(take: Import, conn: sqlite3.Connection) -> None:
    report = take([*people(3), person(3, 手机="12345")])
    assert errors(report) == [(5, "mobile", "mobile-format")]
    assert counts(report) == (3, 0, 0, 1, 0)
    assert (report.committed, stored(conn)) == (False, 0)


def test_only_valid_stores_the_good_rows(take: Import, conn: sqlite3.Connection) -> None:
    report = take([*people(3), person(3, 手机="12345")], only_valid=True)
    assert (report.committed, stored(conn)) == (True, 3)
    kept = conn.execute("select row, column, code from batch_problems where severity = 'error'")
    assert [tuple(row) for row in kept] == [(5, "mobile", "mobile-format")]


def test_only_valid_forgives_no_fault_of_the_file(take: Import, conn: sqlite3.Connection) -> None:
    rows = [{name: cell for name, cell in row.items() if name != "手机"} for row in people(3)]
    report = take(rows, only_valid=True)
    assert ("column-missing" in {code for _, _, code in errors(report)}, stored(conn)) == (True, 0)


def test_all_faults_are_found_in_one_pass(take: Import) -> None:
    report = take([
        person(0, 手机="1"), person(1, 统一社会信用代码="9"), person(2, 学员类别="?"), person(3)
    ])  # fmt: skip
    assert [(row, code) for row, _, code in errors(report)] == [
        (2, "mobile-format"), (3, "uscc-length"), (4, "kind-unknown")
    ]  # fmt: skip


def test_changed_cells_are_kept_old_and_new(take: Import, conn: sqlite3.Connection) -> None:
    take(people(10))
    rows = people(10)
    rows[4] |= {"职务": "董事长", "手机": "13911112222"}
    report = take(rows)
    assert counts(report) == (0, 1, 9, 0, 0)
    assert [tuple(change)[2:] for change in report.changes] == [
        ("position", "总经理", "董事长"), ("mobile", "138****0004", "139****2222")
    ]  # fmt: skip
    kept = conn.execute(
        "select row, column, old, new from batch_changes where column <> 'batch_id' order by id"
    )
    assert [tuple(row) for row in kept] == [
        (6, "position", "总经理", "董事长"), (6, "mobile", "138****0004", "139****2222")
    ]  # fmt: skip
    assert conn.execute("select count(*) from sealed_changes").fetchone()[0] == 1
    row = conn.execute("select position, mobile_masked from trainees where name = '学员甲戊'")
    assert tuple(row.fetchone()) == ("董事长", "139****2222")


def test_blank_keeps_and_the_word_clears(take: Import, conn: sqlite3.Connection) -> None:
    take(people(10, 备注="一", 邮箱="a@example.org"))
    rows = people(10, 备注="一", 邮箱="a@example.org")
    rows[0] |= {"备注": "（清空）", "邮箱": ""}
    assert counts(take(rows)) == (0, 1, 9, 0, 0)
    row = conn.execute("select note, email from trainees where batch_row = 2").fetchone()
    assert tuple(row) == (None, "a@example.org")


def test_the_same_file_again_stores_nothing(take: Import, conn: sqlite3.Connection) -> None:
    first = take(people(5))
    again = take(people(5))
    assert (again.already_imported, again.committed, again.batch) == (first.batch, False, None)
    assert counts(again) == (0, 0, 5, 0, 0)
    assert conn.execute("select count(*) from roster_batches").fetchone()[0] == 1


def test_a_then_b_then_a_goes_back_to_a(take: Import, conn: sqlite3.Connection) -> None:
    a, b = people(10), people(10)
    b[0]["职务"] = "董事长"
    assert [take(rows).committed for rows in (a, b, a)] == [True, True, True]
    assert conn.execute("select distinct position from trainees").fetchall()[0][0] == "总经理"


def test_the_same_person_twice_in_a_file(take: Import) -> None:
    report = take([*people(2), person(0, 手机="13911112222")])
    assert errors(report) == [(4, "id_number", "duplicate-in-file")]
    assert dict(report.errors[0].details)["row"] == "2"


def test_two_people_with_one_mobile_are_remarked_on(take: Import) -> None:
    report = take([person(0), person(1, 手机=person(0)["手机"])])
    found = [(p.row, p.column, p.code) for p in report.problems if p.code == "same-mobile"]
    assert (found, report.committed) == ([(3, "mobile", "same-mobile")], True)


def test_the_third_person_of_an_enterprise_is_remarked_on(take: Import) -> None:
    code = person(0)["统一社会信用代码"]
    report = take(people(4, 统一社会信用代码=code))
    found = [(p.row, p.column) for p in report.problems if p.code == "enterprise-many"]
    assert found == [(4, "uscc"), (5, "uscc")]


@pytest.mark.parametrize(
    ("sender", "cells"),
    [(PKU, {"institution": "北京大学"}), (TSINGHUA, {"培训方向": "主题方向"})],
)
def test_a_person_of_another_roster_is_refused_without_saying_whose(
    take: Import, conn: sqlite3.Connection, sender: Sender, cells: dict[str, str]
) -> None:
    take(people(1))
    report = take(people(1, **cells), sender)
    assert errors(report) == [(2, "id_number", "duplicate-in-year")]
    assert "清华" not in json.dumps(report.as_json(), ensure_ascii=False).replace("清华大学,", "")
    assert stored(conn) == 1


def test_people_who_are_missing_are_counted_and_never_deleted(
    take: Import, conn: sqlite3.Connection
) -> None:
    take(people(10))
    report = take(people(8))
    assert (counts(report), report.committed) == ((0, 0, 8, 0, 2), True)
    assert stored(conn) == 10


def test_a_file_that_differs_by_more_than_a_fifth_needs_a_word(
    take: Import, conn: sqlite3.Connection
) -> None:
    take(people(10))
    report = take(people(7))
    assert (errors(report), report.committed) == ([(None, None, "batch-too-different")], False)
    assert take(people(7), only_valid=True).committed is False
    assert take(people(7), force=True).committed


def test_an_authority_recommends_and_the_institution_selects(
    take: Import, conn: sqlite3.Connection
) -> None:
    cells = {"选拔方式": "推荐"}
    report = take(people(3, **cells), BEIJING)
    assert counts(report) == (3, 0, 0, 0, 0)
    row = conn.execute("select state, recommending_authority, origin from trainees").fetchone()
    assert tuple(row) == ("nominated", "110000", "recommended")
    status = conn.execute("select status from roster_batches").fetchone()[0]
    assert status == "recorded"
    report = take(people(3))
    assert counts(report) == (0, 3, 0, 0, 0)
    row = conn.execute("select state, recommending_authority, origin from trainees").fetchone()
    assert tuple(row) == ("submitted", "110000", "both")
    steps = conn.execute("select to_state from trainee_events where trainee_id = 1 order by id")
    assert [row[0] for row in steps] == ["nominated", "selected", "submitted"]


def test_after_approval_a_name_is_the_offices_alone(take: Import, conn: sqlite3.Connection) -> None:
    take(people(10))
    conn.execute("update trainees set state = 'approved'")
    rows = people(10)
    rows[3] |= {"姓名": "别人", "职务": "董事长"}
    report = take(rows)
    assert errors(report) == [(5, "name", "cell-locked")]
    assert counts(report)[:4] == (0, 0, 9, 1)


@pytest.mark.parametrize(
    "words",
    [
        {"year": "1999-2000"},
        {"sender": Sender(institution="nowhere", province=None)},
        {"sender": Sender(institution=None, province="999999")},
        {"encoding": "no-such-encoding"},
    ],
)
def test_a_wrong_call_reads_nothing(
    world: World, conn: sqlite3.Connection, tmp_path: Path, words: dict[str, Any]
) -> None:
    path = tmp_path / "a.csv"
    path.write_text(roster_csv(people(1)), encoding="utf-8")
    order = roster.Order(**({"path": path, "year": YEAR, "sender": TSINGHUA, "by": "me"} | words))
    with pytest.raises(roster.BadCall):
        roster.run(conn, order, world.keys, commit=True)


def test_an_unreadable_file_is_a_report(
    world: World, conn: sqlite3.Connection, tmp_path: Path
) -> None:
    path = tmp_path / "empty.csv"
    path.write_bytes(b"")
    order = roster.Order(path=path, year=YEAR, sender=TSINGHUA, by="me")
    report = roster.run(conn, order, world.keys, commit=True)
    assert (errors(report), report.rows) == ([(None, None, "file-empty")], 0)
