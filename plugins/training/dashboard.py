"""The dashboard (概况) of each role: which canned queries it shows, in what words and charts.

No figure is counted here: each is a cell of the query that its part names, and that the reader may
run himself. What an institution or an authority sees comes from its own file alone.
"""

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from training import audit_log, charts, queries
from training.database import now
from training.queries import Query, Row
from training.wording import label, t

#: Columns of a result that its table on the dashboard leaves out. What people wrote freely may name
#: somebody, and what is kept beside the record must outlive nobody's erasure.
_HIDDEN = frozenset({
    "check_id", "scope", "as_of", "name_zh", "name_en", "institution", "province",
    "file_name", "decision_reason",
})  # fmt: skip
_MOST_ROWS = 50


@dataclass(frozen=True)
class Part:
    """One part of a dashboard: what is said, drawn and listed. Rows hold text, ready to be shown."""

    name: str
    title: str
    says: str
    told: str  # to whoever does not see the chart
    href: str
    columns: list[str]
    rows: list[dict[str, str]]
    chart: charts.Spec | None = None
    svg: str = ""


@dataclass(frozen=True)
class Shown:
    """How a canned query is shown: a sentence about its rows, and what of them is drawn."""

    query: str
    says: Callable[[list[Row]], str] = field(default=lambda rows: "")
    draw: Callable[[list[Row]], charts.Spec] | None = None


def drawn(parts: list[Part]) -> list[Part]:
    """The same with their charts drawn; a part whose chart can't be drawn is without one."""
    wanted = [charts.Chart(p.chart, p.name, p.title, p.told) for p in parts if p.chart]
    found = dict(zip((chart.name for chart in wanted), charts.render(wanted), strict=True))
    return [replace(part, chart=None, svg=found.get(part.name, "")) for part in parts]


def _headcount(rows: list[Row]) -> str:
    row = rows[0]
    return t(
        f"实际培训 {row['numerator']} 人，年度目标 {row['threshold']} 人，还差 {row['shortfall']} 人。",
        f"{row['numerator']} people trained; the year's target is {row['threshold']},"
        f" {row['shortfall']} are still missing.",
    )


def _share(rows: list[Row]) -> str:
    row = rows[0]
    if not row["denominator"]:
        return t("还没有实际培训的学员。", "Nobody is being trained yet.")
    floor = row["threshold"]
    asked = (
        t(f"全国要求不低于 {floor}%。", f"The programme's floor is {floor}%.")
        if floor is not None
        else ""
    )
    return t(
        f"下限 {row['value']:g}%，上限 {row['upper_value']:g}%（行业未知 {row['unknown']} 人）。{asked}",
        f"Lower bound {row['value']:g}%, upper bound {row['upper_value']:g}%"
        f" ({row['unknown']} people of unknown industry). {asked}",
    )


def _days(left: int) -> str:
    if left < 0:
        return t(f"已过 {-left} 天", f"{-left} days over")
    return t(f"还有 {left} 天", f"{left} days left")


def _deadlines(rows: list[Row]) -> str:
    said = [f"{label(row['label'])} {row['due']}，{_days(row['days_left'])}" for row in rows[:6]]
    return t("；".join(said), "; ".join(said).replace("，", ", "))


def _standing(rows: list[Row]) -> str:
    """Each row of a check that is a plain number, by its label."""
    return t("；", "; ").join(f"{label(row['label'])} {row['numerator']}" for row in rows)


def _coverage(rows: list[Row]) -> str:
    row = rows[0]
    return f"{label(row['label'])} {row['numerator']} / {row['denominator']}"


def _emptiest(rows: list[Row]) -> str:
    worst = sorted((r for r in rows if r["numerator"]), key=lambda r: -r["numerator"])[:3]
    if not worst:
        return t("没有空白的列。", "No column has a blank.")
    return t("空白最多：", "Most blanks: ") + t("、", ", ").join(
        f"{label(row['label'])} {row['numerator']}" for row in worst
    )


def _batches(rows: list[Row]) -> str:
    waiting = sum(row["decided_at"] is None for row in rows)
    returned = sum(bool(row["decision_reason"]) for row in rows)
    return t(
        f"共 {len(rows)} 批，等待审核 {waiting} 批，附有审核意见 {returned} 批。",
        f"{len(rows)} batches; {waiting} wait for a decision, {returned} came with a reason.",
    )


def _name(row: Row) -> str:
    return t(row["name_zh"], row["name_en"]) if "name_zh" in row else label(row["label"])


def _of(column: str) -> Callable[[list[Row]], charts.Spec]:
    """Bars of one column of the query."""

    def draw(rows: list[Row]) -> charts.Spec:
        drawn = [{"label": _name(row), "value": row[column]} for row in rows]
        return charts.bars(drawn, t("人数", "People"))

    return draw


def _progress(rows: list[Row]) -> charts.Spec:
    drawn = [{"label": _name(row), "value": row["numerator"]} for row in rows]
    return charts.bars(
        drawn, t("人数（虚线为目标）", "People (dashed: target)"), rows[0]["threshold"]
    )


def _shares(rows: list[Row]) -> charts.Spec:
    drawn = [
        {
            "label": _name(row) if "label" in row else t("本单位", "Ours"),
            "value": row["value"],
            "upper": row["upper_value"],
        }
        for row in rows
    ]
    axis = t(
        "%（深色为下限，浅色到上限，虚线为要求）",
        "% (dark: lower bound, pale: upper, dashed: floor)",
    )
    return charts.bars(drawn, axis, rows[0]["threshold"] if rows else None, limit=100)


def _people_map(rows: list[Row]) -> charts.Spec:
    return charts.tiles([
        {"scope": r["province"], "label": short_name(_name(r)), "value": r["trained"],
         "shown": str(r["trained"])}
        for r in rows
    ])  # fmt: skip


def _share_map(rows: list[Row]) -> charts.Spec:
    return charts.tiles([
        {"scope": r["scope"], "label": short_name(_name(r)), "value": r["value"],
         "shown": "–" if r["value"] is None else f"{r['value']:g}%"}
        for r in rows
    ])  # fmt: skip


def _blanks(rows: list[Row]) -> charts.Spec:
    drawn = [{"label": _name(row), "value": row["value"]} for row in rows if row["numerator"]]
    return charts.bars(drawn, t("空白的 %", "Blank, %"), limit=100)


def short_name(name: str) -> str:
    """An authority's name as short as a square is: 内蒙古自治区 → 内蒙古, 新疆生产建设兵团 → 兵团."""
    if "兵团" in name:
        return "兵团"
    if name.endswith("Corps"):
        return "XPCC"
    for tail in ("维吾尔自治区", "壮族自治区", "回族自治区", "自治区", "省", "市"):
        if name.endswith(tail):
            return name.removesuffix(tail)
    return name


_DEADLINES = Shown("report_deadlines", _deadlines)
_OWN = (
    Shown("report_states", draw=_of("people")),
    Shown("quota_manufacturing_share", _share, _shares),
    _DEADLINES,
    Shown("report_batches", _batches),
)
_NATIONAL = (
    Shown("quota_headcount", _headcount, _progress),
    Shown("quota_manufacturing_share", _share, _shares),
)
#: What each role sees, in this order.
BOARDS: Mapping[str, tuple[Shown, ...]] = {
    "office": (
        *_NATIONAL,
        _DEADLINES,
        Shown("check_audit_backlog", _standing),
        Shown("report_headcount_by_authority", draw=_people_map),
        Shown("quota_manufacturing_by_authority", draw=_share_map),
        Shown("report_headcount_by_institution", draw=_of("trained")),
        Shown("quota_manufacturing_by_institution", draw=_shares),
        Shown("report_headcount_by_track", draw=_of("trained")),
        Shown("check_missing_data", _emptiest, _blanks),
    ),
    "institution": (*_OWN, Shown("report_classes", draw=_of("trained"))),
    "province": (*_OWN, Shown("report_institutions", draw=_of("trained"))),
    "assessor": (Shown("check_assessment_coverage", _coverage),),
    "analyst": (*_NATIONAL, Shown("quota_kind_split", _standing)),
}


def parts(
    conn: sqlite3.Connection, role: str, database: str, catalogue: Mapping[str, Query]
) -> list[Part]:
    """The dashboard of ``role``, in the current language, from the open file called ``database``."""
    return [
        _part(shown, catalogue[shown.query], queries.run(conn, catalogue[shown.query]), database)
        for shown in BOARDS.get(role, ())
    ]


def _part(shown: Shown, query: Query, rows: list[Row], database: str) -> Part:
    says = shown.says(rows) if rows else t("还没有数据。", "There is nothing yet.")
    listed = [_texts(query, row) for row in rows[:_MOST_ROWS]]
    used = [name for name in (listed[0] if listed else ()) if any(row[name] for row in listed)]
    return Part(
        query.name, label(query.title), says, f"{says} {label(query.description)}".strip(),
        f"/{database}/{query.name}", used, listed,
        shown.draw(rows) if shown.draw and rows else None,
    )  # fmt: skip


def _texts(query: Query, row: Row) -> dict[str, str]:
    named = {"label": _name(row)} if "label" in row or "name_zh" in row else {}
    return named | {
        name: _text(query, name, value)
        for name, value in row.items()
        if name not in _HIDDEN and name != "label"
    }


def _text(query: Query, name: str, value: Any) -> str:
    if value is None:
        return ""
    if name == "threshold" or name.endswith("value"):
        return queries.with_unit(query, value)
    return str(value)


def of_auditor(record: sqlite3.Connection, accounts: sqlite3.Connection) -> list[Part]:
    """What happened in the last 7 days, counted: sign-ins and refusals, then acts on the record."""
    since = audit_log.days_ago(7)
    logs = (
        ("accounts", accounts, "account_events",
         t("近 7 天的登录和账号事件", "Sign-ins and accounts, last 7 days")),
        ("record", record, "audit_log", t("近 7 天的操作", "Acts of the last 7 days")),
    )  # fmt: skip
    found = []
    for name, conn, table, title in logs:
        rows = audit_log.tally(conn, table, since)
        says = t("；", "; ").join(f"{row['action']} {row['entries']}" for row in rows)
        href = (
            f"/-/audit?log={name}&since={since}"
            if name == "accounts"
            else f"/-/audit?since={since}"
        )
        texts = [{key: str(value) for key, value in row.items()} for row in rows]
        found.append(
            Part(
                name,
                title,
                says or t("没有记录。", "Nothing."),
                "",
                href,
                ["action", "entries"],
                texts,
            )
        )
    return found


def as_of() -> str:
    """When a dashboard is computed, as it says so: ``2026-11-27 12:00``."""
    return now()[:16].replace("T", " ")
