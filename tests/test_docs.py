"""What the README says is what there is: commands, targets, files, generated tables, figures."""

import re
import subprocess
import sys
from functools import cache

import pytest

from tests.conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
README_ZH = (ROOT / "README.zh-CN.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = set(re.findall(r"^([a-z-]+):.*##", MAKEFILE, re.M))
SCRIPTS = sorted(path.name for path in (ROOT / "scripts").glob("*.py"))


@cache
def run(*call: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *call], cwd=ROOT, capture_output=True, text=True)


@pytest.mark.parametrize("text", [README, README_ZH], ids=["en", "zh"])
def test_every_make_target_named_is_one(text: str) -> None:
    named = set(re.findall(r"(?:`|^)make ([a-z-]+)", text, re.M))
    assert named
    assert named <= TARGETS


def test_every_target_has_a_line_of_help() -> None:
    phony = re.search(r"\.PHONY: (.*)", MAKEFILE)
    assert phony
    assert set(phony[1].split()) - {"serve-demo"} == TARGETS


@pytest.mark.parametrize("text", [README, README_ZH], ids=["en", "zh"])
def test_every_path_named_is_there(text: str) -> None:
    built = {
        "db/training.keys",
        "db/training.erased",
        "db/demo-accounts.csv",
        "db/demo-rosters/",
        "db/uploads/",
        "db/public.db",
        "db/certificates.db",
        "db/scopes/analysis.db",
    }
    named = set(re.findall(r"`((?:plugins|scripts|db|tests|templates)/[\w./-]+)`", text))
    assert [path for path in named - built if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("script", SCRIPTS)
def test_every_script_has_help(script: str) -> None:
    done = run(f"scripts/{script}", "--help")
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) > 4


def test_every_option_named_in_an_example_is_one() -> None:
    for script, rest in re.findall(r"python (scripts/\w+\.py)([^`|#]*)", README + README_ZH):
        words = rest.split("python ")[0].split()
        # Some scripts have commands of their own, and the options belong to these.
        command = [word for word in words[:1] if re.fullmatch("[a-z]+", word)]
        options = {word for word in words if re.fullmatch("--[a-z-]+", word)}
        help_text = run(script, *command, "--help").stdout
        assert options <= set(re.findall(r"--[a-z-]+", help_text)), (script, words)


def test_the_generated_tables_are_true() -> None:
    assert run("scripts/docs.py", "--check").returncode == 0, "run `python scripts/docs.py`"
