import sqlite3

import opencc
import pytest
from training.lookups import References

from tests.conftest import World
from tests.roster_rows import references

TRADITIONAL = opencc.OpenCC("s2t")
REFERENCES = references()

PROVINCES = {
    "110000": "110000",
    "北京": "110000",
    "北京市": "110000",
    "广东省": "440000",
    "深圳": "440300",
    "深圳市": "440300",
    "广东省深圳市": "440300",
    "广东深圳": "440300",
    "广东 深圳市": "440300",
    "广东省深圳市南山区": "440300",
    "深圳（计划单列市）": "440300",
    "厦门计划单列市": "350200",
    "浙江省杭州市": "330000",
    "兵团": "660000",
    "新疆兵团": "660000",
    "新疆生产建设兵团": "660000",
    "新疆": "650000",
    "新疆维吾尔自治区": "650000",
    "内蒙古": "150000",
    "广西壮族自治区": "450000",
    "Guangdong": "440000",
    "inner mongolia": "150000",
    "浙江省经济和信息化厅": "330000",
    "浙江经信厅": "330000",
    "深圳市中小企业服务局": "440300",
}
INSTITUTIONS = {
    "tsinghua": "tsinghua",
    "清华大学": "tsinghua",
    "清华": "tsinghua",
    "北大": "pku",
    "人大": "ruc",
    "上交": "sjtu",
    "北理工": "bit",
    "哈工大": "hit",
    "华科": "hust",
    "西工大": "nwpu",
    "电子科技大": "uestc",
    "Zhejiang University": "zju",
    "工业和信息化部人才交流中心": "miit-talent-exchange",
    "部人才交流中心": "miit-talent-exchange",
    "中国中小企业国际合作协会": "cicasme",
}
TRACKS = {
    "区域发展": "regional_development",
    "“区域发展”专题培训班": "regional_development",
    "主题方向": "thematic",
    "专精特新": "srdi",
    "“专精特新”": "srdi",
    '"专精特新"': "srdi",
    "专精特新“小巨人”": "srdi",
    "促进大中小企业融通创新": "large_sme_integration",
    "大中小企业融通创新": "large_sme_integration",
    "融通创新班": "large_sme_integration",
    "srdi": "srdi",
}
INDUSTRIES = {
    "13": "13",
    "C13": "13",
    "c 34": "34",
    "34": "34",
    "３４": "34",
    "3411": "34",
    "341": "34",
    "C3411": "34",
    "012": "01",
    "01": "01",
    "97": "97",
    "制造业": "C",
    "C": "C",
    "制造业/C": "C",
    "C制造业": "C",
    "C34 通用设备制造业": "34",
    "通用设备制造业（C34）": "34",
    "制造业-通用设备制造业": "34",
    "通用设备制造业": "34",
    "软件和信息技术服务业": "65",
    "信息传输、软件和信息技术服务业": "I",
    "I": "I",
    "I65": "65",
    "教育": "83",
    "34 锅炉及辅助设备制造": "34",
}
CASES = [
    (name, *pair)
    for name, meanings in [
        ("province", PROVINCES),
        ("institution", INSTITUTIONS),
        ("track", TRACKS),
        ("industry", INDUSTRIES),
    ]
    for pair in meanings.items()
]


@pytest.mark.parametrize(("lookup", "text", "expected"), CASES)
def test_names(lookup: str, text: str, expected: str) -> None:
    assert getattr(REFERENCES, lookup)(text) == (expected, ())


@pytest.mark.parametrize(("lookup", "text", "expected"), CASES)
def test_traditional_names(lookup: str, text: str, expected: str) -> None:
    assert getattr(REFERENCES, lookup)(TRADITIONAL.convert(text)) == (expected, ())


@pytest.mark.parametrize(
    ("lookup", "text", "expected"),
    [
        ("province", "659001", "province-unknown"),
        ("province", "台湾", "province-unknown"),
        ("province", "南京", "province-unknown"),
        ("province", "海南藏族自治州", "province-unknown"),
        ("institution", "四川大学", "institution-unknown"),
        ("institution", "大学", "institution-unknown"),
        ("track", "数字化赋能", "track-unknown"),
        ("track", "专题班", "track-unknown"),
        ("industry", "工业", "industry-unknown"),
        ("industry", "98", "industry-unknown"),
        ("industry", "00", "industry-unknown"),
        ("industry", "C98", "industry-unknown"),
        ("industry", "1", "industry-unknown"),
        ("industry", "34、35", "industry-unknown"),
        ("industry", "制造业/金融业", "industry-unknown"),
        ("industry", "C65", "industry-mismatch"),
        ("industry", "J 65", "industry-mismatch"),
        ("industry", "34 软件和信息技术服务业", "industry-mismatch"),
        ("industry", "65 制造业", "industry-mismatch"),
    ],
)
def test_names_that_are_not_known(lookup: str, text: str, expected: str) -> None:
    value, (finding,) = getattr(REFERENCES, lookup)(text)
    assert (value, finding.code) == (None, expected)


@pytest.mark.parametrize(
    ("lookup", "text", "offered"),
    [
        ("province", "广动省", "广东省"),
        ("province", "河", "河北省 / 河南省"),
        ("institution", "北京", "北京大学 / 北京理工大学"),
        ("institution", "清化大学", "清华大学"),
        ("institution", "清华大学继续教育学院", "清华大学"),
        ("track", "区域", "区域发展"),
        ("track", "专精特新和融通创新", "专精特新 / 促进大中小企业融通创新"),
        ("industry", "软件", "信息传输、软件和信息技术服务业 / 软件和信息技术服务业"),
    ],
)
def test_the_nearest_names_are_offered(lookup: str, text: str, offered: str) -> None:
    _, (finding,) = getattr(REFERENCES, lookup)(text)
    assert dict(finding.details)["nearest"].startswith(offered)


def test_a_name_of_two_entries_is_unknown_and_both_are_offered() -> None:
    rows = [
        {"slug": slug, "name_zh": name, "name_en": slug, "kind": "university", "aliases": "南大"}
        for slug, name in [("nju", "南京大学"), ("nku", "南开大学")]
    ]
    found = References.of(provinces=[], institutions=rows, tracks=[], industries=[])
    value, (finding,) = found.institution("南大")
    assert (value, finding.code) == (None, "institution-unknown")
    assert finding.details == (("nearest", "南京大学 / 南开大学"),)


def test_special_topics_are_the_offices() -> None:
    assert REFERENCES.runs("miit-talent-exchange", "srdi")
    assert REFERENCES.runs("tsinghua", "regional_development")
    assert REFERENCES.runs("cicasme", "thematic")
    assert not REFERENCES.runs("tsinghua", "large_sme_integration")
    assert not REFERENCES.runs("miit-talent-exchange", "thematic")


def test_the_authorities_recommend_into_all_tracks_but_one() -> None:
    named = [track for track in set(TRACKS.values()) if REFERENCES.takes_recommended(track)]
    assert sorted(named) == ["large_sme_integration", "regional_development", "srdi"]


def test_the_lists_of_a_record_are_the_seeded_ones(world: World) -> None:
    conn: sqlite3.Connection = world.connect()
    found = References.load(conn)
    for lookup, text, expected in CASES:
        assert getattr(found, lookup)(text)[0] == expected
    assert found.office_tracks == REFERENCES.office_tracks
    assert found.offices == REFERENCES.offices
