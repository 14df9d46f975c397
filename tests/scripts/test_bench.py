"""scripts/bench.py: each figure is there, from rosters of people who cannot exist."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from training import bench, bench_rosters, cells
from training.identity_numbers import known_counties

from tests.conftest import ROOT


def test_an_import_is_measured_part_by_part() -> None:
    run = subprocess.run(
        [sys.executable, ROOT / "scripts" / "bench.py", "import",
         "--rows", "60", "--few", "20", "--repeat", "1"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    measured = re.findall(r"^(\D+) (?:20|60) rows +[0-9.]+ s +[1-9][0-9]* MB", run.stdout, re.M)
    assert measured[:3] == ["preview", "commit", "commit"]
    assert "read a workbook of" in measured
    assert re.search(r"^commit 60 rows +(?:[0-9.]+ times \.import|no ratio)", run.stdout, re.M)
    parts = re.findall(r"^([a-z ]+?) +-?[0-9.]+ s$", run.stdout, re.M)
    assert parts == ["reading", "rules", "hashing and sealing", "storing"]


def test_nobody_in_a_measured_roster_can_exist_or_comes_twice() -> None:
    rows = list(bench_rosters.people(20_000, first=130_000))
    numbers = {row[bench_rosters.HEADER.index("身份证号码")] for row in rows}
    codes = [row[bench_rosters.HEADER.index("统一社会信用代码")] for row in rows[:50]]
    assert (len(bench_rosters.HEADER), len(numbers)) == (20, 20_000)
    assert {number[:6] for number in numbers}.isdisjoint(known_counties())
    assert all(cells.credit_code(code) == (code, ()) for code in codes)


def test_a_child_that_fails_is_no_figure(tmp_path: Path) -> None:
    with pytest.raises(subprocess.CalledProcessError):
        bench.child([sys.executable, "-c", "raise SystemExit(3)"])
