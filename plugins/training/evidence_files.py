"""The files behind the scores (考核依据), sealed in ``evidence.db`` beside the record and never served.

A file is found by the hash that the record keeps; it is written before the row that names it, so a
kill in between leaves bytes that nothing names and no row without its bytes. Nothing takes one out.
"""

import hashlib
import io
import re
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

from training import identity
from training.database import connect, now, transaction

#: A scan of a few dozen pages; a film is no evidence.
LIMIT = 20 * 1024 * 1024
#: What a file may be → its media type.
KINDS = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpeg": "image/jpeg",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_PARTS = 2_000
_TABLE = """
create table if not exists evidence_files (
    sha256 text primary key check (length(sha256) = 64),
    kept_at text not null,
    key_version integer not null,
    sealed blob not null            -- AES-GCM, bound to the hash
) strict;

create trigger if not exists evidence_files_kept before delete on evidence_files
begin
    select raise(abort, '考核依据只能追加 (evidence is append-only)');
end;

create trigger if not exists evidence_files_fixed before update of sha256, kept_at on evidence_files
begin
    select raise(abort, '考核依据只能追加 (evidence is append-only)');
end;
"""


def kind_of(content: bytes) -> str | None:
    """What a file is by its content, one of :data:`KINDS`; None for anything else.

    Only whole files count: a beginning that looks right may be followed by anything.
    """
    if content.startswith(b"%PDF-") and b"%%EOF" in content[-1024:]:
        return "pdf"
    if content.startswith(b"\x89PNG\r\n\x1a\n") and content.endswith(b"IEND\xaeB`\x82"):
        return "png"
    if content.startswith(b"\xff\xd8\xff") and content.endswith(b"\xff\xd9"):
        return "jpeg"
    return "xlsx" if content.startswith(b"PK\x03\x04") and _is_workbook(content) else None


def _is_workbook(content: bytes) -> bool:
    """Whether a ZIP is an .xlsx without anything that runs, by its contents page: nothing is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            names = package.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return False
    needed = {"[Content_Types].xml", "xl/workbook.xml"}
    active = any(re.search("vbaproject|embeddings/|activex", name.lower()) for name in names)
    return len(names) <= _PARTS and needed <= set(names) and not active


def path_of(record: str | Path) -> Path:
    """Where the files of the record lie."""
    return Path(record).with_name("evidence.db")


def keep(record: str | Path, content: bytes) -> str:
    """Seal ``content`` and keep it; return its SHA-256. The same file twice is kept once."""
    sha256 = hashlib.sha256(content).hexdigest()
    sealer = identity.Sealer(identity.load_keys(record))
    with closing(_opened(path_of(record))) as conn, transaction(conn):
        conn.execute(
            "insert into evidence_files (sha256, kept_at, key_version, sealed)"
            " values (?, ?, ?, ?) on conflict do nothing",
            (sha256, now(), sealer.version, sealer.seal_bytes(sha256, content)),
        )
    return sha256


def content_of(record: str | Path, sha256: str) -> bytes | None:
    """The file with this hash in the clear; None if it is not there."""
    path = path_of(record)
    if not path.exists():
        return None
    sealer = identity.Sealer(identity.load_keys(record))
    with closing(connect(path, read_only=True)) as conn:
        row = conn.execute(
            "select key_version, sealed from evidence_files where sha256 = ?", (sha256,)
        ).fetchone()
    return sealer.open_bytes(sha256, row["key_version"], row["sealed"]) if row else None


def missing(record: str | Path) -> list[str]:
    """The hashes that the record names as files and that are not there."""
    path = path_of(record)
    held = set()
    if path.exists():
        with closing(connect(path, read_only=True)) as files:
            held = {row[0] for row in files.execute("select sha256 from evidence_files")}
    with closing(connect(record, read_only=True)) as conn:
        named = conn.execute("select distinct sha256 from assessment_evidence where kind <> ''")
        return [row[0] for row in named if row[0] not in held]


def older_than(record: str | Path, version: int) -> int:
    """How many files are sealed with another key than ``version``."""
    path = path_of(record)
    if not path.exists():
        return 0
    with closing(connect(path, read_only=True)) as conn:
        sql = "select count(*) from evidence_files where key_version <> ?"
        return int(conn.execute(sql, (version,)).fetchone()[0])


def reseal_one(record: str | Path, sealer: identity.Sealer) -> bool:
    """Seal one file anew that is under another key; whether there was one."""
    path = path_of(record)
    if not path.exists():
        return False
    with closing(connect(path)) as conn, transaction(conn):
        row = conn.execute(
            "select * from evidence_files where key_version <> ? limit 1", (sealer.version,)
        ).fetchone()
        if row is None:
            return False
        content = sealer.open_bytes(row["sha256"], row["key_version"], row["sealed"])
        conn.execute(
            "update evidence_files set key_version = ?, sealed = ? where sha256 = ?",
            (sealer.version, sealer.seal_bytes(row["sha256"], content), row["sha256"]),
        )
    return True


def _opened(path: Path) -> sqlite3.Connection:
    """The file of files, made for its owner alone when the first one comes."""
    if not path.exists():
        path.touch(mode=0o600)
    conn = connect(path)
    conn.execute("pragma journal_mode = wal")
    conn.executescript(_TABLE)
    return conn
