"""Workbooks of the contract: figures, formulas, sheets, far cells."""

from typing import Any

import pytest
from training import roster

from tests.hostile.sending import (
    ERROR,
    Office,
    crowd,
    good,
    grid,
    workbook,
)
from tests.workbook_files import row, sheet, xls, xlsx


def test_a_workbook_says_the_same(reader: Office) -> None:
    rows = grid(crowd())
    rows[2][3] = "12345"
    answer = reader.send(workbook([["名单"], [], *rows]))
    assert answer.faults == [(5, "mobile", "mobile-format", ERROR)]
    assert (answer["kind"], answer["encoding"], answer["header_row"]) == ("xlsx", None, 3)
    assert answer.counts == {"rows": 3, "new": 2, "rejected": 1}


def test_an_old_workbook_says_the_same(reader: Office) -> None:
    cells = {(r, c): cell for r, one in enumerate(grid(crowd())) for c, cell in enumerate(one)}
    answer = reader.send(xls(cells | {(2, 3): 12345.0}))
    assert (answer["kind"], answer.faults) == ("xls", [(3, "mobile", "mobile-format", ERROR)])


@pytest.mark.parametrize(
    ("header", "cell", "fault"),
    [
        ("身份证号码", 119999196001019990, ("id_number", "id-rounded")),
        ("身份证号码", 119999196001019000, ("id_number", "id-rounded")),
        ("统一社会信用代码", 911199990000000010, ("uscc", "uscc-rounded")),
        ("手机", 13811112222, None), ("手机", 8613811112222, None), ("序号", 1, None),
        ("所属行业", 34, None), ("省份", 110000, None), ("成立时间", 44500, None),
        ("成立时间", 2021, None), ("从业人数", 200, None), ("从业人数", 200.5, ("employees",
        "number-invalid")),
    ],
)  # fmt: skip
def test_figures_of_a_workbook(
    reader: Office, header: str, cell: float, fault: tuple[str, str] | None
) -> None:
    people = crowd(3, 成立时间="2020", 从业人数="5")
    rows: list[list[Any]] = [list(one) for one in grid(people)]
    rows[2][rows[0].index(header)] = cell
    answer = reader.send(workbook(rows))
    assert answer.faults == ([(3, *fault, ERROR)] if fault else [])


def test_a_formula_is_its_last_result(reader: Office) -> None:
    cells = [list(one) for one in grid(crowd())]
    body = "".join(row(n, *one) for n, one in enumerate(cells, start=1))
    place = '<c r="G3" t="inlineStr"><is><t>总经理</t></is></c>'
    assert place in body
    for formula, faults in (
        ('<c r="G3" t="str"><f>A1</f><v>厂长</v></c>', []),
        ('<c r="G3"><f>A1</f></c>', [(3, "position", "cell-formula", ERROR)]),
    ):
        assert reader.send(xlsx(sheet(body.replace(place, formula)))).faults == faults


def test_two_sheets_with_a_roster_each(reader: Office) -> None:
    rows = grid(crowd())
    assert reader.send(workbook(rows, 说明=[["请看"]])).faults == []
    both = workbook(rows, 二班=rows[:2])
    answer = reader.send(both)
    assert (answer.faults, answer.counts) == ([(None, None, "sheet-several", ERROR)], {})
    assert reader.send(both, sheet="二班").counts == {"rows": 1, "new": 1}
    with pytest.raises(roster.BadCall):
        reader.send(both, sheet="三班")
    with pytest.raises(roster.BadCall):
        reader.send(good(), sheet="名单")


def test_a_far_lone_cell(reader: Office) -> None:
    rows = grid(crowd())
    body = "".join(row(n, *one) for n, one in enumerate(rows, start=1))
    far = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    answer = reader.send(xlsx(sheet(body + far)))
    assert answer.faults == [(1048576, None, "row-ragged", ERROR)]
    assert answer["new"] == 3


def test_a_far_lone_cell_of_an_old_workbook(reader: Office) -> None:
    cells = {(r, c): text for r, one in enumerate(grid(crowd())) for c, text in enumerate(one)}
    for far in ((65535, 255), (500, 40)):
        answer = reader.send(xls(cells | {far: "x"}))
        assert answer.faults == [(far[0] + 1, None, "row-ragged", ERROR)]
        assert answer["new"] == 3


def test_a_ragged_row_of_a_workbook(reader: Office) -> None:
    rows = grid(crowd())
    rows[2].append("x")
    assert reader.send(workbook(rows)).faults == [(3, None, "row-ragged", ERROR)]


def test_a_workbook_that_is_none(reader: Office) -> None:
    content = workbook(grid(crowd()))
    assert reader.send(content[: len(content) // 2]).faults == [(None, None, "file-kind", ERROR)]
