"""The demonstration as tests see it: made once in a process, then only read or copied."""

from pathlib import Path

import pytest
from training import building, demo, passwords

from tests.conftest import ROOT


def make_demo(folder: Path) -> list[str]:
    """Build a record in ``folder`` and fill it; passwords are hashed in one round."""
    list(building.build(folder / "training.db", ROOT / "db" / "seed"))
    passwords.ITERATIONS, slow = 1, passwords.ITERATIONS
    try:
        return list(demo.make(folder / "training.db"))
    finally:
        passwords.ITERATIONS = slow


def demo_folder(factory: pytest.TempPathFactory) -> Path:
    """The folder of a demonstration that this test process makes at most once."""
    folder = factory.getbasetemp() / "demonstration"
    if not folder.exists():
        folder.mkdir()
        make_demo(folder)
    return folder
