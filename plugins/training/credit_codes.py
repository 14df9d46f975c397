"""Unified social credit codes (统一社会信用代码, GB 32100)."""

import re

from training import excel, texts
from training.problems import Finding

_CREDIT_CODE = re.compile("[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}")
_PLAIN = re.compile(rf"(?!92|[0-9]{{15}}000){_CREDIT_CODE.pattern}")
_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
#: The standard's alphabet has gaps (I, O, S, V, Z); these are its values as digits of int().
_DIGITS = bytes.maketrans(_ALPHABET.encode(), b"0123456789ABCDEFGHIJKLMNOPQRSTU")


def is_credit_code(text: str) -> bool:
    """Whether `text` is a code in canonical form with the right check character."""
    return _CREDIT_CODE.fullmatch(text) is not None and _check_character(text) == text[17]


def plain_code(text: str) -> str | None:
    """A good code that needs no closer look, or None: not 个体户, and not rounded by Excel."""
    good = type(text) is str and _PLAIN.fullmatch(text) and _check_character(text) == text[17]
    return text if good else None


def _check_character(code: str) -> str:
    """The standard weighs place i (from 0) with the i-th power of 3 and fills up to a multiple of 31.

    Read backwards as a number of base 34 the first 17 characters are that sum, as 34 leaves 3.
    """
    return _ALPHABET[-int(code[16::-1].encode().translate(_DIGITS), 34) % 31]


def credit_code(text: str) -> tuple[str | None, tuple[Finding, ...]]:
    """统一社会信用代码 in canonical form; `uscc-…` says why not, `uscc-sole` that it is 个体户."""
    code = texts.compact(text).upper()
    fault = excel.damage("uscc", text, code) or _fault(code)
    if fault:
        return None, (fault,)
    return code, (Finding("uscc-sole"),) if code.startswith("92") else ()


def _fault(code: str) -> Finding | None:
    if len(code) != 18:
        return Finding("uscc-length", (("length", str(len(code))),))
    if not _CREDIT_CODE.fullmatch(code):
        return Finding("uscc-characters")
    return None if is_credit_code(code) else Finding("uscc-checksum")
