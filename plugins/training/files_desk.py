"""What a sender's clerk can download: a template, her own people, her own sheet with its faults."""

import sqlite3
from pathlib import Path
from typing import NamedTuple

from training import (
    batches,
    fault_report,
    identity,
    roster,
    roster_export,
    roster_template,
    uploads,
)
from training.check_desk import CheckDesk
from training.desk import VIA
from training.problems import Language
from training.tabular import TooManyRows
from training.wording import current_language, t
from training.workflow import Refused


class File(NamedTuple):
    """A download: its bytes, what it is called, and what a program is told that reads ASCII only."""

    content: bytes
    name: str
    plain_name: str

    @property
    def kind(self) -> str:
        """``csv`` or ``xlsx``."""
        return self.plain_name.rpartition(".")[2]


class FilesDesk(CheckDesk):
    """The downloads of an institution or an authority; the office has none of them.

    They hold full identity numbers, which are the sender's own; the office looks at one at a time.
    """

    def template(self, kind: str, asked: str | None = None) -> File:
        """An empty roster (名单模板) for this sender and a year that takes rosters."""
        with self.record() as conn:
            year = _open_year(conn, asked)
            name = batches.sender_name(conn, self.sender)["zh"]
            content = (
                roster_template.as_csv()
                if kind == "csv"
                else roster_template.as_xlsx(conn, year, self.sender)
            )
        return File(content, f"学员名单模板-{name}-{year}.{kind}", f"roster-template.{kind}")

    def export(self, kind: roster_export.Format, asked: str | None = None) -> File:
        """The sender's own people of a year, numbers in full; in the audit log with their count."""
        keys = identity.load_keys(self.db)
        with self.record() as conn:
            year = _open_year(conn, asked)
            name = batches.sender_name(conn, self.sender)["zh"]
            try:
                content = roster_export.export(conn, keys, year, self.sender, self.by, VIA, kind)
            except TooManyRows as error:
                raise _too_many() from error
        return File(content, f"学员名单-{name}-{year}.{kind}", f"roster.{kind}")

    def faults(self, token: str) -> File | None:
        """The waiting file with the faults of its preview; None if it is gone or not checked yet."""
        with self.record() as conn:
            row = self._waiting(conn, token)
            if row is None or row["batch_id"]:
                return None
            job = self._job(conn, row, commit=False)
            report = self._result(job) if job.wait(60) else None
        return self._marked(row, report) if report else None

    def batch_faults(self, number: int) -> File | None:
        """The file of a batch with the faults that were stored; None if it is gone."""
        with self.record() as conn:
            found = batches.batch(conn, number, self.sender)
            row = uploads.of_batch(conn, number)
            if found is None or row is None:
                return None
            report = roster.Report(
                found["file_name"],
                sheet=found["sheet"],
                encoding=found["encoding"],
                header_row=found["header_row"],
                columns=roster.options(found["columns"]),
                problems=batches.problems_of(conn, number),
            )
        return self._marked(row, report)

    def _marked(self, row: sqlite3.Row, report: roster.Report) -> File | None:
        keys = identity.load_keys(self.db)
        language: Language = "en" if current_language() == "en" else "zh"
        encoding = roster.options(row["options"]).get("encoding")
        try:
            with uploads.readable(self.uploads, keys, row["token"]) as path:
                if path is None:
                    return None
                content = fault_report.of_file(path, report, encoding=encoding, language=language)
        except fault_report.Unreadable as error:
            raise Refused(
                t("这个文件没有可以标注的行。", "There are no rows in this file to mark.")
            ) from error
        except TooManyRows as error:
            raise _too_many() from error
        stem = Path(row["file_name"]).stem
        return File(content, f"{stem}-错误说明.xlsx", "roster-faults.xlsx")


def _open_year(conn: sqlite3.Connection, asked: str | None) -> str:
    year = batches.open_year(conn, asked)
    if not year:
        raise Refused(t("目前没有接收名单的年度。", "No year takes rosters at present."))
    return year


def _too_many() -> Refused:
    return Refused(t("行数太多，放不进一个工作表。", "There are more rows than a sheet can hold."))
