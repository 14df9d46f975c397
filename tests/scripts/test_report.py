"""scripts/report.py: one command, one workbook, in the audit log."""

import subprocess
import sys

from tests.conftest import ROOT, World


def test_the_report_is_written_and_logged(world: World) -> None:
    out = world.folder / "报告.xlsx"
    script = [sys.executable, str(ROOT / "scripts" / "report.py"), "--db", str(world.db)]
    done = subprocess.run([*script, str(out)], capture_output=True, text=True, check=True)
    assert "2021-2022" in done.stdout
    assert out.read_bytes()[:2] == b"PK"
    with world.connect() as conn:
        found = conn.execute("select via from audit_log where subject = 'report'").fetchall()
    assert [row[0] for row in found] == ["script"]
    wrong = subprocess.run(
        [*script, "--year", "1999-2000", str(out)], capture_output=True, check=False
    )
    assert wrong.returncode == 2
