"""Baking the public site (静态站点): every page and file of it as files, for any web server.

The public process is started and asked for each address, so the files are what it would answer; the
same release makes the same bytes. Nothing is written where a person is found in any of them.
"""

import hashlib
import http.client
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from training import audit, dataset, leaks, public_site, publishing
from training.database import acting, connect, transaction
from training.releases import NotReleased
from training.site_address import VARIABLE
from training.wording import ENGLISH, t

ROOT = Path(__file__).resolve().parents[2]
_SERVE = ROOT / "scripts" / "serve.py"
#: What a page loads besides itself; the hash behind it is for browsers.
_ASSET = re.compile(r'(?:href|src)="(/(?:assets|-/static[\w-]*)/[^"?]+)')
_IN_CSS = re.compile(r"url\([\"']?(?!data:)([^\"')?#]+)")
#: A nonce is for one answer; files have none, and data blocks need none.
_NONCE = re.compile(r' nonce="[^"]*"')


class NotBaked(Exception):
    """The folder or the server stands in the way; the text says how."""


def bake(record: Path, out: Path, url: str, by: str) -> int:
    """Write the site, known as ``url``, to the folder ``out``; return how many files it has.

    ``out`` is new or an earlier bake, which is replaced as a whole. Raises :class:`NotBaked`, and
    :class:`training.releases.NotReleased` when a person is in one of the files.
    """
    if out.exists() and not (out.is_dir() and (out / dataset.SUMS).exists()):
        raise NotBaked(t(f"{out.name} 不是以前生成的站点。", f"{out.name} is no earlier bake."))
    publishing.publish(record, record.with_name("public.db"))
    with closing(connect(record.with_name("public.db"), read_only=True)) as public:
        pages, files = public_site.paths(public), public_site.file_paths(public)
    with serving(record, url) as port:
        made = collect(http.client.HTTPConnection("127.0.0.1", port, timeout=60), pages, files)
    made[dataset.SUMS] = dataset.sums(made)
    with closing(connect(record)) as conn:
        _refuse_people(made, leaks.names_in(conn))
        _write(out, made)
        digest = hashlib.sha256(made[dataset.SUMS]).hexdigest()
        with transaction(conn), acting(conn, by, "script"):
            audit.record(
                conn, by, "script", "bake", "releases", None, files=len(made), sha256=digest
            )
    return len(made)


def collect(
    server: http.client.HTTPConnection, pages: list[str], files: list[str]
) -> dict[str, bytes]:
    """Everything of the site, path below its root to bytes, with what the pages load."""
    made: dict[str, bytes] = {}
    for prefix in ("", ENGLISH):
        for path in pages:
            made[f"{prefix}{path}/index.html"[1:]] = _page(_ask(server, prefix + path))
        made[f"{prefix}/index.html"[1:]] = made[f"{prefix}/institutions/index.html"[1:]]
    made |= {path[1:]: _ask(server, path) for path in files}
    found = {asset for page in made.values() for asset in _ASSET.findall(_text(page))}
    while found:
        path = found.pop()
        made[path[1:]] = _ask(server, path)
        if path.endswith(".css"):
            inside = (_beside(path, link) for link in _IN_CSS.findall(_text(made[path[1:]])))
            found |= {link for link in inside if link[1:] not in made}
    return dict(sorted(made.items()))


def _page(html: bytes) -> bytes:
    return _NONCE.sub("", html.decode()).encode()


def _text(content: bytes) -> str:
    return content.decode("utf-8", "replace")


def _beside(path: str, link: str) -> str:
    joined = PurePosixPath(path).parent / link
    return os.path.normpath(joined)


def _ask(server: http.client.HTTPConnection, path: str) -> bytes:
    server.request("GET", path)
    answer = server.getresponse()
    content = answer.read()
    if answer.status != 200:
        raise NotBaked(f"{path}: {answer.status}")
    return content


def _refuse_people(made: dict[str, bytes], names: frozenset[str]) -> None:
    found = leaks.search(made, names)
    if found:
        where = ", ".join(f"{leak.file} ({leak.in_words})" for leak in found[:10])
        raise NotReleased(
            t(f"不能发布，里面有个人信息：{where}", f"Not published, people are in: {where}")
        )


def _write(out: Path, made: dict[str, bytes]) -> None:
    """All of it or nothing: beside the folder first, then in its place."""
    new, old = (out.with_name(out.name + suffix) for suffix in (".new", ".old"))
    for folder in (new, old):
        shutil.rmtree(folder, ignore_errors=True)
    for path, content in made.items():
        target = new / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    if out.exists():
        out.rename(old)
    new.rename(out)
    shutil.rmtree(old, ignore_errors=True)


@contextmanager
def serving(record: Path, url: str) -> Iterator[int]:
    """The public process on a free port of this machine, known as ``url``; ended afterwards."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    call = [sys.executable, str(_SERVE), "--public", "--db", str(record), "--port", str(port)]
    environment = {**os.environ, VARIABLE: url}
    with (
        tempfile.TemporaryFile() as log,
        subprocess.Popen(call, stdout=log, stderr=log, env=environment) as process,  # noqa: S603
    ):
        try:
            _wait(port, process, log)
            yield port
        finally:
            process.terminate()


def _wait(port: int, process: "subprocess.Popen[bytes]", log: IO[bytes]) -> None:
    for _ in range(600):
        if process.poll() is not None:
            break
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except OSError:
            time.sleep(0.05)
    log.seek(0)
    said = log.read().decode(errors="replace")
    raise NotBaked(t("公开站点没有启动：", "The public process did not start: ") + said[-300:])
