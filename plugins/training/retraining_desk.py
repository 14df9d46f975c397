"""The desk of the retraining of alumni (复训, 三(三))."""

import sqlite3
from collections.abc import Mapping
from typing import Any

from training import classes, form_values, retraining
from training.form_values import Form
from training.procedure_desk import Act, ProcedureDesk, Refused
from training.wording import t


class RetrainingDesk(ProcedureDesk):
    """复训: an institution brings its own alumni back to one of its classes; the office any."""

    path = "retraining"
    title = ("复训", "Retraining")
    roles = frozenset({"office", "institution"})

    @property
    def own(self) -> str | None:
        """The institution; None for the office."""
        return None if self.office else self.sender.institution

    def shows(
        self, conn: sqlite3.Connection, year: str, typed: Mapping[str, str]
    ) -> dict[str, Any]:
        name = typed.get("name", "").strip()
        return {
            "registered": retraining.registered(conn, year, self.own),
            "classes": classes.classes_of(conn, year, self.own),
            "name": name,
            "alumni": retraining.alumni(conn, year, name, self.own) if name else [],
            "most": retraining.FOUND,
        }

    def acts(self) -> dict[str, Act]:
        return {"register": self._register, "cancel": self._cancel}

    def _register(self, conn: sqlite3.Connection, year: str, form: Form) -> str:
        number = form_values.number(form, "class") or 0
        cohort = classes.one_class(conn, number, self.own)
        if cohort is None or cohort["year"] != year:
            raise Refused(t("请选择班级。", "Choose a class."))
        people = form_values.numbers(form, "person")
        count = retraining.register(conn, cohort, people, self.own)
        return t(f"已登记 {count} 人复训。", f"{count} people are registered for retraining.")

    def _cancel(self, conn: sqlite3.Connection, year: str, form: Form) -> str:
        person, number = form_values.number(form, "trainee"), form_values.number(form, "class")
        retraining.cancel(conn, person, number, self.own)
        return t("已取消。", "Cancelled.")
