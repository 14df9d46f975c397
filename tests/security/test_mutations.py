"""Each family of attacks goes red when the rule it is about is taken away."""

import logging
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from types import ModuleType

import pytest
from datasette.plugins import pm
from training import (
    api_grants,
    api_tokens,
    attempts,
    audit_chain,
    gate,
    projections,
    scopes,
    sessions,
)
from training.database import connect
from training.gate import Answer

from tests.security import test_files, test_logs, test_tampering
from tests.security.canaries import ACTORS, Canary
from tests.security.conftest import City, copy_of, digest
from tests.security.test_blind import differences
from tests.security.test_new_things import who_gets
from tests.security.test_sessions import replays
from tests.security.test_sql import leaks_of
from tests.security.test_throttling import still_open
from tests.security.test_tokens import dead, made, too_much
from tests.security.test_writing import sent

pytestmark = pytest.mark.asyncio(loop_scope="session")


def loaded(name: str) -> ModuleType:
    """The plugin file as Datasette has it."""
    return next(p for p in pm.get_plugins() if getattr(p, "__name__", "") == f"{name}.py")


def open_everything(patched: pytest.MonkeyPatch) -> None:
    patched.setattr(loaded("access"), "listed", lambda *_: [(None, None)])


async def test_reading_without_the_list_of_permissions(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await city.leaks("/training/trainees.json", "auditor") == []
    open_everything(monkeypatch)
    assert await city.leaks("/training/trainees.json", "auditor")


async def test_reading_with_a_scope_that_is_everybodys(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await city.leaks("/institution-tsinghua/trainees.json", "institution_b") == []
    monkeypatch.setattr(scopes, "of", lambda _: scopes.Scope("institution", "tsinghua"))
    assert await city.leaks("/institution-tsinghua/trainees.json", "institution_b")


async def test_sql_on_a_file_that_is_everybodys(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = "institution_b", "institution-tsinghua", "select * from trainees"
    assert await leaks_of(city, *asked) == []
    monkeypatch.setattr(scopes, "of", lambda _: scopes.Scope("institution", "tsinghua"))
    assert await leaks_of(city, *asked)


async def test_blind_without_the_one_no(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    pair = "/staging/kept_by_analyst", "/staging/kept_by_nobodyx"
    assert await differences(city, *pair, "office") == []
    monkeypatch.setattr(loaded("guard"), "one_no", lambda send, _: send)
    assert await differences(city, *pair, "office")


async def test_writing_without_the_list_of_permissions(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = {"table": "brand_new", "row": {"a": 1}}
    assert (await sent(city, "/staging/-/create", body, "auditor"))[0] == []
    open_everything(monkeypatch)
    monkeypatch.setattr(gate, "answer", lambda *_, **__: Answer.LET_IN)
    found, said = await sent(city, "/staging/-/create", body, "auditor")
    monkeypatch.undo()
    await city.served.ds.get_database("staging").execute_write("drop table if exists brand_new")
    assert found, said


async def test_a_session_that_never_ends(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    token = sessions.start_session(city.served.accounts, "analyst")
    city.served.accounts.execute(
        "update sessions set last_seen_at = '2021-11-01T00:00:00+00:00' where token_hash = ?",
        (sessions._hash(token),),
    )
    assert await replays(city, token) == []
    monkeypatch.setattr(sessions, "_alive", lambda *_: True)
    assert await replays(city, token)


async def test_a_token_without_its_scope(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two walls: the kinds of address it opens, and Datasette's own cut of the permissions."""
    outside, sql = ["/analysis"], ["/analysis/-/query.json?sql=select+1"]
    token = made(city, ("analysis",), ("tables",))
    assert await too_much(city, token, outside + sql, r"/x") == []
    with monkeypatch.context() as patched:
        patched.setattr(api_grants.Grant, "opens", lambda *_: True)
        assert await too_much(city, token, outside, r"/x")
        assert await too_much(city, token, sql, r"/x") == []
    monkeypatch.setattr(api_grants.Grant, "restrictions", lambda _: None)
    assert await too_much(city, token, sql, r"/x")
    monkeypatch.undo()
    city.served.accounts.execute("delete from api_tokens")


async def test_a_token_that_never_dies(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    token = made(city)
    api_tokens.revoke(city.served.accounts, "analyst", actor="test")
    assert await dead(city, token) == []
    city.served.accounts.execute("update api_tokens set ended_at = null")
    assert await dead(city, token)
    city.served.accounts.execute("delete from api_tokens")


async def test_guessing_without_a_limit(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    city.served.accounts.execute("delete from attempts")
    assert await still_open(city, "assessor", "10.8.0") == []
    city.served.accounts.execute("delete from attempts")
    monkeypatch.setattr(attempts, "LIMIT", 1000)
    assert await still_open(city, "assessor", "10.8.1")
    city.served.accounts.execute("delete from attempts")


async def test_a_new_thing_without_the_gate(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    assert await who_gets(city, "/-/versions.json") == []
    monkeypatch.setattr(gate, "answer", lambda *_, **__: Answer.LET_IN)
    open_everything(monkeypatch)
    assert await who_gets(city, "/-/versions.json")


def test_a_projection_that_forgets_whose(
    full: tuple[Path, list[Canary]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, city: City
) -> None:
    world, target = copy_of(full[0], tmp_path), tmp_path / "institution-pku.db"
    script, rule = projections._script("institution"), "where t.institution = :institution"
    assert script.count(rule) == 1
    projections.refresh(world.db, "institution", target, institution="pku")
    assert test_files.foreign_in(city, target, "institution_b") == []
    monkeypatch.setattr(projections, "_script", lambda _: script.replace(rule, ""))
    projections.refresh(world.db, "institution", target, institution="pku")
    assert test_files.foreign_in(city, target, "institution_b")


def test_a_mask_that_is_none(city: City, tmp_path: Path) -> None:
    shutil.copy2(city.folder / "training.db", tmp_path / "copy.db")
    with closing(sqlite3.connect(tmp_path / "copy.db")) as conn:
        conn.execute("create table slip (x)")
        conn.execute("insert into slip values (?)", (city.people[3].marks["id_number"],))
        conn.commit()
    assert test_files.numbers_in(city, (tmp_path / "copy.db").read_bytes())


def test_a_chain_without_its_key(
    full: tuple[Path, list[Canary]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = copy_of(full[0], tmp_path)
    with closing(connect(world.db)) as conn:
        head = audit_chain.head(conn)
    assert head
    before = test_tampering.faults(world.db, head)
    test_tampering.damage(world.db, "update audit_log set actor = 'x' where id = 1")
    assert test_tampering.missed(world.db, head, before) == []
    monkeypatch.setattr(audit_chain, "_mac", lambda *_: _any())
    assert test_tampering.missed(world.db, head, before)


def _any() -> str:
    class Same(str):
        def __ne__(self, other: object) -> bool:
            return False

    return Same()


def test_a_log_that_keeps_the_query(city: City, caplog: pytest.LogCaptureFixture) -> None:
    log = logging.getLogger("uvicorn.access")
    kept, log.filters = log.filters, []
    caplog.set_level(logging.INFO, "uvicorn.access")
    try:
        log.info(
            '%s "%s %s" %s %d', "::1", "GET", f"/x?name={city.people[2].marks['name']}", "1", 2
        )
        assert test_logs.named_in(caplog.text.encode(), city.people)
        caplog.clear()
        log.filters = [loaded("access_log").WithoutQuery()]
        log.info(
            '%s "%s %s" %s %d', "::1", "GET", f"/x?name={city.people[2].marks['name']}", "1", 2
        )
        assert test_logs.named_in(caplog.text.encode(), city.people) == []
    finally:
        log.filters = kept


def test_a_changed_row_changes_the_digest(city: City, tmp_path: Path) -> None:
    shutil.copy2(city.folder / "staging.db", tmp_path / "staging.db")
    before = digest(tmp_path / "staging.db")
    with closing(sqlite3.connect(tmp_path / "staging.db")) as conn:
        conn.execute("create table more (x)")
        conn.execute("insert into more values (1)")
        conn.commit()
    assert digest(tmp_path / "staging.db") != before
    assert len(ACTORS) == 8
