"""scripts/release.py: the same two steps from the shell."""

import subprocess
import sys

from tests.conftest import ROOT, World


def call(world: World, *words: str, by: str) -> tuple[int, str]:
    run = subprocess.run(
        [sys.executable, ROOT / "scripts" / "release.py", "--db", str(world.db), *words],
        capture_output=True, text=True, env={"LOGNAME": by, "PATH": "/usr/bin"},
    )  # fmt: skip
    return run.returncode, run.stdout + run.stderr


def test_prepared_in_the_shell_and_not_confirmed_by_the_same_person(world: World) -> None:
    with world.connect() as conn:
        conn.execute("update institutions set name_en = 'New name' where slug = 'pku'")
    status, said = call(world, "show", by="one")
    assert status == 0
    assert "English name: Peking University → New name" in said
    assert call(world, "prepare", "--note", "更正", by="one")[0] == 0
    status, said = call(world, "confirm", "2", by="one")
    assert (status, "Somebody else" in said) == (1, True)
    assert call(world, "withdraw", "2", by="one")[0] == 0
    status, said = call(world, "confirm", "2", by="one")
    assert (status, "does not wait" in said) == (1, True)
