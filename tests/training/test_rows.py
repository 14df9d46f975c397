from collections.abc import Sequence
from typing import Any

import pytest
from training.context import Sender
from training.markers import ExcelDate, NoValue, Number
from training.problems import Problem
from training.rows import parse

from tests.people import credit_code, identity_number, person
from tests.roster_rows import Fault, Reading, context, read, read_cell, sheet

TALENT_CENTRE = {"sender": Sender(institution="miit-talent-exchange")}
BEIJING = {"sender": Sender(province="110000")}
WORKBOOK = {"workbook": True}
NUMBER = identity_number(0)


def test_a_person() -> None:
    found = read(person(0))
    assert found.faults == []
    (one,) = found.people
    assert one.row == 2
    assert one.cleared == frozenset()
    assert one.values == {
        "name": "学员甲甲",
        "id_number": NUMBER,
        "age_at_selection": 61,
        "sex_from_id": "male",
        "mobile": "13800000000",
        "enterprise_name": "示例0号有限公司",
        "uscc": credit_code(0),
        "position": "总经理",
        "province": "110000",
        "origin": "self_selected",
        "industry_code": "34",
        "kind": "growth_backbone",
        "institution": "tsinghua",
        "track": "regional_development",
    }


def test_what_an_impossible_person_is_warned_of() -> None:
    (one,) = read(person(0)).people
    assert one.problems == [Problem(2, "id_number", "id-county")]
    assert one.problems[0].severity == "warning"


#: A header, a cell under it, what it must be refused with (None: nothing), and how it is read.
CELLS: list[tuple[str, str, str | None, dict[str, Any]]] = [
    ("姓名", "", "cell-required", {}),
    ("姓名", " \u3000", "cell-required", {}),
    ("姓名", "无", "cell-required", {}),
    ("姓名", "同上", "cell-required", {}),
    ("姓名", "（清空）", "cell-required", {}),
    ("姓名", "长" * 100, None, {}),
    ("姓名", "长" * 101, "cell-too-long", {}),
    ("职务", "长" * 101, "cell-too-long", {}),
    ("单位名称", "长" * 200, None, {}),
    ("单位名称", "长" * 201, "cell-too-long", {}),
    ("主营业务", "长" * 200, None, {}),
    ("主营业务", "长" * 201, "cell-too-long", {}),
    ("备注", "长" * 2000, None, {}),
    ("备注", "长" * 2001, "cell-too-long", {}),
    ("备注", "长" * 200_000, "cell-too-long", {}),
    ("班级", "一" * 201, "cell-too-long", {}),
    ("省份", "京" * 201, "cell-too-long", {}),
    ("姓名", "王\x00伟", "cell-control", {}),
    ("姓名", "王\ue000伟", "cell-control", {}),
    ("姓名", "王\ue81e伟", None, {}),
    ("备注", "王\x1b", "cell-control", {}),
    ("身份证号码", NUMBER[:9] + "\x00" + NUMBER[9:], "cell-control", {}),
    ("姓名", NoValue(""), "cell-formula", WORKBOOK),
    ("备注", NoValue(""), "cell-formula", WORKBOOK),
    ("证件类型", "学生证", "id-type-unknown", {}),
    ("证件类型", "居民身份证", None, {}),
    ("证件类型", "无", None, {}),
    ("身份证号码", "", "cell-required", {}),
    ("身份证号码", "〃", "cell-required", {}),
    ("身份证号码", "1.10105E+17", "id-scientific", {}),
    ("身份证号码", NUMBER[:15] + "000", "id-rounded", {}),
    ("身份证号码", Number(NUMBER), "id-rounded", WORKBOOK),
    ("身份证号码", NUMBER[:15], "id-length", {}),
    ("身份证号码", NUMBER[:17] + "*", "id-characters", {}),
    ("身份证号码", NUMBER[:17] + "5", "id-checksum", {}),
    ("身份证号码", identity_number(0, "991234"), "id-province", {}),
    ("身份证号码", identity_number(30_000), "id-birthdate", {}),
    ("身份证号码", identity_number(16_802), "id-age", {}),
    ("身份证号码", identity_number(16_801), None, {}),
    ("身份证号码", identity_number(-10_593), "id-age", {}),
    ("身份证号码", identity_number(-10_592), None, {}),
    ("手机", "", "cell-required", {}),
    ("手机", "12345678901", "mobile-format", {}),
    ("手机", "13800000000/13900000000", "mobile-several", {}),
    ("手机", "010-68205326", "mobile-landline", {}),
    ("手机", "010-68205326/13800000000", "mobile-landline", {}),
    ("手机", "+86 138-0000-0000", None, {}),
    ("邮箱", "a@", "email-format", {}),
    ("邮箱", "a@example.com", None, {}),
    ("邮箱", "", None, {}),
    ("单位名称", "/", "cell-required", {}),
    ("统一社会信用代码", "9.11E+17", "uscc-scientific", {}),
    ("统一社会信用代码", "911199990000000000", "uscc-rounded", {}),
    ("统一社会信用代码", Number("911199990000000071"), "uscc-rounded", WORKBOOK),
    ("统一社会信用代码", "110108001234567", "uscc-length", {}),
    ("统一社会信用代码", "O" + credit_code(0)[1:], "uscc-characters", {}),
    ("统一社会信用代码", credit_code(0)[:17] + "Y", "uscc-checksum", {}),
    ("统一社会信用代码", "92119999MA0000001W", "uscc-sole", {}),
    ("统一社会信用代码", "92119999MA0000001L", "uscc-checksum", {}),
    ("省份", "火星", "province-unknown", {}),
    ("推荐单位", "火星", "province-unknown", {}),
    ("推荐单位", "上海市", None, {}),
    ("推荐单位", "上海市", "recommender-other", BEIJING),
    ("推荐单位", "北京市", None, BEIJING),
    ("选拔方式", "自荐", "origin-unknown", {}),
    ("所属行业", "", "industry-unknown", {}),
    ("所属行业", "工业", "industry-unknown", {}),
    ("所属行业", "制造业", None, {}),
    ("所属行业", "C65", "industry-mismatch", {}),
    ("学员类别", "优秀学员", "kind-unknown", {}),
    ("性别", "男性", None, {}),
    ("性别", "未知", "sex-unknown", {}),
    ("性别", "女", "sex-mismatch", {}),
    ("从业人数", "约200人", "number-invalid", {}),
    ("从业人数", "1,200", None, {}),
    ("营业收入", "1200", "number-unit", {}),
    ("营业收入", "1200万元", None, {}),
    ("营业收入（万元）", "1200", None, {}),
    ("营业收入（万元）", "很多", "number-invalid", {}),
    ("资产总额（千元）", "1200", "number-unit", {}),
    ("成立时间", "2021-02-30", "date-invalid", {}),
    ("成立时间", "10/8/2021", "date-ambiguous", {}),
    ("成立时间", "44500", "date-ambiguous", {}),
    ("成立时间", "44500", None, WORKBOOK),
    ("成立时间", ExcelDate("2021-10-08"), None, WORKBOOK),
    ("是否专精特新", "是", None, {}),
    ("企业资质", "是", "srdi-unknown", {}),
    ("承担机构", "蓝翔", "institution-unknown", {}),
    ("承担机构", "北京大学", "institution-other", {}),
    ("承担机构", "北京大学", None, BEIJING),
    ("承担机构", "清华", None, {}),
    ("承担机构", "清华大学", "institution-suspended", {"suspended": frozenset({"tsinghua"})}),
    ("承担机构", "清华大学", None, {"suspended": frozenset({"pku"})}),
    ("承担机构", "北京大学", "institution-suspended", BEIJING | {"suspended": frozenset({"pku"})}),
    ("培训方向", "武术", "track-unknown", {}),
    ("培训方向", "专精特新", "track-institution", {}),
    ("培训方向", "主题方向", None, {}),
    ("备注", "见13800000000", "note-personal", {}),
    ("备注", "第一行\n第二行", None, {}),
]


@pytest.mark.parametrize(("header", "cell", "code", "how"), CELLS)
def test_cells(header: str, cell: str, code: str | None, how: dict[str, Any]) -> None:
    found = read_cell(header, cell, **how)
    column = found.stream.columns[header]
    assert found.faults == ([(2, column, code)] if code else [])


WARNED = {
    ("手机", "010-68205326/13800000000"): "13800000000",
    ("备注", "见13800000000"): "见***",
    ("性别", "女"): "female",
}


@pytest.mark.parametrize(("header", "cell"), WARNED)
def test_a_value_with_a_warning_is_kept(header: str, cell: str) -> None:
    found = read_cell(header, cell)
    assert [problem.severity for problem in found.problems] == ["warning"]
    column = found.stream.columns[header]
    assert found.people[0].values[column] == WARNED[header, cell]


@pytest.mark.parametrize(
    ("header", "cell", "column", "value"),
    [
        ("姓名", "白\u3000晓", "name", "白晓"),
        ("单位名称", "示例（北京）公司", "enterprise_name", "示例(北京)公司"),
        ("职务", "董事长\n总经理", "position", "董事长 总经理"),
        ("证件类型", "", "id_type", "resident"),
        ("邮箱", " a@example.com ", "email", "a@example.com"),
        ("从业人数", "200人", "employees", 200),
        ("营业收入（元）", "12000000", "revenue_wan", 1200.0),
        ("资产总额（万元）", "1,200", "assets_wan", 1200.0),
        ("成立时间", "2021年10月", "founded_on", "2021-10"),
        ("是否专精特新", "是", "srdi_level", "provincial"),
        ("是否小巨人", "是", "srdi_level", "little_giant"),
        ("专精特新", "无", "srdi_level", "none"),
        ("班级", "一班", "cohort", "一班"),
        ("备注", "一\r\n二", "note", "一\n二"),
        ("培训方向", "主题方向", "track", "thematic"),
        ("所属行业", "C", "industry_code", "C"),
    ],
)
def test_values(header: str, cell: str, column: str, value: object) -> None:
    (one,) = read_cell(header, cell).people
    assert one.values[column] == value


@pytest.mark.parametrize(
    ("header", "cell", "column"),
    [
        ("性别", "", "sex"),
        ("邮箱", "-", "email"),
        ("专精特新", "/", "srdi_level"),
        ("性别", "不详", "sex"),
        ("邮箱", "a@", "email"),
        ("姓名", "", "name"),
        ("身份证号码", "1", "id_number"),
    ],
)
def test_a_blank_or_refused_cell_has_no_value(header: str, cell: str, column: str) -> None:
    (one,) = read_cell(header, cell).people
    assert column not in one.values


@pytest.mark.parametrize("cell", ["（清空）", "(清空)", " （清空） "])
def test_clearing(cell: str) -> None:
    found = read_cell("邮箱", cell)
    assert found.faults == []
    assert found.people[0].cleared == {"email"}
    assert "email" not in found.people[0].values


def test_clearing_the_industry_makes_it_unknown() -> None:
    found = read_cell("所属行业", "（清空）")
    assert found.faults == [(2, "industry_code", "industry-unknown")]
    assert found.people[0].cleared == {"industry_code"}


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"选拔方式": "推荐"}, [("recommending_authority", "recommender-missing")]),
        ({"选拔方式": "推荐", "推荐单位": ""}, [("recommending_authority", "recommender-missing")]),
        (
            {"选拔方式": "推荐", "推荐单位": "火星"},
            [("recommending_authority", "province-unknown")],
        ),
        ({"选拔方式": "推荐", "推荐单位": "北京市"}, []),
        ({"选拔方式": "自主选拔", "推荐单位": ""}, []),
        (
            {"选拔方式": "推荐", "推荐单位": "北京", "培训方向": "主题方向"},
            [("track", "thematic-recommended")],
        ),
        (
            {"选拔方式": "自主选拔+推荐", "培训方向": "主题方向"},
            [
                ("recommending_authority", "recommender-missing"),
                ("track", "thematic-recommended"),
            ],
        ),
        ({"选拔方式": "自主选拔", "培训方向": "主题方向"}, []),
        ({"性别": "男"}, []),
        ({"性别": "女"}, [("sex", "sex-mismatch")]),
        ({"性别": "女", "身份证号码": "1"}, [("id_number", "id-length")]),
        ({"所属行业": "34", "行业名称": "通用设备制造业"}, []),
        ({"所属行业": "34", "行业名称": "制造业"}, []),
        ({"所属行业": "34", "行业名称": "锅炉制造"}, []),
        ({"所属行业": "34", "行业名称": ""}, []),
        (
            {"所属行业": "34", "行业名称": "软件和信息技术服务业"},
            [("industry_code", "industry-mismatch")],
        ),
        (
            {"证件类型": "护照", "身份证号码": "E12345678", "性别": "女"},
            [],
        ),
        ({"证件类型": "护照", "身份证号码": "护照"}, [("id_number", "id-characters")]),
        ({"证件类型": "学生证", "身份证号码": "1"}, [("id_type", "id-type-unknown")]),
        (
            {"证件类型": "学生证", "身份证号码": ""},
            [("id_type", "id-type-unknown"), ("id_number", "cell-required")],
        ),
    ],
)
def test_across_columns(cells: dict[str, str], expected: list[tuple[str, str]]) -> None:
    assert read(person(0, **cells)).faults == [(2, *fault) for fault in expected]


@pytest.mark.parametrize(
    ("track", "institution", "how", "expected"),
    [
        ("专精特新", "工业和信息化部人才交流中心", TALENT_CENTRE, []),
        ("区域发展", "工业和信息化部人才交流中心", TALENT_CENTRE, ["track-institution"]),
        ("专精特新", "清华大学", BEIJING, ["track-institution"]),
        ("区域发展", "清华大学", BEIJING, []),
    ],
)
def test_who_runs_a_track(
    track: str, institution: str, how: dict[str, Any], expected: list[str]
) -> None:
    found = read(person(0, 培训方向=track, 承担机构=institution), **how)
    assert found.faults == [(2, "track", code) for code in expected]


@pytest.mark.parametrize(
    ("origin", "expected"), [("推荐", "110000"), ("自主选拔+推荐", "110000"), ("自主选拔", None)]
)
def test_an_authority_that_names_no_recommender_is_it(origin: str, expected: str | None) -> None:
    found = read(person(0, 选拔方式=origin), **BEIJING)
    assert found.faults == []
    assert found.people[0].values.get("recommending_authority") == expected


def test_an_authoritys_file_without_the_way_of_selection() -> None:
    one = person(0)
    del one["选拔方式"]
    found = read(one, **BEIJING)
    assert found.faults == [(1, "origin", "column-missing")]
    assert "recommending_authority" not in found.people[0].values


def test_an_authority_that_leaves_the_recommender_blank_has_forgotten_it() -> None:
    found = read(person(0, 选拔方式="推荐", 推荐单位=""), **BEIJING)
    assert found.faults == [(2, "recommending_authority", "recommender-missing")]


def test_all_faults_are_found_in_one_pass() -> None:
    bad = person(1, 姓名="", 手机="1", 省份="火星", 培训方向="专精特新")
    found = read(person(0), bad, person(2, 身份证号码="1.1E+17"))
    assert found.faults == [
        (3, "name", "cell-required"),
        (3, "mobile", "mobile-format"),
        (3, "province", "province-unknown"),
        (3, "track", "track-institution"),
        (4, "id_number", "id-scientific"),
    ]


def test_a_message_never_repeats_what_it_refuses() -> None:
    header, first = sheet(person(0))
    for cell in (NUMBER, "13800000000"):
        for index in range(1, len(header)):
            cells = [*first[:index], cell, *first[index + 1 :]]
            for problem in Reading([header, cells]).problems:
                for language in ("zh", "en"):
                    assert cell[:6] not in problem.message(language)


# --- the header


def test_what_the_header_gives() -> None:
    found = read(person(0, 民族情况="汉", 民族="汉", 学历="本科", 结业情况=""))
    assert found.stream.header_row == 1
    assert found.stream.columns["身份证号码"] == "id_number"
    assert found.stream.columns["序号"] == "row_no"
    assert {"民族情况", "民族", "学历", "结业情况"}.isdisjoint(found.stream.columns)
    assert found.stream.unknown_columns == ["民族情况"]


def below(title_rows: int, *rows: Sequence[str]) -> list[Sequence[str]]:
    return [*([["领军人才培训学员名单"]] * title_rows), *rows]


def test_titles_above_the_header() -> None:
    header, first = sheet(person(0))
    found = Reading(below(3, header, first))
    assert found.stream.header_row == 4
    assert [one.row for one in found.people] == [5]
    assert found.faults == []


def test_no_header() -> None:
    header, first = sheet(person(0))
    found = Reading(below(20, header, first))
    assert found.people == []
    assert found.faults == [(None, None, "header-missing")]
    assert found.stream.first_rows[0] == (1, ["领军人才培训学员名单"])


@pytest.mark.parametrize(
    "rows",
    [
        [],
        sheet(person(0))[:1],
        [*sheet(person(0))[:1], ["合计"], ["", ""]],
    ],
)
def test_a_file_without_people(rows: list[list[str]]) -> None:
    found = Reading(rows)
    assert found.people == []
    assert (None, None, "file-empty") in found.faults


def test_a_missing_required_column() -> None:
    people = [person(n) for n in range(2)]
    for one in people:
        del one["手机"]
        del one["承担机构"]
    found = read(*people)
    assert found.faults == [(1, "mobile", "column-missing"), (1, "institution", "column-missing")]
    assert len(found.people) == 2


def test_a_missing_industry_is_one_warning_for_the_file() -> None:
    people = [person(n) for n in range(2)]
    for one in people:
        del one["所属行业"]
    found = read(*people)
    assert found.faults == [(None, "industry_code", "industry-unknown")]


def test_columns_that_an_upload_may_not_or_need_not_have() -> None:
    found = read(person(0, 民族="汉", 学历="", 证书编号="1", 星座="双鱼"))
    assert found.faults == [
        (1, None, "column-forbidden"),
        (1, "ethnicity", "column-dropped"),
        (1, None, "column-dropped"),
        (1, None, "header-unknown"),
    ]


@pytest.mark.parametrize(("cell", "faults"), [("", []), ("是", [(1, None, "column-forbidden")])])
def test_a_forbidden_column_matters_if_it_is_filled(cell: str, faults: list[Fault]) -> None:
    assert read(person(0), person(1, 结业情况=cell), person(2)).faults == faults


def doubled(*seconds: str) -> list[list[str]]:
    """A roster with a second column of names, and what stands in it."""
    header, *rows = sheet(*(person(n) for n in range(len(seconds))))
    return [[*header, "学员姓名"], *([*row, cell] for row, cell in zip(rows, seconds, strict=True))]


def test_two_columns_of_one_meaning() -> None:
    assert Reading(doubled("", "王五")).faults == [(1, "name", "header-duplicate")]


def test_one_of_them_may_be_empty_throughout() -> None:
    rows = doubled("", " ")
    header, *people = [[row[-1], *row[:-1]] for row in rows]
    for found in (Reading(rows), Reading([header, *people])):
        assert found.faults == []
        assert [one.values["name"] for one in found.people] == ["学员甲甲", "学员甲乙"]


def test_a_second_column_is_noticed_however_late_it_begins() -> None:
    late = 2500
    found = Reading(doubled(*[""] * late, "王五"))
    assert (1, "name", "header-duplicate") in found.faults
    assert len(found.people) == late + 1


def test_the_unit_goes_with_the_column_that_is_filled() -> None:
    found = read(person(0, **{"营业收入（万元）": "", "年营业收入（元）": "12000000"}))
    assert found.faults == []
    assert found.people[0].values["revenue_wan"] == 1200.0


def test_the_meaning_of_yes_goes_with_the_column_that_is_filled() -> None:
    found = read(person(0, 是否专精特新="", 小巨人="是"))
    assert found.faults == []
    assert found.people[0].values["srdi_level"] == "little_giant"


def test_a_column_without_a_header() -> None:
    header, first = sheet(person(0))
    header.insert(2, "")
    assert Reading([header, [*first[:2], "", *first[2:]]]).faults == []
    filled = Reading([header, [*first[:2], "x", *first[2:]]])
    assert filled.faults == [(1, None, "header-unknown")]
    assert filled.stream.unknown_columns == []


def test_a_header_mapped_by_hand_is_read() -> None:
    one = person(0)
    one["参会人"] = one.pop("姓名")
    assert (1, "name", "column-missing") in read(one).faults
    found = read(one, mapping={"参会人": "name"})
    assert found.faults == []
    assert found.stream.columns["参会人"] == "name"
    assert found.people[0].values["name"] == "学员甲甲"


# --- rows


@pytest.mark.parametrize(
    ("extra", "faults"),
    [
        (["", ""], []),
        ([" ", "\u200b"], []),
        (["x"], [(2, None, "row-ragged")]),
        (["", "x"], [(2, None, "row-ragged")]),
    ],
)
@pytest.mark.parametrize("how", [{}, WORKBOOK])
def test_more_cells_than_the_header(
    extra: list[str], faults: list[Fault], how: dict[str, Any]
) -> None:
    header, first, second = sheet(person(0), person(1))
    found = Reading([header, [*first, *extra], second], **how)
    assert found.faults == faults
    assert len(found.people) == 2


def test_a_sheet_is_no_wider_than_its_header() -> None:
    header, first = sheet(person(0))
    rows = [[*header, "", ""], [*first, "", "x"]]
    assert Reading(rows, **WORKBOOK).faults == [(2, None, "row-ragged")]
    assert Reading(rows).faults == [(1, None, "header-unknown")]


def test_fewer_cells_than_the_header_are_blank() -> None:
    header, first = sheet(person(0))
    found = Reading([header, first[:-2]])
    assert found.faults == [(2, "institution", "cell-required"), (2, "track", "cell-required")]


def test_an_unclosed_quote_is_all_there_is_to_say_of_a_row() -> None:
    header, first, second = sheet(person(0), person(1))
    broken = Problem(2, None, "row-quote")
    stream = parse(iter([(1, header, []), (2, first[:2], [broken]), (3, second, [])]), context())
    quoted, good = stream
    assert (quoted.values, quoted.problems) == ({}, [broken])
    assert good.values["name"] == "学员甲乙"


def test_what_reading_found_stays_with_its_row_or_goes_to_the_file() -> None:
    header, first = sheet(person(0, 姓名=""))
    damaged = Problem(None, None, "encoding-damaged")
    stream = parse(
        iter([(1, ["名单"], [damaged]), (2, header, []), (3, first, [damaged])]), context()
    )
    (one,) = stream
    assert [problem.code for problem in one.problems] == [
        "encoding-damaged", "cell-required", "id-county",
    ]  # fmt: skip
    assert stream.problems == [damaged]


def test_the_first_people_are_shown_as_they_were_decoded() -> None:
    header, *rows = sheet(*(person(n, 姓名=f" 学员{n}") for n in range(7)))
    found = Reading([header, [""] * len(header), *rows])
    assert found.stream.first_rows == [(number, rows[number - 3]) for number in range(3, 8)]


def test_each_row_has_its_own_list_of_problems() -> None:
    first, second = read(person(0), person(1)).people
    first.problems.append(Problem(2, "mobile", "same-mobile"))
    assert [problem.code for problem in second.problems] == ["id-county"]


def test_rows_keep_their_order_and_numbers_over_many_chunks() -> None:
    found = read(*(person(n) for n in range(2300)))
    assert [one.row for one in found.people] == list(range(2, 2302))
    assert [one.values["mobile"] for one in found.people] == [f"138{n:08d}" for n in range(2300)]
    assert found.faults == []


def test_a_good_column_and_one_with_a_bad_cell_are_read_alike() -> None:
    good = read(*(person(n) for n in range(50))).people
    odd = person(0, 姓名="", 手机="", 单位名称="（", 统一社会信用代码="", 职务="a  b")
    mixed = read(odd, *(person(n) for n in range(1, 50))).people
    assert [one.values for one in mixed[1:]] == [one.values for one in good[1:]]
