"""The arrows of the house: who may import whom. See "The house" in the README."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

DOMAIN = sorted((ROOT / "plugins" / "training").rglob("*.py"))
PLUGINS = sorted((ROOT / "plugins").glob("*.py"))
SCRIPTS = sorted((ROOT / "scripts").glob("*.py"))

TOP_LEVEL = {
    "metadata.yml", "plugins", "scripts", "db", "templates", "tests", "Makefile", "README.md",
    "README.zh-CN.md", "CHANGELOG.md", "LICENSE", "pyproject.toml", "requirements.txt",
    "requirements-test.txt",
}  # fmt: skip


def imports(path: Path) -> Iterator[str]:
    """The top-level names that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.split(".")[0]


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", DOMAIN, ids=name)
def test_the_domain_knows_neither_datasette_nor_click(path: Path) -> None:
    foreign = {"datasette", "click", "datasette_upload_csvs", "jinja2", "plugins", "scripts"}
    assert foreign.isdisjoint(imports(path))


@pytest.mark.parametrize("path", PLUGINS, ids=name)
def test_a_plugin_reaches_the_record_through_the_domain(path: Path) -> None:
    assert {"sqlite_utils", "click"}.isdisjoint(imports(path))
    assert "sqlite3.connect" not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", SCRIPTS, ids=name)
def test_a_script_holds_no_sql(path: Path) -> None:
    assert {"sqlite_utils", "datasette"}.isdisjoint(imports(path))
    assert "sqlite3.connect" not in path.read_text(encoding="utf-8")
    assert not re.search(r"\b(select|insert into|update|delete from)\s+\w+\s+(from|set|where|\()",
                         path.read_text(encoding="utf-8"), re.I)  # fmt: skip


@pytest.mark.parametrize("path", sorted((ROOT / "templates").glob("*.html")), ids=name)
def test_a_template_holds_no_sql_and_loads_nothing_foreign(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\bselect\b[^{}]+\bfrom\b", text, re.I)
    loads = r"""<(?:script|link|img|iframe|source)\b[^>]*\b(?:src|href)\s*=\s*["']?(?:https?:)?//"""
    assert not re.search(loads, text)


def test_the_top_level_is_the_houses() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.splitlines()  # fmt: skip
    found = {line.split("/")[0] for line in listed if not line.startswith(".")}
    assert found <= TOP_LEVEL
