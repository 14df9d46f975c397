"""What reading a roster needs to know, and what it gives: the two ends of `rows.parse`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from training.lookups import References
from training.problems import Problem


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends a roster: an institution (its slug) or an authority (its code), never both."""

    institution: str | None = None
    province: str | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """The year and the record that a roster is read for.

    `suspended` are the institutions without a task in this year, `mapping` is what the sender once
    decided about headers we don't know (header text to identifier), and `workbook` says that the
    rows come from Excel, where a five-digit figure is a date.
    """

    year: str
    selection_due: date
    sender: Sender
    references: References
    suspended: frozenset[str] = frozenset()
    mapping: Mapping[str, str] = field(default_factory=dict)
    workbook: bool = False


class Parsed(NamedTuple):
    """One person as the file has it.

    `values` holds the columns with a value by identifier, and `age_at_selection` and `sex_from_id`
    where the identity number tells them; `cleared` the columns that say （清空）. `problems` is the
    row's own list: what is decided by looking at other rows is added to it.
    """

    row: int
    values: dict[str, Any]
    cleared: frozenset[str]
    problems: list[Problem]
