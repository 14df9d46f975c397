"""scripts/demo.py: fills an empty record once, and says what it can't do."""

import subprocess
import sys
from contextlib import closing
from pathlib import Path

from tests.conftest import ROOT, World
from tests.worlds import add_people


def demo(db: Path) -> tuple[int, list[str]]:
    run = subprocess.run(
        [sys.executable, ROOT / "scripts" / "demo.py", "--db", str(db)],
        capture_output=True, text=True,
    )  # fmt: skip
    return run.returncode, run.stdout.splitlines()


def test_it_prints_accounts_once_and_where_the_rosters_lie(world: World) -> None:
    status, lines = demo(world.db)
    assert status == 0
    assert sum(line.startswith("account:") for line in lines) == 8
    rosters = [Path(line.removeprefix("roster: ")) for line in lines if line.startswith("roster:")]
    assert len(rosters) == 7
    assert all(path.parent == world.folder / "demo-rosters" and path.exists() for path in rosters)
    status, again = demo(world.db)
    assert (status, sum(line.startswith(("account:", "roster:")) for line in again)) == (0, 0)


def test_what_it_cannot_do_has_a_status(world: World, tmp_path: Path) -> None:
    assert demo(tmp_path / "none" / "training.db") == (2, [])
    with closing(world.connect()) as conn:
        add_people(conn)
    assert demo(world.db) == (1, [])


def test_without_keys_nobody_can_be_sealed(world: World) -> None:
    world.db.with_suffix(".keys").unlink()
    assert demo(world.db) == (2, [])
    assert not (world.folder / "demo-accounts.csv").exists()
