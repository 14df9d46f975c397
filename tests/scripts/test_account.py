"""Accounts from the shell: a password is printed once, and what is refused says so."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pyotp
import pytest
from click.testing import CliRunner, Result
from training import accounts, api_tokens, passwords, second_factor, sessions

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "account.py"
ONE_TIME = re.compile(r"one-time password: (\S+)")


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("account_script", SCRIPT)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def run(script: ModuleType, world: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(passwords, "ITERATIONS", 1)

    def call(*words: str, status: int = 0) -> Result:
        result = CliRunner().invoke(script.account, [*words, "--db", str(world.db)])
        assert result.exit_code == status, result.output
        return result

    return call


@pytest.fixture
def store(world: Any) -> Any:
    conn = accounts.open(accounts.beside(world.db))
    yield conn
    conn.close()


def make(run: Any, *words: str) -> str:
    found = ONE_TIME.findall(run("create", *words).output)
    assert len(found) == 1
    return str(found[0])


def test_create(run: Any, store: Any) -> None:
    password = make(
        run, "clerk", "--role", "institution", "--institution", "tsinghua", "--name", "张三"
    )
    account = sessions.authenticate(store, "clerk", password)
    assert account
    assert account.must_change_password
    assert account.actor["name"] == "张三"
    assert account.actor["institution"] == "tsinghua"


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["Clerk", "--role", "office"], 1),
        (["clerk", "--role", "institution"], 1),
        (["clerk", "--role", "institution", "--institution", "nowhere"], 1),
        (["clerk", "--role", "province", "--province", "999999"], 1),
        (["clerk", "--role", "office", "--province", "330000"], 1),
        (["clerk", "--role", "boss"], 2),
        (["clerk"], 2),
        ([], 2),
    ],
)
def test_create_refuses(run: Any, store: Any, words: list[str], status: int) -> None:
    result = run("create", *words, status=status)
    assert not ONE_TIME.search(result.output)
    assert accounts.everybody(store) == []


def test_a_second_account_of_the_name_is_refused(run: Any) -> None:
    make(run, "clerk", "--role", "office")
    run("create", "clerk", "--role", "office", status=1)


def test_reset(run: Any, store: Any) -> None:
    old = make(run, "clerk", "--role", "office")
    token = sessions.start_session(store, "clerk")
    new = ONE_TIME.findall(run("reset", "clerk").output)[0]
    assert sessions.visitor(store, token) is None
    assert sessions.authenticate(store, "clerk", old) is None
    assert sessions.authenticate(store, "clerk", new)


def test_disable_and_enable(run: Any, store: Any) -> None:
    password = make(run, "clerk", "--role", "office")
    run("disable", "clerk")
    assert sessions.authenticate(store, "clerk", password) is None
    run("enable", "clerk")
    assert sessions.authenticate(store, "clerk", password)


def test_role(run: Any, store: Any) -> None:
    make(run, "clerk", "--role", "office")
    run("role", "clerk", "--role", "province", "--province", "330000")
    found = accounts.find(store, "clerk")
    assert found
    assert (found.role, found.province) == ("province", "330000")
    run("role", "clerk", "--role", "province", "--province", "999999", status=1)


@pytest.mark.parametrize("command", ["reset", "disable", "enable", "unlock"])
def test_nobody_is_refused(run: Any, command: str) -> None:
    run(command, "nobody", status=1)


def test_first(run: Any, store: Any) -> None:
    password = ONE_TIME.findall(run("first").output)[0]
    account = sessions.authenticate(store, "admin", password)
    assert account
    assert (account.role, account.must_change_password) == ("office", True)
    assert run("first").output == ""
    assert [one.username for one in accounts.everybody(store)] == ["admin"]


def test_lists(run: Any, store: Any) -> None:
    make(run, "clerk", "--role", "institution", "--institution", "tsinghua")
    make(run, "analyst", "--role", "analyst")
    accounts.set_password(store, "analyst", "Correct-horse-9", actor="test")
    make(run, "leaver", "--role", "office")
    run("disable", "leaver")
    rows = [line.split("\t") for line in run("list").output.splitlines()]
    assert rows == [
        ["analyst", "analyst", "-", "analyst", "ok"],
        ["clerk", "institution", "tsinghua", "clerk", "one-time"],
        ["leaver", "office", "-", "leaver", "disabled"],
    ]
    sessions.start_session(store, "clerk", address="192.0.2.1")
    assert [line.split("\t")[2] for line in run("sessions", "clerk").output.splitlines()] == [
        "192.0.2.1"
    ]
    assert run("sessions", "analyst").output == ""


def test_unlock(run: Any, store: Any) -> None:
    password = make(run, "clerk", "--role", "office")
    for _ in range(5):
        sessions.authenticate(store, "clerk", "wrong")
    assert sessions.authenticate(store, "clerk", password) is None
    run("unlock", "clerk")
    assert sessions.authenticate(store, "clerk", password)


def test_sessions_are_ended(run: Any, store: Any) -> None:
    make(run, "clerk", "--role", "office")
    tokens = [sessions.start_session(store, "clerk") for _ in range(3)]
    first = run("sessions", "clerk").output.splitlines()[0].split("\t")[3]
    run("sessions", "clerk", "--end", first)
    assert sum(sessions.visitor(store, token) is None for token in tokens) == 1
    run("sessions", "clerk", "--end", "all")
    assert not any(sessions.visitor(store, token) for token in tokens)
    run("sessions", "clerk", "--end", first, status=1)


def test_the_last_auditor_stays(run: Any) -> None:
    make(run, "keeper", "--role", "auditor")
    run("disable", "keeper", status=1)
    run("role", "keeper", "--role", "office", status=1)


def test_the_shell_user_stands_in_the_history(run: Any, store: Any) -> None:
    make(run, "clerk", "--role", "office")
    run("disable", "clerk")
    actors = {row[0] for row in store.execute("select actor from account_events")}
    assert len(actors) == 1
    assert actors.pop().startswith("os:")


def test_without_a_record_there_is_no_account(script: ModuleType, tmp_path: Path) -> None:
    words = ["first", "--db", str(tmp_path / "nothing.db")]
    assert CliRunner().invoke(script.account, words).exit_code == 2
    assert list(tmp_path.iterdir()) == []


def test_second_factors_from_the_shell(run: Any, store: Any, world: Any) -> None:
    make(run, "clerk", "--role", "office")
    run("totp-off", "clerk", status=1)
    run("totp-required", "office", "on")
    assert second_factor.required(store) == {"office"}
    run("totp-required", "office", "off")
    assert second_factor.required(store) == set()
    run("totp-required", "boss", "on", status=2)
    totp = pyotp.TOTP(second_factor.begin(store, world.keys, "clerk"))
    second_factor.confirm(store, world.keys, "clerk", totp.now())
    run("totp-off", "clerk")
    assert not second_factor.in_force(store, "clerk")


def test_tokens_from_the_shell(run: Any, store: Any) -> None:
    make(run, "ann", "--role", "analyst")
    scope = {"databases": ["analysis"], "acts": ["tables", "export"]}
    tokens = [api_tokens.make(store, "ann", f"notebook {n}", **scope) for n in range(3)]
    listed = [line.split("\t") for line in run("tokens", "ann").output.splitlines()]
    assert sorted(line[5] for line in listed) == ["notebook 0", "notebook 1", "notebook 2"]
    assert {(line[2], line[3], line[4]) for line in listed} == {("-", "analysis", "tables,export")}
    assert not any(token in run("tokens", "ann").output for token in tokens)
    run("tokens", "ann", "--revoke", listed[0][0])
    assert len(run("tokens", "ann").output.splitlines()) == 2
    run("tokens", "ann", "--revoke", listed[0][0], status=1)
    run("tokens", "ann", "--revoke", "all")
    assert run("tokens", "ann").output == ""
