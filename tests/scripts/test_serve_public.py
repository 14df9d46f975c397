"""`make public`: a process of its own that opens the public file and nothing of the record."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.conftest import ROOT, World


@pytest.fixture
def process(world: World) -> Iterator[tuple[int, str]]:
    """`make public` in a folder where the record, its keys and the accounts lie beside the list."""
    (world.folder / "accounts.db").touch()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    arguments = ["--public", "--db", str(world.db), "--port", str(port)]
    with subprocess.Popen([sys.executable, ROOT / "scripts" / "serve.py", *arguments]) as running:
        try:
            wait_for_port(port, running)
            yield running.pid, f"http://127.0.0.1:{port}"
        finally:
            running.terminate()


def wait_for_port(port: int, running: subprocess.Popen[bytes]) -> None:
    while running.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except OSError:
            time.sleep(0.1)
    pytest.fail("the public process ended at once")


def test_the_public_process_opens_only_the_public_file(
    process: tuple[int, str], world: World
) -> None:
    pid, url = process
    question = {"number": "LJRC-2021-02-00001-9", "name": "示例甲"}
    said = httpx2.post(f"{url}/verify", data=question, headers={"Origin": url})
    assert (said.status_code, "没有相符" in said.text) == (200, True)
    asked = ("/institutions", "/institutions.json", "/training", "/-/login", "/-/roster")
    assert [httpx2.get(url + path).status_code for path in asked] == [200, 200, 404, 404, 404]
    targets = [os.readlink(link) for link in Path(f"/proc/{pid}/fd").iterdir()]
    opened = {Path(target) for target in targets if target.startswith("/")}
    beside = {path.name for path in opened if path.parent == world.folder.resolve()}
    assert "public.db" in beside
    files = {"public.db", "certificates.db"}
    assert beside <= {name + end for name in files for end in ("", "-wal", "-shm")}
    # The core keeps a catalogue of its own in a temporary file.
    own = [path for path in opened if path.name.startswith("datasette_temp_")]
    data = {path.name for path in opened.difference(own) if path.suffix in (".db", ".keys", ".csv")}
    assert data == files
