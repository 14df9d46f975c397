"""The desk at which institutions, authorities and the office look at people and act on them."""

from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from training import (
    batches,
    identity,
    people,
    person_acts,
    person_edit,
    roster_template,
    roster_words,
    years,
)
from training.columns import COLUMNS
from training.context import Sender
from training.database import connect
from training.people import Reader, Wanted
from training.wording import current_language, t
from training.workflow import Refused

__all__ = ["PeopleDesk", "Refused"]


class PeopleDesk:
    """Whoever sits at it: an account of a role that sees people, and the record."""

    def __init__(self, db: str | Path, by: str, reader: Reader) -> None:
        self.db, self.by, self.reader = Path(db), by, reader

    def home(self, wanted: Wanted, page: int) -> dict[str, Any]:
        """A page of the people asked for, and the lists to choose from."""
        with closing(connect(self.db)) as conn:
            office = self.reader.role == "office"
            offered = [one.key for one in years.known(conn, office=office)]
            wanted = wanted if wanted.year in offered else Wanted(**{**_fields(wanted), "year": ""})
            rows, count = people.listed(conn, self.reader, wanted, page)
            states = conn.execute("select code, name_zh, name_en from trainee_states order by seq")
            return {
                "rows": rows, "count": count, "wanted": wanted, "page": page, "years": offered,
                "states": states.fetchall(), "pages": -(-count // people.PAGE),
            }  # fmt: skip

    def person(self, number: int) -> dict[str, Any] | None:
        """What the page of one person shows, and what can be done; None if there is none to see."""
        with closing(connect(self.db)) as conn:
            row = people.one(conn, self.reader, number)
            if row is None:
                return None
            words = roster_words.words_of(conn)
            values, labels = person_edit.values(words, row), person_edit.labels()
            # The mobile is blank in the form and masked above it; the name is the heading.
            facts = [
                (labels[n], value) for n, value in values.items() if n not in ("mobile", "name")
            ]
            sender = Sender(row["institution"])
            return {
                "person": row,
                "facts": facts,
                "history": people.history(conn, self.reader, number),
                "labels": labels,
                "words": words,
                "written": roster_words.written,
                "version": people.version(row),
                "may_edit": person_edit.may_edit(self.reader, row),
                "may_withdraw": person_acts.may_withdraw(self.reader, row),
                "may_reveal": self.reader.role == "office",
                "values": values,
                "choices": roster_template.choices(conn, row["year"], sender),
                "required": {name for name in person_edit.FIELDS if COLUMNS[name].required},
            }

    def withdraw(self, number: int, form: Mapping[str, str]) -> str:
        """Withdraw the person; what to say afterwards. Raises :class:`Refused`."""
        with closing(connect(self.db)) as conn:
            person_acts.withdraw(
                conn, self.reader, number, self.by, "web", form.get("reason", ""),
                form.get("version", ""),
            )  # fmt: skip
        return t("已登记退出。", "Withdrawn.")

    def edit(self, number: int, form: Mapping[str, str]) -> tuple[str, dict[str, list[str]]]:
        """Take the form in: what to say, and the messages by field if something stands against it."""
        with closing(connect(self.db)) as conn:
            keys = identity.load_keys(self.db)
            done = person_edit.edit(
                conn, keys, self.reader, number, self.by, form, form.get("version", "")
            )
        told = {
            column: [
                problem.message("en" if current_language() == "en" else "zh")
                for problem in problems
            ]
            for column, problems in done.problems.items()
        }
        if not done.stored:
            return "", told
        if not done.changed:
            return t("没有改动。", "Nothing was changed."), {}
        return t(f"已保存，改动 {done.changed} 项。", f"Saved: {done.changed} changed."), {}

    def reveal(self, number: int, reason: str) -> tuple[str, str]:
        """Identity number and mobile, for the office. Raises :class:`Refused`."""
        if self.reader.role != "office":
            raise Refused(t("只有协调小组办公室可以查看。", "The coordination office alone."))
        with closing(connect(self.db)) as conn:
            return person_acts.reveal(conn, identity.load_keys(self.db), number, self.by, reason)


def _fields(wanted: Wanted) -> dict[str, str]:
    return {name: getattr(wanted, name) for name in Wanted.__dataclass_fields__}


def page_number(text: str | None) -> int:
    """The page that was asked for, 1 for nonsense."""
    return batches.page_number(text)
