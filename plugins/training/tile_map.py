"""A tile map (方格图) of the 37 authorities: one square each, laid out roughly as they lie in China.

Squares of one size show a small place as well as a large one, and need no map from outside.
"""

from typing import NamedTuple


class Place(NamedTuple):
    """Where a square stands: columns from the west, rows from the north, both from 0."""

    column: int
    row: int


#: From north to south; a separately planned city stands beside its province.
_ROWS = (
    {8: "230000"},
    {5: "150000", 6: "110000", 7: "210000", 8: "220000"},
    {
        0: "660000", 1: "650000", 2: "620000", 3: "640000", 4: "140000", 5: "130000", 6: "120000",
        7: "210200",
    },
    {2: "630000", 4: "610000", 5: "410000", 6: "370000", 7: "370200"},
    {1: "540000", 3: "510000", 4: "500000", 5: "420000", 6: "340000", 7: "320000", 8: "310000"},
    {3: "530000", 4: "520000", 5: "430000", 6: "360000", 7: "330000", 8: "330200"},
    {4: "450000", 5: "440000", 6: "350000", 7: "350200"},
    {4: "460000", 5: "440300"},
)  # fmt: skip
#: The square of each authority, by its code.
PLACES: dict[str, Place] = {
    code: Place(column, row) for row, line in enumerate(_ROWS) for column, code in line.items()
}
