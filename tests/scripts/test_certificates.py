"""Certificates from the command line: nothing without --yes, and what the office's page can do."""

import re
import sqlite3

import pytest
from click.testing import CliRunner, Result

from scripts.certificates import certificates
from tests.conftest import YEAR, World
from tests.worlds import add_class, add_consents, add_people

DAY = "2023-02-01"
NUMBER = r"LJRC-\d{4}-\d{2}-\d{5}-[\dX]"


def run(world: World, *words: str) -> Result:
    return CliRunner().invoke(certificates, [*words, "--db", str(world.db)])


def issue(world: World, *more: str) -> Result:
    return run(world, "issue", "--year", YEAR, "--issued-on", DAY, *more)


@pytest.fixture
def number(world: World, conn: sqlite3.Connection) -> str:
    """The number of the one certificate of a record."""
    add_people(conn, 1, state="completed", cohort_id=add_class(conn))
    add_consents(conn)
    assert issue(world, "--yes").exit_code == 0
    return str(conn.execute("select number from certificates").fetchone()[0])


def test_nothing_is_stored_without_a_yes(world: World, conn: sqlite3.Connection) -> None:
    add_people(conn, 2, state="completed", cohort_id=add_class(conn))
    add_people(conn, 1, state="enrolled")
    add_consents(conn)
    for more in ((), ("--dry-run",), ("--yes", "--dry-run")):
        said = issue(world, *more)
        assert said.exit_code == 0
        assert "would be certified: 2" in said.output
        assert "left out: 1" in said.output
        assert "示例1" not in said.output
        assert conn.execute("select count(*) from certificates").fetchone()[0] == 0
    said = issue(world, "--yes")
    assert (said.exit_code, len(re.findall(NUMBER, said.output))) == (0, 2)
    assert conn.execute("select count(*) from certificates").fetchone()[0] == 2
    assert issue(world, "--yes").exit_code == 1


def test_consent_is_waived_with_a_reason(world: World, conn: sqlite3.Connection) -> None:
    add_people(conn, 1, state="completed", cohort_id=add_class(conn))
    assert "未登记知情同意" in issue(world).output
    assert issue(world, "--yes").exit_code == 1
    assert issue(world, "--yes", "--waive-consent", "纸质同意书在途").exit_code == 0


def test_a_year_that_is_not_there_is_a_wrong_call(world: World) -> None:
    assert run(world, "issue", "--year", "1999-2000", "--yes").exit_code == 2


def test_the_pdf_is_written(world: World, number: str) -> None:
    out = world.folder / "one.pdf"
    assert run(world, "pdf", number, str(out)).exit_code == 0
    assert out.read_bytes().startswith(b"%PDF-")
    assert run(world, "pdf", "LJRC-2021-02-99999-0", str(out)).exit_code == 1


def test_without_the_signing_key_it_says_so(world: World, number: str) -> None:
    (world.folder / "signing.keys").unlink()
    said = run(world, "pdf", number, str(world.folder / "one.pdf"))
    assert said.exit_code == 1
    assert "密钥" in said.output


def test_reissue_then_revoke(world: World, conn: sqlite3.Connection, number: str) -> None:
    said = run(world, "reissue", number, "--reason", "遗失补发", "--issued-on", DAY)
    assert said.exit_code == 0
    new = re.findall(NUMBER, said.output)[-1]
    assert new != number
    assert run(world, "revoke", number, "--reason", "理由").exit_code == 1
    assert run(world, "revoke", new, "--reason", "弄虚作假").exit_code == 0
    states = dict(conn.execute("select number, status from certificates").fetchall())
    assert states == {number: "replaced", new: "revoked"}
    acts = conn.execute("select action, via from audit_log where subject = 'certificates'")
    assert [tuple(row) for row in acts] == [
        ("issue", "script"), ("reissue", "script"), ("revoke", "script"),
    ]  # fmt: skip
