"""What an institution's clerk and the office can do with classes: look, keep, record, decide."""

from typing import Any

from training import (
    attendance,
    classes,
    completion,
    form_values,
    funds,
    queries,
    teaching,
    years,
)
from training.class_acts import ACTS, DECISIONS, class_values
from training.database import acting, now, transaction
from training.desk import VIA, Desk
from training.form_values import Form, lawful
from training.wording import t
from training.workflow import Refused

__all__ = ["ClassDesk", "Refused"]

TABS = ("", "attendance", "funds", "completion")


class ClassDesk(Desk):
    """Somebody of an institution with its own classes, or of the office with all of them."""

    @property
    def own(self) -> str | None:
        """The institution whose classes these are; None for the office, who has all."""
        return None if self.office else self.sender.institution

    def home(self, asked: str | None) -> dict[str, Any]:
        """The classes of a year, and what a new one may be."""
        with self.record() as conn:
            year = queries.year_of(conn, asked, office=self.office)
            hosts = [h for h in classes.hosts(conn, year) if self.own in (None, h["slug"])]
            return {
                "year": year,
                "years": years.known(conn, office=self.office),
                "classes": classes.classes_of(conn, year, self.own),
                "hosts": hosts,
                "tracks": conn.execute("select * from tracks order by seq").fetchall()
                if self.office
                else classes.tracks_of(conn, year, self.own or ""),
                "office": self.office,
            }

    def create(self, form: Form) -> int:
        """Open a class; return its number."""
        with self.record() as conn:
            year = queries.year_of(conn, form_values.one(form, "year"), office=self.office)
            institution = self.own or form_values.one(form, "institution")
            values = class_values(form) | {"year": year, "institution": institution}
            with lawful(), transaction(conn), acting(conn, self.by, VIA):
                return classes.save(conn, values)

    def page(self, number: int, tab: str) -> dict[str, Any] | None:
        """One class and what its ``tab`` shows; None if it is not there or not theirs."""
        with self.record() as conn:
            cohort = classes.one_class(conn, number, self.own)
            if cohort is None:
                return None
            found: dict[str, Any] = {"cohort": cohort, "tab": tab, "office": self.office}
            found["sessions"] = teaching.sessions_of(conn, number)
            found["members"] = classes.members(conn, number)
            if tab == "attendance":
                found["grid"] = attendance.grid(conn, number)
            elif tab == "funds":
                found |= {
                    "items": funds.items_of(conn, number),
                    "balance": funds.balance_of(conn, number),
                    "yuan": form_values.yuan,
                }
            elif tab == "completion":
                found |= {
                    "rule": completion.rule_of(conn, cohort["year"]),
                    "verdicts": completion.preview(conn, cohort),
                    "ended": bool(cohort["ends_on"]) and cohort["ends_on"] <= now()[:10],
                }
            else:
                found |= {
                    "waiting": classes.without_class(conn, cohort),
                    "tracks": classes.tracks_of(conn, cohort["year"], cohort["institution"]),
                    "modules": teaching.modules_of(conn, cohort["year"]),
                    "provinces": conn.execute(
                        "select code, name_zh, name_en from provinces order by seq"
                    ).fetchall(),
                    "partners": teaching.partners_of(conn, number),
                    "today": now()[:10],
                }
            return found

    def act(self, number: int, form: Form) -> str:
        """Do what a form of the class asks for; the sentence that says what was done.

        Raises :class:`Refused`, also for a class that is not theirs; nothing is stored then.
        """
        with self.record() as conn:
            cohort = classes.one_class(conn, number, self.own)
            if cohort is None:
                raise Refused(t("没有这个班级。", "There is no such class."))
            asked = form_values.one(form, "act")
            if asked in DECISIONS:
                with lawful():
                    return DECISIONS[asked](conn, cohort, form, self.by)
            if asked not in ACTS:
                raise Refused(t("请从页面上的按钮操作。", "Use a button of the page."))
            with lawful(), transaction(conn), acting(conn, self.by, VIA):
                return ACTS[asked](conn, cohort, form, self.by)
