"""What the assessor, the office and an institution can do on the pages of the assessment.

Each method opens the record, acts, and closes it; what comes back is plain data for a template.
"""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from training import (
    assessment,
    decision,
    evidence,
    evidence_files,
    new_year,
    queries,
    score_file,
    scores,
    years,
)
from training.assessment import Catalogue
from training.database import connect
from training.files_desk import File
from training.reading import Unreadable
from training.scores import Place, Saved
from training.wording import t
from training.workflow import Refused

__all__ = ["AssessmentDesk", "Refused"]

VIA = "web"
Form = Mapping[str, str]


class AssessmentDesk:
    """Whoever is signed in, the record, and the canned queries."""

    def __init__(self, db: str, actor: Mapping[str, Any], catalogue: Catalogue) -> None:
        self.db, self.by, self.catalogue = db, str(actor["id"]), catalogue
        self.institution, self.office = actor.get("institution"), actor.get("role") == "office"

    @contextmanager
    def record(self, asked: str | None) -> Iterator[tuple[sqlite3.Connection, str]]:
        """A connection for one act, and the year that is meant."""
        with closing(connect(self.db)) as conn:
            yield conn, queries.year_of(conn, asked, office=self.office)

    def sheet(self, asked: str | None) -> dict[str, Any]:
        """The grid with the ranking: for the assessor and the office."""
        with self.record(asked) as (conn, year):
            return self._about(conn, year) | assessment.sheet(conn, year, self.catalogue)

    def result(self, asked: str | None) -> dict[str, Any]:
        """The signed-in institution's own result, None until it is published."""
        with self.record(asked) as (conn, year):
            mine = assessment.own_result(conn, year, str(self.institution), self.catalogue)
            return self._about(conn, year) | {"mine": mine}

    def save(self, form: Form) -> tuple[str, dict[Place, str], dict[Place, str]]:
        """Save the sheet, then do what the pressed button says besides.

        Returns what to say, the faults by cell, and the cells as typed. With a fault nothing is
        made final; what could be read is saved all the same.
        """
        cells = {
            (parts[1], parts[2]): text
            for name, text in form.items()
            if len(parts := name.split("/")) == 3 and parts[0] == "score"
        }
        with self.record(form.get("year")) as (conn, year):
            saved = self._save(conn, year, cells)
            said = t(f"已保存 {saved.changed} 格。", f"{saved.changed} cells saved.")
            act, _, institution = (form.get("act") or "").partition(":")
            if act == "final" and not saved.faults:
                if not form.get("confirm"):
                    raise Refused(t("请先勾选确认。", "Tick the confirmation first."))
                done, waiting = assessment.finalise(conn, year, institution or None, self.by, VIA)
                said += t(f"已定稿：{'、'.join(done)}。", f" Final: {', '.join(done)}.")
                if waiting:
                    said += t(
                        f"尚缺得分：{'、'.join(waiting)}。", f" Lacking: {', '.join(waiting)}."
                    )
        return said, saved.faults, cells

    def upload(
        self, asked: str | None, content: bytes
    ) -> tuple[str, dict[Place, str], dict[Place, str], list[str]]:
        """Save an uploaded sheet as a draft; besides what :meth:`save` returns, remarks on the file."""
        with self.record(asked) as (conn, year):
            sheet = assessment.sheet(conn, year, self.catalogue)
            try:
                read = score_file.read(content, sheet["indicators"], sheet["lines"])
            except Unreadable as error:
                raise Refused(score_file.refusal(error)) from error
            saved = self._save(conn, year, read.cells)
        said = t(
            f"已读入文件，保存 {saved.changed} 格。", f"File read: {saved.changed} cells saved."
        )
        return said, saved.faults, read.cells, read.remarks

    def add_evidence(self, form: Form, file: tuple[str, bytes] | None) -> str:
        """Keep an uploaded file as evidence, or note where a document lies."""
        with self.record(form.get("year")) as (conn, year):
            note = evidence.Note(
                year, form.get("evidence_for") or "", form.get("note") or "",
                form.get("indicator") or "", form.get("sha256") or "",
            )  # fmt: skip
            if file:
                evidence.attach(conn, Path(self.db), note, *file, self.by, VIA)
                return t("文件已保存，指纹已记入审计记录。", "Kept; its hash is in the audit log.")
            evidence.add(conn, note, self.by, VIA)
        return t("已登记。", "Noted.")

    def evidence(self, number: int) -> tuple[File, str] | None:
        """A file behind a score, named by its place alone, with its media type."""
        with closing(connect(self.db)) as conn:
            found = evidence.take_out(conn, Path(self.db), number, self.by, VIA)
        if found is None:
            return None
        row, content = found
        name = f"{row['year']}-{row['institution']}-{number}.{row['kind']}"
        file = File(
            content, t(f"考核依据-{name}", f"evidence-{name}"), f"evidence-{number}.{row['kind']}"
        )
        return file, evidence_files.KINDS[row["kind"]]

    def template(self, asked: str | None) -> tuple[str, bytes]:
        """The sheet of the year as CSV, with its year."""
        with self.record(asked) as (conn, year):
            found = assessment.sheet(conn, year, self.catalogue)
        return year, score_file.as_csv(found["indicators"], found["lines"], found["texts"])

    def send_back(self, form: Form) -> str:
        """The office returns one final assessment."""
        with self.record(form.get("year")) as (conn, year):
            assessment.send_back(
                conn, year, form.get("institution") or "", form.get("reason") or "", self.by, VIA
            )
        return t("已退回第三方考核机构。", "Sent back to the assessor.")

    def decision(self, asked: str | None) -> dict[str, Any]:
        """What the office has to decide on, and what it has decided."""
        with self.record(asked) as (conn, year):
            following = new_year.year_after(year)
            known = conn.execute("select 1 from programme_years where key = ?", (following,))
            suspended = conn.execute(
                "select i.name_zh, i.name_en from suspensions as s join institutions as i"
                " on i.slug = s.institution where s.assessed_year = ? order by i.seq",
                (year,),
            )
            return (
                self._about(conn, year)
                | assessment.standing(conn, year, self.catalogue)
                | {
                    "following": following,
                    "following_exists": known.fetchone() is not None,
                    "suspended": [dict(row) for row in suspended],
                    "me": self.by,
                }
            )

    def decide(self, form: Mapping[str, Any], chosen: list[str]) -> str:
        """One act of the office on its decision page."""
        with self.record(form.get("year")) as (conn, year):
            acts: dict[str, Callable[[], str]] = {
                "decide": lambda: self._decide(conn, year, form, chosen),
                "publish": lambda: self._publish(conn, year, form),
                "withdraw": lambda: self._withdraw(conn, year),
                "new-year": lambda: self._new_year(conn, year),
            }
            act = acts.get(form.get("act") or "")
            return act() if act else ""

    def _decide(
        self, conn: sqlite3.Connection, year: str, form: Mapping[str, Any], chosen: list[str]
    ) -> str:
        decision.decide(
            conn, year, chosen, form.get("document") or "", form.get("dated_on") or "",
            form.get("reason") or "", self.by, VIA, self.catalogue,
        )  # fmt: skip
        return t("已记录，请另一人公布。", "Recorded: somebody else publishes it.")

    def _publish(self, conn: sqlite3.Connection, year: str, form: Mapping[str, Any]) -> str:
        if not form.get("confirm"):
            raise Refused(t("请先勾选确认。", "Tick the confirmation first."))
        decision.publish(conn, year, self.by, VIA)
        return t(
            "已公布。公开名单随下一次发布更新。",
            "Published. The public list follows with its next release.",
        )

    def _withdraw(self, conn: sqlite3.Connection, year: str) -> str:
        decision.withdraw(conn, year, self.by, VIA)
        return t("已撤回。", "Withdrawn.")

    def _new_year(self, conn: sqlite3.Connection, year: str) -> str:
        made = new_year.turn(conn, new_year.year_after(year), self.by, VIA, commit=True)
        key = made.year["key"]
        return t(f"已建立 {key} 年度（筹备中）。", f"The year {key} is prepared (planned).")

    def _save(self, conn: sqlite3.Connection, year: str, cells: Mapping[Place, str]) -> Saved:
        """Save the cells that exist; with weights that don't total 100 none are."""
        found = assessment.sheet(conn, year, self.catalogue)
        if found["weights"] != 100:
            raise Refused(
                t(
                    f"指标权重合计 {found['weights']}，须为 100 才能评分。请联系办公室。",
                    f"Weights total {found['weights']}: scoring begins at 100. Ask the office.",
                )
            )
        lines = {line["slug"] for line in found["lines"]}
        codes = {one["code"] for one in found["indicators"]}
        known = {
            place: text for place, text in cells.items() if place[0] in lines and place[1] in codes
        }
        return scores.save(conn, year, known, self.by, VIA)

    def _about(self, conn: sqlite3.Connection, year: str) -> dict[str, Any]:
        return {"year": year, "years": years.known(conn, office=self.office)}
