import pytest
from training.margins import is_footer

from tests.people import credit_code, identity_number, person
from tests.roster_rows import Reading, sheet

PEOPLE = [person(n) for n in range(2)]
HEADER, FIRST, SECOND = sheet(*PEOPLE)
EMPTY = [""] * len(HEADER)


def row(*cells: str) -> list[str]:
    return [*cells, *EMPTY][: len(HEADER)]


@pytest.mark.parametrize(
    "cells",
    [
        ["合计"],
        ["总计", "", "120人"],
        ["合　计", "", "", "120", "50,000"],
        ["小计：120人"],
        ["合计120人"],
        ["共120人"],
        ["填表人：张三"],
        ["填表人：", "张三", "审核人：", "李四"],
        ["填表人", "张三", "", "日期", "2021-10-08"],
        ["填表人（签字）：", "", "单位（盖章）："],
        ["注：以上名单经审核无误"],
        ["注1：电话为手机"],
        ["说明：1.请如实填写"],
        ["備註：以上名單經審核"],
        ["審核人：王五"],
        ["日期：2021年10月8日"],
        ["第1页 共3页"],
        ["", "", "合計"],
        ["以下无正文"],
    ],
)
def test_footers(cells: list[str]) -> None:
    assert is_footer(cells)


@pytest.mark.parametrize(
    "cells",
    [
        [],
        [""],
        ["1", "合计"],
        ["合计", "王五", "男", "总经理", "北京"],
        ["合计", identity_number(1)],
        ["合计", credit_code(1)],
        ["注册会计师"],
        ["审核人员有限公司"],
        ["日期间", "张三"],
        ["王伟", "北京"],
    ],
)
def test_no_footers(cells: list[str]) -> None:
    assert not is_footer(cells)


def test_rows_below_the_last_person_are_skipped_and_named_once() -> None:
    found = Reading([HEADER, FIRST, SECOND, row("合计", "2人"), EMPTY, row("填表人：张三")])
    assert [one.row for one in found.people] == [2, 3]
    assert found.faults == [(4, None, "footer-skipped")]
    assert dict(found.problems[0].details)["rows"] == "4, 6"
    assert found.stream.skipped == 3


def test_a_total_above_a_person_is_a_faulty_row() -> None:
    found = Reading([HEADER, FIRST, row("小计", "1人"), SECOND])
    assert [one.row for one in found.people] == [2, 3, 4]
    assert {fault[0] for fault in found.faults} == {3}
    assert (3, "id_number", "cell-required") in found.faults
    assert found.stream.skipped == 0


def test_rows_of_delimiters_count_and_blank_lines_do_not() -> None:
    found = Reading([HEADER, EMPTY, FIRST, [], [""], row(" ", "\u3000"), SECOND, EMPTY])
    assert [one.row for one in found.people] == [3, 7]
    assert found.faults == []
    assert found.stream.skipped == 3


def test_a_row_with_nothing_but_its_number_is_empty() -> None:
    found = Reading([HEADER, FIRST, row("2"), row("3")])
    assert [one.row for one in found.people] == [2]
    assert (found.faults, found.stream.skipped) == ([], 2)


def test_a_header_printed_again_is_skipped() -> None:
    again = [f" {text}：" for text in HEADER]
    found = Reading([HEADER, FIRST, HEADER, SECOND, again])
    assert [one.row for one in found.people] == [2, 4]
    assert (found.faults, found.stream.skipped) == ([], 2)


def test_a_person_named_like_a_label_is_a_person() -> None:
    found = Reading(sheet(person(0, 姓名="合计", 序号="")))
    assert [one.values["name"] for one in found.people] == ["合计"]


def test_faults_of_rows_that_are_nobodys_are_the_files() -> None:
    from training.problems import Problem
    from training.rows import parse

    from tests.roster_rows import context

    far = Problem(9, None, "row-ragged", (("where", "XFD9"),))
    stream = parse(iter([(1, HEADER, []), (2, FIRST, []), (9, [], [far])]), context())
    assert [one.row for one in stream] == [2]
    assert far in stream.problems
