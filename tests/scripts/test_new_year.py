"""scripts/new_year.py: a dry run unless told otherwise, and not twice."""

import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT, World


def call(world: World, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    script = [sys.executable, ROOT / "scripts" / "new_year.py", "--db", world.db]
    return subprocess.run(
        [*map(str, script), *map(str, arguments)], capture_output=True, text=True, check=False
    )


def test_a_year_is_prepared_when_told_to_and_not_twice(world: World) -> None:
    dry = call(world, "2022-2023")
    assert dry.stdout.endswith("nothing was written\n")
    done = call(world, "2022-2023", "--commit")
    assert done.returncode == 0
    assert "year 2022-2023 (planned)" in done.stdout
    again = call(world, "2022-2023", "--commit")
    assert (again.returncode, "exists already" in again.stderr) == (1, True)
