"""The columns of one file bound to their rules, with what the year and the sender add to them."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from training import across_columns, cells
from training.columns import COLUMNS
from training.context import Context
from training.credit_codes import plain_code
from training.identity_numbers import IdentityNumbers
from training.mobiles import MOBILE
from training.problems import Finding
from training.quantities import plain_amount
from training.rules import (
    NOTHING,
    Chunk,
    ColumnRule,
    IdentityRule,
    LevelRule,
    Outcome,
    PatternRule,
    QuickRule,
    Rule,
    TextRule,
)
from training.tables import Header
from training.words import is_yes, meaning_of_yes

_TEXTS: dict[str, Rule] = {
    "name": cells.person_name,
    "enterprise_name": cells.enterprise_name,
    "position": cells.line,
    "main_business": cells.line,
    "cohort": cells.line,
}
_PATTERNS: dict[str, tuple[Rule, str]] = {
    "mobile": (cells.mobile, MOBILE),
    "email": (cells.email, cells.EMAIL),
}
_RESIDENT: Outcome = ("resident", (), False)
_WORDS: dict[str, tuple[Rule, Outcome]] = {
    "sex": (cells.sex, NOTHING),
    "id_type": (cells.id_type, _RESIDENT),
    "origin": (cells.origin, NOTHING),
    "kind": (cells.kind, NOTHING),
    "employees": (cells.whole_number, NOTHING),
    "note": (cells.note, NOTHING),
}
_NO_INDUSTRY: Outcome = (None, (Finding("industry-unknown"),), False)


class Binding:
    """The rules of one file's columns, in the order of its header."""

    def __init__(self, header: Header, context: Context) -> None:
        self._sender = context.sender
        self._header = header
        self._rules = {
            name: _rule(name, header, context)
            for name in header.columns
            if COLUMNS[name].stored or name == "industry_name"
        }
        references = context.references
        # What a row without the first of the columns can't have is not looked for.
        self._across: list[tuple[tuple[str, ...], Callable[..., across_columns.Objections]]] = [
            (
                ("origin", "recommending_authority", "track"),
                partial(across_columns.recommendation, references=references),
            ),
            (("institution", "track"), partial(across_columns.organiser, references=references)),
            (("sex", "sex_from_id"), across_columns.sexes),
            (
                ("industry_name", "industry_code"),
                partial(across_columns.industries, references=references),
            ),
        ]

    def read(self, columns: Sequence[Sequence[str]], chunk: Chunk) -> dict[str, Sequence[Any]]:
        """The values of some rows by identifier; `columns` are their cells, a column at a time."""
        written = {name: self._written(name, columns) for name in self._rules}
        values: dict[str, Sequence[Any]] = {}
        # The kind of document first: it decides how a number is read.
        for name in sorted(written, key=lambda name: name != "id_type"):
            rule = self._rules[name]
            if isinstance(rule, IdentityRule):
                kinds = values.get("id_type")
                values |= rule.read_identities(written[name], kinds, chunk)
            else:
                values[name] = rule.read(written[name], chunk)
        self._recommend(values)
        self._look_across(values, chunk)
        values.pop("industry_name", None)
        return values

    def _written(self, name: str, columns: Sequence[Sequence[str]]) -> Sequence[str]:
        """The cells of a column; of several that mean the same only one may hold anything."""
        first, *others = self._header.columns[name]
        if not others:
            return columns[first]
        cells_ = [""] * len(columns[first])
        for place in (first, *others):
            says = _header_says(name, self._header, place)
            cells_ = [
                one if one.strip() else says(two)
                for one, two in zip(cells_, columns[place], strict=True)
            ]
        return cells_

    def _recommend(self, values: dict[str, Sequence[Any]]) -> None:
        """An authority whose file has no 推荐单位 is itself the one that recommends."""
        sender = self._sender.province
        if sender and "origin" in values and "recommending_authority" not in values:
            values["recommending_authority"] = [
                sender if origin in ("recommended", "both") else None for origin in values["origin"]
            ]

    def _look_across(self, values: Mapping[str, Sequence[Any]], chunk: Chunk) -> None:
        nothing = [None] * len(chunk.numbers)
        for names, rule in self._across:
            if names[0] not in values:
                continue
            taken = list(zip(*(values.get(name, nothing) for name in names), strict=True))
            objections = {key: rule(*key) for key in set(taken)}
            if not any(objections.values()):
                continue
            for index, key in enumerate(taken):
                for column, code in objections[key]:
                    # A cell that was refused is not missing as well.
                    if code != "recommender-missing" or not chunk.is_blamed(index, column):
                        chunk.blame(index, column, Finding(code))


def _header_says(name: str, header: Header, place: int) -> Callable[[str], str]:
    """What a header adds to its cells (a unit, the meaning of 是), said in the cell itself.

    For columns of one meaning under different headers, whose cells come under one rule.
    """
    unit = header.units.get(place, "")
    yes = meaning_of_yes(header.cells[place]) if name == "srdi_level" else None

    def say(text: str) -> str:
        if unit and text.strip()[-1:].isdigit():
            return text + unit
        return yes if yes and is_yes(text) else text

    return say


def _rule(name: str, header: Header, context: Context) -> ColumnRule:
    """The rule of one column, with all that depends on the file, the year or the sender."""
    column, references = COLUMNS[name], context.references
    # Where several columns mean the same, each cell says itself what its header would.
    place = header.columns[name][0] if len(header.columns[name]) == 1 else None
    if name in _TEXTS:
        return TextRule(column, _TEXTS[name])
    if name in _PATTERNS:
        return PatternRule(column, *_PATTERNS[name])
    if name in _WORDS:
        return ColumnRule(column, *_WORDS[name])
    match name:
        case "id_number":
            return IdentityRule(column, IdentityNumbers(context.selection_due))
        case "uscc":
            return QuickRule(column, cells.credit_code, plain_code)
        case "revenue_wan" | "assets_wan":
            unit = None if place is None else header.units.get(place)
            quick = plain_amount if unit == "万元" else _never
            return QuickRule(column, partial(cells.amount_wan, unit=unit), quick)
        case "srdi_level":
            yes = None if place is None else meaning_of_yes(header.cells[place])
            return LevelRule(column, partial(cells.srdi_level, yes=yes))
        case "founded_on":
            return ColumnRule(column, partial(cells.date_text, workbook=context.workbook))
        case "recommending_authority":
            return ColumnRule(column, _recommender(context))
        case "institution":
            return ColumnRule(column, _institution(context))
        case "industry_code":
            return ColumnRule(column, references.industry, _NO_INDUSTRY)
        case "industry_name":
            return ColumnRule(column, lambda text: (references.industry(text)[0], ()))
    return ColumnRule(column, {"province": references.province, "track": references.track}[name])


def _institution(context: Context) -> Rule:
    """承担机构: known, the sender's own where an institution sends, and not suspended this year."""

    def rule(text: str) -> tuple[str | None, tuple[Finding, ...]]:
        slug, findings = context.references.institution(text)
        if slug and context.sender.institution not in (None, slug):
            return None, (Finding("institution-other"),)
        if slug in context.suspended:
            return None, (Finding("institution-suspended"),)
        return slug, findings

    return rule


def _recommender(context: Context) -> Rule:
    """推荐单位: a known authority, and the sender itself where an authority sends."""

    def rule(text: str) -> tuple[str | None, tuple[Finding, ...]]:
        code, findings = context.references.province(text)
        if code and context.sender.province not in (None, code):
            return None, (Finding("recommender-other"),)
        return code, findings

    return rule


def _never(text: str) -> None:
    return None
