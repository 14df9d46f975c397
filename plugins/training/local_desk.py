"""The desks of what authorities do of their own (联合或委托培养、财政支持, 三(四))."""

import sqlite3
from collections.abc import Mapping
from typing import Any

from training import classes, form_values, local_measures
from training.form_values import Form
from training.procedure_desk import Act, ProcedureDesk
from training.wording import t


class CommissionDesk(ProcedureDesk):
    """联合或委托培养: an authority reports, the office notes the ministry's acknowledgement."""

    path = "commissioned"
    title = ("联合委托培养", "Commissioned trainings")
    roles = frozenset({"office", "province"})

    def shows(
        self, conn: sqlite3.Connection, year: str, typed: Mapping[str, str]
    ) -> dict[str, Any]:
        own = self.sender.province
        return {
            "trainings": local_measures.trainings_of(conn, year, own),
            "hosts": classes.hosts(conn, year),
        }

    def acts(self) -> dict[str, Act]:
        if self.office:
            return {"acknowledge": self._acknowledge}
        return {"report": self._report, "report-planned": self._planned, "withdraw": self._withdraw}

    def _report(self, conn: sqlite3.Connection, year: str, form: Form) -> str:
        hosts = [row["slug"] for row in classes.hosts(conn, year)]
        values = form_values.all_of(
            title=lambda: form_values.text(form, "title", ("名称", "Title"), required=True),
            mode=lambda: form_values.choice(form, "mode", ("方式", "Mode"), local_measures.MODES),
            institution=lambda: form_values.choice(
                form, "institution", ("承担机构", "Institution"), hosts
            ),
            starts_on=lambda: form_values.day(
                form, "starts_on", ("开始日期", "First day"), required=True
            ),
        )
        local_measures.report(conn, year, self.sender.province or "", values)
        return t("已上报。", "Reported.")

    def _planned(self, conn: sqlite3.Connection, year: str, form: Form) -> str:
        number = form_values.number(form, "training")
        local_measures.report_planned(conn, number, self.sender.province or "")
        return t("已上报。", "Reported.")

    def _withdraw(self, conn: sqlite3.Connection, year: str, form: Form) -> str:
        number = form_values.number(form, "training")
        local_measures.withdraw(conn, number, self.sender.province or "")
        return t("已撤回。", "Taken back.")

    def _acknowledge(self, conn: sqlite3.Connection, year: str, form: Form) -> str:
        local_measures.acknowledge(conn, form_values.number(form, "training"))
        return t("已登记部里确认。", "The acknowledgement was noted.")


class SupportDesk(ProcedureDesk):
    """地方财政支持: an authority says what it gives; the office sees all, and who has not said."""

    path = "support"
    title = ("地方支持", "Provincial support")
    roles = frozenset({"office", "province"})

    def shows(
        self, conn: sqlite3.Connection, year: str, typed: Mapping[str, str]
    ) -> dict[str, Any]:
        rows = local_measures.supports_of(conn, year)
        known = [row["amount_fen"] for row in rows if row["amount_fen"] is not None]
        own = [row for row in rows if row["code"] == self.sender.province]
        shown = rows if self.office else own
        total = sum(known) if self.office else None
        return {
            "supports": shown,
            "total": total,
            "known": len(known) if self.office else None,
            "yuan": form_values.yuan,
        }

    def acts(self) -> dict[str, Act]:
        return {} if self.office else {"support": self._support}

    def _support(self, conn: sqlite3.Connection, year: str, form: Form) -> str:
        amount = form_values.fen(form, "amount", ("金额", "Amount"), required=False)
        document = form_values.text(form, "document", ("文件或说明", "Document"), limit=500)
        local_measures.support(conn, year, self.sender.province or "", amount, document)
        return t("已保存。", "Saved.")
