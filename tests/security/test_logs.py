"""P19: what a real server writes while it runs, asked with people in every place, names nobody."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import quote

import httpx2
import pytest
from training import accounts, api_grants, api_tokens, sessions

from tests.conftest import ROOT
from tests.security.canaries import ACTORS, Canary, Scanner
from tests.security.conftest import copy_of
from tests.served import PASSWORD

TERM = quote("雀甲甲 119999196001019990 13800000001 canary1@example.com")
ASKED = (
    "/training/trainees?name__contains={t}",
    "/training/trainees.json?_search={t}",
    "/training/trainees.csv?name={t}",
    "/staging/-/query.json?sql=select+'{t}'+from+nowhere",
    "/staging/-/query.csv?sql=select+'{t}'%3B+select+2&_stream=1",
    "/staging/-/query.json?sql=select+:name+from+nowhere&name={t}",
    "/-/jump.json?q={t}",
    "/verify?number=1&name={t}",
    "/institutions?q={t}",
    "/-/login?next=/{t}",
    "/training/trainees.json?_where={t}",
    "/-/classes?q={t}",
    "/-/nothing?x={t}",
    "/training/trainees.json?_sort={t}",
    "/training/trainees.json?_facet={t}",
    "/training/check_trainee_history?id={t}",
)
POSTED = (
    "/-/login",
    "/verify",
    "/-/plans",
    "/-/contact-form",
    "/-/release",
    "/-/retraining",
    "/-/classes",
    "/-/roster/select",
    "/-/upload-csvs",
    "/training/cohorts/-/insert",
    "/training/trainees/-/insert",
)


#: A token in each place where it may stand, and where it may not.
SHOWN = (
    "/analysis.json",
    "/analysis/people_by_place.csv",
    "/analysis.json?_token={t}",
    "/analysis/-/query.json?sql=select+'{t}'",
    "/{t}",
    "/analysis/{t}.json",
    "/-/auth-token?token={t}",
)


@pytest.fixture(scope="session")
def spoken(
    full: tuple[Path, list[Canary]], tmp_path_factory: pytest.TempPathFactory
) -> tuple[bytes, list[str]]:
    """All that the server wrote during the run, and the tokens that were shown to it."""
    world = copy_of(full[0], tmp_path_factory.mktemp("logs"))
    conn = accounts.at(world.folder / "accounts.db")
    accounts.create(
        conn, "office", PASSWORD, actor="test", must_change_password=False, **ACTORS["office"]
    )
    token = sessions.start_session(conn, "office")
    accounts.create(
        conn, "analyst", PASSWORD, actor="test", must_change_password=False, **ACTORS["analyst"]
    )
    scope = {"databases": list(api_grants.DATABASES), "acts": list(api_grants.ACTS)}
    tokens = [api_tokens.make(conn, "analyst", "log", **scope), "ljt_" + "0" * 43]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = world.folder / "said.log"
    call = [
        sys.executable,
        str(ROOT / "scripts" / "serve.py"),
        "--db",
        str(world.db),
        "--port",
        str(port),
    ]
    with (
        log.open("wb") as out,
        subprocess.Popen(
            call, stdout=out, stderr=subprocess.STDOUT, env=os.environ | {"LINGJUN_LIMITS": "off"}
        ) as running,
    ):
        try:
            wait_for(port, running)
            ask_everything(f"http://127.0.0.1:{port}", token)
            show(f"http://127.0.0.1:{port}", tokens)
        finally:
            running.terminate()
    return log.read_bytes(), tokens


@pytest.fixture(scope="session")
def said(spoken: tuple[bytes, list[str]]) -> bytes:
    return spoken[0]


def wait_for(port: int, running: subprocess.Popen[bytes]) -> None:
    while running.poll() is None:
        try:
            return socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.1)
    pytest.fail("the server ended at once")


def ask_everything(url: str, token: str) -> None:
    cookies = {sessions.COOKIE: token}
    with httpx2.Client(
        base_url=url, cookies=cookies, timeout=30, headers={"Origin": url}
    ) as client:
        for path in ASKED:
            client.get(path.replace("{t}", TERM))
        for path in POSTED:
            words = dict.fromkeys(
                ("username", "password", "name", "q", "act", "title"), "雀甲甲 13800000001"
            )
            client.post(path, data=words)
            client.post(path, json={"row": words})
            client.post(path, content=b"\xff\xfe" + "雀甲甲".encode())


def show(url: str, tokens: list[str]) -> None:
    """Ask with each token in the header, and with the same one in an address and a form."""
    with httpx2.Client(base_url=url, timeout=30) as client:
        for token in tokens:
            for path in SHOWN:
                for headers in ({"Authorization": f"Bearer {token}"}, {}):
                    client.get(path.replace("{t}", token), headers=headers)
            client.post("/-/tokens", data={"name": token}, headers={"Origin": url})
            client.post(f"/{token}", headers={"Authorization": f"Bearer {token}", "X": token})


def named_in(log: bytes, people: list[Canary]) -> list[str]:
    """Marks of people in the log."""
    return [f"{column} of {one.number}" for one, column in Scanner(people).found(log)]


def test_the_server_said_something(said: bytes) -> None:
    assert said.count(b"/training/trainees") > 3
    assert said.count(b"POST /-/login") == 3


def test_it_named_nobody(said: bytes, full: tuple[Path, list[Canary]]) -> None:
    assert named_in(said, full[1]) == []


def test_no_token(spoken: tuple[bytes, list[str]]) -> None:
    """Shown in the header, and by mistake in the address; a path of the log has it starred."""
    log, tokens = spoken
    assert [token for token in tokens if token[4:].encode() in log] == []
    assert log.count(b"/ljt_***") >= 4 * len(tokens)
    assert log.count(b'GET /analysis.json HTTP/1.1" 200') == 1
    assert log.count(b'GET /analysis.json HTTP/1.1" 401') == 1


@pytest.mark.parametrize(
    "word", ["雀甲甲", "119999196001019990", "13800000001", "canary1", quote("雀甲甲"), PASSWORD]
)
def test_no_word_of_a_form_or_search(said: bytes, word: str) -> None:
    assert word.encode() not in said
