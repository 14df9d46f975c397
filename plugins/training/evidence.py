"""What a score rests on (考核依据): a note where a document lies, or the document itself as a file."""

import re
import sqlite3
from pathlib import Path
from typing import NamedTuple

from training import audit, evidence_files
from training.database import acting, now, transaction
from training.wording import t
from training.workflow import Refused

#: So many files an assessment may have: what is kept for good is bounded.
MOST_FILES = 50


class Note(NamedTuple):
    """What the assessor says of a document; ``indicator`` is blank for all of an institution's."""

    year: str
    institution: str
    text: str
    indicator: str = ""
    sha256: str = ""


def add(conn: sqlite3.Connection, note: Note, by: str, via: str) -> None:
    """Note a document that lies elsewhere, with its hash where it has one. Raises :class:`Refused`."""
    sha256 = note.sha256.strip().lower()
    if sha256 and not re.fullmatch(r"[0-9a-f]{64}", sha256):
        raise Refused(t("SHA-256 是 64 位十六进制数。", "A SHA-256 has 64 hexadecimal digits."))
    if not note.text.strip():
        raise Refused(t("请写明材料名称和存放处。", "Say which document it is and where it lies."))
    _insert(conn, note, by, via, sha256 or None)


def attach(
    conn: sqlite3.Connection, record: Path, note: Note, name: str, content: bytes, by: str, via: str
) -> None:
    """Keep a file as evidence; without a note its ``name`` stands for one. Raises :class:`Refused`."""
    if len(content) > evidence_files.LIMIT:
        raise too_large()
    kind = evidence_files.kind_of(content)
    if kind is None:
        raise Refused(
            t(
                "只收 PDF、PNG、JPEG 和不含宏的 XLSX（看内容，不看文件名）。请另存为其中一种再上传。",
                "PDF, PNG, JPEG and XLSX without macros are taken, by content and not by name. Save"
                " it as one of them and upload it again.",
            )
        )
    _assessment(conn, note)
    sha256 = evidence_files.keep(record, content)
    text = note.text.strip() or re.split(r"[/\\]", name)[-1]
    _insert(conn, note._replace(text=text), by, via, sha256, kind, len(content))


def too_large() -> Refused:
    """Why a large file is not taken."""
    most = evidence_files.LIMIT >> 20
    return Refused(
        t(
            f"文件不完整，或超过 {most} MiB。请压缩扫描件或分成几个文件。",
            f"No whole file came, or one over {most} MiB. Compress the scan or split it.",
        )
    )


def _assessment(conn: sqlite3.Connection, note: Note) -> int:
    """The assessment that the evidence is for: begun, and with room for one more."""
    row = conn.execute(
        "select a.id, count(e.kind) as files from assessments as a"
        " left join assessment_evidence as e on e.assessment_id = a.id"
        " where a.year = ? and a.institution = ? group by a.id",
        (note.year, note.institution),
    ).fetchone()
    if row is None:
        raise Refused(t("请先为该机构评分。", "Score that institution first."))
    if row["files"] >= MOST_FILES:
        raise Refused(t(f"一个机构最多 {MOST_FILES} 个文件。", f"{MOST_FILES} files at most."))
    if (
        note.indicator
        and not conn.execute(
            "select 1 from assessment_indicators where year = ? and code = ?",
            (note.year, note.indicator),
        ).fetchone()
    ):
        raise Refused(t("请从列表选择指标。", "Choose the indicator from the list."))
    return int(row["id"])


def _insert(
    conn: sqlite3.Connection,
    note: Note,
    by: str,
    via: str,
    sha256: str | None,
    kind: str | None = None,
    size: int | None = None,
) -> None:
    with transaction(conn), acting(conn, by, via):
        assessment = _assessment(conn, note)
        conn.execute(
            "insert into assessment_evidence"
            " (assessment_id, added_at, added_by, note, sha256, indicator, kind, size_bytes)"
            " values (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                assessment, now(), by, note.text.strip()[:500], sha256, note.indicator or None,
                kind, size,
            ),
        )  # fmt: skip
        audit.record(
            conn, by, via, "evidence", "assessments", note.year, institution=note.institution,
            indicator=note.indicator, sha256=sha256, kind=kind, size_bytes=size,
        )  # fmt: skip


def take_out(
    conn: sqlite3.Connection, record: Path, number: int, by: str, via: str
) -> tuple[sqlite3.Row, bytes] | None:
    """The row and the content of a file; None if there is none. That it was read is in the log.

    Raises :class:`Refused` for a file that the record names and that is gone: nobody took it out
    through this programme.
    """
    row: sqlite3.Row | None = conn.execute(
        "select e.*, a.year, a.institution from assessment_evidence as e"
        " join assessments as a on a.id = e.assessment_id where e.id = ? and e.kind <> ''",
        (number,),
    ).fetchone()
    if row is None:
        return None
    content = evidence_files.content_of(record, row["sha256"])
    if content is None:
        raise Refused(
            t(
                "这个文件登记过，但已经不在了。请从备份恢复 evidence.db。",
                "This file is on record and gone: restore evidence.db from a backup.",
            )
        )
    with transaction(conn), acting(conn, by, via):
        audit.record(
            conn, by, via, "export", "assessment_evidence", number, sha256=row["sha256"],
            institution=row["institution"],
        )  # fmt: skip
    return row, content
