"""The faults that one row of a file has because of another; the rules of one row are `across_columns`."""

from collections.abc import Iterator, Sequence

from training.problems import Problem
from training.rows import Block

#: From the third person on an enterprise sends more than usual.
_USUAL_PEOPLE = 2

Persons = Sequence[str | None]


class AcrossRows:
    """Remembers who has been in a file so far; blocks are judged in the order of the sheet."""

    def __init__(self) -> None:
        self._row_of: dict[str | None, int] = {}
        self._row_of_mobile: dict[str | None, int] = {}
        self._owner_of_mobile: dict[str | None, str | None] = {}
        self._people_of: dict[str, int] = {}

    def judge(self, block: Block, persons: Persons) -> None:
        """Add to the problems of ``block``; ``persons`` are the keys of its people, None without one."""
        for index, row in self._repeated(self._row_of, persons, block):
            self._blame(block, index, "id_number", "duplicate-in-file", row)
        mobiles = block.values.get("mobile")
        if mobiles:
            owners = list(map(self._owner_of_mobile.setdefault, mobiles, persons))
            for index, row in self._repeated(self._row_of_mobile, mobiles, block):
                if owners[index] != persons[index]:
                    self._blame(block, index, "mobile", "same-mobile", row)
        self._judge_enterprises(block)

    def _repeated(
        self, first: dict[str | None, int], keys: Sequence[str | None], block: Block
    ) -> Iterator[tuple[int, int]]:
        """Index of each row whose key has been seen before, and the row that had it first."""
        rows = list(map(first.setdefault, keys, block.numbers))
        if rows != block.numbers:
            for index, (key, row) in enumerate(zip(keys, rows, strict=True)):
                if key is not None and row != block.numbers[index]:
                    yield index, row

    def _judge_enterprises(self, block: Block) -> None:
        people_of = self._people_of
        for index, code in enumerate(block.values.get("uscc", ())):
            if code:
                people = people_of[code] = people_of.get(code, 0) + 1
                if people > _USUAL_PEOPLE:
                    self._blame(block, index, "uscc", "enterprise-many")

    def _blame(
        self, block: Block, index: int, column: str, code: str, other: int | None = None
    ) -> None:
        details = (("row", str(other)),) if other else ()
        block.problems[index].append(Problem(block.numbers[index], column, code, details))
