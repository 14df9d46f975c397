"""No line of any log holds what somebody looked for, sent, or is called."""

import inspect
import logging
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import httpx2
import pytest
from datasette import database
from training import accounts, fault_trace, passwords, sessions

from tests.conftest import ROOT, World
from tests.people import identity_number
from tests.served import PASSWORD, Served, plugin
from tests.worlds import add_people

NAME, NUMBER, MOBILE = "欧阳不存在", identity_number(0), "13800000000"
CANARIES = (NAME, NUMBER, MOBILE, quote(NAME), ascii(NAME)[1:-1], "canary")


def fail(text: str) -> None:
    int(text)


def fault(text: str) -> ValueError:
    with pytest.raises(ValueError, match=text) as caught:
        fail(text)
    return caught.value


def test_a_fault_is_told_by_its_places() -> None:
    said = fault_trace.places(fault(NAME))
    assert re.fullmatch(
        r"ValueError at test_error_log\.py:\d+ fault, test_error_log\.py:\d+ fail", said
    )


@pytest.mark.parametrize("name", ["uvicorn.error", "asyncio"])
def test_the_servers_loggers_leave_the_message_out(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    log = logging.getLogger(name)
    log.filters.clear()
    for _ in range(2):
        plugin("error_log").startup()
    assert len(log.filters) == 1
    error = fault(NAME)
    log.error("Task failed\nfuture: %r", error, exc_info=error)
    assert NAME not in caplog.text
    assert "Task failed ValueError at test_error_log.py" in caplog.text


def test_the_core_says_on_its_error_stream_only_that_something_failed(
    caplog: pytest.LogCaptureFixture,
) -> None:
    plugin("error_log")
    database.sys.stderr.write(f"ERROR: conn=1, sql = 'select {NAME}', params = {{}}: no\n")
    database.sys.stderr.write(f"no such column: {NAME}\n")
    assert NAME not in caplog.text
    assert caplog.text.count("failed; the page says how") == 2


def test_the_core_uses_nothing_else_of_what_was_replaced() -> None:
    used = set(re.findall(r"\bsys\.(\w+(?:\.\w+)?)", inspect.getsource(database)))
    assert used == {"stderr.write", "stderr.flush"}


@pytest.fixture
def server(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[httpx2.Client, str, Path]]:
    """The server as it is started for real, the office signed in, a session of an analyst, its output."""
    monkeypatch.setattr(passwords, "ITERATIONS", 1)
    with closing(world.connect()) as conn:
        add_people(conn, name=NAME, mobile_masked="138****0000")
    with closing(accounts.open(accounts.beside(world.db))) as conn:
        for role in ("office", "analyst"):
            accounts.create(
                conn, role, PASSWORD, role=role, actor="test", must_change_password=False
            )
        token, analyst = (sessions.start_session(conn, who) for who in ("office", "analyst"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    call = [sys.executable, ROOT / "scripts" / "serve.py", "--db", world.db, "--port", str(port)]
    log = world.folder / "log"
    with (
        log.open("wb") as output,
        subprocess.Popen(
            call, stdout=output, stderr=output, env={**os.environ, "PYTHONUNBUFFERED": "1"}
        ) as running,
    ):
        try:
            wait_for(port, running)
            cookies = {sessions.COOKIE: token}
            with httpx2.Client(base_url=f"http://127.0.0.1:{port}", cookies=cookies) as client:
                yield client, analyst, log
        finally:
            running.terminate()


def wait_for(port: int, running: subprocess.Popen[bytes]) -> None:
    while running.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except OSError:
            time.sleep(0.05)
    pytest.fail("the server ended at once")


def test_a_whole_run_leaves_nothing_of_it_in_the_logs(
    server: tuple[httpx2.Client, str, Path],
) -> None:
    client, analyst, log = server
    who = quote(NAME)
    got = [
        client.get(path).status_code
        for path in (
            f"/training/trainees?name__exact={who}",
            f"/training/trainees.json?name__contains={who}&_facet={who}",
            f"/training/trainees.csv?_sort={who}",
            f"/training/-/query?sql=select+{who}",
            f"/training/-/query.json?sql=select+:a+from+{who}&a={NUMBER}",
            f"/training/-/query.csv?sql=select+*+from+trainees+where+name={who}",
            f"/training/find_people?name={who}",
            f"/-/jump.json?q={who}",
            f"/-/checks?year={who}",
            f"/institutions?region={who}",
            f"/-/roster/batch/1?page={MOBILE}",
        )
    ]
    assert 200 in got
    assert 400 in got
    answer = client.get(
        f"/staging/-/query.json?sql=select+:a+from+{who}&a={NUMBER}",
        headers={"cookie": f"{sessions.COOKIE}={analyst}"},
    )
    assert answer.status_code == 400
    said = [
        client.post("/-/login", data={"username": NAME, "password": f"{NUMBER}canary"}),
        client.post("/training/trainees/1/-/update", json={"update": {"name": NAME}}),
        client.post("/training/cohorts/-/insert", json={"row": {"name": NAME, MOBILE: NUMBER}}),
        client.post("/training/programme_years/2021-2022/-/update", json={"update": {NAME: "1"}}),
        client.post("/-/roster", files={"file": (f"{NAME}.csv", f"姓名\n{NAME},{NUMBER}")}),
        client.post("/-/office/batch/1", data={"reason": NAME}),
        client.post("/-/upload-csvs", content=b"canary" * 99),
    ]
    assert {answer.status_code for answer in said}.isdisjoint({500})
    text = log.read_text(encoding="utf-8", errors="replace")
    assert "GET /training/trainees HTTP" in text
    assert "failed; the page says how" in text
    assert [line for line in text.splitlines() for one in CANARIES if one in line] == []


async def test_no_title_holds_what_was_looked_for(served: Served, world: World) -> None:
    """Titles stand in the history of a browser, and in its windows' names."""
    with closing(world.connect()) as conn:
        add_people(conn, name=NAME)
    for path in (
        f"/training/trainees?name__exact={quote(NAME)}",
        "/training/trainees/1",
        f"/staging/-/query?sql=select+'{quote(NAME)}'",
        "/training/trainees?_sort=name",
    ):
        answer = await served.get(path, "analyst" if "staging" in path else "office")
        assert answer.status_code == 200, path
        titles = re.findall(r"<title>(.*?)</title>", answer.text, re.S)
        assert titles
        assert NAME not in titles[0], path
