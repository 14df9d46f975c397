"""The demonstration rosters: three faults, the same corrected, and what approving it moves."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from training import roster, workflow
from training.database import connect
from training.identity import load_keys
from training.rows import Sender

from tests.conftest import YEAR
from tests.demo_world import demo_folder
from tests.worlds import ask, statuses

FAULTS = [(7, "id_number", "id-checksum"), (10, "mobile", "mobile-format"),
          (13, "province", "province-unknown")]  # fmt: skip
SHAPES = ("-gb18030.csv", "-utf8.csv", ".xlsx")


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> Path:
    copy = tmp_path / "demo"
    shutil.copytree(demo_folder(tmp_path_factory), copy)
    return copy


@pytest.fixture
def record(folder: Path) -> Iterator[sqlite3.Connection]:
    with closing(connect(folder / "training.db")) as conn:
        yield conn


def send(folder: Path, conn: sqlite3.Connection, name: str, sender: Sender) -> roster.Report:
    order = roster.Order(folder / "demo-rosters" / name, YEAR, sender, by="clerk")
    return roster.run(conn, order, load_keys(folder / "training.db"), commit=True)


@pytest.mark.parametrize("shape", SHAPES)
def test_three_faults(folder: Path, record: sqlite3.Connection, shape: str) -> None:
    name = f"tsinghua-faulty{shape}"
    report = send(folder, record, name, Sender(institution="tsinghua", province=None))
    assert [(one.row, one.column, one.code) for one in report.errors] == FAULTS
    assert (report.rows, report.rejected, report.committed) == (12, 3, False)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_corrected_roster_lifts_the_year_over_both_targets(
    folder: Path, record: sqlite3.Connection, shape: str
) -> None:
    name = f"tsinghua-corrected{shape}"
    report = send(folder, record, name, Sender(institution="tsinghua", province=None))
    assert report.errors == []
    assert (report.new, report.absent, report.committed) == (12, 0, True)
    assert report.batch
    assert statuses(record, "quota_headcount")["active"] == "undetermined"
    assert workflow.approve(record, report.batch, "office", "script", enrol=True) == 12
    headcount, share = (
        ask(record, name)[0] for name in ("quota_headcount", "quota_manufacturing_share")
    )
    assert (headcount["numerator"], headcount["status"]) == (2004, "pass")
    assert (share["numerator"], share["status"]) == (603, "pass")


def test_the_roster_of_the_authority(folder: Path, record: sqlite3.Connection) -> None:
    sender = Sender(institution=None, province="530000")
    report = send(folder, record, "yunnan-530000-gb18030.csv", sender)
    assert report.errors == []
    assert (report.new, report.absent, report.committed) == (6, 0, True)
