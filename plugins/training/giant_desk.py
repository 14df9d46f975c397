"""The page of the lists of 专精特新“小巨人”: whoever sends people looks, the office keeps them."""

import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from training import form_values, little_giants, queries, reading
from training.desk import VIA, Desk
from training.form_values import Form
from training.little_giants import PAGE, Batch
from training.problems import Language
from training.wording import current_language, t
from training.workflow import Refused

__all__ = ["GiantDesk", "Refused"]

#: So many faults of a file are shown; who corrects them sees the next ones.
SHOWN = 200


@dataclass(frozen=True)
class Checked:
    """What became of an uploaded list: a sentence if it is stored, else its faults by row."""

    said: str
    faults: list[tuple[int, str]]


class GiantDesk(Desk):
    """Somebody of the office, who stores lists, or a sender, who looks up an enterprise."""

    def home(self) -> dict[str, Any]:
        """The batches; for the office also how many people they concern, and the history."""
        with self.record() as conn:
            year = queries.year_of(conn)
            return {
                "year": year,
                "batches": little_giants.batches(conn, year),
                "history": little_giants.history(conn) if self.office else [],
                "office": self.office,
            }

    def batch(self, number: int, words: str, page: int) -> dict[str, Any] | None:
        """One batch with a page of its enterprises; None if there is no such batch."""
        with self.record() as conn:
            year = queries.year_of(conn)
            about = [row for row in little_giants.batches(conn, year) if row["batch"] == number]
            if not about:
                return None
            rows, total = little_giants.enterprises(conn, number, year, words, page)
            return {
                "year": year, "batch": about[0], "rows": rows, "total": total, "page": page,
                "pages": max(1, -(-total // PAGE)), "words": words, "office": self.office,
            }  # fmt: skip

    def store(self, form: Form, content: bytes) -> Checked:
        """Store an uploaded list as its batch, or say what is wrong with it; raises :class:`Refused`.

        What a batch holds already is replaced only by who says so.
        """
        batch = _batch(form)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "list")
            path.write_bytes(content)
            try:
                listed = little_giants.read(path)
            except reading.Unreadable as error:
                raise Refused(error.problem.message(_language())) from error
        if listed.faults:
            return Checked("", [(row, t(zh, en)) for row, zh, en in listed.faults])
        with self.record() as conn:
            held = {row["batch"] for row in little_giants.batches(conn, "")}
            if batch.number in held and not form_values.one(form, "replace"):
                raise Refused(
                    t(
                        f"第 {batch.number} 批已有名单。要用这个文件替换，请勾选“替换”后重新上传。",
                        f"Batch {batch.number} is there already. To replace it, tick “replace” and"
                        " upload the file again.",
                    )
                )
            stored, gone = little_giants.store(conn, batch, listed, self.by, VIA)
        return Checked(
            t(
                f"第 {batch.number} 批已保存：{stored} 家企业，替换原有 {gone} 家。",
                f"Batch {batch.number} is stored: {stored} enterprises, {gone} replaced.",
            ),
            [],
        )


def _batch(form: Form) -> Batch:
    """Which list it is, as the form says."""
    words: Mapping[str, Any] = form_values.all_of(
        number=lambda: _whole(form, "batch", ("批次", "Batch"), 1, 99),
        year=lambda: _whole(form, "year", ("公布年份", "Year of the list"), 2019, 2099),
        source=lambda: form_values.text(
            form, "source", ("依据", "Source"), required=True, limit=200
        ),
        valid_until=lambda: form_values.day(form, "valid_until", ("有效期至", "Valid until")),
    )
    return Batch(**words)


def _whole(form: Form, name: str, label: tuple[str, str], least: int, most: int) -> int:
    written = form_values.one(form, name).strip()
    if not re.fullmatch(r"[0-9]{1,4}", written) or not least <= int(written) <= most:
        raise Refused(
            t(
                f"“{label[0]}”请填 {least} 到 {most} 之间的整数。",
                f"“{label[1]}” is a whole number from {least} to {most}.",
            )
        )
    return int(written)


def _language() -> Language:
    return "en" if current_language() == "en" else "zh"
