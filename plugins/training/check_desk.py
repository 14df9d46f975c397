"""What can be done with a file that waits for its sender's word: look, choose, confirm, cancel.

Checking and storing go on in the background; a page waits for them a moment, and after that shows
how far they have come.
"""

import sqlite3
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from training import identity, preview, remembered, roster, uploads
from training.background import Cancelled, Job, Jobs
from training.context import Sender
from training.desk import ENCODINGS, LABELS, VIA, Desk
from training.wording import t
from training.workflow import Refused

__all__ = ["CheckDesk", "Refused"]

#: A page waits so long for a check; after that it shows how far the check has come.
PATIENCE_SECONDS = 1.5
STOPPING_SECONDS = 10
MODES = ("upsert", "add", "update")

#: What this server is checking or storing at present, by the token of the file.
JOBS = Jobs()


class CheckDesk(Desk):
    """An institution's or an authority's clerk; or the office with a file taken for a sender."""

    @property
    def place(self) -> str:
        """The address to come back to when there is no file to look at."""
        return "/-/office/inbox" if self.office else "/-/roster"

    def check(self, token: str, show: str = "all", page: int = 1) -> dict[str, Any] | None:
        """The preview of a waiting file; None if there is no such file.

        ``batch`` alone if it has been stored already, ``running`` alone while it is being checked.
        """
        with self.record() as conn:
            row = self._waiting(conn, token)
            if row is None or row["batch_id"]:
                return {"batch": row["batch_id"]} if row else None
            job = self._job(conn, row, commit=False)
            if not job.wait(PATIENCE_SECONDS):
                return {
                    "running": job,
                    "token": token,
                    "file": row["file_name"],
                    "place": self.place,
                }
            report = self._result(job)
            if report is None:
                return None
            found = preview.preview(conn, self.sender, report, show, page)
        return found | {
            "token": token, "year": row["year"], "office": self.office, "place": self.place,
            "labels": LABELS, "options": roster.options(row["options"]),
        }  # fmt: skip

    def confirm(self, token: str, only_valid: bool, force: bool) -> int | None:
        """Store a waiting file; the batch, or None if it takes longer or something is against it."""
        with self.record() as conn:
            row = self._waiting(conn, token)
            if row is None or row["batch_id"]:
                return int(row["batch_id"]) if row else None
            job = self._job(conn, row, commit=True, only_valid=only_valid, force=force)
        report = self._result(job) if job.wait(PATIENCE_SECONDS) else None
        return (report.batch or report.already_imported) if report else None

    def cancel(self, token: str) -> int | None:
        """Stop what is being done with a waiting file and forget it; its batch if it is too late."""
        with self.record() as conn:
            row = self._waiting(conn, token)
            if row is None:
                return None
            job = JOBS.find(token)
            if job and not job.cancel(STOPPING_SECONDS):
                raise Refused(
                    t("正在停止，请稍候再试。", "It is being stopped: try again shortly.")
                )
            JOBS.drop(token)
            uploads.discard(conn, self.uploads, token)
            row = self._waiting(conn, token)
        return int(row["batch_id"]) if row and row["batch_id"] else None

    def choose(self, token: str, chosen: Mapping[str, str]) -> None:
        """Say how a waiting file is to be read (encoding, sheet) and taken (mode)."""
        encoding, mode = chosen.get("encoding") or "", chosen.get("mode") or "upsert"
        if encoding not in ENCODINGS or mode not in MODES:
            raise Refused(t("没有这个选项。", "There is no such choice."))
        options = {"encoding": encoding or None, "mode": mode}
        if sheet := (chosen.get("sheet") or "")[:100]:
            options["sheet"] = sheet
        with self.record() as conn:
            if self._waiting(conn, token):
                uploads.choose(conn, token, options)

    def remember(self, mapping: Mapping[str, str]) -> int:
        """Remember what unknown headers stand for; return how many were chosen."""
        if self.office:
            raise Refused(t("列的对应由报送单位设定。", "Only the sender says what headers mean."))
        with self.record() as conn:
            return remembered.remember(conn, self.sender, mapping, self.by, VIA)

    def forget(self, header: str) -> bool:
        """Forget what one header stood for."""
        with self.record() as conn:
            return remembered.forget(conn, self.sender, header, self.by, VIA)

    def _waiting(self, conn: sqlite3.Connection, token: str) -> sqlite3.Row | None:
        if not self.office:
            return uploads.waiting(conn, token, self.sender)
        row = uploads.waiting_of(conn, token, self.by)
        if row:
            self.sender = Sender(row["institution"], row["province"])
        return row

    def _job(
        self,
        conn: sqlite3.Connection,
        row: sqlite3.Row,
        *,
        commit: bool,
        only_valid: bool = False,
        force: bool = False,
    ) -> Job:
        """The check or the storing of a waiting file: under way, still true, or begun now."""
        token = row["token"]
        running = JOBS.find(token)
        if running and running.running and not running.stopped and _stores(running):
            return running
        # Each act leaves an entry: with another last one the record may say something else now.
        last = conn.execute("select max(id) from audit_log").fetchone()[0]
        order = roster.Order(
            path=Path(), year=row["year"], sender=self.sender, by=self.by, via=VIA,
            name=row["file_name"], token=token, only_valid=only_valid, force=force,
            **{name: value for name, value in roster.options(row["options"]).items() if value},
        )  # fmt: skip
        mark = (commit, row["options"], last, only_valid, force)
        return JOBS.start(token, mark, lambda job: self._run(job, order, commit))

    def _run(self, job: Job, order: roster.Order, commit: bool) -> roster.Report | None:
        keys = identity.load_keys(self.db)
        token = order.token or ""
        with self.record() as conn, uploads.readable(self.uploads, keys, token) as path:
            if path is None:
                return None
            # Stops a statement too, not only the reading of rows.
            conn.set_progress_handler(lambda: job.stopped, 10_000)
            order = replace(order, path=path)
            return roster.run(
                conn, order, keys, commit=commit, what_if=not commit, progress=job.progress
            )

    def _result(self, job: Job) -> roster.Report | None:
        try:
            report: roster.Report | None = job.result()
        except Cancelled as stopped:
            raise Refused(t("已停止核对。", "The check has been stopped.")) from stopped
        except roster.BadCall as wrong:
            raise Refused(
                t("文件不能这样读取，请换一个选项。", "The file can't be read that way.")
            ) from wrong
        except (sqlite3.OperationalError, OSError) as full:
            raise Refused(
                t(
                    "服务器磁盘写不进去，什么都没有保存。请联系管理员，稍后再试。",
                    "The server's disk refused to write; nothing was stored. Tell the administrator.",
                )
            ) from full
        return report


def _stores(job: Job) -> bool:
    return bool(job.mark[0])  # type: ignore[index]
