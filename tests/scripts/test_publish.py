"""scripts/publish.py: the public file from the record, made only when something has changed."""

import hashlib
import http.client
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from training import bake, bench_public, leaks, tabular

from tests import people
from tests.conftest import ROOT, World
from tests.worlds import add_people


def publish(*arguments: object) -> tuple[int, str]:
    run = subprocess.run(
        [sys.executable, ROOT / "scripts" / "publish.py", *map(str, arguments)],
        capture_output=True,
        text=True,
    )
    return run.returncode, run.stdout.split(":")[0]


@pytest.fixture(scope="module")
def site(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A baked site, to be read."""
    folder = tmp_path_factory.mktemp("baked")
    for file in built.iterdir():
        shutil.copy2(file, folder / file.name)
    bake.bake(folder / "training.db", folder / "site", "https://lingjun.example.cn", "test")
    return folder / "site"


def test_the_public_file_is_made_once(world: World) -> None:
    (world.folder / "public.db").unlink()
    assert publish("--db", world.db) == (0, "made")
    assert publish("--db", world.db) == (0, "up to date")


def test_without_a_record_nothing_is_made(tmp_path: Path) -> None:
    assert publish("--db", tmp_path / "training.db") == (1, "")
    assert list(tmp_path.iterdir()) == []


def test_the_site_is_baked_the_same_each_time_and_adds_up(world: World) -> None:
    out, url = world.folder / "site", "https://lingjun.example.cn"
    assert publish(out, "--db", world.db, "--url", url) == (0, "up to date")
    first = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    assert publish(out, "--db", world.db, "--url", url)[0] == 0
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == first
    sums = dict(
        reversed(line.split("  ")) for line in (out / "SHA256SUMS").read_text().splitlines()
    )
    assert sums == {
        str(path.relative_to(out)): hashlib.sha256(content).hexdigest()
        for path, content in first.items()
        if path.name != "SHA256SUMS" or path.parent != out
    }
    for page in ("index.html", "en/institution/pku/index.html", "releases/1/index.html"):
        html = (out / page).read_text()
        assert "nonce=" not in html
        loaded = re.findall(r'(?:src|href)="(/(?:assets|-/)[^"?]*)', html)
        assert loaded
        assert [path for path in loaded if not (out / path[1:]).exists()] == []
    assert f"{url}/sitemap.xml" in (out / "robots.txt").read_text()
    with world.connect() as conn:
        detail = conn.execute("select detail from audit_log where action = 'bake'").fetchone()[0]
    digest = hashlib.sha256((out / "SHA256SUMS").read_bytes()).hexdigest()
    assert json.loads(detail) == {"files": len(first), "sha256": digest}


def test_a_site_with_a_person_in_it_is_not_written(world: World, conn: sqlite3.Connection) -> None:
    # The name stands on every page: in the frame, where no release looks.
    add_people(conn, 1, name="培训承担机构")
    out = world.folder / "site"
    run = subprocess.run(
        [sys.executable, ROOT / "scripts" / "publish.py", str(out), "--db", str(world.db),
         "--url", "https://lingjun.example.cn"],
        capture_output=True, text=True,
    )  # fmt: skip
    assert run.returncode == 1
    assert "the name of a trainee" in run.stderr
    assert "培训承担机构" not in run.stderr
    assert not out.exists()


def test_a_person_planted_in_any_output_is_found(site: Path) -> None:
    """Each file of a baked site, with each kind of finding put into its middle."""
    planted = {
        "identity": people.person(1)["身份证号码"], "mobile": "13800001234",
        "email": "someone@example.com", "name": "欧阳示例",
    }  # fmt: skip
    made = {
        str(path.relative_to(site)): path.read_bytes() for path in site.rglob("*") if path.is_file()
    }
    assert leaks.search(made, {"欧阳示例"}) == []
    assert {Path(path).suffix for path in made} >= {
        ".html", ".csv", ".json", ".ndjson", ".xlsx", ".sqlite", ".atom", ".xml", ".txt", ".css", "",
    }  # fmt: skip
    for kind, text in planted.items():
        with_person = {path: plant(path, content, text) for path, content in made.items()}
        found = {leak.file for leak in leaks.search(with_person, {"欧阳示例"}) if leak.kind == kind}
        assert found == set(made), kind


def plant(path: str, content: bytes, text: str) -> bytes:
    """The file with ``text`` in it, as a cell of it where it has cells."""
    if path.endswith(".xlsx"):
        return tabular.xlsx_bytes("list", ["name"], [["x"], [text]])
    if path.endswith(".sqlite"):
        conn = sqlite3.connect(":memory:")
        conn.deserialize(content)
        conn.execute("update institutions set place_en = ? where slug = 'pku'", (text,))
        conn.commit()
        return bytes(conn.serialize())
    middle = content.find(b"\n", len(content) // 2) + 1
    return content[:middle] + f" {text} ".encode() + content[middle:]


def test_a_folder_with_something_else_in_it_is_left_alone(world: World) -> None:
    out = world.folder / "mine"
    out.mkdir()
    (out / "note.txt").write_text("keep")
    assert publish(out, "--db", world.db, "--url", "https://lingjun.example.cn")[0] == 1
    assert (out / "note.txt").read_text() == "keep"
    assert publish(out, "--db", world.db)[0] == 2  # no address
    assert publish(out, "--db", world.db, "--url", "javascript:alert(1)")[0] == 1


def test_the_documented_nginx_serves_the_baked_site(site: Path, tmp_path: Path) -> None:
    if shutil.which("nginx") is None:
        if os.environ.get("CI"):
            pytest.fail("no nginx: the static site must be tried under CI")
        pytest.skip("no nginx on this machine: install Debian's package nginx-light")
    with bench_public.nginx(tmp_path, site) as port:
        server = http.client.HTTPConnection("127.0.0.1", port, timeout=10)

        def ask(path: str) -> tuple[int, dict[str, str], bytes]:
            server.request("GET", path)
            answer = server.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()

        for path, kind in (
            ("/", "text/html; charset=utf-8"),
            ("/institutions", "text/html; charset=utf-8"),
            ("/institutions?_lang=zh", "text/html; charset=utf-8"),
            ("/en/institution/pku", "text/html; charset=utf-8"),
            ("/institutions.csv", "text/csv; charset=utf-8"),
            ("/data/institutions.json", "application/json; charset=utf-8"),
            ("/data/SHA256SUMS", "text/plain; charset=utf-8"),
            ("/releases.atom", "application/atom+xml; charset=utf-8"),
            ("/releases/1.json", "application/json; charset=utf-8"),
            ("/data/institutions.sqlite", "application/vnd.sqlite3"),
        ):
            status, headers, content = ask(path)
            assert (status, headers["Content-Type"]) == (200, kind), path
            assert "default-src 'none'" in headers["Content-Security-Policy"]
            assert content
        assert "北京大学".encode() in ask("/institution/pku")[2]
        assert [ask(path)[0] for path in ("/training", "/-/login", "/institution/nobody")] == [
            404
        ] * 3
