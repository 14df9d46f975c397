"""The columns of a roster: what each is called, in our words and in the senders'.

The one place that knows columns. Headers are matched against it (`tables.py`), rules are bound to
it (`binding.py`), templates, messages and documentation take their labels from it.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    """One column: identifier, labels, the headers senders write, and what an upload owes it.

    `limit` is the greatest length in characters. A column that is not `stored` is understood
    but its cells reach no person (序号; 行业名称 is compared with the code only).
    """

    identifier: str
    label_zh: str
    label_en: str
    synonyms: tuple[str, ...] = ()
    required: bool = False
    limit: int = 200
    stored: bool = True


_ALL = (
    Column("row_no", "序号", "No.", ("编号", "No", "序"), stored=False),
    Column("name", "姓名", "Name",
           ("学员姓名", "名字", "参训人员姓名", "学员", "参训人员"), required=True, limit=100),
    Column("sex", "性别", "Sex", ("Gender",)),
    Column("id_type", "证件类型", "Document type", ("证件种类", "证件名称", "身份证件类型")),
    Column("id_number", "身份证号", "Identity number",
           ("身份证号码", "身份证", "证件号", "证件号码", "公民身份号码", "居民身份证号",
            "居民身份证号码", "公民身份证号码", "身份证件号码", "身份证件号", "身分证", "身分证号",
            "身分证号码", "ID number", "ID"),
           required=True),
    Column("mobile", "手机", "Mobile",
           ("手机号", "手机号码", "联系电话", "联系方式", "电话", "移动电话", "电话号码",
            "行动电话", "联络电话", "联系手机", "本人手机", "Mobile number", "Phone"),
           required=True),
    Column("email", "邮箱", "E-mail", ("电子邮箱", "电子邮件", "邮件", "Email address")),
    Column("enterprise_name", "单位名称", "Enterprise",
           ("单位", "企业", "企业名称", "公司", "公司名称", "工作单位", "所在单位", "就职企业",
            "单位全称", "企业全称", "公司全称", "所在企业", "Company"),
           required=True),
    Column("uscc", "统一社会信用代码", "Unified social credit code",
           ("信用代码", "社会信用代码", "组织机构代码", "税号", "统一信用代码",
            "企业统一社会信用代码", "单位统一社会信用代码", "Credit code"),
           required=True),
    Column("position", "职务", "Position",
           ("职位", "岗位", "现任职务", "担任职务", "单位职务"), required=True, limit=100),
    Column("province", "省份", "Province",
           ("省市", "所在省", "所属地区", "地区", "所在地", "省（区、市）", "所在省份", "所在地区",
            "所属省份", "所在省（区、市）", "省", "省区市", "省市区", "省（自治区、直辖市）"),
           required=True),
    Column("recommending_authority", "推荐单位", "Recommending authority",
           ("推荐部门", "主管部门", "推荐机构", "推荐主管部门")),
    Column("origin", "选拔方式", "Selected by", ("来源", "推荐方式", "学员来源"), required=True),
    Column("industry_code", "所属行业", "Industry",
           ("行业", "行业类别", "行业代码", "国民经济行业", "行业大类", "国民经济行业代码",
            "国民经济行业类别", "行业门类", "所属行业代码", "Industry code")),
    Column("industry_name", "行业名称", "Industry name",
           ("国民经济行业名称", "所属行业名称"), stored=False),
    Column("main_business", "主营业务", "Main business", ("主要产品", "主营产品", "主营业务范围")),
    Column("kind", "学员类别", "Kind of trainee",
           ("人员类别", "企业类型", "学员类型"), required=True),
    Column("employees", "从业人数", "Employees",
           ("职工人数", "员工人数", "从业人员", "从业人员数", "员工数", "职工数", "从业人员人数")),
    Column("revenue_wan", "营业收入", "Revenue",
           ("年营业收入", "上年度营收", "销售收入", "上年度营业收入", "上年营业收入", "营收",
            "年营收", "年销售收入", "Revenue (10,000 yuan)")),
    Column("assets_wan", "资产总额", "Total assets",
           ("总资产", "资产总计", "Total assets (10,000 yuan)")),
    Column("founded_on", "成立时间", "Founded on",
           ("注册时间", "成立日期", "注册日期", "企业成立时间", "企业成立日期", "成立年份")),
    Column("srdi_level", "专精特新", "SRDI level",
           ("是否专精特新", "企业资质", "荣誉资质", "小巨人", "是否小巨人", "是否专精特新企业",
            "是否为专精特新企业", "是否专精特新小巨人", "是否为专精特新", "专精特新级别",
            "专精特新小巨人")),
    Column("institution", "承担机构", "Institution",
           ("培训机构", "承办单位", "培养单位", "院校", "培训承担机构", "承办机构", "承担单位",
            "承办院校", "培训院校"),
           required=True),
    Column("track", "培训方向", "Track",
           ("培训专题", "班级类型", "项目", "培训项目", "专题", "专题名称"), required=True),
    Column("cohort", "班级", "Class", ("班次", "班级名称", "期次")),
    Column("note", "备注", "Note", ("Notes", "Remarks"), limit=2000),
    # Written by our own error workbook beside the faulty rows; it may come back as it is.
    Column("fault_note", "错误说明", "Faults", stored=False),
)  # fmt: skip

COLUMNS: dict[str, Column] = {column.identifier: column for column in _ALL}

#: Headers of what the programme does not collect, with our word for it where there is one.
#: The birth date is in the identity number; the rest is not needed for the training (PIPL art. 6).
DROPPED: dict[str, str | None] = {
    "民族": "ethnicity",
    **dict.fromkeys(
        ("政治面貌", "出生年月", "出生日期", "出生年月日", "年龄", "学历", "文化程度", "最高学历")
    ),
}

#: Headers of what the office alone decides (notice 三(六)): never taken from an upload.
FORBIDDEN = (
    "结业情况", "结业状态", "是否结业", "证书编号", "结业证书编号", "证书号", "结业证书号",
)  # fmt: skip
