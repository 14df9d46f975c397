"""The record's codes as the words of a roster: what reading turns into codes, turned back."""

import sqlite3
from collections.abc import Mapping

#: For each column with a closed list of its own: code → the word a template offers.
FIXED: dict[str, dict[str, str]] = {
    "sex": {"male": "男", "female": "女"},
    "id_type": {
        "resident": "居民身份证",
        "hk_macao_resident": "港澳居民居住证",
        "taiwan_resident": "台湾居民居住证",
        "passport": "护照",
        "hk_macao_pass": "港澳居民来往内地通行证",
        "taiwan_pass": "台湾居民来往大陆通行证",
        "foreign_permanent": "外国人永久居留身份证",
    },
    "origin": {"self_selected": "自主选拔", "recommended": "推荐", "both": "自主选拔+推荐"},
    "kind": {"growth_backbone": "龙头骨干", "startup_micro_small": "初创小微"},
    "srdi_level": {
        "none": "无",
        "innovative": "创新型",
        "provincial": "省级",
        "little_giant": "小巨人",
    },
}
_QUERIES = {
    "province": "select code, short_zh from provinces",
    "recommending_authority": "select code, name_zh from provinces",
    "institution": "select slug, name_zh from institutions",
    "track": "select code, name_zh from tracks",
    "industry_code": "select code, code || ' ' || name_zh from industries where level = 'division'",
}
Words = Mapping[str, Mapping[str, str]]


def words_of(conn: sqlite3.Connection) -> Words:
    """For each column with a closed list: code → word."""
    return FIXED | {
        column: {row[0]: row[1] for row in conn.execute(query)}
        for column, query in _QUERIES.items()
    }


def written(words: Words, column: str, value: object) -> str:
    """A stored value as it would stand in a cell; '' where there is none.

    Amounts are in 万元, as the template's headers say, with the four decimals that are stored.
    """
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.4f}".rstrip("0").rstrip(".")
    return words.get(column, {}).get(str(value), str(value))
