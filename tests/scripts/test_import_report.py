"""`import_roster.py --report`: the sheet with its faults marked, for the command line."""

import subprocess
import sys
from pathlib import Path

from python_calamine import CalamineWorkbook

from tests.conftest import ROOT, YEAR, World
from tests.people import person, roster_csv


def run(world: World, file: Path, report: Path) -> int:
    command = [
        sys.executable, ROOT / "scripts" / "import_roster.py", file, "--db", world.db,
        "--year", YEAR, "--institution", "tsinghua", "--report", report,
    ]  # fmt: skip
    return subprocess.run(list(map(str, command)), capture_output=True, check=False).returncode


def test_the_report_can_be_read_again_and_is_its_owners_alone(world: World, tmp_path: Path) -> None:
    rows = [person(n) for n in range(3)]
    rows[1]["手机"] = "12345"
    file, report, second = (tmp_path / name for name in ("a.csv", "a.xlsx", "b.xlsx"))
    file.write_text(roster_csv(rows), encoding="utf-8")
    assert run(world, file, report) == 1
    assert report.stat().st_mode & 0o077 == 0
    cells = CalamineWorkbook.from_path(report).get_sheet_by_index(0).to_python()
    assert cells[0][-1] == "错误说明"
    assert "手机：" in cells[2][-1]
    assert run(world, report, second) == 1


def test_a_file_without_rows_leaves_no_report(world: World, tmp_path: Path) -> None:
    file, report = tmp_path / "a.pdf", tmp_path / "a.xlsx"
    file.write_bytes(b"%PDF-1.7 nothing")
    assert run(world, file, report) == 1
    assert not report.exists()
