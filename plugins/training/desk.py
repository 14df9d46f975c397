"""What somebody at a desk can do in one visit: each method opens the record, acts, and closes it.

Pages call these from a worker thread; what comes back is plain data for a template.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from training import batches, identity, roster, uploads, workflow
from training.columns import COLUMNS
from training.database import connect, transaction
from training.rows import Sender
from training.wording import t
from training.workflow import Refused

__all__ = ["OfficeDesk", "Refused", "SenderDesk", "batch_page"]

VIA = "web"
#: identifier of a roster column → its label in Chinese and in English
LABELS = {name: (column.label_zh, column.label_en) for name, column in COLUMNS.items()}
#: Cells that show who somebody is; a page shows their ends alone.
_MASKED = {"id_number": identity.mask_identity, "mobile": identity.mask_mobile}


class _Desk:
    def __init__(self, db: str | Path, actor: Mapping[str, Any]) -> None:
        self.db = Path(db)
        self.by = str(actor["id"])
        self.sender = Sender(institution=actor.get("institution"), province=actor.get("province"))

    @contextmanager
    def record(self) -> Iterator[sqlite3.Connection]:
        conn = connect(self.db)
        try:
            yield conn
        finally:
            conn.close()


class SenderDesk(_Desk):
    """An institution's or an authority's clerk."""

    def home(self, page: int) -> dict[str, Any]:
        """Batches sent so far, the people they brought, and who waits to be selected."""
        with self.record() as conn:
            years = batches.open_years(conn)
            year = years[0] if years else ""
            institution = self.sender.institution
            return {
                "years": years,
                "year": year,
                "sender": _sender_name(conn, self.sender),
                "batches": batches.batches_of(conn, self.sender),
                "people": batches.people_of(conn, self.sender, year, page),
                "nominees": workflow.nominees(conn, year, institution) if institution else [],
            }

    def keep(self, content: bytes, name: str, year: str | None, encoding: str | None) -> str:
        """Put an uploaded file aside, sealed, for its preview; return its token."""
        folder = uploads.folder_of(self.db)
        uploads.sweep(folder)
        with self.record() as conn:
            years = batches.open_years(conn)
            if year not in years:
                raise Refused(t("该年度不接收名单。", "That year takes no rosters."))
            return uploads.keep(
                conn, folder, identity.load_keys(self.db), content, account=self.by, year=year,
                sender=self.sender, file_name=Path(name).name[:200],
                options={"encoding": encoding or None},
            )  # fmt: skip

    def check(self, token: str) -> dict[str, Any] | None:
        """The preview of a waiting file; ``batch`` alone if it has been stored already."""
        found = self._run(token, commit=False)
        if found is None or found.get("batch"):
            return found
        report = found["report"]
        errors = report.errors
        found["only_rows"] = bool(errors) and all(
            p.row is not None and p.row != report.header_row for p in errors
        )
        found["too_different"] = any(p.code == "batch-too-different" for p in errors)
        found["can_force"] = found["too_different"] and len(errors) == 1
        found["warnings"] = [p for p in report.problems if p.severity == "warning"]
        found["labels"] = LABELS
        found["header"], found["shown"] = _masked_rows(report)
        return found

    def confirm(self, token: str, only_valid: bool, force: bool) -> int | None:
        """Store a waiting file; the batch, or None if something stands against it."""
        found = self._run(token, commit=True, only_valid=only_valid, force=force)
        if found is None:
            return None
        if found.get("batch"):
            return int(found["batch"])
        report = found["report"]
        batch: int | None = report.batch or report.already_imported
        if report.committed:
            uploads.forget(uploads.folder_of(self.db), token)
        return batch

    def cancel(self, token: str) -> None:
        """Forget a waiting file."""
        with self.record() as conn:
            if uploads.waiting(conn, token, self.sender):
                uploads.forget(uploads.folder_of(self.db), token)
                with transaction(conn):
                    conn.execute(
                        "delete from waiting_uploads where token = ? and batch_id is null", (token,)
                    )

    def select(self, year: str | None, people: Sequence[int]) -> int:
        """Select recommended people; return the batch that puts them before the office."""
        if not self.sender.institution:
            raise Refused(t("只有承担机构可以选拔。", "Only an institution selects."))
        with self.record() as conn:
            return workflow.select_nominees(
                conn, year or "", self.sender.institution, people, self.by, VIA
            )

    def _run(
        self, token: str, *, commit: bool, only_valid: bool = False, force: bool = False
    ) -> dict[str, Any] | None:
        keys = identity.load_keys(self.db)
        with self.record() as conn:
            row = uploads.waiting(conn, token, self.sender)
            if row is None or row["batch_id"]:
                return {"batch": row["batch_id"]} if row else None
            with uploads.readable(uploads.folder_of(self.db), keys, token) as path:
                if path is None:
                    return None
                order = roster.Order(
                    path=path, year=row["year"], sender=self.sender, by=self.by, via=VIA,
                    name=row["file_name"], token=token,
                    encoding=roster.options(row["options"]).get("encoding"),
                    only_valid=only_valid, force=force,
                )  # fmt: skip
                report = roster.run(conn, order, keys, commit=commit)
        return {"report": report, "token": token, "year": row["year"]}


class OfficeDesk(_Desk):
    """Somebody of the coordination office (协调小组办公室)."""

    def inbox(self) -> dict[str, Any]:
        """Batches that wait for a decision, oldest first."""
        with self.record() as conn:
            return {"batches": workflow.inbox(conn), "by": self.by}

    def decide(self, batch: int, act: str | None, reason: str, enrol: bool) -> str:
        """Approve or return a batch; the sentence that says what was done."""
        with self.record() as conn:
            if act == "approve":
                n = workflow.approve(conn, batch, self.by, VIA, enrol=enrol)
                return t(
                    f"批次 {batch} 已通过，{n} 名学员。", f"Batch {batch} approved: {n} people."
                )
            if act == "return":
                n = workflow.send_back(conn, batch, self.by, VIA, reason)
                return t(
                    f"批次 {batch} 已退回，{n} 名学员。", f"Batch {batch} returned: {n} people."
                )
        raise Refused(t("请选择通过或退回。", "Choose to approve or to return."))


def batch_page(
    db: str | Path, actor: Mapping[str, Any], number: int, page: int
) -> dict[str, Any] | None:
    """Everything about one batch, for its sender or the office; None for anybody else."""
    desk = _Desk(db, actor)
    office = actor.get("role") == "office"
    with desk.record() as conn:
        found = batches.batch(conn, number, None if office else desk.sender)
        if found is None:
            return None
        return {
            "batch": found,
            "people": batches.people_in(conn, number, page),
            "problems": batches.problems_of(conn, number),
            "changes": batches.changes_of(conn, number),
            "columns": roster.options(found["columns"]),
            "labels": LABELS,
            "office": office,
            "own": found["uploaded_by"] == desk.by,
        }


def _sender_name(conn: sqlite3.Connection, sender: Sender) -> dict[str, str]:
    table, key = ("institutions", "slug") if sender.institution else ("provinces", "code")
    row = conn.execute(
        f"select name_zh, name_en from {table} where {key} = ?",
        (sender.institution or sender.province,),
    ).fetchone()
    return {"zh": row["name_zh"], "en": row["name_en"]}


def _masked_rows(report: roster.Report) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """The header as written and the first rows as decoded, identity cells masked."""
    header = report.header
    masks = [_MASKED.get(report.columns.get(text, "")) for text in header]
    shown = [
        (
            number,
            [
                mask(cell) if mask and cell else cell
                for mask, cell in zip(masks, cells, strict=False)
            ],
        )
        for number, cells in report.first_rows
    ]
    return header, shown
