"""Identity numbers (公民身份号码, GB 11643) and the numbers of the other documents taken instead.

The libraries for these were tried and are no gate: one crashes on an unassigned county and
refuses a published standard example, another takes 15-digit numbers. The rules are short.
"""

import re
from datetime import date
from functools import cache
from importlib.resources import files

from training import excel, texts
from training.memo import Memo
from training.problems import Finding

Findings = tuple[Finding, ...]
#: Number, age, sex, findings; the number is None where refused, age and sex where it tells none.
Identity = tuple[str | None, int | None, str | None, Findings]

#: First two digits of an identity number: the provinces, 71 Taiwan, 81-83 residence permits.
PROVINCES = frozenset(
    {"11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34", "35", "36", "37"}
    | {"41", "42", "43", "44", "45", "46", "50", "51", "52", "53", "54"}
    | {"61", "62", "63", "64", "65", "71", "81", "82", "83"}
)
_RESIDENCE_PERMITS = frozenset({"81", "82", "83"})
#: Documents with an 18-character number of GB 11643, and how it may begin.
_EIGHTEEN = {
    "resident": PROVINCES,
    "hk_macao_resident": _RESIDENCE_PERMITS,
    "taiwan_resident": _RESIDENCE_PERMITS,
}
_OTHER_DOCUMENTS = {
    "passport": re.compile("[A-Z0-9]{5,17}"),
    "hk_macao_pass": re.compile("[HM][0-9]{8,10}"),
    "taiwan_pass": re.compile("[0-9]{8}"),
    "foreign_permanent": re.compile("[A-Z]{3}[0-9]{12}|9[0-9]{16}[0-9X]"),
}
_YOUNGEST, _OLDEST = 16, 90
#: Longer than any number with all that may be wrapped around it.
_HOPELESS = 1000

_IDENTITY = re.compile("[0-9]{17}[0-9X]")
_UNKNOWN_COUNTY: Findings = (Finding("id-county"),)
#: What people type for the check character X: Cyrillic х and Х, multiplication signs.
_LOOKS_LIKE_X = str.maketrans("хХ×✕✖", "XXXXX")


def identity_number(text: str, id_type: str, on: date) -> Identity:
    """Check an identity number of a document of kind `id_type`; ages count on the day `on`."""
    return IdentityNumbers(on).check(text, id_type)


class IdentityNumbers:
    """The rule for identity numbers on one day, remembering the parts that repeat themselves.

    County, birth date and ending each add their share to the weighted sum, so that a good number
    is three look-ups.
    """

    def __init__(self, on: date) -> None:
        self._on = on
        self._counties = Memo(_county_part)
        self._births = Memo(self._birth_part)
        self._endings = Memo(_ending_part)

    def check(self, text: str, id_type: str = "resident") -> Identity:
        """The number in canonical form with age and sex, or the first fault it has."""
        if len(text) == 18 and type(text) is str and id_type == "resident":
            county = self._counties[text[:6]]
            birth = self._births[text[6:14]]
            ending = self._endings[text[14:]]
            if county and birth and ending and (county[0] + birth[0] + ending[0]) % 11 == 1:
                return text, birth[1], ending[1], county[1]
        return self._check_closely(text, id_type)

    def _check_closely(self, text: str, id_type: str) -> Identity:
        if len(text) > _HOPELESS:
            return None, None, None, (Finding("id-length", (("length", str(len(text))),)),)
        number = texts.compact(text).upper()
        number = number[:-1] + number[-1:].translate(_LOOKS_LIKE_X)
        eighteen = id_type in _EIGHTEEN
        fault = excel.damage("id", text, number, always_long=eighteen)
        if not fault:
            fault = self._fault(number, id_type) if eighteen else _other_fault(number, id_type)
        if fault:
            return None, None, None, (fault,)
        if not eighteen:
            return number, None, None, ()
        known = number[:6] in known_counties()
        return (
            number,
            _age(date.fromisoformat(number[6:14]), self._on),
            _sex(number),
            () if known else _UNKNOWN_COUNTY,
        )

    def _fault(self, number: str, id_type: str) -> Finding | None:
        """The first fault of an 18-character number, in the order the contract fixes."""
        if len(number) != 18:
            return Finding("id-length", (("length", str(len(number))),))
        if not _IDENTITY.fullmatch(number):
            return Finding("id-characters")
        if not checksum_fits(number):
            return Finding("id-checksum")
        if number[:2] not in _EIGHTEEN[id_type]:
            return Finding("id-province")
        birth = _birth_date(number[6:14])
        if birth is None or birth > self._on:
            return Finding("id-birthdate")
        if not _YOUNGEST <= _age(birth, self._on) <= _OLDEST:
            return Finding("id-age")
        return None

    def _birth_part(self, digits: str) -> tuple[int, int] | None:
        birth = _birth_date(digits)
        if birth is None or birth > self._on:
            return None
        age = _age(birth, self._on)
        return (_weighted(digits, 4), age) if _YOUNGEST <= age <= _OLDEST else None


def checksum_fits(number: str) -> bool:
    """Whether 17 digits and a digit or X end in the check character of GB 11643."""
    return bool(_IDENTITY.fullmatch(number)) and _weighted(number, 0) % 11 == 1


def _county_part(digits: str) -> tuple[int, Findings] | None:
    if not (digits.isascii() and digits.isdigit() and digits[:2] in PROVINCES):
        return None
    return _weighted(digits, 12), () if digits in known_counties() else _UNKNOWN_COUNTY


def _ending_part(ending: str) -> tuple[int, str] | None:
    if not re.fullmatch("[0-9]{3}[0-9X]", ending) or ending.endswith("000"):
        return None
    return _weighted(ending, 0), _sex(ending)


def _weighted(characters: str, places_after: int) -> int:
    """The share of some characters in the sum of GB 11643, which must leave 1 modulo 11.

    The standard weighs a place with the power of 2 that is its distance from the last. As 13 leaves
    2, that is the value of the characters as a number of base 13, where A is the ten of X.
    """
    return int(characters.replace("X", "A"), 13) * 2**places_after % 11


def _birth_date(digits: str) -> date | None:
    if not (digits.isascii() and digits.isdigit()):
        return None
    try:
        return date.fromisoformat(digits)
    except ValueError:
        return None


def _age(birth: date, on: date) -> int:
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))


def _sex(number: str) -> str:
    """The last digit but one is odd for men."""
    return "male" if int(number[-2]) % 2 else "female"


@cache
def known_counties() -> frozenset[str]:
    """County codes that identity numbers are known to begin with, those no longer in force too."""
    lines = files("training").joinpath("county_codes.txt").read_text(encoding="utf-8").splitlines()
    groups = (line.split() for line in lines if not line.startswith("#"))
    return frozenset(prefecture + county for prefecture, *counties in groups for county in counties)


def _other_fault(number: str, id_type: str) -> Finding | None:
    fits = _OTHER_DOCUMENTS[id_type].fullmatch(number)
    return None if fits else Finding("id-characters")
