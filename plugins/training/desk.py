"""What a sender's clerk can do on her page: each method opens the record, acts, and closes it.

Pages call these from a worker thread; what comes back is plain data for a template.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from training import batches, identity, remembered, tables, uploads, workflow
from training.database import connect
from training.rows import Sender
from training.wording import t
from training.workflow import Refused

__all__ = ["Desk", "Refused", "SenderDesk"]

VIA = "web"
#: identifier of a roster column → its label in Chinese and in English
LABELS = tables.labels()
#: What a sender may say about the encoding; nothing leaves it to reading.
ENCODINGS = ("", "gb18030", "utf-8", "big5", "utf-16")


class Desk:
    """Whoever sits at it: an account, and the record it works on."""

    def __init__(self, db: str | Path, actor: Mapping[str, Any]) -> None:
        self.db = Path(db)
        self.by = str(actor["id"])
        self.office = actor.get("role") == "office"
        self.sender = Sender(institution=actor.get("institution"), province=actor.get("province"))

    @property
    def uploads(self) -> Path:
        """The folder of the sealed files."""
        return uploads.folder_of(self.db)

    @contextmanager
    def record(self) -> Iterator[sqlite3.Connection]:
        """A connection for one act."""
        conn = connect(self.db)
        try:
            yield conn
        finally:
            conn.close()


class SenderDesk(Desk):
    """An institution's or an authority's clerk at the own page."""

    def home(self, page: int, asked: str | None = None) -> dict[str, Any]:
        """Batches sent so far, the people they brought, and who waits to be selected.

        Of the year that was ``asked`` for, as :func:`batches.open_year` understands it.
        """
        with self.record() as conn:
            year = batches.open_year(conn, asked)
            institution = self.sender.institution
            return {
                "years": batches.open_years(conn),
                "year": year,
                "sender": batches.sender_name(conn, self.sender),
                "batches": batches.batches_of(conn, self.sender),
                "people": batches.people_of(conn, self.sender, year, page),
                "nominees": workflow.nominees(conn, year, institution) if institution else [],
                "remembered": remembered.headers_of(conn, self.sender),
                "labels": LABELS,
            }

    def keep(self, content: bytes, name: str, year: str | None, encoding: str | None) -> str:
        """Put an uploaded file aside, sealed, for its preview; return its token."""
        if (encoding or "") not in ENCODINGS:
            raise Refused(t("没有这种文字编码。", "There is no such encoding."))
        with self.record() as conn:
            uploads.sweep(conn, self.uploads)
            years = batches.open_years(conn)
            if year not in years:
                raise Refused(t("该年度不接收名单。", "That year takes no rosters."))
            return uploads.keep(
                conn, self.uploads, identity.load_keys(self.db), content, account=self.by,
                year=year, sender=self.sender, file_name=Path(name).name[:200],
                options={"encoding": encoding or None},
            )  # fmt: skip

    def select(self, year: str | None, people: Sequence[int]) -> int:
        """Select recommended people; return the batch that puts them before the office."""
        if not self.sender.institution:
            raise Refused(t("只有承担机构可以选拔。", "Only an institution selects."))
        with self.record() as conn:
            return workflow.select_nominees(
                conn, year or "", self.sender.institution, people, self.by, VIA
            )
