"""Closed lists of names, asked by key: as the name stands, then in simplified characters."""

from collections.abc import Callable, Collection, Iterable
from difflib import get_close_matches

from training import texts
from training.problems import Details, Finding

Found = tuple[str | None, tuple[Finding, ...]]

_OFFERED = 3
#: Chinese names are short: two of four characters in common is already worth offering.
_ALIKE = 0.5
_LONGEST = 100


def nearest(text: str, names: Iterable[str]) -> Details:
    """Details that offer the few names most like `text`; none where nothing is alike."""
    wanted = text[:_LONGEST]
    if not wanted:
        return ()
    # A whole column may be in the wrong place: compare closely only what shares characters at all.
    shared = set(wanted).intersection
    known = [
        name
        for name in dict.fromkeys(names)
        if 2 * len(shared(name)) >= _ALIKE * (len(wanted) + len(name)) or wanted in name
    ]
    inside = [name for name in known if wanted in name or name in wanted]
    alike = get_close_matches(wanted, known, n=_OFFERED, cutoff=_ALIKE)
    return offered(dict.fromkeys([*inside, *alike]))


def offered(names: Iterable[str]) -> Details:
    """Details that offer these names, or the first of them."""
    text = " / ".join(list(names)[:_OFFERED])
    return (("nearest", text),) if text else ()


class Names:
    """A closed list: which entries a name may mean, and what to offer where it means none."""

    def __init__(self, unknown: str, key: Callable[[str], str] = texts.key) -> None:
        self._unknown = unknown
        self._key = key
        self._entries: dict[str, set[str]] = {}
        self._labels: dict[str, str] = {}

    def add(self, code: str, label: str, names: Iterable[str]) -> None:
        """Know `code` by itself, by its label and by each of the names."""
        self._labels[code] = label
        for name in (code, label, *names):
            if key := self._key(name):
                self._entries.setdefault(key, set()).add(code)

    def find(self, text: str) -> Found:
        """The code that a name means, or the finding that offers what it might have meant."""
        key = self._key(text)
        found = self._entries.get(key) or self._entries.get(texts.simplified(key)) or set()
        return (min(found), ()) if len(found) == 1 else (None, self.unknown(text, found))

    def unknown(self, text: str, meant: Collection[str] = ()) -> tuple[Finding, ...]:
        """The finding that a name is not known, with the entries it may mean, names or resembles."""
        wanted = texts.simplified(texts.key(text))
        if not meant:
            inside = (
                codes for key, codes in self._entries.items() if len(key) > 1 and key in wanted
            )
            meant = set().union(*inside)
        labels = [label for code, label in self._labels.items() if code in meant]
        return (Finding(self._unknown, offered(labels) or nearest(wanted, self._labels.values())),)
