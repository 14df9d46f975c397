"""The office takes a free table as somebody's roster: whose, for which year, and then as ever."""

from typing import Any

from training import batches, identity, uploads
from training.context import Sender
from training.desk import Desk
from training.wording import t
from training.workflow import Refused

__all__ = ["Refused", "TakenDesk"]


class TakenDesk(Desk):
    """Somebody of the coordination office, on behalf of a sender; he can't decide on it then."""

    def choices(self) -> dict[str, Any]:
        """Open years, and everybody who may send a roster."""
        with self.record() as conn:
            return {"years": batches.open_years(conn), "senders": batches.senders(conn)}

    def keep(self, content: bytes, table: str, year: str | None, sender: str) -> str:
        """Put the table aside as an uploaded file of ``sender`` (a slug or an authority's code)."""
        with self.record() as conn:
            known = {row["key"]: row["kind"] for row in batches.senders(conn)}
            if sender not in known or year not in batches.open_years(conn):
                raise Refused(t("请选择年度和报送单位。", "Choose a year and a sender."))
            whose = Sender(**{known[sender]: sender})
            uploads.sweep(conn, self.uploads)
            return uploads.keep(
                conn, self.uploads, identity.load_keys(self.db), content, account=self.by,
                year=year, sender=whose, file_name=f"{table}.csv", options={"encoding": "utf-8"},
            )  # fmt: skip
