from collections.abc import Callable
from typing import Any

import opencc
import pytest
from training import words

TRADITIONAL = opencc.OpenCC("s2t")

SEXES = {
    "男": "male",
    "女": "female",
    "男性": "male",
    " 女 ": "female",
    "M": "male",
    "female": "female",
}
DOCUMENTS = {
    "居民身份证": "resident",
    "港澳居民居住证": "hk_macao_resident",
    "台湾居民居住证": "taiwan_resident",
    "护照": "passport",
    "港澳居民来往内地通行证": "hk_macao_pass",
    "台湾居民来往大陆通行证": "taiwan_pass",
    "外国人永久居留身份证": "foreign_permanent",
}
ORIGINS = {
    "自主选拔": "self_selected",
    "推荐": "recommended",
    "主管部门推荐": "recommended",
    "自主选拔+推荐": "both",
    "自主选拔＋推荐": "both",
    "推荐、自主选拔": "both",
    "自主选拔和推荐": "both",
    "自主选拔 + 推荐": "both",
    "both": "both",
    "self_selected": "self_selected",
}
KINDS = {
    "龙头骨干": "growth_backbone",
    "骨干企业": "growth_backbone",
    "行业龙头": "growth_backbone",
    "growth_backbone": "growth_backbone",
    "初创小微": "startup_micro_small",
    "创业企业": "startup_micro_small",
    "小微企业经营管理者": "startup_micro_small",
}
LEVELS = {
    "无": "none",
    "否": "none",
    "创新型": "innovative",
    "创新型中小企业": "innovative",
    "专精特新": "provincial",
    "省级专精特新中小企业": "provincial",
    "小巨人": "little_giant",
    "专精特新“小巨人”": "little_giant",
    "国家级专精特新": "little_giant",
    "高新技术企业、专精特新": "provincial",
}
LISTS = [
    (words.sex, SEXES),
    (words.id_type, DOCUMENTS),
    (words.origin, ORIGINS),
    (words.kind, KINDS),
    (words.srdi_level, LEVELS),
]
CASES = [(rule, *pair) for rule, meanings in LISTS for pair in meanings.items()]


@pytest.mark.parametrize(("rule", "text", "expected"), CASES)
def test_words(rule: Callable[[str], Any], text: str, expected: str) -> None:
    assert rule(text) == (expected, ())


@pytest.mark.parametrize(("rule", "text", "expected"), CASES)
def test_traditional_words(rule: Callable[[str], Any], text: str, expected: str) -> None:
    assert rule(TRADITIONAL.convert(text)) == (expected, ())


@pytest.mark.parametrize(
    ("rule", "text", "expected"),
    [
        (words.sex, "男/女", "sex-unknown"),
        (words.sex, "1", "sex-unknown"),
        (words.id_type, "驾驶证", "id-type-unknown"),
        (words.origin, "自荐", "origin-unknown"),
        (words.origin, "自主选拔+自荐", "origin-unknown"),
        (words.origin, "+", "origin-unknown"),
        (words.kind, "成长型", "kind-unknown"),
        (words.kind, "龙头骨干/初创小微", "kind-unknown"),
        (words.srdi_level, "高新技术企业", "srdi-unknown"),
        (words.srdi_level, "市级专精特新", "srdi-unknown"),
        (words.srdi_level, "拟申报小巨人", "srdi-unknown"),
        (words.srdi_level, "是", "srdi-unknown"),
    ],
)
def test_words_that_are_not_known(rule: Callable[[str], Any], text: str, expected: str) -> None:
    value, (finding,) = rule(text)
    assert (value, finding.code) == (None, expected)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("是否专精特新", "provincial"),
        ("专精特新", "provincial"),
        ("是否专精特新“小巨人”", "little_giant"),
        ("小巨人", "little_giant"),
        ("企业资质", None),
    ],
)
def test_what_yes_means_depends_on_the_header(header: str, expected: str | None) -> None:
    assert words.srdi_level("是", words.meaning_of_yes(header))[0] == expected
