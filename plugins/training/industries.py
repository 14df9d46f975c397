"""Industries (GB/T 4754-2017) as rosters name them: a code, a name, or both in one cell.

The first two digits decide: 13 to 43 are manufacturing. A section's letter or name alone is kept as
that letter, so that 制造业 counts as manufacturing though its division is not known.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from training import texts
from training.names import nearest
from training.problems import Finding

#: A division, its groups and classes, with or without the section's letter; or the letter alone.
_CODE = re.compile(
    r"(?<![A-Za-z0-9.])(?:([A-Ta-t])?([0-9]{2})[0-9]{0,2}|([A-Ta-t]))(?![A-Za-z0-9.年])"
)
_BETWEEN_NAMES = re.compile(r"[\s/\\>|()\[\]:;+—–→-]+")
_FILLERS = str.maketrans("", "", "的和与及、,")


def name_key(name: str) -> str:
    """What names of industries are compared by: 软件信息技术服务 finds 软件和信息技术服务业."""
    key = texts.key(name).translate(_FILLERS)
    return key.removesuffix("业") if len(key) > 2 else key


@dataclass(slots=True)
class Industries:
    """Sections and divisions by code and by name."""

    section_of: dict[str, str] = field(default_factory=dict)
    by_name: dict[str, str] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, rows: Iterable[Mapping[str, str]]) -> "Industries":
        """Build from rows with code, level, section_code and name_zh."""
        found = cls()
        # Divisions last: 教育 is a section and its only division, and the closer word is kept.
        for row in sorted(rows, key=lambda row: row["level"] != "section"):
            found.section_of[row["code"]] = row["section_code"]
            found.by_name[name_key(row["name_zh"])] = row["code"]
            found.names.append(row["name_zh"])
        return found

    def agree(self, one: str, other: str) -> bool:
        """Whether two codes can be the same industry: equal, or a section and its division."""
        if one == other:
            return True
        same_section = self.section_of[one] == self.section_of[other]
        return same_section and 1 in (len(one), len(other))

    def parse(self, text: str) -> tuple[str | None, tuple[Finding, ...]]:
        """A division (`34`), or a section's letter where no more is said."""
        cleaned = texts.clean(text)
        letters, divisions = _codes(cleaned)
        names = self._named(_CODE.sub(" ", cleaned))
        known = letters | divisions <= self.section_of.keys()
        if not known or len(letters) > 1 or len(divisions) > 1:
            return None, self._unknown(cleaned)
        found = [*divisions, *letters, *names]
        if not found:
            return None, self._unknown(cleaned)
        if not all(self.agree(found[0], other) for other in found):
            coded = bool(letters or divisions)
            return None, (Finding("industry-mismatch"),) if coded else self._unknown(cleaned)
        return max(found, key=len), ()

    def _named(self, text: str) -> list[str]:
        """The codes of the names in a cell; a name may have 、 in it, so the whole goes first."""
        parts = (text, *_BETWEEN_NAMES.split(text))
        found = [code for part in parts if (code := self._by_name(part))]
        return found[:1] if self._by_name(text) else found

    def _by_name(self, text: str) -> str | None:
        key = name_key(text)
        return self.by_name.get(key) or self.by_name.get(name_key(texts.simplified(key)))

    def _unknown(self, text: str) -> tuple[Finding, ...]:
        return (Finding("industry-unknown", nearest(texts.simplified(text), self.names)),)


def _codes(text: str) -> tuple[set[str], set[str]]:
    """The section letters and the divisions that a cell names by code: C34 names both."""
    letters, divisions = set(), set()
    for letter, division, alone in _CODE.findall(text):
        letters |= {word.upper() for word in (letter, alone) if word}
        divisions |= {division} - {""}
    return letters, divisions
