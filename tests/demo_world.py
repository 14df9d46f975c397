"""The demonstration as tests see it: made once in a run, copied for each process that reads it."""

import fcntl
import os
import shutil
from contextlib import closing
from pathlib import Path

import pytest
from training import building, demo, passwords
from training.database import connect

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
    """The folder of a demonstration that this test process has for itself."""
    folder = factory.getbasetemp() / "demonstration"
    if not folder.exists():
        shutil.copytree(_made_once(factory), folder)
    return folder


def _made_once(factory: pytest.TempPathFactory) -> Path:
    """The demonstration of the whole run, which whoever needs it first makes for all."""
    base = factory.getbasetemp()
    # The folders of the processes of one run lie beside each other.
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder = shared / "demonstration-of-all"
    with (shared / "demonstration.lock").open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            folder.mkdir()
            make_demo(folder)
            with closing(connect(folder / "training.db")) as conn:
                conn.execute("pragma wal_checkpoint(truncate)")
    return folder
