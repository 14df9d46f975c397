"""What an error workbook (错误报告) says of itself when it is sent again.

Two faults leave no trace in a sheet of plain text: a formula without a result would be a blank cell,
and a quote that never closes is a character like any other. So the first is written as words, and
the second is still one while the row's own note says so and the quote still stands.
"""

from collections.abc import Sequence

from training import texts
from training.problems import Problem

#: In place of a formula without a result.
NO_RESULT = "（公式没有结果）"
_NO_RESULT = texts.clean(NO_RESULT)
_BROKEN = Problem(None, None, "row-quote")
_SAID = (_BROKEN.message("zh"), _BROKEN.message("en"))


def is_no_result(cleaned: str) -> bool:
    """Whether a cleaned cell still says that its formula has no result."""
    return cleaned == _NO_RESULT


def quote_is_open(cells: Sequence[str], note: int) -> bool:
    """Whether the row is noted for a quote that never closes, and has it still.

    ``note`` is the place of 错误说明; the quote opens a cell that has an odd number of them.
    """
    said = cells[note] if note < len(cells) else ""
    return any(sentence in said for sentence in _SAID) and any(
        cell.lstrip().startswith('"') and cell.count('"') % 2
        for place, cell in enumerate(cells)
        if place != note
    )
