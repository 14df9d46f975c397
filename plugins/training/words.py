"""Closed lists that are the same every year: sex, documents, kinds, origins, SRDI levels.

A word is compared by its key (`texts.key`), as it stands and then in simplified characters.
"""

from collections.abc import Mapping
from typing import TypeVar

from training import texts
from training.problems import Finding

Word = tuple[str | None, tuple[Finding, ...]]
Meaning = TypeVar("Meaning")


def _keys(meanings: Mapping[str, str]) -> dict[str, str]:
    """`{'male': '男 男性'}` as a table from each word's key to its meaning, which is a word too."""
    return {
        texts.key(word): meaning
        for meaning, words in meanings.items()
        for word in (meaning, *words.split())
    }


_SEXES = _keys({"male": "男 男性 男士 先生 M", "female": "女 女性 女士 F"})
_DOCUMENTS = _keys(
    {
        "resident": "居民身份证 身份证 居民身分证 身分证 二代身份证 中华人民共和国居民身份证",
        "hk_macao_resident": "港澳居民居住证 港澳居住证 港澳台居民居住证(港澳)",
        "taiwan_resident": "台湾居民居住证 台湾居住证 港澳台居民居住证(台湾)",
        "passport": "护照 外国护照 中国护照 因私护照",
        "hk_macao_pass": "港澳居民来往内地通行证 港澳通行证 回乡证",
        "taiwan_pass": "台湾居民来往大陆通行证 台胞证",
        "foreign_permanent": "外国人永久居留身份证 外国人永久居留证 永久居留身份证",
    }
)
_ORIGINS = _keys(
    {
        "self_selected": "自主选拔 自主 机构自主选拔 承担机构自主选拔 培训承担机构自主选拔",
        "recommended": "推荐 主管部门推荐 中小企业主管部门推荐 各地推荐 地方推荐 推荐选拔",
        "both": "both",
    }
)
_BACKBONE = ("龙头", "骨干", "growthbackbone")
_STARTUP = ("初创", "创业", "小微", "startupmicrosmall")

_SRDI_LEVELS = _keys(
    {
        "none": "无 否 没有 不是 非专精特新 No",
        "innovative": "创新型",
        "provincial": "专精特新 省级",
        "little_giant": "小巨人 国家级",
    }
)
_SRDI_PARTS = (
    ("小巨人", "little_giant"),
    ("国家级专精特新", "little_giant"),
    ("专精特新", "provincial"),
    ("创新型中小企业", "innovative"),
)
#: Words that take back the level they stand beside, or make it another one's to grant.
_SRDI_DOUBTS = (
    "非",
    "未",
    "不",
    "无",
    "拟",
    "申报",
    "申请",
    "培育",
    "储备",
    "后备",
    "市级",
    "区级",
    "县级",
)


def _look_up(text: str, table: Mapping[str, Meaning]) -> Meaning | None:
    found = table.get(texts.key(text))
    return table.get(texts.simplified(texts.key(text))) if found is None else found


def sex(text: str) -> Word:
    """男 or 女, as 'male' or 'female'."""
    found = _look_up(text, _SEXES)
    return found, () if found else (Finding("sex-unknown"),)


def id_type(text: str) -> Word:
    """证件类型, as one of our seven kinds of document."""
    found = _look_up(text, _DOCUMENTS)
    return found, () if found else (Finding("id-type-unknown"),)


def origin(text: str) -> Word:
    """选拔方式 (notice 三(五)): 'self_selected', 'recommended', or 'both' where both are named."""
    parts = texts.clean(text).replace("&", "+").replace("和", "+").replace("及", "+")
    for separator in "、,/;与與":
        parts = parts.replace(separator, "+")
    found = {_look_up(part, _ORIGINS) for part in parts.split("+")}
    if None in found:
        return None, (Finding("origin-unknown"),)
    return (found.pop() if len(found) == 1 else "both"), ()


def kind(text: str) -> Word:
    """学员类别 (notice 一(二)): 'growth_backbone' or 'startup_micro_small', never both."""
    word = texts.simplified(texts.key(text))
    backbone = any(part in word for part in _BACKBONE)
    startup = any(part in word for part in _STARTUP)
    if backbone == startup:
        return None, (Finding("kind-unknown"),)
    return "growth_backbone" if backbone else "startup_micro_small", ()


def srdi_level(text: str, yes: str | None = None) -> Word:
    """专精特新 level; `yes` is what 是 means under this header, None where it means nothing."""
    if yes and is_yes(text):
        return yes, ()
    word = texts.simplified(texts.key(text))
    found = _SRDI_LEVELS.get(word)
    if found is None and not any(doubt in word for doubt in _SRDI_DOUBTS):
        found = next((level for part, level in _SRDI_PARTS if part in word), None)
    return found, () if found else (Finding("srdi-unknown"),)


def is_yes(text: str) -> bool:
    """Whether a cell only says yes."""
    return texts.key(text) in ("是", "yes", "√")


def meaning_of_yes(header: str) -> str | None:
    """What 是 says under a header: 是否小巨人 asks for another level than 是否专精特新."""
    word = texts.simplified(texts.key(header))
    if "小巨人" in word:
        return "little_giant"
    return "provincial" if "专精特新" in word or word == "srdilevel" else None
