"""Headers of the contract: as senders write them, missing, double, dropped, forbidden, unknown."""

from typing import Any

import pytest

from tests.hostile.sending import (
    ERROR,
    HEADER,
    WARNING,
    Fault,
    Office,
    crowd,
    grid,
    text,
)
from tests.people import roster_csv


@pytest.mark.parametrize(
    "written",
    [
        "*姓名", "姓名*", "姓名（必填）", "姓名(必填)", "姓名：", "姓名:", " 姓 名 ", "姓\n名", "“姓名”",
        "【姓名】", "学员姓名", "學員姓名", "名字", "参训人员姓名", "学员", "Name", "name", "NAME",
        "姓名\u200b",
    ],
)  # fmt: skip
def test_a_header_is_understood_and_shown_as_written(reader: Office, written: str) -> None:
    rows = grid(crowd())
    rows[0][1] = written
    answer = reader.send(text(rows))
    assert (answer.faults, answer["new"]) == ([], 3)
    assert answer["columns"][written] == "name"
    assert answer["unknown_columns"] == []


SYNONYMS = {
    "row_no": "编号 No.", "id_number": "身份证号 身份证 证件号 证件号码 公民身份号码 身分證號 身分證號碼",
    "mobile": "手机号 手机号码 联系电话 联系方式 电话 移动电话 手機號碼",
    "enterprise_name": "单位 企业 企业名称 公司 公司名称 工作单位 所在单位 就职企业 企業名稱",
    "uscc": "信用代码 社会信用代码 组织机构代码 税号", "position": "职位 岗位 现任职务 担任职务",
    "province": "省市 所在省 所属地区 地区 所在地 省（区、市）",
    "origin": "来源 推荐方式", "industry_code": "行业 行业类别 行业代码 国民经济行业",
    "kind": "人员类别 企业类型", "institution": "培训机构 承办单位 培养单位 院校",
    "track": "培训专题 班级类型 项目",
}  # fmt: skip


@pytest.mark.parametrize(
    ("identifier", "written"),
    [(name, word) for name, words in SYNONYMS.items() for word in words.split()],
)
def test_synonyms_of_required_headers(reader: Office, identifier: str, written: str) -> None:
    rows = grid(crowd())
    usual = next(h for h, name in reader.send(text(rows))["columns"].items() if name == identifier)
    rows[0][HEADER.index(usual)] = written
    answer = reader.send(text(rows))
    assert (answer.faults, answer["columns"][written]) == ([], identifier)


@pytest.mark.parametrize(
    ("written", "identifier", "cell"),
    [
        ("性别", "sex", "男"), ("邮箱", "email", "a@b.cn"), ("电子邮箱", "email", ""), ("E-mail",
        "email", ""),
        ("推荐部门", "recommending_authority", ""), ("主管部门", "recommending_authority", ""),
        ("推荐机构", "recommending_authority", ""), ("主要产品", "main_business", "阀"),
        ("职工人数", "employees", "5"), ("员工人数", "employees", "5"), ("从业人员", "employees", "5"),
        ("营业收入（万元）", "revenue_wan", "5"), ("年营业收入(亿元)", "revenue_wan", "5"),
        ("上年度营收", "revenue_wan", "5元"), ("销售收入：万元", "revenue_wan", "5"),
        ("资产总额（万元）", "assets_wan", "5"), ("注册时间", "founded_on", "2021"),
        ("成立日期", "founded_on", "2021"), ("是否专精特新", "srdi_level", "是"),
        ("企业资质", "srdi_level", "小巨人"), ("荣誉资质", "srdi_level", "专精特新"),
        ("小巨人", "srdi_level", "是"), ("班次", "cohort", "一班"), ("期次", "cohort", "1"),
        ("备注", "note", "好"), ("證件類型", "id_type", "護照"),
    ],
)  # fmt: skip
def test_headers_that_may_be_there(
    reader: Office, written: str, identifier: str, cell: str
) -> None:
    people = crowd()
    for one in people:
        one[written] = cell
        if cell == "護照":
            one["身份证号码"] = f"E{one['手机']}"
    answer = reader.send(text(grid(people)))
    assert (answer.faults, answer["columns"][written]) == ([], identifier)


@pytest.mark.parametrize("written", [h for h in HEADER if h not in ("序号", "所属行业")])
def test_a_required_column_is_missing(reader: Office, written: str) -> None:
    people = crowd()
    identifier = reader.send(text(grid(people)))["columns"][written]
    for one in people:
        del one[written]
    answer = reader.send(text(grid(people)))
    assert answer.faults == [(1, identifier, "column-missing", ERROR)]
    assert answer["rows"] == 3
    assert not reader.send(text(grid(people)), commit=True, only_valid=True)["committed"]


def test_the_industry_may_be_missing(reader: Office) -> None:
    people = crowd()
    for one in people:
        del one["所属行业"]
    answer = reader.send(text(grid(people)))
    assert answer.faults == [(None, "industry_code", "industry-unknown", WARNING)]
    assert answer.counts == {"rows": 3, "new": 3}


@pytest.mark.parametrize(
    ("headers", "cells", "faults", "unknown"),
    [
        (["爱好"], ["棋"], [(1, None, "header-unknown", WARNING)], ["爱好"]),
        (["民族"], ["汉"], [(1, "ethnicity", "column-dropped", WARNING)], []),
        (["政治面貌"], ["x"], [(1, None, "column-dropped", WARNING)], []),
        (["出生年月"], ["x"], [(1, None, "column-dropped", WARNING)], []),
        (["学历"], ["x"], [(1, None, "column-dropped", WARNING)], []),
        (["结业情况"], ["x"], [(1, None, "column-forbidden", ERROR)], []),
        (["证书编号"], ["x"], [(1, None, "column-forbidden", ERROR)], []),
        (["结业情况"], [""], [], []),
        (["證書編號"], ["x"], [(1, None, "column-forbidden", ERROR)], []),
        ([""], ["x"], [(1, None, "header-unknown", WARNING)], None),
        ([""], [""], [], []),
        (["学员姓名"], ["别人"], [(1, "name", "header-duplicate", ERROR)], []),
        (["学员姓名"], [""], [], []),
        (["姓名"], ["别人"], [(1, "name", "header-duplicate", ERROR)], []),
        (["行业名称"], ["通用设备制造业"], [], []),
        (["错误说明"], ["请改"], [], []),
    ],
)
def test_headers_beside_ours(
    reader: Office, headers: list[str], cells: list[str], faults: list[Fault], unknown: Any
) -> None:
    first, *people = grid(crowd())
    rows = [first + headers, *(one + cells for one in people)]
    answer = reader.send(text(rows))
    assert answer.faults == faults
    assert answer["rows"] == 3
    if unknown is not None:
        assert answer["unknown_columns"] == unknown


@pytest.mark.parametrize("titles", [1, 2, 19])
def test_titles_above_the_header(reader: Office, titles: int) -> None:
    answer = reader.send(roster_csv(crowd(), ["附件 领军人才名单"] * titles))
    assert (answer.faults, answer["header_row"]) == ([], titles + 1)
    assert answer.counts == {"rows": 3, "new": 3}


def test_the_header_of_the_contract(reader: Office) -> None:
    """The example of the contract itself: two titles, one unknown column."""
    people = crowd()
    for one in people:
        one["民族情况"] = "汉"
    answer = reader.send(roster_csv(people, ["名单", "2021"]).encode("gb18030"))
    assert (answer["header_row"], answer["delimiter"], answer["encoding"]) == (3, ",", "gb18030")
    assert answer["unknown_columns"] == ["民族情况"]
    assert answer.faults == [(3, None, "header-unknown", WARNING)]
    assert list(answer["columns"]) == HEADER
    assert (answer["committed"], answer["batch"], answer["already_imported"]) == (False, None, None)
