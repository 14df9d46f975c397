"""The number of a certificate (证书编号): prefix, year, institution, serial, check character.

``LJRC-2021-02-00001-9``: the prefix belongs to the programme year, ``02`` is the institution's place
in the notice. The check character is ISO 7064 MOD 11-2 over the eleven digits, as on a Chinese
identity card; it finds every wrong digit and every swap of two neighbours. X stands for ten.
"""

import re
import unicodedata

_NUMBER = re.compile(r"([A-Z]{1,8})-?(\d{4})-?(\d{2})-?(\d{5})-?([\dX])")
_DASHES = re.compile(r"[‐-―−－_\s]")
LAST_SERIAL = 99_999


def check_character(digits: str) -> str:
    """The check character of ISO 7064 MOD 11-2 for a string of digits."""
    rest = 0
    for digit in digits:
        rest = (rest + int(digit)) * 2 % 11
    return "0123456789X"[(12 - rest) % 11]


def stem(prefix: str, year: str, institution: int) -> str:
    """What all numbers of an institution in a programme year begin with, the last dash included."""
    return f"{prefix}-{year[:4]}-{institution:02d}-"


def number(stem: str, serial: int) -> str:
    """The whole number; ``ValueError`` past the last serial there is room for."""
    if not 1 <= serial <= LAST_SERIAL:
        raise ValueError(f"no serial {serial}")
    body = f"{stem}{serial:05d}"
    return f"{body}-{check_character(''.join(filter(str.isdigit, body)))}"


def serial(number: str) -> int:
    """The serial in a number made by :func:`number`."""
    return int(number.split("-")[3])


def well_formed(number: str) -> bool:
    """Whether a canonical number has its right check character."""
    digits = "".join(filter(str.isdigit, number[:-1]))
    return bool(_NUMBER.fullmatch(number)) and check_character(digits) == number[-1]


def canonical(typed: str) -> str:
    """A number as people type it (full width, small letters, no dashes) in its printed form.

    What is no number at all comes back in capitals without blanks, and is found nowhere.
    """
    text = _DASHES.sub("-", unicodedata.normalize("NFKC", typed[:100]).strip()).upper()
    match = _NUMBER.fullmatch(re.sub(r"-+", "-", text))
    return "-".join(match.groups()) if match else text
