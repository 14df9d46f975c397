"""The record's side of the contract: outcomes, all or nothing, the fifth, the same file, the command."""

import json
from pathlib import Path

import pytest
from training.database import transaction
from training.rows import Sender

from tests.hostile.sending import BEIJING, TSINGHUA, Office, command, crowd, grid, text
from tests.people import identity_number, person

W, E = "warning", "error"
DIFFERENT = [(None, None, "batch-too-different", E)]


def roster(count: int = 10, **cells: str) -> str:
    return text(grid(crowd(count, **cells)))


def test_each_row_ends_in_one_of_four_ways(office: Office) -> None:
    office.send(roster(20, 备注="一"), commit=True)
    people = crowd(21, 备注="一")
    people[3]["备注"] = "二"
    people[5]["手机"] = "1"
    people.pop(7)
    answer = office.send(text(grid(people)), commit=True, only_valid=True)
    assert answer.counts == {
        "rows": 20, "new": 1, "changed": 1, "unchanged": 17, "rejected": 1, "absent": 1
    }  # fmt: skip
    assert answer["committed"]
    assert office.stored("select count(*) from trainees") == [(21,)]


def test_absent_people_are_of_the_same_sender_year_and_track(office: Office) -> None:
    office.send(roster(10), commit=True)
    theirs = text(grid([person(n, 培训方向="主题方向") for n in range(20, 22)]))
    assert office.send(theirs, commit=True).counts == {"rows": 2, "new": 2}
    other = text(grid([person(n, institution="北京大学") for n in range(30, 32)]))
    sender = Sender(institution="pku")
    assert office.send(other, sender=sender, commit=True).counts == {"rows": 2, "new": 2}


@pytest.mark.parametrize(("gone", "faults"), [(2, []), (3, DIFFERENT)])
@pytest.mark.parametrize("how", ["absent", "changed"])
def test_a_fifth_may_differ_and_no_more(office: Office, gone: int, faults: list, how: str) -> None:
    office.send(roster(10), commit=True)
    people = crowd(10)
    if how == "absent":
        people = people[gone:]
    for one in people[:gone] if how == "changed" else ():
        one["职务"] = "董事长"
    content = text(grid(people))
    answer = office.send(content, commit=True)
    assert (answer.faults, answer["committed"]) == (faults, not faults)
    if faults:
        assert not office.send(content, commit=True, only_valid=True)["committed"]
        assert office.send(content, commit=True, force=True)["committed"]


def test_the_same_file_again(office: Office) -> None:
    content, other = roster(10), roster(10).replace("总经理", "厂长", 1)
    first = office.send(content, commit=True)
    again = office.send(content, commit=True, name="别的名字.csv")
    assert (again["already_imported"], again["committed"], again.faults) == (
        first["batch"], False, []
    )  # fmt: skip
    assert again.counts == {"rows": 10, "unchanged": 10}
    second = office.send(other, commit=True)
    third = office.send(content, commit=True)
    assert (third["committed"], third["already_imported"]) == (True, None)
    assert len({first["batch"], second["batch"], third["batch"]}) == 3
    assert office.stored("select distinct position from trainees") == [("总经理",)]


def test_the_same_file_of_another_sender_is_another_matter(office: Office) -> None:
    content = roster(3, 选拔方式="推荐", 推荐单位="北京")
    assert office.send(content, sender=BEIJING, commit=True)["committed"]
    answer = office.send(content, commit=True)
    assert (answer["already_imported"], answer["committed"]) == (None, True)
    assert office.stored("select distinct state from trainees") == [("submitted",)]


@pytest.mark.parametrize(
    ("sender", "cells"),
    [(Sender(institution="pku"), {"承担机构": "北京大学"}), (TSINGHUA, {"培训方向": "主题方向"})],
)
def test_a_person_has_one_place_a_year(
    office: Office, sender: Sender, cells: dict[str, str]
) -> None:
    office.send(roster(3), commit=True)
    people = [person(n, **cells) for n in range(2, 5)]
    answer = office.send(text(grid(people)), sender=sender)
    assert answer.faults == [(2, "id_number", "duplicate-in-year", E)]
    assert (answer["new"], answer["rejected"]) == (2, 1)
    message = answer["problems"][0]["message"]
    assert "清华" not in message
    assert "区域" not in message


def test_blank_keeps_a_word_clears_and_a_missing_column_is_not_touched(office: Office) -> None:
    cells = {"备注": "一", "邮箱": "a@example.org", "主营业务": "阀门", "从业人数": "5"}
    office.send(roster(10, **cells), commit=True)
    people = crowd(10, 备注="一", 邮箱="", 主营业务="（清空）")
    people[1]["备注"] = "(清空)"
    answer = office.send(text(grid(people)), commit=True, force=True)
    assert answer.counts == {"rows": 10, "changed": 10}
    found = office.stored(
        "select note, email, main_business, employees from trainees order by batch_row limit 2"
    )
    assert found == [("一", "a@example.org", None, 5), (None, "a@example.org", None, 5)]
    assert office.send(text(grid(people)) + "\r\n", commit=True).counts == {
        "rows": 10, "unchanged": 10
    }  # fmt: skip


def test_a_preview_leaves_no_trace(office: Office) -> None:
    before = office.stored("select * from sqlite_schema"), office.stored("select * from audit_log")
    assert office.send(roster(5))["new"] == 5
    assert office.stored("select * from sqlite_schema") == before[0]
    assert office.stored("select * from audit_log") == before[1]
    assert office.stored("select count(*) from trainees") == [(0,)]


def test_a_batch_its_people_and_its_audit_entry_agree(office: Office) -> None:
    people = crowd(6)
    people[2]["手机"] = "1"
    answer = office.send(text(grid(people)), commit=True, only_valid=True)
    batch = answer["batch"]
    counts = office.stored(
        "select sha256, rows, new, rejected, only_valid from roster_batches where id = ?", batch
    )
    assert counts == [(answer["sha256"], 6, 5, 1, 1)]
    ((detail,),) = office.stored(
        "select detail from audit_log where action = 'import' and subject_key = ?", str(batch)
    )
    assert {word: json.loads(detail)[word] for word in ("sha256", "rows", "new", "rejected")} == {
        "sha256": answer["sha256"], "rows": 6, "new": 5, "rejected": 1
    }  # fmt: skip
    kept = office.stored('select row, "column", code, severity from batch_problems order by id')
    assert [one for one in kept if one[2] != "id-county"] == answer.faults


def test_hostile_names_stay_names(office: Office) -> None:
    """No header, file or sheet name becomes part of a statement, a path or a page."""
    people = crowd()
    for one in people:
        one['x"; drop table trainees; --'] = "'; drop table trainees; --"
        one["备注"] = "x'); delete from trainees; --"
    name = "'; drop table trainees; --<script>{}%s.csv"
    answer = office.send(text(grid(people)), commit=True, name=name)
    assert answer.faults == [(1, None, "header-unknown", W)]
    assert answer["file"] == name
    assert office.stored("select distinct note from trainees") == [
        ("x'); delete from trainees; --",)
    ]


@pytest.mark.parametrize("header", ["{column}", "{0}", "{row.__class__}", "%s", "{"])
def test_a_header_that_looks_like_a_template(reader: Office, header: str) -> None:
    rows = grid(crowd())
    answer = reader.send(text([[*rows[0], header], *([*one, "x"] for one in rows[1:])]))
    assert answer.faults == [(1, None, "header-unknown", W)]
    assert header in answer["problems"][0]["message"]


# --- the command


def test_exit_status_and_json_of_the_command(office: Office, tmp_path: Path) -> None:
    good, bad = tmp_path / "名单.csv", tmp_path / "bad.csv"
    good.write_bytes(roster(3).encode("gb18030"))
    people = crowd(3)
    people[1]["手机"] = "13800000000x"
    bad.write_text(text(grid(people)), encoding="utf-8")
    mine = ("--institution", "tsinghua")
    ran = command(office.world, good, *mine, "--json")
    found = json.loads(ran.stdout)
    assert (ran.returncode, found["new"], found["committed"], found["batch"]) == (0, 3, False, None)
    assert set(found) == {
        "file", "sha256", "kind", "encoding", "delimiter", "header_row", "columns",
        "unknown_columns", "rows", "new", "changed", "unchanged", "rejected", "absent", "skipped",
        "committed", "batch", "already_imported", "problems",
    }  # fmt: skip
    assert set(found["problems"][0]) == {"row", "column", "code", "severity", "message"}
    ran = command(office.world, bad, *mine, "--commit", "--json")
    found = json.loads(ran.stdout)
    assert (ran.returncode, found["committed"]) == (1, False)
    assert identity_number(1) not in ran.stdout + ran.stderr
    assert "13800000000" not in ran.stdout + ran.stderr
    ran = command(office.world, bad, *mine, "--commit", "--only-valid")
    assert (ran.returncode, "batch" in ran.stdout) == (0, True)
    assert command(office.world, good, *mine, "--commit").returncode == 0
    assert office.stored("select count(*) from trainees") == [(3,)]


@pytest.mark.parametrize(
    "words",
    [
        (), ("--institution", "tsinghua", "--province", "110000"), ("--institution", "nowhere"),
        ("--institution", "tsinghua", "--sheet", "一"), ("--institution", "tsinghua", "--encoding", "x"),
    ],
)  # fmt: skip
def test_a_wrong_call_of_the_command(
    reader: Office, tmp_path: Path, words: tuple[str, ...]
) -> None:
    path = tmp_path / "名单.csv"
    path.write_text(roster(1), encoding="utf-8")
    ran = command(reader.world, path, *words)
    assert (ran.returncode, "Traceback" in ran.stderr) == (2, False)


def test_a_file_name_that_is_no_text(office: Office, tmp_path: Path) -> None:
    """A name from a Chinese Windows disk: GBK bytes that are no UTF-8."""
    path = tmp_path / b"\xc3\xfb\xb5\xa5.csv".decode("utf-8", "surrogateescape")
    path.write_text(roster(1), encoding="utf-8")
    ran = command(office.world, path, "--institution", "tsinghua", "--commit", "--json")
    assert (ran.returncode, "Traceback" in ran.stderr) == (0, False)
    assert json.loads(ran.stdout)["committed"]
    assert office.stored("select count(*) from trainees") == [(1,)]


def test_exit_status_of_the_twenty_percent(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "名单.csv"
    for content, words, status in (
        (roster(10), (), 0), (roster(5), (), 1), (roster(5), ("--force",), 0)
    ):  # fmt: skip
        path.write_text(content, encoding="utf-8")
        ran = command(office.world, path, "--institution", "tsinghua", "--commit", *words)
        assert ran.returncode == status


def test_an_update_of_the_record_in_between_is_kept(office: Office) -> None:
    """What the office changed after an import is what the next file is compared with."""
    office.send(roster(10), commit=True)
    conn = office.world.connect()
    with transaction(conn):
        conn.execute("update trainees set position = '厂长' where batch_row = 2")
    conn.close()
    answer = office.send(roster(10) + "\r\n")
    assert answer.counts == {"rows": 10, "changed": 1, "unchanged": 9}
