"""The desks of the procedures between office, authorities and institutions: one page each.

A desk says who may sit at it, what its page shows, and what its buttons do. Each act is one
transaction in which the acting account is known; what is refused stores nothing.
"""

import sqlite3
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from training import form_values, queries, years
from training.database import acting, transaction
from training.desk import VIA, Desk
from training.form_values import Form, lawful
from training.wording import t
from training.workflow import Refused

__all__ = ["Act", "ProcedureDesk", "Refused"]

Act = Callable[[sqlite3.Connection, str, Form], str]


class ProcedureDesk(Desk):
    """What these desks share: a year, a page, and buttons."""

    path: ClassVar[str]
    title: ClassVar[tuple[str, str]]
    roles: ClassVar[frozenset[str]]

    def home(self, asked: str | None, typed: Mapping[str, str]) -> dict[str, Any]:
        """What the page shows of a year; raises :class:`queries.UnknownYear`."""
        with self.record() as conn:
            year = queries.year_of(conn, asked, office=self.office)
            offered = years.known(conn, office=self.office)
            shown = {"year": year, "years": offered, "office": self.office}
            return shown | self.shows(conn, year, typed)

    def act(self, form: Form) -> str:
        """Do what the form asks for; the sentence that says what was done."""
        asked = form_values.one(form, "act")
        with self.record() as conn:
            year = queries.year_of(conn, form_values.one(form, "year"), office=self.office)
            acts = self.acts()
            if asked not in acts:
                raise Refused(t("请从页面上的按钮操作。", "Use a button of the page."))
            with lawful(), transaction(conn), acting(conn, self.by, VIA):
                return acts[asked](conn, year, form)

    def shows(
        self, conn: sqlite3.Connection, year: str, typed: Mapping[str, str]
    ) -> dict[str, Any]:
        """The page's own part of :meth:`home`."""
        raise NotImplementedError

    def acts(self) -> dict[str, Act]:
        """The acts that are open to whoever sits here, by the value of their button."""
        raise NotImplementedError


def authorities(conn: sqlite3.Connection) -> list[sqlite3.Row]:
    """The 37 authorities in the order of every list."""
    return conn.execute("select code, name_zh, name_en from provinces order by seq").fetchall()
