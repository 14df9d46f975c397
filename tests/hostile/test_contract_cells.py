"""Cells of the contract, one fault or one reading each, and never a word against the rows beside them."""

from typing import Any

import pytest
from training.rows import Sender

from tests.hostile.sending import BEIJING, OFFICE, TSINGHUA, Office, crowd, grid, one_odd, text
from tests.people import credit_code, identity_number

GOOD = identity_number(400)
ENDS_IN_X = next(number for number in map(identity_number, range(99)) if number.endswith("X"))
ID, USCC, MOBILE = "身份证号码", "统一社会信用代码", "手机"
WARNING, ERROR = "warning", "error"


def checked(head: str) -> str:
    """17 digits and the check character that belongs to them."""
    total = sum(int(digit) * (2 ** (17 - place) % 11) for place, digit in enumerate(head))
    return head + "10X98765432"[total % 11]


def credit_of(head: str) -> str:
    """17 characters of a credit code and the one that belongs to them."""
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    total = sum(alphabet.index(char) * 3**place for place, char in enumerate(head))
    return head + alphabet[-total % 31]


def rounded_and_valid() -> str:
    """An impossible number that ends in 000 although its check digit fits."""
    heads = (f"119999{1960 + n}0{month}12900" for n in range(40) for month in range(1, 10))
    return next(number for number in map(checked, heads) if number.endswith("000"))


#: header, cell, what is found against it at the same column: code and severity
REFUSED: list[tuple[str, str, str, str]] = [
    *((name, "", "cell-required", ERROR) for name in (
        "姓名", ID, MOBILE, "单位名称", USCC, "职务", "省份", "选拔方式", "学员类别", "承担机构",
        "培训方向",
    )),
    *(("姓名", word, "cell-required", ERROR) for word in (
        "无", "/", "-", "暂无", "—", "同上", "〃", '"', "（清空）", "(清空)", "\u3000", "\u200b",
    )),
    ("职务", "同上", "cell-required", ERROR),
    (ID, "（清空）", "cell-required", ERROR),
    ("姓名", "甲" * 101, "cell-too-long", ERROR),
    ("职务", "甲" * 101, "cell-too-long", ERROR),
    ("单位名称", "甲" * 201, "cell-too-long", ERROR),
    ("备注", "甲" * 2001, "cell-too-long", ERROR),
    ("主营业务", "甲" * 201, "cell-too-long", ERROR),
    ("班级", "甲" * 201, "cell-too-long", ERROR),
    ("姓名", "李\x07娜", "cell-control", ERROR),
    ("姓名", "李\ue000", "cell-control", ERROR),
    ("备注", "一\x1b二", "cell-control", ERROR),
    (ID, GOOD[:17], "id-length", ERROR),
    (ID, GOOD + "1", "id-length", ERROR),
    (ID, "119999600101999", "id-length", ERROR),
    (ID, GOOD[:16] + "A" + GOOD[17], "id-characters", ERROR),
    (ID, ENDS_IN_X[:17] + "*", "id-characters", ERROR),
    (ID, ENDS_IN_X[:17] + "＊", "id-characters", ERROR),
    (ID, GOOD[:17] + ("0" if GOOD[17] != "0" else "1"), "id-checksum", ERROR),
    (ID, checked("99999919600101999"), "id-province", ERROR),
    (ID, checked("11999919600230999"), "id-birthdate", ERROR),
    (ID, checked("11999920220101999"), "id-birthdate", ERROR),
    (ID, checked("11999920900101999"), "id-birthdate", ERROR),
    (ID, checked("11999920060101999"), "id-age", ERROR),
    (ID, checked("11999919301231999"), "id-age", ERROR),
    (ID, "1.10105E+17", "id-scientific", ERROR),
    (ID, "1.10105E+017", "id-scientific", ERROR),
    (ID, "1.10105e+17", "id-scientific", ERROR),
    (ID, "１．１０１０５Ｅ＋１７", "id-scientific", ERROR),
    (ID, GOOD[:15] + "000", "id-rounded", ERROR),
    (ID, rounded_and_valid(), "id-rounded", ERROR),
    (ID, "无号码", "id-length", ERROR),
    (USCC, credit_code(1)[:17], "uscc-length", ERROR),
    (USCC, "110108000000001", "uscc-length", ERROR),
    (USCC, credit_code(1)[:10] + "O" + credit_code(1)[11:], "uscc-characters", ERROR),
    (USCC, "I" + credit_code(1)[1:], "uscc-characters", ERROR),
    (USCC, credit_code(1)[:17] + ("0" if credit_code(1)[17] != "0" else "1"), "uscc-checksum", ERROR),
    (USCC, "9.1119999E+17", "uscc-scientific", ERROR),
    (USCC, "911199990000001000", "uscc-rounded", ERROR),
    (USCC, credit_of("92119999000000001"), "uscc-sole", WARNING),
    (MOBILE, "12345", "mobile-format", ERROR),
    (MOBILE, "12800000000", "mobile-format", ERROR),
    (MOBILE, "138000000001", "mobile-format", ERROR),
    (MOBILE, "1.38E+10", "mobile-format", ERROR),
    (MOBILE, "张三", "mobile-format", ERROR),
    (MOBILE, "010-68205326", "mobile-landline", ERROR),
    (MOBILE, "010-68205326/68205325", "mobile-landline", ERROR),
    (MOBILE, "(010)68205326", "mobile-landline", ERROR),
    (MOBILE, "010-68205326/13800009999", "mobile-landline", WARNING),
    (MOBILE, "13800009999 010-68205326", "mobile-landline", WARNING),
    (MOBILE, "13800008888/13800009999", "mobile-several", ERROR),
    (MOBILE, "13800008888、13800009999", "mobile-several", ERROR),
    (MOBILE, "13800008888 13800009999", "mobile-several", ERROR),
    ("省份", "火星", "province-unknown", ERROR),
    ("省份", "海南州", "province-unknown", ERROR),
    ("承担机构", "霍格沃茨", "institution-unknown", ERROR),
    ("承担机构", "北京大学", "institution-other", ERROR),
    ("承担机构", "北大", "institution-other", ERROR),
    ("培训方向", "烹饪", "track-unknown", ERROR),
    ("培训方向", "专精特新", "track-institution", ERROR),
    ("培训方向", "融通创新", "track-institution", ERROR),
    ("学员类别", "其他", "kind-unknown", ERROR),
    ("学员类别", "龙头骨干/初创小微", "kind-unknown", ERROR),
    ("选拔方式", "抽签", "origin-unknown", ERROR),
    ("所属行业", "", "industry-unknown", WARNING),
    ("所属行业", "98", "industry-unknown", WARNING),
    ("所属行业", "高科技", "industry-unknown", WARNING),
    ("所属行业", "I34", "industry-mismatch", ERROR),
    ("所属行业", "34 软件和信息技术服务业", "industry-mismatch", ERROR),
    ("行业名称", "软件和信息技术服务业", "industry-mismatch", ERROR),
    ("成立时间", "昨天", "date-invalid", ERROR),
    ("成立时间", "2021-02-30", "date-invalid", ERROR),
    ("成立时间", "٢٠٢١", "date-invalid", ERROR),
    ("成立时间", "2021年13月", "date-invalid", ERROR),
    ("成立时间", "44500", "date-ambiguous", ERROR),
    ("成立时间", "10/8/2021", "date-ambiguous", ERROR),
    ("成立时间", "8/8/2021", "date-ambiguous", ERROR),
    ("成立时间", "21.10", "date-ambiguous", ERROR),
    ("从业人数", "约200人", "number-invalid", ERROR),
    ("从业人数", "200-300", "number-invalid", ERROR),
    ("从业人数", "-5", "number-invalid", ERROR),
    ("从业人数", "200.5", "number-invalid", ERROR),
    ("营业收入", "500", "number-unit", ERROR),
    ("营业收入", "约500万元", "number-invalid", ERROR),
    ("资产总额", "500", "number-unit", ERROR),
    ("性别", "未知", "sex-unknown", WARNING),
    ("性别", "女", "sex-mismatch", WARNING),
    ("专精特新", "也许", "srdi-unknown", WARNING),
    ("邮箱", "someone@", "email-format", WARNING),
    ("备注", f"号码{GOOD}", "note-personal", WARNING),
    ("备注", "电话13800000000。", "note-personal", WARNING),
    ("备注", "电话138 0000 0000", "note-personal", WARNING),
    ("证件类型", "军官证", "id-type-unknown", ERROR),
    ("推荐单位", "火星", "province-unknown", ERROR),
]  # fmt: skip

COLUMNS = {
    "姓名": "name", ID: "id_number", MOBILE: "mobile", "单位名称": "enterprise_name", USCC: "uscc",
    "职务": "position", "省份": "province", "选拔方式": "origin", "学员类别": "kind",
    "承担机构": "institution", "培训方向": "track", "所属行业": "industry_code",
    "行业名称": "industry_code", "成立时间": "founded_on", "从业人数": "employees",
    "营业收入": "revenue_wan", "资产总额": "assets_wan", "性别": "sex", "专精特新": "srdi_level",
    "邮箱": "email", "备注": "note", "证件类型": "id_type", "主营业务": "main_business",
    "班级": "cohort", "推荐单位": "recommending_authority",
}  # fmt: skip


@pytest.mark.parametrize(("header", "cell", "code", "severity"), REFUSED)
def test_one_cell_is_found_and_no_other(
    reader: Office, header: str, cell: str, code: str, severity: str
) -> None:
    answer = reader.send(one_odd(**{header: cell}))
    assert answer.faults == [(3, COLUMNS[header], code, severity)]
    kept_out = severity == ERROR
    assert answer.counts == {"rows": 3, "new": 3 - kept_out} | ({"rejected": 1} if kept_out else {})
    assert GOOD[6:14] not in str(answer.found["problems"])


BOTH = {"选拔方式": "自主选拔+推荐"}
ROWS: list[tuple[dict[str, str], Sender, tuple[str, str, str]]] = [
    ({"选拔方式": "推荐"}, TSINGHUA, ("recommending_authority", "recommender-missing", ERROR)),
    (BOTH, TSINGHUA, ("recommending_authority", "recommender-missing", ERROR)),
    (
        {"选拔方式": "推荐", "推荐单位": "（清空）"},
        TSINGHUA,
        ("recommending_authority", "recommender-missing", ERROR),
    ),
    (
        {"选拔方式": "推荐", "推荐单位": "北京市", "培训方向": "主题方向"},
        TSINGHUA,
        ("track", "thematic-recommended", WARNING),
    ),
    (
        {"选拔方式": "推荐", "推荐单位": "天津"},
        BEIJING,
        ("recommending_authority", "recommender-other", ERROR),
    ),
    ({"培训方向": "区域发展"}, OFFICE, ("track", "track-institution", ERROR)),
    ({"证件类型": "护照", ID: "E1"}, TSINGHUA, ("id_number", "id-characters", ERROR)),
    ({"证件类型": "回乡证", ID: "12345678"}, TSINGHUA, ("id_number", "id-characters", ERROR)),
    (
        {"证件类型": "港澳居民居住证", ID: GOOD},
        TSINGHUA,
        ("id_number", "id-province", ERROR),
    ),
    (
        {"证件类型": "台湾居民居住证", ID: checked("83000019600101999")[:17] + "Q"},
        TSINGHUA,
        ("id_number", "id-characters", ERROR),
    ),
]


@pytest.mark.parametrize(("cells", "sender", "fault"), ROWS)
def test_a_row_is_found_by_several_of_its_cells(
    reader: Office, cells: dict[str, str], sender: Sender, fault: tuple[str, str, str]
) -> None:
    people = crowd(3)
    if sender == OFFICE:
        people = crowd(3, 承担机构="人才交流中心", 培训方向="专精特新")
    people[1] |= cells
    answer = reader.send(text(grid(people)), sender=sender)
    assert answer.faults == [(3, *fault)]
    kept_out = fault[2] == ERROR
    assert (answer["new"], answer["rejected"]) == (3 - kept_out, int(kept_out))


#: cells of one person, and what the record then holds of him
READ: list[tuple[dict[str, str], dict[str, Any]]] = [
    *(({"姓名": cell}, {"name": name}) for cell, name in (
        ("白\u3000晓", "白晓"), (" 李 娜 ", "李娜"), ("买买提•艾力", "买买提·艾力"),
        ("买买提．艾力", "买买提·艾力"), ("买买提・艾力", "买买提·艾力"),
        ("买买提‧艾力", "买买提·艾力"), ("买买提∙艾力", "买买提·艾力"), ("買買提.艾力", "買買提·艾力"),
        ("李\u200b娜\ufeff", "李娜"), ("李\u00ad娜", "李娜"), ("'李娜", "李娜"), ('="李娜"', "李娜"),
        ("李娜\t", "李娜"), ("䶮㛃𠅤𬭎", "䶮㛃𠅤𬭎"), ("姓名", "姓名"), ("張偉", "張偉"),
        ("Jean Luc", "Jean Luc"), ("ＡＢＣ", "ABC"), ("阿" * 100, "阿" * 100), ("李\n娜", "李娜"),
        ("合计", "合计"),
    )),
    *(({ID: cell}, {"id_masked": mask}) for cell, mask in (
        (f"'{GOOD}", f"119***********{GOOD[-4:]}"), (f'="{GOOD}"', f"119***********{GOOD[-4:]}"),
        (f"{GOOD}\t", f"119***********{GOOD[-4:]}"),
        (f"\ufeff{GOOD[:6]}\u3000{GOOD[6:14]}-{GOOD[14:]}\u00a0", f"119***********{GOOD[-4:]}"),
        ("".join(chr(ord(c) + 0xFEE0) for c in GOOD), f"119***********{GOOD[-4:]}"),
        *((ENDS_IN_X[:17] + last, f"119***********{ENDS_IN_X[-4:]}") for last in "xＸх×"),
    )),
    ({ID: checked("11999920051231999")}, {"age_at_selection": 16}),
    ({ID: checked("11999919311231999")}, {"age_at_selection": 90}),
    ({ID: checked("11999919310101999")}, {"age_at_selection": 90}),
    ({"证件类型": "居民身份证"}, {"id_type": "resident"}),
    ({"证件类型": "居民身分證"}, {"id_type": "resident"}),
    ({"证件类型": "港澳居民居住证", ID: checked("81000019600101999")}, {"id_type": "hk_macao_resident"}),
    ({"证件类型": "台湾居民居住证", ID: checked("83000019600101999")}, {"id_type": "taiwan_resident"}),
    ({"证件类型": "臺灣居民居住證", ID: checked("83000019600102999")}, {"id_type": "taiwan_resident"}),
    ({"证件类型": "护照", ID: "EA1234567"}, {"id_type": "passport", "age_at_selection": None}),
    ({"证件类型": "护照", ID: "e 7654321"}, {"id_type": "passport"}),
    ({"证件类型": "港澳居民来往内地通行证", ID: "H12345678"}, {"id_type": "hk_macao_pass"}),
    ({"证件类型": "台湾居民来往大陆通行证", ID: "12345678"}, {"id_type": "taiwan_pass"}),
    ({"证件类型": "外国人永久居留身份证", ID: "USA110000000001"}, {"id_type": "foreign_permanent"}),
    *(({USCC: cell}, {"uscc": credit_code(900 + n)}) for n, cell in enumerate((
        credit_code(900).lower(), "".join(chr(ord(c) + 0xFEE0) for c in credit_code(901)),
        f"{credit_code(902)[:4]} {credit_code(902)[4:]}",
        f"{credit_code(903)[:4]}-{credit_code(903)[4:]}",
        f"'{credit_code(904)}",
    ))),
    *(({MOBILE: cell}, {"mobile_masked": "139****1234"}) for cell in (
        "139 0000 1234", "139-0000-1234", "+8613900001234", "+86 139 0000 1234", "008613900001234",
        "１３９００００１２３４", "13900001234/010-68205326", "010-68205326 13900001234",
    )),
    *(({"邮箱": cell}, {"email": None}) for cell in ("无", "/", "-", "暂无", "—", "")),
    ({"邮箱": "ａ@example.org"}, {"email": "a@example.org"}),
    ({"单位名称": "示例（北京）有限 公司"}, {"enterprise_name": "示例(北京)有限公司"}),
    ({"单位名称": "=1+1"}, {"enterprise_name": "=1+1"}),
    ({"职务": "总\u3000经\u3000理"}, {"position": "总经理"}),
    ({"职务": "总经理\n兼董事长"}, {"position": "总经理 兼董事长"}),
    ({"备注": "一\n二"}, {"note": "一\n二"}),
    ({"备注": "（清空）"}, {"note": None}),
    ({"备注": f"号码{GOOD}"}, {"note": "号码***"}),
    *(({"省份": cell}, {"province": code}) for cell, code in (
        ("440300", "440300"), ("深圳", "440300"), ("深圳市", "440300"), ("广东省深圳市", "440300"),
        ("广东深圳", "440300"), ("广东", "440000"), ("广东省", "440000"), ("廣東省", "440000"),
        ("兵团", "660000"), ("新疆兵团", "660000"), ("新疆生产建设兵团", "660000"), ("新疆", "650000"),
        ("新疆维吾尔自治区", "650000"), ("内蒙古", "150000"), ("广西", "450000"), ("Beijing", "110000"),
        ("北京", "110000"), ("寧夏", "640000"), ("厦门", "350200"), ("福建省厦门市", "350200"),
        ("山东省青岛市", "370200"), ("辽宁大连", "210200"), ("浙江省宁波市", "330200"), (" 浙江 ",
        "330000"),
    )),
    *(({"承担机构": cell}, {"institution": "tsinghua"}) for cell in (
        "tsinghua", "清华大学", "清华", "Tsinghua University", "清華大學", " 清华大学 ",
        "tsinghua university",
    )),
    *(({"培训方向": cell}, {"track": "regional_development"}) for cell in (
        "区域发展", "區域發展", "regional_development", "区域发展专题", "区域发展培训班", "“区域发展”",
    )),
    ({"培训方向": "主题方向"}, {"track": "thematic"}),
    *(({"学员类别": cell}, {"kind": kind}) for cell, kind in (
        ("龙头", "growth_backbone"), ("骨干企业", "growth_backbone"), ("龍頭骨幹", "growth_backbone"),
        ("初创", "startup_micro_small"), ("创业", "startup_micro_small"), ("小微企业",
        "startup_micro_small"),
        ("初創小微", "startup_micro_small"),
    )),
    *(({"选拔方式": cell, "推荐单位": "北京市"}, {"origin": origin, "recommending_authority": "110000"})
      for cell, origin in (
        ("推荐", "recommended"), ("推薦", "recommended"), ("自主选拔+推荐", "both"),
        ("自主选拔、推荐", "both"), ("自主选拔和推荐", "both"), ("推荐＋自主选拔", "both"),
        ("自主選拔", "self_selected"),
    )),
    *(({"推荐单位": cell, "选拔方式": "推荐"}, {"recommending_authority": code}) for cell, code in (
        ("浙江省经济和信息化厅", "330000"), ("深圳市中小企业服务局", "440300"),
        ("兵团工业和信息化局", "660000"),
    )),
    *(({"所属行业": cell}, {"industry_code": code}) for cell, code in (
        ("34", "34"), ("C34", "34"), ("c34", "34"), ("3411", "34"), ("341", "34"), ("C3411", "34"),
        ("通用设备制造业", "34"), ("34 通用设备制造业", "34"), ("C34通用设备制造业", "34"),
        ("制造业", "C"),
        ("C", "C"), ("C 制造业", "C"), ("012", "01"), ("01", "01"), ("97", "97"), ("通用設備製造業",
        "34"),
        ("软件和信息技术服务业", "65"), ("３４", "34"),
    )),
    *(({"行业名称": cell}, {"industry_code": "34"}) for cell in ("通用设备制造业", "制造业", "",
    "通用設備製造業")),
    *(({"从业人数": cell}, {"employees": number}) for cell, number in (
        ("1,200", 1200), ("２００", 200), ("200.0", 200), ("200人", 200), ("0", 0), ("１，２００", 1200),
    )),
    *(({"营业收入": cell}, {"revenue_wan": amount}) for cell, amount in (
        ("500万元", 500.0), ("5000000元", 500.0), ("1.5亿元", 15000.0), ("1,200.5万", 1200.5),
        ("5億元", 50000.0), ("５００萬元", 500.0),
    )),
    *(({"资产总额（万元）": cell}, {"assets_wan": amount}) for cell, amount in (
        ("500", 500.0), ("1.5亿元", 15000.0), ("1,200", 1200.0), ("20000元", 2.0),
    )),
    *(({"成立时间": cell}, {"founded_on": day}) for cell, day in (
        ("2021-10-08", "2021-10-08"), ("2021/10/8", "2021-10-08"), ("2021.10.8", "2021-10-08"),
        ("20211008", "2021-10-08"), ("2021年10月8日", "2021-10-08"), ("2021年10月", "2021-10"),
        ("2021.10", "2021-10"), ("2021", "2021"), ("2021年", "2021"), ("13/8/2021", "2021-08-13"),
        ("二〇二一年", "2021"), ("二〇二一年十月", "2021-10"), ("２０２１－１０－０８", "2021-10-08"),
        ("2021-10-08 00:00:00", "2021-10-08"),
    )),
    *(({"性别": cell}, {"sex": sex}) for cell, sex in (("男", "male"), ("", None))),
    *(({"专精特新": cell}, {"srdi_level": level}) for cell, level in (
        ("小巨人", "little_giant"), ("专精特新“小巨人”", "little_giant"), ("专精特新", "provincial"),
        ("專精特新", "provincial"), ("创新型", "innovative"), ("创新型中小企业", "innovative"),
        ("无", "none"),
    )),
    *(({"是否专精特新": cell}, {"srdi_level": level}) for cell, level in (
        ("是", "provincial"), ("否", "none"), ("", None), ("小巨人", "little_giant"),
    )),
]  # fmt: skip


@pytest.mark.parametrize(("cells", "stored"), READ)
def test_one_cell_is_understood(
    office: Office, cells: dict[str, str], stored: dict[str, Any]
) -> None:
    people = crowd(3)
    people[1] |= cells
    answer = office.send(text(grid(people)), commit=True)
    warnings = {code for _, _, code, _ in answer.faults}
    assert warnings <= {"mobile-landline", "note-personal", "industry-unknown"}
    assert {row for row, *_ in answer.faults} <= {3}
    assert answer.counts == {"rows": 3, "new": 3}
    names = ", ".join(stored)
    assert office.stored(f"select {names} from trainees where batch_row = 3") == [
        tuple(stored.values())
    ]
