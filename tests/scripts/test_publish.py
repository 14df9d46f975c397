"""scripts/publish.py: the public file from the record, made only when something has changed."""

import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT, World


def publish(*arguments: object) -> tuple[int, str]:
    run = subprocess.run(
        [sys.executable, ROOT / "scripts" / "publish.py", *map(str, arguments)],
        capture_output=True,
        text=True,
    )
    return run.returncode, run.stdout.split(":")[0]


def test_the_public_file_is_made_once(world: World) -> None:
    (world.folder / "public.db").unlink()
    assert publish("--db", world.db) == (0, "made")
    assert publish("--db", world.db) == (0, "up to date")


def test_without_a_record_nothing_is_made(tmp_path: Path) -> None:
    assert publish("--db", tmp_path / "training.db") == (1, "")
    assert list(tmp_path.iterdir()) == []
