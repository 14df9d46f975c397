"""The office reads what others saved and shared, and accepts it as a query for metadata.yml."""

import hashlib
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from training import audit, configuration, promotion, promotion_file
from training.database import acting, transaction
from training.desk import VIA, Desk
from training.promotion import Official, Saved
from training.promotion_file import Refused
from training.wording import t

__all__ = ["PromotionDesk", "Refused"]

#: So many rows of its answer are shown.
SHOWN = 20
#: The words that a query still needs when it is shared.
WORDS = ("title_zh", "title_en", "description_zh", "description_en")


class PromotionDesk(Desk):
    """A reviewer. What he wrote himself, somebody else of the office reviews."""

    def __init__(self, db: str | Path, actor: Mapping[str, Any], saved: Sequence[Saved]) -> None:
        super().__init__(db, actor)
        self.shared = [one for one in saved if one.shared and one.owner != self.by]

    def review(self, form: Mapping[str, str]) -> dict[str, Any]:
        """The query that the form names: checks, first rows and its text for metadata.yml.

        ``faults`` are sentences, ``preview`` is (columns, rows) or None if the SQL gives no answer.
        Raises :class:`Refused` if there is no such query for this reviewer.
        """
        found = self._named(form.get("query") or "")
        official = _official(found, form)
        file = promotion.file_of(self.db, found.database)
        text = configuration.METADATA.read_text(encoding="utf-8")
        faults = promotion.faults(official, found.database, file, configuration.parse(text))
        if not faults:
            try:
                promotion_file.insert(text, found.database, official)
            except Refused as refusal:
                faults = [str(refusal)]
        values = {name: form.get(f"value-{name}") or "" for name in official.params}
        try:
            columns, rows = promotion.answer(official, file, values)
            preview = (columns, rows[:SHOWN], len(rows))
        except (sqlite3.Error, sqlite3.Warning, FileNotFoundError):
            preview = None
        return {
            "saved": found, "official": official, "faults": faults, "preview": preview,
            "values": values, "seen": _mark(found), "block": promotion_file.block(official),
        }  # fmt: skip

    def accept(self, form: Mapping[str, str], reviewed: Mapping[str, Any]) -> None:
        """Note in the audit log that the reviewed query was accepted.

        Raises :class:`Refused` if something stands against it, or if its owner has changed it
        since it was shown.
        """
        if form.get("seen") != reviewed["seen"]:
            raise Refused(
                t(
                    "这条查询在您查看之后被改过，请重新阅读 SQL，再确认。",
                    "The query was changed after you saw it: read the SQL again, then accept.",
                )
            )
        if reviewed["faults"]:
            raise Refused(t("请先改正下列问题。", "Mend what is listed first."))
        saved, official = reviewed["saved"], reviewed["official"]
        with self.record() as conn, transaction(conn), acting(conn, self.by, VIA):
            audit.record(
                conn, self.by, VIA, "accept", "queries", f"{saved.database}/{official.name}",
                saved_as=saved.name, owner=saved.owner, sha256=reviewed["seen"],
            )  # fmt: skip

    def _named(self, key: str) -> Saved:
        for one in self.shared:
            if f"{one.database}/{one.name}" == key:
                return one
        raise Refused(
            t(
                "没有这条由他人共享的查询：可能已删除、改为仅自己可见，或是您自己写的。",
                "No such query shared by somebody else: deleted, private now, or your own.",
            )
        )


def _official(found: Saved, form: Mapping[str, str]) -> Official:
    words = {word: (form.get(word) or "").strip() for word in WORDS}
    return Official(
        (form.get("name") or found.name).strip(),
        f"{words['title_zh']} | {words['title_en']}",
        f"{words['description_zh']} | {words['description_en']}",
        promotion.tidy(found.sql),
    )


def _mark(found: Saved) -> str:
    return hashlib.sha256(found.sql.encode()).hexdigest()
