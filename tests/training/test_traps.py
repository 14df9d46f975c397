"""The traps of the domain notes (§5), numbered as there: what real rosters have done to others.

Those of decoding (12, 15) are the tests of reading, formula injection (19) that of exports.
"""

from typing import Any

import pytest
from training.markers import Number

from tests.people import credit_code, identity_number, person
from tests.roster_rows import Reading, read_cell, sheet

NUMBER = identity_number(6995)
X_NUMBER = next(number for number in map(identity_number, range(99)) if number.endswith("X"))
CODE = credit_code(5)
WORKBOOK: dict[str, Any] = {"workbook": True}


def wide(text: str) -> str:
    return "".join(chr(ord(char) + 0xFEE0) for char in text)


REFUSED = [
    (1, "身份证号码", "1.10105E+17", "id-scientific", {}),
    (1, "身份证号码", "1.10105E+017", "id-scientific", {}),
    (2, "身份证号码", NUMBER[:15] + "000", "id-rounded", {}),
    (4, "身份证号码", X_NUMBER[:17] + "＊", "id-characters", {}),
    (6, "身份证号码", "110105491231002", "id-length", {}),
    (7, "统一社会信用代码", Number("911199990000000050"), "uscc-rounded", WORKBOOK),
    (7, "统一社会信用代码", "9.1119999E+17", "uscc-scientific", {}),
    (8, "手机", "1.38E+10", "mobile-format", {}),
    (9, "成立时间", "44500", "date-ambiguous", {}),
    (9, "成立时间", "10/8/2021", "date-ambiguous", {}),
    (9, "成立时间", "21.10", "date-ambiguous", {}),
    (11, "姓名", "李\ue000", "cell-control", {}),
    (16, "单位名称", "同上", "cell-required", {}),
    (16, "单位名称", "〃", "cell-required", {}),
    (16, "单位名称", "", "cell-required", {}),
]

READ = [
    (3, "身份证号码", f"'{NUMBER}", NUMBER, {}),
    (3, "身份证号码", f'="{NUMBER}"', NUMBER, {}),
    (3, "身份证号码", f"{NUMBER}\t", NUMBER, {}),
    *((4, "身份证号码", X_NUMBER[:17] + last, X_NUMBER, {}) for last in "xＸх×"),
    (5, "身份证号码", wide(NUMBER), NUMBER, {}),
    (5, "身份证号码", f"\ufeff\u3000{NUMBER[:6]}\u00a0{NUMBER[6:]}\u200b", NUMBER, {}),
    (7, "统一社会信用代码", wide(CODE), CODE, {}),
    (8, "手机", "+8613800000000", "13800000000", {}),
    (8, "手机", Number("8613800000000"), "13800000000", WORKBOOK),
    (9, "成立时间", Number("44500"), "2021-10-31", WORKBOOK),
    (9, "成立时间", "2021年10月", "2021-10", {}),
    (9, "成立时间", "2021.10", "2021-10", {}),
    (9, "成立时间", "2021/10/8", "2021-10-08", {}),
    (9, "成立时间", "20211008", "2021-10-08", {}),
    (9, "成立时间", "二〇二一年", "2021", {}),
    *((10, "姓名", f"买买提{dot}艾力", "买买提·艾力", {}) for dot in "·•・．.‧∙"),
    (10, "姓名", "阿" * 31, "阿" * 31, {}),
    (11, "姓名", "李䶮㛃𠅤𬭎", "李䶮㛃𠅤𬭎", {}),
    (11, "姓名", "李\ue81e", "李龴", {}),
    (13, "姓名", "白\u3000晓", "白晓", {}),
    (14, "姓名", "張偉", "張偉", {}),
    *((18, "邮箱", nothing, None, {}) for nothing in ("无", "/", "-", "暂无")),
    (20, "所属行业", "012", "01", {}),
]


@pytest.mark.parametrize(("trap", "header", "cell", "code", "how"), REFUSED)
def test_refused(trap: int, header: str, cell: str, code: str, how: dict[str, Any]) -> None:
    found = read_cell(header, cell, **how)
    assert found.faults == [(2, found.stream.columns[header], code)]


@pytest.mark.parametrize(("trap", "header", "cell", "value", "how"), READ)
def test_read(trap: int, header: str, cell: str, value: str | None, how: dict[str, Any]) -> None:
    found = read_cell(header, cell, **how)
    assert found.faults == []
    assert found.people[0].values.get(found.stream.columns[header]) == value


@pytest.mark.parametrize("number", ["1", "1.", "（1）", "①", "第一", ""])
def test_17_row_numbers_are_ignored(number: str) -> None:
    found = read_cell("序号", number)
    assert found.faults == []
    assert "row_no" not in found.people[0].values


def test_16_titles_above_and_a_total_below() -> None:
    header, first = sheet(person(0))
    found = Reading([["附件2"], ["学员名单"], header, first, ["合计", "1人"]])
    assert [one.row for one in found.people] == [4]
    assert found.faults == [(5, None, "footer-skipped")]
