"""Over 400 people who cannot exist, who may read what of them, and a search for what got out."""

import base64
import binascii
import hashlib
import html
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_plus

from training import identity, leaks

from tests.people import _HAN, credit_code, identity_number, person

YEARS = ("2021-2022", "2020-2021")
#: Who asks: account → role and place. None is nobody signed in.
ACTORS: dict[str, dict[str, Any]] = {
    "office": {"role": "office"},
    "institution_a": {"role": "institution", "institution": "tsinghua"},
    "institution_b": {"role": "institution", "institution": "pku"},
    "province_a": {"role": "province", "province": "330000"},
    "province_b": {"role": "province", "province": "110000"},
    "assessor": {"role": "assessor"},
    "analyst": {"role": "analyst"},
    "auditor": {"role": "auditor"},
}
EVERYBODY: tuple[str | None, ...] = (None, *ACTORS)
INSTITUTIONS = {"tsinghua": "清华大学", "pku": "北京大学"}
PROVINCES = {"330000": "浙江省", "110000": "北京市"}

#: What an authority reads of somebody whose enterprise is merely registered in its place.
REGISTERED = frozenset({"name", "mobile_masked", "enterprise_name", "uscc", "position"})
#: What the institution and whoever recommended him read.
OWN = REGISTERED | {"email", "note", "main_business"}
#: What the office reads in the record: the hashes stand in the table of trainees.
OFFICE = OWN | {"person_key", "mobile_key"}
#: What a sender takes home of the people it sent: its own file, as it sent it.
SENT = OWN | {"id_number", "mobile"}
#: The one address that gives numbers back, to the sender of them.
EXPORT = "/-/roster/export"


@dataclass(frozen=True)
class Canary:
    """One person: who trains him, where his enterprise is, who recommended him, and his marks."""

    number: int
    year: str
    institution: str
    province: str
    recommended_by: str | None
    marks: Mapping[str, str] = field(hash=False, repr=False)

    def read_by(self, actor: str | None, path: str = "") -> frozenset[str]:
        """The columns of him that ``actor`` may read at ``path``: the one table of who sees what."""
        who = ACTORS.get(actor or "", {})
        role = who.get("role")
        if role == "office":
            return OFFICE
        trains = role == "institution" and who["institution"] == self.institution
        sent = role == "province" and who["province"] == self.recommended_by
        if trains or sent:
            return SENT if path.startswith(EXPORT) else OWN
        if role == "province" and who["province"] == self.province:
            return REGISTERED
        return frozenset()


def canary(
    number: int,
    keys: identity.Keys,
    year: str,
    institution: str,
    province: str,
    recommended_by: str | None = None,
) -> Canary:
    """The ``number``-th of them; every mark holds the number, so that it is his alone."""
    id_number, mobile = identity_number(number), f"138{number:08d}"
    return Canary(
        number,
        year,
        institution,
        province,
        recommended_by,
        {
            "name": f"雀{_HAN[number // 22]}{_HAN[number % 22]}",
            "id_number": id_number,
            "id_hash": hashlib.sha256(id_number.encode()).hexdigest(),
            "mobile": mobile,
            "mobile_hash": hashlib.sha256(mobile.encode()).hexdigest(),
            "mobile_masked": identity.mask_mobile(mobile),
            "person_key": identity.person_key(keys, "resident", id_number),
            "mobile_key": identity.mobile_key(keys, mobile),
            "email": f"canary{number}@example.com",
            "enterprise_name": f"示例{number}号有限公司",
            "uscc": credit_code(number),
            "position": f"总经理{number}号",
            "note": f"备注{number}号",
            "main_business": f"业务{number}号",
        },
    )


def flock(keys: identity.Keys) -> list[Canary]:
    """All of them: both years, two institutions, two places, recommended and not."""
    kinds = [
        (year, institution, province, by)
        for year in YEARS
        for institution in INSTITUTIONS
        for province in PROVINCES
        for by in (None, *PROVINCES)
    ]
    return [canary(number, keys, *kinds[number % len(kinds)]) for number in range(432)]


def cells(one: Canary) -> dict[str, str]:
    """Him as a row of a roster."""
    row = person(one.number, institution=INSTITUTIONS[one.institution])
    named = {
        "姓名": "name",
        "邮箱": "email",
        "职务": "position",
        "备注": "note",
        "主营业务": "main_business",
    }
    row |= {header: one.marks[mark] for header, mark in named.items()}
    row["省份"] = PROVINCES[one.province]
    if one.recommended_by:
        row |= {"选拔方式": "推荐", "推荐单位": PROVINCES[one.recommended_by]}
    return row | {"推荐单位": row.get("推荐单位", "")}


#: The shape of every mark: one pattern finds them all, a dictionary says whose they are.
_SHAPE = re.compile(
    rf"雀[{_HAN}]{{2}}|canary\d+@|(?:示例|总经理|备注|业务)\d+号|138\*{{4}}\d{{4}}|138\d{{8}}"
    r"|119999\d{8}999[\dX]|91119999[0-9A-Z]{10}|[0-9a-f]{64}|[0-9a-f]{32}",
    re.IGNORECASE,
)
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")
_HEX = re.compile(r"(?:[0-9a-fA-F]{2}){6,}")
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")


class Scanner:
    """Finds the marks of canaries in what somebody was sent, however they are written."""

    def __init__(self, people: Iterable[Canary]) -> None:
        self._of: dict[str, tuple[Canary, str]] = {}
        for one in people:
            for column, mark in one.marks.items():
                self._of[_plain(column, mark)] = (one, column)

    def found(self, content: bytes) -> set[tuple[Canary, str]]:
        """Every person and column of whom something stands in ``content``."""
        return {
            self._of[match.lower()]
            for text in _readings(content)
            for match in _SHAPE.findall(text)
            if match.lower() in self._of
        }

    def leaks(self, actor: str | None, path: str, content: bytes) -> list[str]:
        """What ``actor`` should not have read in the answer of ``path``."""
        return sorted(
            f"{actor} {path}: {column} of {one.number}"
            for one, column in self.found(content)
            if column not in one.read_by(actor, path)
        )


def _plain(column: str, mark: str) -> str:
    if column == "email":
        return mark.partition("@")[0] + "@"
    return mark.removesuffix("有限公司").lower()


def _readings(content: bytes) -> Iterator[str]:
    """The text of an answer, and what it says once each usual encoding is undone."""
    for text in leaks.texts(content):
        # What was typed or quoted twice is undone twice.
        for _ in range(3):
            yield text
            undone = unquote_plus(html.unescape(text)) if re.search("[&%+]", text) else text
            text = _ESCAPE.sub(lambda m: chr(int(m[1], 16)), undone)
        for run in _BASE64.findall(text):
            yield from _decoded(base64.b64decode, run.translate({45: 43, 95: 47}) + "==")
        for run in _HEX.findall(text):
            yield from _decoded(binascii.unhexlify, run)


def _decoded(decode: Any, run: str) -> Iterator[str]:
    try:
        content = decode(run)
    except ValueError:
        return
    yield content.decode("utf-8", "replace")
    yield content.decode("utf-16-le", "replace")
