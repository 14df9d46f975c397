"""What can be done with a batch that was sent: look at it, take it back, decide on it."""

import json
from collections.abc import Sequence
from typing import Any

from training import batches, identity, roster, roster_words, undo, workflow
from training.desk import LABELS, VIA, Desk
from training.preview import leaf
from training.wording import t
from training.workflow import Refused


class BatchDesk(Desk):
    """A batch's sender, or anybody of the coordination office."""

    def batch(
        self, number: int, page: int, faults: int = 1, changes: int = 1
    ) -> dict[str, Any] | None:
        """Everything about one batch, for its sender or the office; None for anybody else.

        ``page``, ``faults`` and ``changes`` say which leaf of each list is shown.
        """
        with self.record() as conn:
            found = batches.batch(conn, number, None if self.office else self.sender)
            if found is None:
                return None
            problems = batches.problems_of(conn, number)
            errors = [problem for problem in problems if problem.severity == "error"]
            steps = batches.steps_of(conn, number)
            return {
                "batch": found,
                "people": batches.people_in(conn, number, page),
                "problems": problems,
                "faults": leaf(errors, faults),
                "changes": leaf(batches.changes_of(conn, number), changes),
                "columns": roster.options(found["columns"]),
                "unknown_columns": json.loads(found["unknown_columns"]),
                "words": roster_words.words_of(conn),
                "written": roster_words.written,
                "steps": steps,
                "undone": next((s["detail"] for s in steps if s["action"] == "undo"), None),
                "reasons": batches.rejections_in(conn, number),
                "labels": LABELS,
                "office": self.office,
                "own": found["uploaded_by"] == self.by,
                "has_file": not self.office and batches.has_file(conn, self.uploads, number),
            }

    def undo(self, number: int) -> str:
        """Take a batch back; the sentence that says what became of its rows."""
        keys = identity.load_keys(self.db)
        with self.record() as conn:
            if batches.batch(conn, number, None if self.office else self.sender) is None:
                raise Refused(t("没有这个批次。", "There is no such batch."))
            done = undo.undo(conn, keys, number, self.by, VIA)
        counts = len(done.reversed), len(done.kept), len(done.failed)
        return t(
            "已撤销：恢复 {} 行，保留 {} 行，未能撤销 {} 行。",
            "Taken back: {} rows reversed, {} kept, {} failed.",
        ).format(*counts)


class OfficeDesk(Desk):
    """Somebody of the coordination office (协调小组办公室)."""

    def inbox(self) -> dict[str, Any]:
        """Batches that wait for a decision, oldest first."""
        with self.record() as conn:
            return {"batches": workflow.inbox(conn), "by": self.by}

    def decide(
        self, batch: int, act: str | None, reason: str, enrol: bool, people: Sequence[int] = ()
    ) -> str:
        """Approve a batch, return it, or reject some of its people; says what was done."""
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
            if act == "reject":
                n = workflow.reject(conn, batch, people, self.by, VIA, reason)
                return t(f"{n} 名学员不予通过。", f"{n} people rejected.")
        raise Refused(t("请选择通过、退回或不予通过。", "Choose to approve, return or reject."))
