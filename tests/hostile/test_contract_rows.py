"""Rows of the contract: blank ones, footers, quotes, ragged ones, and what one row says of another."""

import pytest

from tests.hostile.sending import (
    ERROR,
    WARNING,
    Fault,
    Office,
    crowd,
    good,
    grid,
    lines,
    text,
)
from tests.people import person


@pytest.mark.parametrize(
    ("content", "faults", "counts"),
    [
        (lines(""), [], {"rows": 3, "new": 3}),
        (lines("", "", where=3), [], {"rows": 3, "new": 3}),
        (lines("," * 12), [], {"rows": 3, "new": 3, "skipped": 1}),
        (lines("," * 12, where=3), [], {"rows": 3, "new": 3, "skipped": 1}),
        (lines(good().splitlines()[0], where=3), [], {"rows": 3, "new": 3, "skipped": 1}),
        (lines("合计," + "," * 11), [(5, None, "footer-skipped", WARNING)], {"rows": 3, "new": 3,
        "skipped": 1}),
        (lines("总计,3" + "," * 11), [(5, None, "footer-skipped", WARNING)], {"rows": 3, "new": 3,
        "skipped": 1}),
        (lines("總計,3" + "," * 11), [(5, None, "footer-skipped", WARNING)], {"rows": 3, "new": 3,
        "skipped": 1}),
        (
            lines("", "填表人：张三,,,,,,,,,审核人：李四,,", "注：无", "说明,," , "日期：2021-10-08"),
            [(6, None, "footer-skipped", WARNING)],
            {"rows": 3, "new": 3, "skipped": 4},
        ),
    ],
)  # fmt: skip
def test_rows_that_are_nobody(
    reader: Office, content: str, faults: list[Fault], counts: dict[str, int]
) -> None:
    answer = reader.send(content)
    assert (answer.faults, answer.counts) == (faults, counts)


def test_rows_are_numbered_as_excel_shows_them(reader: Office) -> None:
    people = crowd(4)
    people[0]["备注"], people[1]["职务"], people[3]["手机"] = "一\n二", "总\n经理", "1"
    found = text(grid(people), end="\n").split("\n")
    answer = reader.send("\n\n" + "\n".join([*found[:1], "", *found[1:]]))
    assert answer["header_row"] == 3
    assert answer.faults == [(8, "mobile", "mobile-format", ERROR)]


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_ends_of_lines(reader: Office, end: str) -> None:
    people = crowd()
    people[1]["手机"] = "1"
    assert reader.send(text(grid(people), end=end)).faults == [
        (3, "mobile", "mobile-format", ERROR)
    ]


@pytest.mark.parametrize(
    ("tail", "faults"), [(",,,", []), (",x", [(3, None, "row-ragged", ERROR)]), (",\u3000", [])]
)
def test_more_cells_than_headers(reader: Office, tail: str, faults: list[Fault]) -> None:
    found = good().splitlines()
    found[2] += tail
    assert reader.send("\n".join(found)).faults == faults


def test_fewer_cells_than_headers(reader: Office) -> None:
    found = good().splitlines()
    found[2] = found[2].rsplit(",", 1)[0]
    assert reader.send("\n".join(found)).faults == [(3, "track", "cell-required", ERROR)]


@pytest.mark.parametrize("place", [1, 5, 12])
def test_a_quote_that_never_closes(reader: Office, place: int) -> None:
    rows = grid(crowd(12))
    found = [",".join(cells) for cells in rows]
    cells = rows[4][:]
    cells[place] = '"' + cells[place]
    found[4] = ",".join(cells)
    answer = reader.send("\n".join(found))
    assert answer.faults == [(5, None, "row-quote", ERROR)]
    assert answer.counts == {"rows": 12, "new": 11, "rejected": 1}


def test_a_quote_that_closes_in_another_row(reader: Office) -> None:
    found = good().splitlines()
    found[1] = found[1].replace("学员甲甲", '"学员甲甲')
    found[3] = found[3].replace("总经理", '总经理"')
    answer = reader.send("\n".join(found))
    assert answer.faults[0] == (2, None, "row-quote", ERROR)
    assert (answer["rows"], answer["new"]) == (3, 2)


def test_a_cell_of_six_lines(reader: Office) -> None:
    people = crowd()
    people[1]["备注"] = "\n".join("一二三四五")
    assert reader.send(text(grid(people))).faults == []
    people[1]["备注"] = "\n".join("一二三四五六")
    faults = reader.send(text(grid(people))).faults
    assert faults[0] == (3, None, "row-quote", ERROR)


def test_quotes_inside_a_cell(office: Office) -> None:
    found = good().splitlines()
    found[2] = found[2].replace("总经理", '总"经"理')
    found[3] = found[3].replace("总经理", '"总""经""理"')
    assert office.send("\n".join(found), commit=True).faults == []
    assert office.stored("select position from trainees order by batch_row") == [
        ("总经理",), ('总"经"理',), ('总"经"理',)
    ]  # fmt: skip


def test_the_same_person_twice(reader: Office) -> None:
    answer = reader.send(text(grid([*crowd(), person(1, 手机="13911112222")])))
    assert answer.faults == [(5, "id_number", "duplicate-in-file", ERROR)]
    assert "3" in answer["problems"][-1]["message"]
    assert answer.counts == {"rows": 4, "new": 3, "rejected": 1}


def test_two_people_with_one_mobile(reader: Office) -> None:
    answer = reader.send(text(grid([*crowd(), person(3, 手机=person(1)["手机"])])))
    assert (answer.faults, answer["new"]) == ([(5, "mobile", "same-mobile", WARNING)], 4)


def test_many_of_one_enterprise(reader: Office) -> None:
    same = {name: person(0)[name] for name in ("单位名称", "统一社会信用代码")}
    answer = reader.send(text(grid(crowd(4, **same))))
    assert answer.faults == [
        (4, "uscc", "enterprise-many", WARNING),
        (5, "uscc", "enterprise-many", WARNING),
    ]
