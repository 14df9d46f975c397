"""scripts/check.py: every check, as text or as one JSON object, and an exit status that tells."""

import json
import subprocess
import sys
from contextlib import closing

import pytest
from training import queries

from tests.conftest import ROOT, World
from tests.worlds import QUERIES, set_year

CHECKS = queries.checks(QUERIES)


def check(*words: object) -> tuple[int, str]:
    run = subprocess.run(
        [sys.executable, ROOT / "scripts" / "check.py", *map(str, words)],
        capture_output=True, text=True,
    )  # fmt: skip
    return run.returncode, run.stdout


def test_one_json_object_with_every_check(world: World) -> None:
    status, text = check("--db", world.db, "--json")
    found = json.loads(text)
    assert status == 1
    assert (found["year"], found["failed"]) == ("2021-2022", True)
    assert [one["query"] for one in found["checks"]] == [query.name for query in CHECKS]
    by_name = {one["query"]: one for one in found["checks"]}
    assert by_name["quota_headcount"]["status"] == "undetermined"
    assert by_name["quota_headcount"]["rows"][0]["threshold"] == 2000
    assert by_name["check_contacts"]["status"] == "fail"


def test_as_text_every_check_has_its_rows(world: World) -> None:
    status, text = check("--db", world.db)
    assert status == 1
    lines = text.splitlines()
    heads = [line.split("  ")[0] for line in lines if line[:1] == "Q"]
    assert heads == [query.check for query in CHECKS]
    assert sum(line.split()[0] == "fail" for line in lines if line.strip()) == 3
    assert "     not_applicable 22" in lines


def test_nothing_fails_before_the_deadlines(world: World) -> None:
    with closing(world.connect()) as conn:
        set_year(conn, contact_form_due="2999-12-31", selection_due="2999-12-31")
    assert check("--db", world.db)[0] == 0


@pytest.mark.parametrize(
    "words",
    [("--year", "1999-2000"), ("--db", "nowhere.db"), ("--db", str(ROOT / "LICENSE")), ("--what",)],
)
def test_a_wrong_call(world: World, words: tuple[str, ...]) -> None:
    assert check("--db", world.db, *words) == (2, "")
