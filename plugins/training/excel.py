"""What Excel does to long numbers: it keeps 15 digits of them and may show those as a power of ten.

8.9 % of the identity numbers it has rounded still pass the check digit (measured on 20,000), so the
shape itself is refused.
"""

import re

from training.markers import Number
from training.problems import Finding

_EXACT_DIGITS = 15
_SCIENTIFIC = re.compile(r"[0-9](?:\.[0-9]+E\+?|E\+)[0-9]{1,3}")
_ROUNDED = re.compile("[0-9]{15}000")


def damage(prefix: str, text: str, number: str, *, always_long: bool = True) -> Finding | None:
    """`…-scientific` or `…-rounded` where Excel has had a hand in `number`, which was `text`.

    A figure in a workbook cell has been rounded if the number should have 18 digits
    (`always_long`) or has more than Excel keeps.
    """
    if _SCIENTIFIC.fullmatch(number):
        return Finding(f"{prefix}-scientific")
    figure = isinstance(text, Number) and (always_long or len(number) > _EXACT_DIGITS)
    return Finding(f"{prefix}-rounded") if figure or _ROUNDED.fullmatch(number) else None
