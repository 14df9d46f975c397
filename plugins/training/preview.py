"""A report made ready for the sender's eyes (核对): what stands against it, leaf by leaf."""

import sqlite3
from collections.abc import Sequence
from typing import Any, NamedTuple

from training import identity, remembered, roster, roster_words
from training.context import Sender

LEAF = 100
#: The leaves of a preview; each shows one kind of thing, ``all`` the beginning of each.
SHOWN = ("all", "faults", "changes", "rows")
#: Cells that show who somebody is; a page shows their ends alone.
_MASKED = {"id_number": identity.mask_identity, "mobile": identity.mask_mobile}


class Leaf(NamedTuple):
    """Some of a long list: the ``number``-th leaf of ``last``."""

    items: Sequence[Any]
    total: int
    number: int
    last: int


def leaf(items: Sequence[Any], page: int) -> Leaf:
    """The ``page``-th hundred of ``items``, counted from 1; the nearest there is."""
    last = max(1, -(-len(items) // LEAF))
    number = min(max(1, page), last)
    return Leaf(items[(number - 1) * LEAF : number * LEAF], len(items), number, last)


def preview(
    conn: sqlite3.Connection, sender: Sender, report: roster.Report, show: str, page: int
) -> dict[str, Any]:
    """What the page of a waiting file shows, beside the report itself."""
    show = show if show in SHOWN else "all"
    errors = report.errors
    of_rows = [p for p in errors if p.row is not None and p.row != report.header_row]
    too_different = [p for p in errors if p.code == "batch-too-different"]
    lists: dict[str, Sequence[Any]] = {
        "faults": errors,
        "changes": report.changes,
        "rows": _outcomes(report),
    }
    header, shown = _masked_rows(report)
    return {
        "report": report,
        "show": show,
        "leaves": {name: leaf(found, page if show == name else 1) for name, found in lists.items()},
        "words": roster_words.words_of(conn),
        "written": roster_words.written,
        "warnings": [p for p in report.problems if p.severity == "warning"],
        "faulty_rows": len({p.row for p in of_rows}),
        "needs_only_valid": bool(of_rows),
        "needs_force": bool(too_different),
        "can_confirm": len(of_rows) + len(too_different) == len(errors)
        and report.new + report.changed + report.unchanged > 0,
        "header": header,
        "shown": shown,
        "offered": remembered.offered(set(report.columns.values())),
        "mapped": {row["header"] for row in remembered.headers_of(conn, sender)},
        "sheets": [(sheet, sheet) for sheet in _sheets(report)],
    }


def _outcomes(report: roster.Report) -> list[tuple[int, str, str]]:
    """Row, name and outcome of each row that the report lists, refused ones among them."""
    found = {row: (row, name, outcome) for row, name, outcome in report.outcomes}
    for problem in report.errors:
        if problem.row is not None and problem.row != report.header_row:
            name = found.get(problem.row, (0, "", ""))[1]
            found[problem.row] = (problem.row, name, "rejected")
    return [found[row] for row in sorted(found)]


def _sheets(report: roster.Report) -> list[str]:
    """The sheets to choose from, where several hold a roster."""
    for problem in report.problems:
        if problem.code == "sheet-several":
            return dict(problem.details)["where"].split("、")
    return []


def _masked_rows(report: roster.Report) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """The header as written and the first rows as decoded, identity cells masked."""
    header = report.header
    masks = [_MASKED.get(report.columns.get(text, "")) for text in header]
    shown = [
        (
            number,
            [
                mask(cell) if mask and cell else cell
                for mask, cell in zip(masks, cells, strict=False)
            ],
        )
        for number, cells in report.first_rows
    ]
    return header, shown
