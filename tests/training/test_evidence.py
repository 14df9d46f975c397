"""Files behind the scores: what is taken, by content alone; kept sealed, for good, and in the backup."""

import hashlib
import io
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
from training import assessment, backups, evidence, evidence_files, health, key_rotation, scores
from training.database import connect
from training.workflow import Refused

from tests.conftest import YEAR, World
from tests.evidence import JPEG, PDF, PNG, XLSX
from tests.people import identity_number
from tests.workbook_files import row, sheet, xlsx, zipped
from tests.worlds import QUERIES

BY = ("assessor", "script")
NOTE = evidence.Note(YEAR, "pku", "满意度调查", "satisfaction")


@pytest.fixture
def scored(conn: sqlite3.Connection) -> sqlite3.Connection:
    scores.save(conn, YEAR, {("pku", "satisfaction"): "80"}, *BY)
    return conn


def attach(
    conn: sqlite3.Connection, world: World, content: bytes, note: evidence.Note = NOTE
) -> None:
    evidence.attach(conn, world.db, note, "调查.pdf", content, *BY)


@pytest.mark.parametrize(
    ("content", "kind"), [(PDF, "pdf"), (PNG, "png"), (JPEG, "jpeg"), (XLSX, "xlsx")]
)
def test_what_a_file_is_says_its_content(content: bytes, kind: str) -> None:
    assert evidence_files.kind_of(content) == kind


HOSTILE = {
    "nothing": b"",
    "a page": b"<!DOCTYPE html><script>alert(1)</script>",
    "a page that ends as a PDF": b"<html>%PDF-1.4 %%EOF",
    "half a PDF": b"%PDF-1.4\n1 0 obj",
    "a PDF with a page in front": b"<svg/>" + PDF,
    "half a picture": PNG[:-4],
    "a picture with a page behind": JPEG + b"<script>",
    "a vector picture": b'<svg xmlns="http://www.w3.org/2000/svg"/>',
    "a ZIP": zipped([("a.txt", "x")]),
    "a broken ZIP": b"PK\x03\x04" + b"\x00" * 40,
    "macros": xlsx(sheet(row(1, "a")), extra=[("xl/vbaProject.bin", b"x")]),
    "a program inside": xlsx(sheet(row(1, "a")), extra=[("xl/embeddings/ole.bin", b"x")]),
    "a document of another kind": zipped(
        [("[Content_Types].xml", "x"), ("word/document.xml", "x")]
    ),
    "a program": b"MZ" + b"\x00" * 100,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_anything_else_is_refused_whatever_it_is_called(
    scored: sqlite3.Connection, world: World, name: str
) -> None:
    with pytest.raises(Refused, match="PDF"):
        attach(scored, world, HOSTILE[name])
    assert not (world.folder / "evidence.db").exists()


def test_a_bomb_is_not_unpacked(scored: sqlite3.Connection, world: World) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as package:
        for name in ("[Content_Types].xml", "xl/workbook.xml"):
            package.writestr(name, "x")
        for number in range(3_000):
            package.writestr(f"xl/{number}.xml", "")
    with pytest.raises(Refused):
        attach(scored, world, packed.getvalue())


def test_a_large_file_is_refused(
    scored: sqlite3.Connection, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evidence_files, "LIMIT", len(PDF) - 1)
    with pytest.raises(Refused, match="超过"):
        attach(scored, world, PDF)


def test_only_of_a_score_that_is_there_and_not_without_end(
    scored: sqlite3.Connection, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for wrong in ({"institution": "bit"}, {"indicator": "beauty"}):
        with pytest.raises(Refused):
            attach(scored, world, PDF, NOTE._replace(**wrong))
    monkeypatch.setattr(evidence, "MOST_FILES", 1)
    attach(scored, world, PDF)
    with pytest.raises(Refused, match="最多"):
        attach(scored, world, PNG)
    assert len(list(scored.execute("select 1 from assessment_evidence"))) == 1


@pytest.mark.parametrize(
    ("name", "noted"),
    [("../../../etc/passwd", "passwd"), ("C:\\x\\调查.pdf", "调查.pdf"), ("a" * 900, "a" * 500)],
)
def test_a_path_for_a_name_is_a_name(
    scored: sqlite3.Connection, world: World, name: str, noted: str
) -> None:
    evidence.attach(scored, world.db, NOTE._replace(text=" "), name, PDF, *BY)
    assert scored.execute("select note from assessment_evidence").fetchone()[0] == noted
    assert {path.name for path in world.folder.iterdir()} >= {"evidence.db"}


def test_it_is_listed_logged_and_comes_back_as_it_was(
    scored: sqlite3.Connection, world: World
) -> None:
    attach(scored, world, PDF)
    attach(scored, world, PDF, NOTE._replace(text="再次"))
    (line,) = (
        one for one in assessment.sheet(scored, YEAR, QUERIES)["lines"] if one["slug"] == "pku"
    )
    first = line["evidence"][0]
    sha256 = hashlib.sha256(PDF).hexdigest()
    assert (first["note"], first["kind"], first["size_bytes"]) == ("满意度调查", "pdf", len(PDF))
    assert (first["sha256"], first["indicator"]) == (sha256, "satisfaction")
    detail = scored.execute("select detail from audit_log where action = 'evidence'").fetchone()[0]
    assert sha256 in detail
    found = evidence.take_out(scored, world.db, first["id"], *BY)
    assert found
    assert found[1] == PDF
    exports = "select count(*) from audit_log where subject = 'assessment_evidence'"
    assert scored.execute(exports).fetchone()[0] == 1
    with closing(connect(world.folder / "evidence.db")) as files:
        assert files.execute("select count(*) from evidence_files").fetchone()[0] == 1


def test_it_lies_sealed_and_is_its_owners_alone(scored: sqlite3.Connection, world: World) -> None:
    number = identity_number(3)
    attach(scored, world, PDF.replace(b"obj", f"obj {number}".encode()))
    for path in world.folder.glob("evidence.db*"):
        assert number.encode() not in path.read_bytes()
        assert path.stat().st_mode & 0o077 == 0


def test_nothing_takes_it_out_and_a_hand_is_found(scored: sqlite3.Connection, world: World) -> None:
    attach(scored, world, PDF)
    for act in ("delete from assessment_evidence", "update assessment_evidence set kind = null"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            scored.execute(act)
    with closing(connect(world.folder / "evidence.db")) as files:
        for act in ("delete from evidence_files", "update evidence_files set sha256 = 'x'"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                files.execute(act)
    assert evidence_files.missing(world.db) == []
    for path in world.folder.glob("evidence.db*"):
        path.unlink()
    assert len(evidence_files.missing(world.db)) == 1
    with pytest.raises(Refused, match="备份"):
        evidence.take_out(scored, world.db, 1, *BY)
    faults = [one for one in health.examine(world.db) if one.what == "evidence.db"]
    assert [one.level for one in faults] == ["fault"]


def test_it_is_in_the_backup_and_follows_the_keys(
    scored: sqlite3.Connection, world: World, tmp_path: Path
) -> None:
    attach(scored, world, PDF)
    manifest = backups.take(world.db, tmp_path / "backup", "office")
    assert manifest["files"]["evidence.db"]["rows"]["evidence_files"] == 1
    key_rotation.add_version(world.db)
    assert key_rotation.left(world.db)["evidence"] == 1
    assert ("evidence", 1) in list(key_rotation.reseal(world.db, "office"))
    key_rotation.drop_old(world.db, "office")
    found = evidence.take_out(scored, world.db, 1, *BY)
    assert found
    assert found[1] == PDF
