"""What stands around the people of a roster: blank rows, headers printed again, footers.

Only rows without an identity number are looked at; all others are people.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from training import texts
from training.problems import Problem
from training.tables import Header, column_letters, header_cell

#: A row as `reading.rows` gives it: number, cells, what reading already found against it.
Row = tuple[int, Sequence[str], list[Problem]]

_LABEL = re.compile(
    r"[*※(]*(?:"
    r"(?:填表|填报|制表|审核|复核|审批|批准|经办|联系|联络|负责|录入)人?(?:签字|签名|签章)?"
    r"|(?:填表|填报|制表|上报|报送|推荐|审核)(?:单位|日期|时间)"
    r"|(?:单位|部门|机构)?(?:分管|主管)?(?:负责人|领导)(?:签字|签名|签章)?|联系电话|电话"
    r"|(?:单位)?(?:签字|签名|签章|盖章|公章)|单位(?=\()|日期|年月日"
    r"|附?注[0-9]?|注意事项|备注|(?:填表|填报)?说明"
    r"|(?:本页|本表|全表)?(?:小计|合计|总计|共计|总数|人数)(?:人数)?"
    r"|以下空白|(?:以下|此页)无正文|共(?=[0-9]+[人名条行页])|第(?=[0-9]+页)"
    r")(?:\([^()]*\))*(?:[:.、,].*|[0-9.,/年月日人名条行页共第万亿元-]+)?\)?",
    re.DOTALL,
)
#: How labels begin, to pass over all other rows quickly; traditional forms are among them.
_BEGINNINGS = frozenset(
    "*※(填制製审審复複批经經联聯负負录錄上报報推单單部机機分主领領电電签簽盖蓋公日年附注註备備说說"
    "本全小合总總共人以此第"
)
_FIGURE = re.compile(r"[0-9.,/年月日:人名个家万亿元-]+")
#: Shorter than any identity number, longer than what stands in its place in a footer.
_NO_NUMBER = 15
_SHOWN = 5
#: Enough of a cell to know it by.
_LONGEST = 200


def is_footer(cells: Sequence[str]) -> bool:
    """Whether the filled cells are only a label (合计, 填表人, 注 …) and what belongs to it.

    A label may have figures and one word beside it: 合计 | 120人; 填表人 | 张三 | 2021-10-08.
    """
    filled = filter(None, cells)
    words = (text for cell in filled if (text := "".join(texts.clean(cell[:_LONGEST]).split())))
    first = next(words, None)
    if not first or first[0] not in _BEGINNINGS or not _is_label(first):
        return False
    others = list(words)
    if any(len(text) >= _NO_NUMBER and text.isascii() and text.isalnum() for text in others):
        return False
    labels = [_is_label(text) for text in others if not _FIGURE.fullmatch(text)]
    return 2 * (1 + sum(labels)) >= 1 + len(labels)


def _is_label(text: str) -> bool:
    return _LABEL.fullmatch(texts.simplified(text)) is not None


class Margins:
    """Lets people through and keeps the rest; counts what it keeps.

    `problems` has what reading found against rows that are nobody's (a lone cell far below), and,
    after :meth:`finish`, the one warning about footers.
    """

    def __init__(self, header: Header) -> None:
        self.skipped = 0
        self.problems: list[Problem] = []
        self._header = header
        self._anchor = header.columns.get("id_number", [0])[0]
        # Neither a number printed beforehand nor the note of an error workbook makes a person.
        self._printed = {
            i for name in ("row_no", "fault_note") for i in header.columns.get(name, ())
        }
        self._waiting: list[Row] = []

    def people(self, rows: Iterable[Row]) -> list[Row]:
        """The rows that are people; a footer is one too if anybody follows below it."""
        found: list[Row] = []
        anchor = self._anchor
        heading = self._header.cells[anchor]
        for row in rows:
            number, cells, faults = row
            cell = cells[anchor] if anchor < len(cells) else ""
            if len(cell) < _NO_NUMBER or cell == heading or cell.isspace():
                if is_footer(cells):
                    self._waiting.append(row)
                    continue
                if self._is_nobody(cells):
                    self.problems += faults
                    continue
                lone = self._lone_cell(cells)
                if lone is not None:
                    where = (("where", f"{column_letters(lone)}{number}"),)
                    self.problems += [*faults, Problem(number, None, "row-ragged", where)]
                    continue
            if self._waiting:
                found += self._waiting
                self._waiting = []
            found.append(row)
        return found

    def finish(self) -> None:
        """There are no more rows: what waits is below the last person."""
        if not self._waiting:
            return
        numbers = [str(number) for number, _, _ in self._waiting]
        shown = numbers if len(numbers) <= _SHOWN else [*numbers[:_SHOWN], "…"]
        details = (("rows", ", ".join(shown)),)
        self.problems.append(Problem(self._waiting[0][0], None, "footer-skipped", details))
        for _, _, faults in self._waiting:
            self.problems += faults
        self.skipped += len(numbers)

    def _is_nobody(self, cells: Sequence[str]) -> bool:
        """Whether a row is empty or the header again; a blank line is not even counted."""
        if not any(cells):
            self.skipped += len(cells) > 1
            return True
        if self._is_empty(cells) or self._is_header(cells):
            self.skipped += 1
            return True
        return False

    def _is_empty(self, cells: Sequence[str]) -> bool:
        """Whether nothing is filled in but what was printed beforehand."""
        return next(self._filled(cells), None) is None

    def _lone_cell(self, cells: Sequence[str]) -> int | None:
        """Where the first value of a row stands if all are beyond the header: that is nobody's row."""
        first = next(self._filled(cells), None)
        return first if first is not None and first >= len(self._header.cells) else None

    def _filled(self, cells: Sequence[str]) -> Iterator[int]:
        """Where something is filled in, but for what was printed beforehand."""
        return (
            index
            for index, cell in enumerate(cells)
            if index not in self._printed and texts.clean(cell[:_LONGEST])
        )

    def _is_header(self, cells: Sequence[str]) -> bool:
        """Whether each filled cell stands under its own words, and they are ours."""
        known = 0
        for cell, above in zip(cells, self._header.cells, strict=False):
            if cell:
                meant = header_cell(cell)
                if cell != above and meant != header_cell(above):
                    return False
                known += meant.meaning == "column"
        return known > 1
