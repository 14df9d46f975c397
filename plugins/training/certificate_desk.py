"""What the office can do with certificates on its page: look, issue, reissue, revoke, print."""

import io
import sqlite3
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from training import (
    audit,
    certificate_keys,
    certificate_pdf,
    certificate_tokens,
    certificates,
    register,
    years,
)
from training.background import Cancelled, Job, Jobs
from training.certificate_numbers import canonical
from training.database import now, transaction
from training.desk import VIA, Desk
from training.files_desk import File
from training.identity import KeysMissing
from training.wording import t
from training.workflow import Refused

__all__ = ["CertificateDesk", "Refused"]

SHOWN = 200
PATIENCE_SECONDS = 1.0
#: ZIP files that this server is making or has just made, by account.
JOBS = Jobs()


class CertificateDesk(Desk):
    """The coordination office's clerk at the register of certificates; ``via`` is web or script."""

    def __init__(self, db: str | Path, actor: Mapping[str, Any], via: str = VIA) -> None:
        super().__init__(db, actor)
        self.via = via

    def register(self, year: str | None, typed: str) -> dict[str, Any]:
        """The latest certificates of a year, or those with the number typed."""
        with self.record() as conn:
            years = self._years(conn)
            year = year if year in years else years[0]
            rows = certificates.register(conn, year, canonical(typed) if typed else "", SHOWN + 1)
            counts = conn.execute(
                "select c.status, count(*) as n from certificates as c"
                " join trainees as t on t.id = c.trainee_id where t.year = ? group by 1",
                (year,),
            ).fetchall()
        return {
            "year": year, "years": years, "typed": typed, "rows": rows[:SHOWN],
            "more": len(rows) > SHOWN, "counts": {row["status"]: row["n"] for row in counts},
        }  # fmt: skip

    def preview(
        self, year: str | None, institution: str, issued_on: str, waiver: str = ""
    ) -> dict[str, Any]:
        """Who would be certified, who not and why; the form's present choices beside it."""
        with self.record() as conn:
            years = self._years(conn)
            year = year if year in years else years[0]
            institutions = conn.execute(
                "select i.slug, i.name_zh, i.name_en from institutions as i join institution_years"
                " as y on y.institution = i.slug where y.year = ? order by i.seq",
                (year,),
            ).fetchall()
            said, found = None, None
            try:
                day = issued_on or now()[:10]
                found = certificates.preview(conn, year, institution, day, waiver)
            except Refused as refusal:
                said = str(refusal)
        return {
            "year": year, "years": years, "institution": institution, "institutions": institutions,
            "issued_on": issued_on or now()[:10], "found": found, "said": said, "shown": SHOWN,
            "waiver": waiver, "hindrances": certificates.hindrances(),
        }  # fmt: skip

    def issue(
        self, year: str, institution: str, issued_on: str, mark: str, waiver: str = ""
    ) -> str:
        """Certify the people of the preview with that mark; what to say about it."""
        with self._act() as conn:
            shown = certificates.preview(conn, year, institution, issued_on, waiver)
            if shown.mark != mark:
                raise Refused(
                    t(
                        "名单已有变化，请重新核对后再颁发。",
                        "The list has changed: look at it again.",
                    )
                )
            numbers = certificates.issue(conn, self.db.parent, shown, self.by, self.via)
        return t(
            f"已颁发 {len(numbers)} 张证书，编号 {numbers[0]} 至 {numbers[-1]}。",
            f"{len(numbers)} certificates issued, {numbers[0]} to {numbers[-1]}.",
        )

    def certificate(self, number: str) -> dict[str, Any] | None:
        """One certificate with what may be done with it; None if there is none."""
        with self.record() as conn:
            row = certificates.find(conn, number)
            if row is None:
                return None
            try:
                facts = certificates.facts(row)
            except Refused:
                facts = None
        return {"one": row, "facts": facts, "today": now()[:10]}

    def reissue(self, number: str, issued_on: str, reason: str) -> str:
        """Put a new certificate in the place of one; the new number."""
        with self._act() as conn:
            return certificates.reissue(
                conn, self.db.parent, number, issued_on, reason, self.by, self.via
            )

    def revoke(self, number: str, reason: str) -> None:
        """Revoke a certificate."""
        with self._act() as conn:
            certificates.revoke(conn, number, reason, self.by, self.via)

    def pdf(self, number: str) -> File | None:
        """The printed certificate; None if there is no such number."""
        with self.record() as conn:
            row = certificates.find(conn, number)
            if row is None:
                return None
            content = self._render(row)
            self._note(conn, number, people=1, form="pdf")
            return File(content, f"{number}.pdf", f"{number}.pdf")

    def zip(self, year: str, institution: str) -> Job:
        """The PDFs of all valid certificates of a year in one ZIP: under way, or made already."""
        with self.record() as conn:
            numbers = certificates.valid_numbers(conn, year, institution)
        if not numbers:
            raise Refused(t("没有可以打印的证书。", "There are no certificates to print."))
        mark = (year, institution, tuple(numbers))
        return JOBS.start(self.by, mark, lambda job: self._zip(job, numbers))

    def waiting_zip(self) -> Job | None:
        """The ZIP that this account has asked for, if any."""
        job = JOBS.find(self.by)
        if job:
            job.wait(PATIENCE_SECONDS)
        return job

    def drop_zip(self) -> None:
        """Stop making it, or forget it."""
        if job := JOBS.find(self.by):
            job.cancel(PATIENCE_SECONDS)
        JOBS.drop(self.by)

    def _zip(self, job: Job, numbers: list[str]) -> bytes:
        """ZIP of PDFs, each called by its number: the name of a file is no place for a person."""
        made = io.BytesIO()
        # PDFs are compressed inside.
        with self.record() as conn, zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
            for done, number in enumerate(numbers):
                job.progress(done)
                row = certificates.find(conn, number)
                if row is not None:
                    entry = zipfile.ZipInfo(f"{number}.pdf")
                    archive.writestr(entry, self._render(row))
            year, institution, _ = order(job)
            key = f"{year} {institution}".strip()
            self._note(conn, key, people=len(numbers), form="zip")
        return made.getvalue()

    def _note(self, conn: sqlite3.Connection, key: str, **detail: object) -> None:
        """Write down who takes certificates out of the record: numbers and counts, no names."""
        with transaction(conn):
            audit.record(conn, self.by, self.via, "export", "certificates", key, **detail)

    def _render(self, row: sqlite3.Row) -> bytes:
        facts = certificates.facts(row)
        try:
            key = certificate_keys.signing_key(self.db.parent)
        except KeysMissing as missing:
            raise Refused(t("缺少证书签名密钥。", "The signing key is missing.")) from missing
        return certificate_pdf.render(facts, certificate_tokens.sign(key, facts))

    @contextmanager
    def _act(self) -> Iterator[sqlite3.Connection]:
        """A connection for one act, after which the public register is made anew at once."""
        try:
            with self.record() as conn:
                yield conn
        except KeysMissing as missing:
            raise Refused(
                t(f"缺少证书密钥：{missing}", f"The keys of certificates are missing: {missing}")
            ) from missing
        register.publish_if_possible(self.db, self.db.with_name("certificates.db"))

    def _years(self, conn: sqlite3.Connection) -> list[str]:
        # Nobody has finished a year that is only planned.
        return [one.key for one in years.known(conn, office=False)] or [""]


def order(job: Job) -> tuple[str, str, tuple[str, ...]]:
    """Year, institution and numbers of a ZIP job."""
    mark: Any = job.mark
    return mark[0], mark[1], mark[2]


def outcome(job: Job) -> bytes:
    """What a finished ZIP job made; raises :class:`Refused` if it stopped or failed."""
    try:
        made: bytes = job.result()
    except Cancelled as stopped:
        raise Refused(t("已停止生成。", "It has been stopped.")) from stopped
    return made
