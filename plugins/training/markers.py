"""What a workbook cell was before it became text.

Every cell is read as text, but a rule may need to know that Excel held a number: an identity
number of 18 digits kept as a number has already lost its last three.
"""


class Number(str):
    """A cell that held a number; the text is the number written out in full."""

    __slots__ = ()


class ExcelDate(str):
    """A cell that held a date; the text is ISO 8601 (`2021-10-08`)."""

    __slots__ = ()


class NoValue(str):
    """A formula cell for which the workbook carries no result; the text is empty."""

    __slots__ = ()
