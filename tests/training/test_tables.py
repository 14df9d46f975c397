import opencc
import pytest
from training import tables
from training.columns import COLUMNS, DROPPED, FORBIDDEN
from training.tables import find_header, header_cell, header_vote, match_header

HEADERS = [
    (text, column.identifier)
    for column in COLUMNS.values()
    for text in (column.label_zh, column.label_en, column.identifier, *column.synonyms)
]
#: The synonyms that the domain notes list; ours may be more.
LISTED = {
    "row_no": "序号 编号 No.",
    "name": "姓名 学员姓名 名字 参训人员姓名 学员",
    "sex": "性别",
    "id_type": "证件类型",
    "id_number": "身份证号 身份证号码 身份证 证件号 证件号码 公民身份号码 身分證號",
    "mobile": "手机 手机号 手机号码 联系电话 联系方式 电话 移动电话",
    "email": "邮箱 电子邮箱 E-mail Email",
    "enterprise_name": "单位 单位名称 企业 企业名称 公司 公司名称 工作单位 所在单位 就职企业",
    "uscc": "统一社会信用代码 信用代码 社会信用代码 组织机构代码 税号",
    "position": "职务 职位 岗位 现任职务 担任职务",
    "province": "省份 省市 所在省 所属地区 地区 所在地 省（区、市）",
    "recommending_authority": "推荐单位 推荐部门 主管部门 推荐机构",
    "origin": "选拔方式 来源 推荐方式",
    "industry_code": "所属行业 行业 行业类别 行业代码 国民经济行业",
    "industry_name": "行业名称",
    "main_business": "主营业务 主要产品",
    "kind": "学员类别 人员类别 企业类型",
    "employees": "从业人数 职工人数 员工人数 从业人员",
    "revenue_wan": "营业收入 营业收入（万元） 年营业收入 上年度营收 销售收入",
    "assets_wan": "资产总额（万元）",
    "founded_on": "成立时间 注册时间 成立日期",
    "srdi_level": "专精特新 是否专精特新 企业资质 荣誉资质 小巨人",
    "institution": "承担机构 培训机构 承办单位 培养单位 院校",
    "track": "培训方向 培训专题 班级类型 项目",
    "cohort": "班级 班次 班级名称 期次",
    "note": "备注",
}


@pytest.mark.parametrize(
    ("text", "identifier"),
    [(text, name) for name, words in LISTED.items() for text in words.split()],
)
def test_the_headers_of_the_domain_notes(text: str, identifier: str) -> None:
    assert header_cell(text) == ("column", identifier)


@pytest.mark.parametrize("variant", ["s2t", "s2tw", "s2hk"])
def test_traditional_headers(variant: str) -> None:
    convert = opencc.OpenCC(variant).convert
    wrong = [text for text, name in HEADERS if header_cell(convert(text)) != ("column", name)]
    assert wrong == []


DECORATED = [
    *(
        "*姓名",
        "姓名*",
        "＊姓名",
        "姓名（必填）",
        "姓名(必填)",
        "【姓名】",
        "姓名：",
        "*姓名（必填）：",
    ),
    *(
        "姓 名",
        "姓\u3000名",
        "姓\n名",
        "姓名\r\n（与身份证一致）",
        " 姓名 ",
        "\ufeff姓名",
        "姓\u200b名",
    ),
    *("“姓名”", "1.姓名", "2、姓名"),
]


@pytest.mark.parametrize("text", DECORATED)
def test_decorations(text: str) -> None:
    assert header_cell(text) == ("column", "name")


@pytest.mark.parametrize(
    "text", ["民族情况", "姓名拼音", "是否单位负责人", "紧急联系人", "x" * 300]
)
def test_headers_that_are_not_ours(text: str) -> None:
    assert header_cell(text) == ("unknown", None)


@pytest.mark.parametrize("text", ["", " ", "\u3000", "*", "：", "\ufeff"])
def test_headers_that_say_nothing(text: str) -> None:
    assert header_cell(text).meaning == "empty"


@pytest.mark.parametrize(("text", "identifier"), [*DROPPED.items(), ("民族（选填）", "ethnicity")])
def test_what_is_not_collected(text: str, identifier: str | None) -> None:
    assert header_cell(text) == ("dropped", identifier)


@pytest.mark.parametrize("text", [*FORBIDDEN, "結業情況", "证书编号（办公室填）"])
def test_what_the_office_decides(text: str) -> None:
    assert header_cell(text) == ("forbidden", None)


def test_no_word_means_two_columns() -> None:
    meanings: dict[str, set[str]] = {}
    for text, name in HEADERS:
        meanings.setdefault(tables.texts.key(text), set()).add(name)
    assert [text for text, names in meanings.items() if len(names) > 1] == []


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("营业收入（万元）", "万元"),
        ("营业收入(元)", "元"),
        ("营业收入/亿元", "亿元"),
        ("营业收入（单位：万元）", "万元"),
        ("2020年营业收入（人民币万元）", "万元"),
        ("營業收入（萬元）", "万元"),
        ("营业收入万元", "万元"),
        ("revenue_wan", "万元"),
        ("Revenue (10,000 yuan)", "万元"),
        ("营业收入（千元）", None),
        ("营业收入", None),
    ],
)
def test_units(text: str, unit: str | None) -> None:
    header = match_header([text])
    assert header.columns == {"revenue_wan": [0]}
    assert header.units.get(0) == unit


def test_a_header_says_what_each_cell_is() -> None:
    header = match_header(["序号", "姓名", "民族", "结业情况", "", "民族情况", "手机"], row=3)
    assert header.row == 3
    assert header.columns == {"row_no": [0], "name": [1], "mobile": [6]}
    assert (header.dropped, header.forbidden) == ({2: "ethnicity"}, [3])
    assert (header.empty, header.unknown) == ([4], [5])
    assert header.names() == {"序号": "row_no", "姓名": "name", "手机": "mobile"}


def test_a_name_of_the_industry_alone_is_the_industry() -> None:
    assert match_header(["姓名", "行业名称"]).columns == {"name": [0], "industry_code": [1]}
    both = match_header(["行业代码", "行业名称"])
    assert both.columns == {"industry_code": [0], "industry_name": [1]}


def test_a_header_mapped_by_hand() -> None:
    mapping = {"参会人": "name", "民族情况": "nonsense"}
    header = match_header(["参会人 ", "手机", "民族情况"], mapping=mapping)
    assert header.columns == {"name": [0], "mobile": [1]}
    assert header.unknown == [2]


def test_a_hand_mapping_does_not_change_what_is_known() -> None:
    header = match_header(["手机", "结业情况"], mapping={"手机": "name", "结业情况": "note"})
    assert header.columns == {"mobile": [0]}
    assert header.forbidden == [1]


TITLES = [["附件1"], ["领军人才培训学员名单"], ["填报单位：", "清华大学"]]
HEADER = ["序号", "姓名", "身份证号", "手机"]
PERSON = ["1", "学员", "x", "y"]


def test_the_header_is_below_titles_and_above_people() -> None:
    rows = list(enumerate([*TITLES, HEADER, PERSON], start=1))
    found = find_header(rows)
    assert found is not None
    assert found.row == 4


def test_of_equal_rows_the_upper_one_is_the_header() -> None:
    found = find_header(list(enumerate([HEADER, PERSON, HEADER], start=1)))
    assert found is not None
    assert found.row == 1


@pytest.mark.parametrize(("row", "is_found"), [(20, True), (21, False)])
def test_the_header_is_looked_for_in_twenty_rows(row: int, is_found: bool) -> None:
    assert (find_header([(row, HEADER)]) is not None) is is_found


@pytest.mark.parametrize(
    "rows", [[], [(1, PERSON)], [(1, ["姓名"])], [(1, ["民族", "学历", "证书编号"])]]
)
def test_no_header(rows: list[tuple[int, list[str]]]) -> None:
    assert find_header(rows) is None


def test_the_vote_counts_known_headers_of_any_meaning() -> None:
    assert header_vote(["姓名", "民族", "结业情况", "民族情况", "", "手机号码"]) == 4
    assert header_vote(["濮撳悕", "韬唤璇佸彿"]) == 0


@pytest.mark.parametrize(("index", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (16383, "XFD")])
def test_columns_as_excel_names_them(index: int, letters: str) -> None:
    assert tables.column_letters(index) == letters


def test_a_message_about_a_header_hides_numbers_of_persons() -> None:
    header = match_header(["姓名", "手机", "联络 138-0000-0000 王", "11010519491231002X"])
    problems = tables.header_problems(header, ())
    unknown = [problem for problem in problems if problem.code == "header-unknown"]
    assert [dict(problem.details)["header"] for problem in unknown] == ["联络 *** 王", "***"]


def test_labels_are_pairs() -> None:
    assert tables.labels()["name"] == ("姓名", "Name")
    assert tables.labels().keys() == COLUMNS.keys()
