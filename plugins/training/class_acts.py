"""What each form of a class page asks for: the fields as they must be, then one act of the domain."""

from collections.abc import Callable, Mapping
from sqlite3 import Connection, Row
from typing import Any

from training import attendance, audit, classes, completion, form_values, funds, teaching
from training.desk import VIA
from training.form_values import Form
from training.wording import t
from training.workflow import Refused

_CHANNELS = ("paper", "online", "sender")


def class_values(form: Form) -> dict[str, Any]:
    """What the form of a class says of it, but for its year and institution."""
    name = form_values.text(form, "name", ("班级名称", "Name"), required=True, limit=60)
    starts_on = form_values.day(form, "starts_on", ("开始日期", "First day"))
    ends_on = form_values.day(form, "ends_on", ("结束日期", "Last day"))
    if starts_on and ends_on and ends_on < starts_on:
        raise Refused(
            t("结束日期不得早于开始日期。", "The last day can't be before the first one.")
        )
    return {
        "track": form_values.one(form, "track"),
        "name": name,
        "starts_on": starts_on,
        "ends_on": ends_on,
        "level": _optional(form, "level", ("层次", "Level"), classes.LEVELS),
        "duration_kind": _optional(
            form, "duration_kind", ("长期或短期", "Duration"), classes.DURATIONS
        ),
        "delivery": _optional(form, "delivery", ("线上或线下", "Delivery"), classes.DELIVERIES),
    }


def _optional(form: Form, name: str, label: tuple[str, str], among: tuple[str, ...]) -> str | None:
    return form_values.choice(form, name, label, among, required=False)


def _edit(conn: Connection, cohort: Row, form: Form, by: str) -> str:
    values = class_values(form) | {"year": cohort["year"], "institution": cohort["institution"]}
    classes.save(conn, values, cohort["id"])
    return t("班级信息已保存。", "The class was saved.")


def _put_in(conn: Connection, cohort: Row, form: Form, by: str) -> str:
    count = classes.put_in(conn, cohort, form_values.numbers(form, "person"))
    audit.record(conn, by, VIA, "put-in", "cohorts", cohort["id"], people=count)
    return t(f"{count} 名学员已编入本班。", f"{count} people were put into this class.")


def _take_out(conn: Connection, cohort: Row, form: Form, by: str) -> str:
    count = classes.take_out(conn, cohort, form_values.numbers(form, "person"))
    audit.record(conn, by, VIA, "take-out", "cohorts", cohort["id"], people=count)
    return t(f"{count} 名学员已移出本班。", f"{count} people were taken out of this class.")


def _consent(conn: Connection, cohort: Row, form: Form, by: str) -> str:
    version = form_values.text(form, "version", ("告知文本版本", "Text version"), required=True)
    channel = form_values.choice(form, "channel", ("方式", "Channel"), _CHANNELS)
    at = form_values.day(form, "at", ("日期", "Date"), required=True)
    count = classes.consent(conn, cohort["id"], version, str(channel), str(at), by, VIA)
    return t(f"已为 {count} 名学员登记知情同意。", f"The consent of {count} people was recorded.")


def _session(conn: Connection, cohort: Row, form: Form, by: str) -> str:
    mode = form_values.choice(form, "mode", ("方式", "Mode"), teaching.MODES)
    host = form_values.one(form, "host_province") or None
    if mode in ("exchange", "benchmark_visit") and not host:
        raise Refused(
            t("交流和对标学习请选择举办地。", "An exchange or visit needs the place it is held in.")
        )
    values = {
        "held_on": form_values.day(form, "held_on", ("日期", "Date"), required=True),
        "mode": mode,
        "hours": form_values.hours(form, "hours", ("学时", "Hours")),
        "title": form_values.text(form, "title", ("内容", "Title"), required=True),
        "host_province": host,
        "module_id": form_values.number(form, "module_id"),
    }
    teaching.add_session(conn, cohort["id"], values)
    return t("教学活动已添加。", "The session was added.")


def _session_removed(conn: Connection, cohort: Row, form: Form, by: str) -> str:
    teaching.remove_session(conn, cohort["id"], form_values.number(form, "session"))
    return t("教学活动已删除。", "The session was removed.")


def _partner(conn: Connection, cohort: Row, form: Form, by: str) -> str:
    name = form_values.text(form, "name", ("单位名称", "Name"), required=True)
    kind = form_values.choice(form, "kind", ("类型", "Kind"), teaching.PARTNERS)
    teaching.add_partner(conn, cohort["id"], name, str(kind))
    return t("合作单位已添加。", "The organisation was added.")


def _partner_removed(conn: Connection, cohort: Row, form: Form, by: str) -> str:
    teaching.remove_partner(conn, cohort["id"], form_values.number(form, "partner"))
    return t("合作单位已删除。", "The organisation was removed.")


def _grid(conn: Connection, cohort: Row, form: Form, by: str) -> str:
    count = attendance.save_grid(conn, cohort["id"], form.get("present", ()), by, VIA)
    return t(f"已保存 {count} 次活动的出勤。", f"The attendance of {count} sessions was saved.")


def _names(conn: Connection, cohort: Row, form: Form, by: str) -> str:
    chosen = form_values.number(form, "session")
    if chosen not in {row["id"] for row in teaching.sessions_of(conn, cohort["id"])}:
        raise Refused(t("请选择教学活动。", "Choose the session."))
    names = form_values.one(form, "names").splitlines()
    file = form.get("file")
    if file:
        names = attendance.names_in_file(*file)  # type: ignore[arg-type]
    present, absent = attendance.save_names(conn, cohort["id"], int(chosen or 0), names, by, VIA)
    return t(
        f"已保存：到课 {present} 人，缺课 {absent} 人。",
        f"Saved: {present} present, {absent} absent.",
    )


def _booked(conn: Connection, cohort: Row, form: Form, by: str) -> str:
    direction = form_values.choice(form, "direction", ("收支", "Kind"), funds.DIRECTIONS)
    received = direction == "received"
    what = form_values.text(
        form, "what", ("来源", "Source") if received else ("用途", "Spent on"), required=True
    )
    values = {
        "direction": direction,
        "source": what if received else None,
        "category": None if received else what,
        "amount_fen": form_values.fen(form, "amount", ("金额", "Amount")),
        "voucher_no": form_values.text(form, "voucher_no", ("凭证号", "Voucher")) or None,
        "booked_on": form_values.day(form, "booked_on", ("日期", "Date"), required=True),
    }
    funds.book(conn, cohort["id"], values)
    return t("已记账。", "Booked.")


def _unbooked(conn: Connection, cohort: Row, form: Form, by: str) -> str:
    funds.remove(conn, cohort["id"], form_values.number(form, "item"))
    return t("已删除一笔收支。", "The item was removed.")


def _voucher(conn: Connection, cohort: Row, form: Form, by: str) -> str:
    voucher = form_values.text(form, "voucher_no", ("凭证号", "Voucher"), required=True)
    funds.add_voucher(conn, cohort["id"], form_values.number(form, "item"), voucher)
    return t("凭证号已保存。", "The voucher number was saved.")


def _closed(conn: Connection, cohort: Row, form: Form, by: str) -> str:
    funds.close(conn, cohort["id"], by)
    return t("账目已结清。", "The account is closed.")


def _marked(conn: Connection, cohort: Row, form: Form, by: str) -> str:
    done, failed = completion.mark(conn, cohort, by, VIA)
    return t(
        f"已登记：完成学业 {done} 人，未完成 {failed} 人。",
        f"Recorded: {done} completed, {failed} did not.",
    )


def _decided(conn: Connection, cohort: Row, form: Form, by: str) -> str:
    count = completion.decide(
        conn, cohort, form_values.numbers(form, "person"), form_values.one(form, "result"),
        form_values.text(form, "reason", ("理由", "Reason"), limit=500), by, VIA,
    )  # fmt: skip
    return t(f"已认定 {count} 名学员。", f"Decided about {count} people.")


Act = Callable[[Connection, Row, Form, str], str]
#: What the forms of a class ask for, by the value of their button.
ACTS: Mapping[str, Act] = {
    "edit": _edit,
    "put-in": _put_in,
    "take-out": _take_out,
    "consent": _consent,
    "session": _session,
    "session-removed": _session_removed,
    "partner": _partner,
    "partner-removed": _partner_removed,
    "grid": _grid,
    "names": _names,
    "book": _booked,
    "unbook": _unbooked,
    "voucher": _voucher,
    "close": _closed,
}
#: These open their own transaction, because each reason is a word of its own in the history.
DECISIONS: Mapping[str, Act] = {"mark": _marked, "decide": _decided}
