"""How many pages a second the public site answers: by its own process, and baked, by nginx.

Requests are pipelined on one connection, so that what is measured is the server and not the client.
"""

import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from training import bake, building

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
PAGE = "/institutions"


class Rate(NamedTuple):
    """Pages a second from one server."""

    name: str
    per_second: float


def rates(folder: Path, seconds: float = 3.0) -> Iterator[Rate]:
    """Build a record in ``folder``, bake it, and ask both servers for the list."""
    record, site = folder / "training.db", folder / "site"
    list(building.build(record, ROOT / "db" / "seed"))
    bake.bake(record, site, "http://127.0.0.1", "bench")
    with bake.serving(record, "http://127.0.0.1") as port:
        yield Rate("dynamic", per_second(port, PAGE, seconds, 20))
    if shutil.which("nginx"):
        with nginx(folder, site) as port:
            yield Rate("baked, nginx", per_second(port, PAGE, seconds, 1000))


def per_second(port: int, path: str, seconds: float, at_once: int) -> float:
    """Whole answers a second, asked for ``at_once`` at a time on one connection."""
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()
    answered, begin = 0, time.perf_counter()
    with socket.create_connection(("127.0.0.1", port), timeout=60) as server:
        size = _size(server, request)
        while time.perf_counter() - begin < seconds:
            server.sendall(request * at_once)
            wanted = size * at_once
            while wanted > 0:
                received = len(server.recv(min(wanted, 1 << 20)))
                if not received:
                    raise ConnectionError(f"{path}: the server hung up")
                wanted -= received
            answered += at_once
    return answered / (time.perf_counter() - begin)


def _size(server: socket.socket, request: bytes) -> int:
    """The length of one whole answer, headers included; each answer of a page has the same."""
    server.sendall(request)
    content = b""
    while b"\r\n\r\n" not in content:
        content += server.recv(65536)
    head, _, body = content.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise ConnectionError(f"no page: {head[:80]!r}")
    length = re.search(rb"content-length: (\d+)", head, re.I)
    while len(body) < int(length[1]) if length else not body.endswith(b"\r\n0\r\n\r\n"):
        body += server.recv(65536)
    return len(head) + 4 + len(body)


@contextmanager
def nginx(folder: Path, site: Path) -> Iterator[int]:
    """Debian's nginx over ``site`` on a free port, with the configuration that the README gives."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    block = re.search(r"```nginx\n(.*?)```", README.read_text(encoding="utf-8"), re.S)
    if not block:
        raise LookupError("the README gives no configuration for nginx")
    server = block[1].replace("listen 80", f"listen 127.0.0.1:{port}")
    server = server.replace("/srv/lingjun", str(site))
    own = "\n".join(f"{word}_temp_path {folder}/{word};" for word in
                    ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))  # fmt: skip
    config = folder / "nginx.conf"
    config.write_text(
        f"pid {folder}/nginx.pid; error_log {folder}/error.log; daemon off; master_process off;\n"
        "events { worker_connections 512; }\n"
        f"http {{ access_log off; keepalive_requests 100000000;\n{own}\n{server}\n}}\n"
    )
    with subprocess.Popen(["nginx", "-p", str(folder), "-c", str(config)]) as process:  # noqa: S603, S607
        try:
            for _ in range(200):
                try:
                    socket.create_connection(("127.0.0.1", port)).close()
                    break
                except OSError:
                    time.sleep(0.05)
            yield port
        finally:
            process.terminate()
