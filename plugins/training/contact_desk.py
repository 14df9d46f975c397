"""The desk of the contact form (信息表, 三(一))."""

import sqlite3
from collections.abc import Callable, Mapping
from typing import Any

from training import contacts, form_values
from training.database import now
from training.form_values import Form
from training.procedure_desk import Act, ProcedureDesk, Refused
from training.wording import t


class ContactDesk(ProcedureDesk):
    """信息表: an authority fills it in; the office sees who has not."""

    path = "contact-form"
    title = ("信息表", "Contact form")
    roles = frozenset({"province", "office"})

    def shows(
        self, conn: sqlite3.Connection, year: str, typed: Mapping[str, str]
    ) -> dict[str, Any]:
        if self.office:
            rows = contacts.forms(conn, year)
            return {"forms": rows, "reminder": contacts.reminder(rows, year)}
        own = self.sender.province or ""
        return {
            "form": contacts.form_of(conn, year, own),
            "contacts": contacts.contacts_of(conn, own),
            "earlier": contacts.earlier_contacts(conn, own),
            "today": now()[:10],
        }

    def acts(self) -> dict[str, Act]:
        if self.office:
            return {"accepted": self._judge, "returned": self._judge}
        return {"send": self._send}

    def _send(self, conn: sqlite3.Connection, year: str, form: Form) -> str:
        if form_values.one(form, "year") != year:
            raise Refused(t("请选择年度。", "Choose the year."))
        contacts.send(conn, year, self.sender.province or "", contacts_in(form))
        return t("信息表已报送。", "The form was sent.")

    def _judge(self, conn: sqlite3.Connection, year: str, form: Form) -> str:
        reason = form_values.text(form, "reason", ("退回理由", "Reason"), limit=500)
        status = form_values.one(form, "act")
        contacts.judge(conn, year, form_values.one(form, "province"), status, reason)
        return t("已接收。", "Accepted.") if status == "accepted" else t("已退回。", "Returned.")


def contacts_in(form: Form) -> dict[str, dict[str, str | None]]:
    """Both contacts of a form (附件); one refusal names everything that is wrong."""
    official, liaison = "responsible_official", "liaison"

    def line(role: str, field: str, zh: str, en: str, required: bool = True) -> Any:
        name = f"{role}_{field}"
        return lambda: form_values.text(form, name, (zh, en), required=required) or None

    def optional(role: str, field: str, check: Callable[..., str], zh: str, en: str) -> Any:
        name = f"{role}_{field}"
        given = form_values.one(form, name).strip()
        return lambda: check(form, name, (zh, en)) if given else None

    phone, mobile, email = form_values.phone, form_values.mobile, form_values.email
    taken = form_values.all_of(
        **{
            f"{official}_name": line(official, "name", "负责同志姓名", "Official: name"),
            f"{official}_department": line(official, "department", "部门", "Department", False),
            f"{official}_title": line(official, "title", "负责同志职务", "Official: title"),
            f"{official}_phone": lambda: phone(
                form, f"{official}_phone", ("负责同志电话", "Official: phone")
            ),
            f"{official}_mobile": optional(official, "mobile", mobile, "手机", "Mobile"),
            f"{official}_email": optional(official, "email", email, "邮箱", "E-mail"),
            f"{liaison}_name": line(liaison, "name", "联络员姓名", "Liaison: name"),
            f"{liaison}_department": line(liaison, "department", "联络员处室", "Liaison: unit"),
            f"{liaison}_title": line(liaison, "title", "联络员职务", "Liaison: title"),
            f"{liaison}_phone": optional(liaison, "phone", phone, "联络员电话", "Liaison: phone"),
            f"{liaison}_mobile": lambda: mobile(
                form, f"{liaison}_mobile", ("联络员手机", "Liaison: mobile")
            ),
            f"{liaison}_email": lambda: email(
                form, f"{liaison}_email", ("联络员邮箱", "Liaison: e-mail")
            ),
        }
    )
    return {
        role: {field: taken[f"{role}_{field}"] for field in contacts.FIELDS}
        for role in contacts.ROLES
    }
