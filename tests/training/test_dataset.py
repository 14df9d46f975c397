"""The files of a release: the same list in each format, the same bytes each time."""

import csv
import hashlib
import io
import json
import sqlite3
import zipfile
from pathlib import Path

import pytest
from frictionless import Package
from training import dataset, releases
from training.dataset import About

from tests.conftest import World

ABOUT = About(3, "2022-11-02T10:00:00+08:00", "0" * 64, "")


@pytest.fixture
def made(world: World) -> dict[str, bytes]:
    return dataset.files(releases.draft(world.db), ABOUT)


def test_every_file_is_made_and_offered(made: dict[str, bytes]) -> None:
    assert set(made) == set(dataset.NAMES)


def test_the_same_release_makes_the_same_bytes(world: World, made: dict[str, bytes]) -> None:
    assert dataset.files(releases.draft(world.db), ABOUT) == made


def test_each_format_holds_the_same_list(made: dict[str, bytes], tmp_path: Path) -> None:
    plain = list(csv.DictReader(io.StringIO(made["institutions-plain.csv"].decode(), newline="")))
    with_bom = made["institutions.csv"]
    assert with_bom.startswith(b"\xef\xbb\xbf")
    assert with_bom[3:] == made["institutions-plain.csv"]
    listed = json.loads(made["institutions.json"])
    assert listed["release"]["number"] == 3
    texts = [
        {k: "" if v is None else str(v) for k, v in row.items()} for row in listed["institutions"]
    ]
    assert texts == plain
    assert [json.loads(line) for line in made["institutions.ndjson"].splitlines()] == (
        listed["institutions"]
    )
    (tmp_path / "copy.db").write_bytes(made["institutions.sqlite"])
    conn = sqlite3.connect(tmp_path / "copy.db")
    conn.row_factory = sqlite3.Row
    rows = [dict(row) for row in conn.execute("select * from institutions order by rowid")]
    conn.close()
    assert rows == listed["institutions"]
    with zipfile.ZipFile(io.BytesIO(made["institutions.xlsx"])) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert sheet.count("<row ") == len(plain) + 1 == 23
    assert plain[0]["tracks"] == "regional_development;thematic"


def test_the_sums_are_those_of_the_files(made: dict[str, bytes]) -> None:
    lines = dict(reversed(line.split("  ")) for line in made["SHA256SUMS"].decode().splitlines())
    others = {path: file for path, file in made.items() if path != "SHA256SUMS"}
    assert lines == {path: hashlib.sha256(file).hexdigest() for path, file in others.items()}


def test_the_data_package_is_valid_by_its_own_tool(made: dict[str, bytes], tmp_path: Path) -> None:
    for path, content in made.items():
        (tmp_path / path).write_bytes(content)
    package = Package(str(tmp_path / "datapackage.json"))
    assert [resource.name for resource in package.resources] == [
        "institutions", "tracks", "authorities",
    ]  # fmt: skip
    report = package.validate()
    assert report.valid, report.flatten(["rowNumber", "fieldName", "type", "note"])
    (tmp_path / "tracks.csv").write_bytes(made["tracks.csv"] + b"again,x,y,z,office\r\n")
    assert not Package(str(tmp_path / "datapackage.json")).validate().valid
