"""The desk of the training plans (培训方案, 三(二))."""

import sqlite3
from collections.abc import Mapping
from typing import Any

from training import classes, form_values, plans
from training.form_values import Form
from training.procedure_desk import Act, ProcedureDesk, Refused, authorities
from training.wording import t


class PlanDesk(ProcedureDesk):
    """培训方案: an institution drafts, each side agrees at its own desk, the office puts in force."""

    path = "plans"
    title = ("培训方案", "Training plans")
    roles = frozenset({"office", "institution", "province"})

    @property
    def side(self) -> str:
        """Which of the three sides sits here."""
        if self.office:
            return "office"
        return "province" if self.sender.province else "institution"

    def shows(
        self, conn: sqlite3.Connection, year: str, typed: Mapping[str, str]
    ) -> dict[str, Any]:
        own = self.sender.institution
        return {
            "side": self.side,
            "plans": plans.plans_of(conn, year, own, self.sender.province),
            "hosts": [h for h in classes.hosts(conn, year) if own in (None, h["slug"])],
            "provinces": authorities(conn),
            "home": conn.execute(
                "select province_code from institutions where slug = ?", (own,)
            ).fetchone(),
        }

    def acts(self) -> dict[str, Act]:
        if self.side == "province":
            return {"agree": self._agree}
        acts: dict[str, Act] = {
            "draft": self._draft,
            "rewrite": self._rewrite,
            "agree": self._agree,
        }
        return acts | ({"in-force": self._in_force} if self.office else {})

    def _draft(self, conn: sqlite3.Connection, year: str, form: Form) -> str:
        institution = self.sender.institution or form_values.one(form, "institution")
        if institution not in {row["slug"] for row in classes.hosts(conn, year)}:
            raise Refused(
                t("该机构本年度不承担培训任务。", "The institution does not train this year.")
            )
        plans.draft(conn, year, institution, *_plan_words(conn, form))
        return t("方案草稿已保存。", "The draft was saved.")

    def _rewrite(self, conn: sqlite3.Connection, year: str, form: Form) -> str:
        plans.rewrite(conn, self._plan(conn, year, form), *_plan_words(conn, form))
        return t(
            "方案已修改，三方需要重新同意。", "The plan was changed: all three have to agree again."
        )

    def _agree(self, conn: sqlite3.Connection, year: str, form: Form) -> str:
        plans.agree(conn, self._plan(conn, year, form), self.side)
        return t("已同意。", "You have agreed.")

    def _in_force(self, conn: sqlite3.Connection, year: str, form: Form) -> str:
        plans.put_in_force(conn, self._plan(conn, year, form))
        return t("方案已生效。", "The plan is in force.")

    def _plan(self, conn: sqlite3.Connection, year: str, form: Form) -> sqlite3.Row:
        number = form_values.number(form, "plan")
        own = plans.plans_of(conn, year, self.sender.institution, self.sender.province)
        for row in own:
            if row["id"] == number:
                return row
        raise Refused(t("没有这个方案。", "There is no such plan."))


def _plan_words(conn: sqlite3.Connection, form: Form) -> tuple[str, str]:
    codes = [row["code"] for row in authorities(conn)]
    province = form_values.choice(form, "province", ("主管部门", "Authority"), codes)
    return str(province), form_values.long_text(form, "content", ("方案内容", "Content"))
