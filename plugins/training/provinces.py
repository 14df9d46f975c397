"""The 37 authorities (省级中小企业主管部门) as rosters name them: code, name, address, office."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from training import texts
from training.names import Found, Names

_SUFFIXES = ("省", "市", "自治区")
_CITY_SUFFIXES = ("计划单列市", "市计划单列市", "单列市", "市单列市")
_CORPS = ("兵团", "建设兵团", "生产建设兵团")
#: What may follow a short name, as in 浙江经信厅. 海南州 is another place than 海南.
_DEPARTMENT = re.compile("(?![市州县区]).*(?:厅|局|委|委员会|部门|办公室|中心)")


class Provinces:
    """Which authority a place or an office belongs to; a city planned separately goes first."""

    def __init__(self, rows: Iterable[Mapping[str, Any]]) -> None:
        self._names = Names("province-unknown")
        self._places: dict[str, str] = {}
        self._short: dict[str, str] = {}
        known = {row["code"]: row for row in rows}
        for row in known.values():
            self._add(row, known.get(row["parent_code"] or ""))

    def _add(self, row: Mapping[str, Any], parent: Mapping[str, Any] | None) -> None:
        code, name, short = row["code"], row["name_zh"], row["short_zh"]
        names = {row["name_en"], short, *(short + suffix for suffix in _SUFFIXES)}
        within: set[str] = set()
        if parent:
            if row["kind"] == "corps":
                own = {name, short, *_CORPS}
            else:
                own = {name, short}
                names |= {short + suffix for suffix in _CITY_SUFFIXES}
            within = {
                above + one for above in (parent["name_zh"], parent["short_zh"]) for one in own
            }
        self._names.add(code, name, names | within)
        self._places |= dict.fromkeys({name} | within, code)
        self._short[short] = code

    def find(self, text: str) -> Found:
        """The code of the authority that a name, an address or a department's name means."""
        found = self._names.find(text)
        if found[0]:
            return found
        key = texts.simplified(texts.key(text))
        places = [place for place in self._places if key.startswith(place)]
        if places:
            return self._places[max(places, key=len)], ()
        for short, code in self._short.items():
            if key.startswith(short) and _DEPARTMENT.fullmatch(key.removeprefix(short)):
                return code, ()
        return found
