"""A dictionary that computes what it has not seen: columns repeat themselves."""

from collections.abc import Callable, Hashable
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")

#: A column that does not repeat itself must not fill the memory.
_FULL = 20_000


class Memo(dict[Key, Value]):
    """`memo[text]` is `compute(text)`, computed once as long as there is room."""

    def __init__(self, compute: Callable[[Key], Value]) -> None:
        super().__init__()
        self._compute = compute

    def __missing__(self, text: Key) -> Value:
        if len(self) >= _FULL:
            self.clear()
        value = self[text] = self._compute(text)
        return value
