"""The office's periodical report (定期报告): one year at one moment, as data and as a workbook.

Every number comes from a canned query. Headcount and shares with their bounds are the checks Q01 to
Q03; what is beside them here is only their order and the words around them.
"""

import io
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import xlsxwriter

from training import audit, queries, tabular
from training.assessment import Catalogue
from training.database import acting, connect, now, transaction
from training.labels import Labels
from training.wording import label, t

#: The tables of the report, in its order: each is a canned query.
TABLES = (
    "report_headcount_by_institution",
    "report_headcount_by_authority",
    "report_headcount_by_track",
    "report_states",
    "check_audit_backlog_offenders",
    "check_assessment_ranking",
    "check_suspended_institutions",
)
#: The figures at its head.
HEAD = ("quota_headcount", "quota_manufacturing_share", "quota_kind_split", "check_audit_backlog")
_WIDTHS = {"definition": 70, "name": 30}
STATUSES = {
    "pass": ("达标", "Pass"),
    "fail": ("未达标", "Fail"),
    "undetermined": ("待定", "Undetermined"),
    "not_applicable": ("不适用", "Not applicable"),
    "at_or_above": ("不低于", "At or above"),
    "below": ("低于", "Below"),
    "bottom_two": ("末位", "Lowest"),
    "tie_decision_required": ("同分，须办公室决定", "Tie: the office decides"),
    "provisional": ("暂定", "Provisional"),
}


@dataclass(frozen=True)
class Periodical:
    """The report of one year: the checks, the tables, who asked for it and when."""

    checks: queries.Report
    tables: list[tuple[queries.Query, list[queries.Row]]]
    by: str

    @property
    def head(self) -> list[queries.Outcome]:
        """The outcomes whose figures stand at the head."""
        named = {outcome.query.name: outcome for outcome in self.checks.outcomes}
        return [named[name] for name in HEAD if name in named]


def make(db: Path, catalogue: Catalogue, year: str | None, by: str) -> Periodical:
    """The report on ``year``, by default the current one; raises what :func:`queries.report` does."""
    checks = queries.report(db, queries.checks(catalogue), year)
    with closing(connect(db, read_only=True)) as conn:
        tables = [
            (catalogue[name], queries.run_named(conn, catalogue, name, year=checks.year))
            for name in TABLES
        ]
    return Periodical(checks, tables, by)


def export(
    db: Path, catalogue: Catalogue, labels: Labels, year: str | None, by: str, via: str
) -> tuple[str, bytes]:
    """The report as a workbook with its year; that it was taken is in the audit log."""
    found = make(db, catalogue, year, by)
    content = workbook(found, labels)
    with closing(connect(db)) as conn, transaction(conn), acting(conn, by, via):
        audit.record(
            conn, by, via, "export", "report", found.checks.year,
            format="xlsx", bytes=len(content), checks=len(found.checks.outcomes),
        )  # fmt: skip
    return found.checks.year, content


def columns(rows: list[queries.Row]) -> list[str]:
    """The columns of a table that a reader needs: a name in the current language is enough."""
    other = t("name_en", "name_zh")
    return [name for name in (rows[0] if rows else ()) if name != other]


def status(code: str) -> str:
    """A status of a check in words."""
    return t(*STATUSES.get(code, (code, code)))


def workbook(found: Periodical, labels: Labels) -> bytes:
    """One sheet with the head, one with the checks, one for each table; text is text."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        book.set_properties(
            {"created": datetime.fromisoformat(found.checks.as_of).replace(tzinfo=None)}
        )
        _sheet(book, t("概要", "Summary"), *_summary(found))
        _sheet(book, t("检查", "Checks"), *_checks(found))
        for query, rows in found.tables:
            names = columns(rows)
            header = [labels.column(name) for name in names]
            cells = [[_cell(row[name]) for name in names] for row in rows]
            _sheet(book, label(query.title), header, cells, label(query.description))
    return file.getvalue()


def _summary(found: Periodical) -> tuple[list[str], list[list[tabular.Cell]]]:
    rows: list[list[tabular.Cell]] = [
        [t("年度", "Programme year"), found.checks.year, "", ""],
        [t("统计时间", "As of"), found.checks.as_of, "", ""],
        [t("编制人", "Made by"), found.by, "", ""],
    ]
    for outcome in found.head:
        for row in outcome.rows:
            more = "; ".join(
                f"{name} {value}" for name, value in queries.extras(outcome.query, row).items()
            )
            rows.append(
                [
                    label(row["label"]),
                    queries.number(outcome.query, row),
                    status(row["status"]),
                    more,
                ]
            )
    header = [t("项目", "Item"), t("数值", "Figure"), t("状态", "Status"), t("说明", "Detail")]
    return header, rows


def _checks(found: Periodical) -> tuple[list[str], list[list[tabular.Cell]]]:
    header = [
        t("编号", "Check"), t("名称", "Name"), t("范围", "Scope"), t("分子", "Numerator"),
        t("分母", "Denominator"), t("数值", "Value"), t("要求", "Threshold"), t("状态", "Status"),
        t("通知条款", "Clause"), t("定义", "Definition"),
    ]  # fmt: skip
    rows: list[list[tabular.Cell]] = [
        [
            outcome.query.check, label(outcome.query.title), label(row["label"]),
            _cell(row["numerator"]), _cell(row["denominator"]), _cell(row["value"]),
            _cell(row["threshold"]), status(row["status"]), outcome.query.clause or "",
            label(outcome.query.description),
        ]
        for outcome in found.checks.outcomes
        for row in outcome.rows
    ]  # fmt: skip
    return header, rows


def _sheet(
    book: xlsxwriter.Workbook,
    title: str,
    header: list[str],
    rows: list[list[tabular.Cell]],
    note: str = "",
) -> None:
    bold = book.add_format({"bold": True, "bg_color": "#EDF1F5", "border": 1})
    sheet = book.add_worksheet(title[:31])
    sheet.set_paper(9)  # A4
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.freeze_panes(1, 0)
    for column, name in enumerate(header):
        sheet.write_string(0, column, name, bold)
        sheet.set_column(column, column, 16 if len(header) > 4 else 28)
    for number, row in enumerate(rows, start=1):
        for column, cell in enumerate(map(tabular.safe, row)):
            if isinstance(cell, str):
                sheet.write_string(number, column, cell)
            else:
                sheet.write_number(number, column, cell)
    if note:
        sheet.write_string(len(rows) + 2, 0, t("定义：", "Definition: ") + note)


def _cell(value: object) -> tabular.Cell:
    return value if isinstance(value, str | int | float) or value is None else str(value)


def labels_from(config: queries.Row) -> Labels:
    """The labels that metadata.yml gives the columns of query results."""
    tables = config["databases"]["training"]["tables"]
    own = {
        ("training", table, column): pair
        for table, entry in tables.items()
        for column, pair in (entry.get("columns") or {}).items()
    }
    return Labels(own, {}, config["plugins"]["lingjun"]["columns"])


def stamp() -> str:
    """The day of the report for its file name."""
    return now()[:10]
