"""A rule applied to a column of cells at a time.

A roster of 100,000 rows has two million cells and almost all are good. So a column is first asked
in a way that is quick for good cells, and only what is left is looked at closely: words of closed
lists are remembered, text is scanned as a whole, numbers match one pattern.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any
from unicodedata import is_normalized, normalize

from training import cells, returned_faults, texts
from training.columns import Column
from training.identity_numbers import Identity, IdentityNumbers
from training.markers import ExcelDate, NoValue, Number
from training.memo import Memo
from training.problems import Finding, Problem

Rule = Callable[[str], tuple[Any, tuple[Finding, ...]]]
#: A cell's value, the findings against it, and whether it asks to clear what is stored.
Outcome = tuple[Any, tuple[Finding, ...], bool]

NOTHING: Outcome = (None, (), False)
REQUIRED: Outcome = (None, (Finding("cell-required"),), False)

#: Far longer than any limit: not worth making canonical first.
_HOPELESS = 100_000
#: In printable text without any of these NFKC is the canonical form.
_SUSPECT = re.compile("[ '\"=“”″′〃·•・.‧∙⋅●]")
_SUSPECT_WORDS = frozenset({"", "无", "無", "暂无", "暫無", "同上", "(清空)", "(公式没有结果)"})
_DASH = re.compile("[-—–―/]")


class Chunk:
    """Some rows on their way: what was found against each, by their index in the chunk."""

    def __init__(self, numbers: Sequence[int]) -> None:
        self.numbers = numbers
        self.problems: defaultdict[int, list[Problem]] = defaultdict(list)
        self.cleared: defaultdict[int, set[str]] = defaultdict(set)

    def blame(self, index: int, column: str | None, *findings: Finding) -> None:
        """Hold findings against a row."""
        problems, row = self.problems[index], self.numbers[index]
        for finding in findings:
            problems.append(Problem(row, column, *finding))

    def is_blamed(self, index: int, column: str) -> bool:
        """Whether anything was found against a cell."""
        return any(problem.column == column for problem in self.problems.get(index, ()))


class _Remarkable(Exception):
    """There is more to say of a cell than its value."""


class ColumnRule:
    """A column of one file and the rule for its cells, each of which is judged once."""

    def __init__(self, column: Column, rule: Rule, blank: Outcome = NOTHING) -> None:
        """`blank` is what becomes of a cell that says nothing; the rule sees only the others."""
        self.column = column
        self._rule = rule
        self._blank = REQUIRED if column.required else blank
        # A figure and a text of the same digits are different cells: each kind has its own memory.
        self._known = {kind: Memo(self.judge) for kind in (str, Number, ExcelDate, NoValue)}
        self._good = Memo(self._good_value)

    def read(self, column: Sequence[str], chunk: Chunk) -> Sequence[Any]:
        """The values of the cells, None where there is none; findings go to the chunk."""
        if set(map(type, column)) == {str}:
            with suppress(_Remarkable):
                return list(map(self._good.__getitem__, column))
        outcomes = [self._known[type(cell)][cell] for cell in column]
        values, findings, clearings = zip(*outcomes, strict=True)
        if any(findings) or any(clearings):
            for index, outcome in enumerate(outcomes):
                self._note(index, outcome, chunk)
        return values

    def _good_value(self, text: str) -> Any:
        value, findings, clears = self._known[str][text]
        if findings or clears:
            raise _Remarkable
        return value

    def judge(self, text: str) -> Outcome:
        """Look closely at one cell: first what holds for any column, then the column's own rule."""
        if isinstance(text, NoValue):
            return None, (Finding("cell-formula"),), False
        if len(text) > _HOPELESS:
            return self._too_long()
        cleaned = texts.clean(text)
        if cells.is_clearing(cleaned):
            value, findings, _ = self._blank
            # What is never empty can't be emptied: 证件类型 is then what a blank cell means.
            return value, findings, value is None and not self.column.required
        if self._says_nothing(cleaned):
            return self._blank
        if returned_faults.is_no_result(cleaned):
            return None, (Finding("cell-formula"),), False
        if texts.has_forbidden(cleaned):
            return None, (Finding("cell-control"),), False
        if len(cleaned) > self.column.limit:
            return self._too_long()
        return *self._rule(text), False

    def _says_nothing(self, cleaned: str) -> bool:
        ditto = self.column.required and cells.is_ditto(cleaned)
        return ditto or cells.is_blank(cleaned)

    def _too_long(self) -> Outcome:
        return None, (Finding("cell-too-long", (("limit", str(self.column.limit)),)),), False

    def _note(self, index: int, outcome: Outcome, chunk: Chunk) -> None:
        _, findings, clears = outcome
        if findings:
            chunk.blame(index, self.column.identifier, *findings)
        if clears:
            chunk.cleared[index].add(self.column.identifier)


class LevelRule(ColumnRule):
    """专精特新, where 无 is an answer and not a cell without one."""

    def _says_nothing(self, cleaned: str) -> bool:
        return cleaned not in ("无", "無") and super()._says_nothing(cleaned)


class QuickRule(ColumnRule):
    """For cells that seldom repeat: `quick` knows the value of a good cell, or says None."""

    def __init__(
        self,
        column: Column,
        rule: Rule,
        quick: Callable[[str], Any],
        blank: Outcome = NOTHING,
    ) -> None:
        super().__init__(column, rule, blank)
        self._quick = quick

    def read(self, column: Sequence[str], chunk: Chunk) -> Sequence[Any]:
        """As any rule; only what `quick` does not know is judged."""
        values = list(map(self._quick, column))
        if None in values:
            for index, value in enumerate(values):
                if value is None:
                    cell = column[index]
                    outcome = self._known[type(cell)][cell]
                    values[index] = outcome[0]
                    self._note(index, outcome, chunk)
        return values


class PatternRule(QuickRule):
    """For numbers and addresses that are good, and canonical, if they match a pattern."""

    def __init__(self, column: Column, rule: Rule, pattern: str) -> None:
        super().__init__(column, rule, self._as_it_is)
        self._one = re.compile(pattern)
        self._all = re.compile(rf"(?:(?:{pattern})\|)*+")

    def read(self, column: Sequence[str], chunk: Chunk) -> Sequence[Any]:
        """As any rule; a column in which every cell matches is matched at once."""
        together = "|".join(column) + "|"
        good = (
            max(map(len, column)) <= self.column.limit
            and self._all.fullmatch(together)
            and together.count("|") == len(column)
            and set(map(type, column)) == {str}
        )
        return column if good else super().read(column, chunk)

    def _as_it_is(self, text: str) -> str | None:
        good = len(text) <= self.column.limit and self._one.fullmatch(text) and type(text) is str
        return text if good else None


class TextRule(QuickRule):
    """For free text on one line: a column with nothing odd in it is made canonical as a whole."""

    def __init__(self, column: Column, rule: Rule) -> None:
        super().__init__(column, rule, self._one)

    def read(self, column: Sequence[str], chunk: Chunk) -> Sequence[Any]:
        """As any rule."""
        return self._all(column) or super().read(column, chunk)

    def _one(self, text: str) -> str | None:
        found = self._all((text,))
        return found[0] if found else None

    def _all(self, column: Sequence[str]) -> Sequence[str] | None:
        """The canonical texts, or None if any of them needs a closer look.

        Where all is printable and nothing suspect, NFKC is all there is to do (（） is common).
        """
        limit = self.column.limit
        together = "|".join(column)
        if max(map(len, column)) > limit or not together.isprintable():
            return None
        if not (together.isascii() or is_normalized("NFKC", together)):
            together = normalize("NFKC", together)
            if together.count("|") != len(column) - 1:
                return None
            column = together.split("|")
        good = (
            not _SUSPECT.search(together)
            and set(map(type, column)) == {str}
            and max(map(len, column)) <= limit
            and _SUSPECT_WORDS.isdisjoint(column)
            and not (_DASH.search(together) and any(map(cells.is_blank, column)))
        )
        return column if good else None


class IdentityRule(ColumnRule):
    """The identity number, which needs the kind of document beside it and tells age and sex."""

    def __init__(self, column: Column, numbers: IdentityNumbers) -> None:
        super().__init__(column, lambda text: (text, ()))
        self._check = numbers.check

    def read_identities(
        self, column: Sequence[str], kinds: Sequence[str | None] | None, chunk: Chunk
    ) -> dict[str, Sequence[Any]]:
        """Numbers, ages and sexes. `kinds` are the documents, None for one that is not known."""
        found = list(map(self._check, column)) if kinds is None else self._each(column, kinds)
        numbers, ages, sexes, findings = zip(*found, strict=True)
        if None in numbers or any(findings):
            for index, number in enumerate(numbers):
                if number is None and self.judge(column[index])[0] is None:
                    self._note(index, self.judge(column[index]), chunk)
                elif findings[index]:
                    chunk.blame(index, self.column.identifier, *findings[index])
        return {"id_number": numbers, "age_at_selection": ages, "sex_from_id": sexes}

    def _each(self, column: Sequence[str], kinds: Sequence[str | None]) -> list[Identity]:
        pairs = zip(column, kinds, strict=True)
        return [self._check(text, kind) if kind else (None, None, None, ()) for text, kind in pairs]
