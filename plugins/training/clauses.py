"""Every clause of the notice and what answers it: the list in metadata.yml, as a table for the README."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from training import configuration
from training.configuration import METADATA
from training.wording import label, speaking


@dataclass(frozen=True)
class Clause:
    """One demand of a paragraph; what answers it is named, and ``says`` stands where nothing can."""

    clause: str
    words: str  # a pair 中文 | English
    queries: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()  # codes of training.problems
    laws: tuple[str, ...] = ()  # triggers and indexes of the record that refuse
    says: str | None = None  # a pair

    @property
    def is_answered(self) -> bool:
        """Whether anything here answers it."""
        return bool(self.queries or self.pages or self.faults or self.laws)


def load(path: Path = METADATA) -> list[Clause]:
    """The clauses in the order of the notice."""
    return [_clause(entry) for entry in configuration.load(path)["plugins"]["lingjun"]["clauses"]]


def _clause(entry: Mapping[str, Any]) -> Clause:
    lists = {name: tuple(entry.get(name, ())) for name in ("queries", "pages", "faults", "laws")}
    return Clause(entry["clause"], entry["words"], says=entry.get("says"), **lists)


def markdown_table() -> str:
    """The clauses as a Markdown table: paragraph, words, and what answers them."""
    lines = ["| clause | 要求 | what it asks for | answered by |", "|---|---|---|---|"]
    for clause in load():
        zh, _, en = clause.words.partition(" | ")
        lines.append(f"| {clause.clause} | {zh} | {en} | {_answers(clause)} |")
    return "\n".join(lines)


def _answers(clause: Clause) -> str:
    kinds = {
        "query": clause.queries,
        "page": clause.pages,
        "fault": clause.faults,
        "law": clause.laws,
    }
    found = [
        f"{kind} {', '.join(f'`{name}`' for name in names)}"
        for kind, names in kinds.items()
        if names
    ]
    with speaking("en"):
        return "; ".join(found) or label(clause.says)
