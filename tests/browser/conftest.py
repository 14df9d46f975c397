"""A real server and a real Chromium. Without a browser these tests are skipped, except under CI."""

import csv
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from training import accounts

from tests.demo_world import demo_folder

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)
#: Without these a headless Chromium looks for hosts of its own at every start.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(str(item.fspath)).parent == Path(__file__).parent:
            item.add_marker(pytest.mark.browser)


@dataclass
class Site:
    """A served record with the demo year, and who may sign in."""

    url: str
    folder: Path
    accounts: dict[str, dict[str, str]]

    def account(self, role: str, scope: str = "") -> dict[str, str]:
        """The demo account of ``role`` (and ``scope``, a slug or an authority's code)."""
        for account in self.accounts.values():
            if account["role"] == role and (not scope or account["scope"] == scope):
                return account
        raise LookupError(f"no demo account {role} {scope}")


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Until the server answers (anything): raise with its log if it dies or takes 60 seconds."""
    for _ in range(600):
        if process.poll() is not None:
            break
        try:
            urllib.request.urlopen(url, timeout=2).close()
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"the server did not come up:\n{log.read_text()[-4000:]}")


def run_script(name: str, *arguments: object) -> None:
    subprocess.run(
        [sys.executable, ROOT / "scripts" / name, *map(str, arguments)],
        check=True,
        capture_output=True,
    )


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """The real server over the record in ``folder``, on a port of its own; its address."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    log, db = folder / "server.log", folder / "training.db"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, ROOT / "scripts" / "serve.py", "--db", str(db), "--port", str(port)],
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_for(f"{url}/-/login", process, log)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=10)


def needs_chromium() -> None:
    """Skip the test on a machine without a browser; under CI there must be one."""
    if CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail("no Chromium: the browser tests must run under CI")
        pytest.skip("no Chromium on this machine: install Debian's package chromium")


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """What `make demo` serves, in a folder and on a port of its own."""
    needs_chromium()
    folder = tmp_path_factory.mktemp("site")
    shutil.copytree(demo_folder(tmp_path_factory), folder, dirs_exist_ok=True)
    with (folder / "demo-accounts.csv").open(encoding="utf-8", newline="") as file:
        listed = {row["username"]: row for row in csv.DictReader(file)}
    with serving(folder) as url:
        yield Site(url, folder, listed)


@contextmanager
def bare_site(folder: Path, people: dict[str, dict[str, str]]) -> Iterator[Site]:
    """A served record without people of its own, so that a test may decide the whole year there.

    ``people`` are the accounts to make: name → role and scope, as :func:`accounts.create` takes them.
    """
    needs_chromium()
    run_script("build.py", "--db", folder / "training.db")
    made = {}
    with closing(accounts.at(folder / "accounts.db")) as conn:
        for name, about in people.items():
            password = accounts.create(
                conn, name, actor="test", must_change_password=False, **about
            )  # fmt: skip
            made[name] = {"username": name, "password": password, "scope": "", **about}
    with serving(folder) as url:
        yield Site(url, folder, made)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Closed after each module: its event loop must not run while other tests start theirs."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def visitor(site: Site, chromium: Browser) -> Iterator[BrowserContext]:
    """A browser with no cookies, 1280 pixels wide, that fails on any script error."""
    context = chromium.new_context(base_url=site.url, viewport={"width": 1280, "height": 900})
    context.set_default_timeout(15_000)
    yield context
    context.close()


@pytest.fixture
def page(visitor: BrowserContext) -> Page:
    return visitor.new_page()


def sign_in(page: Page, account: dict[str, str]) -> None:
    """Sign in through the form, as a person does."""
    page.goto("/-/login")
    page.fill("input[name=username]", account["username"])
    page.fill("input[name=password]", account["password"])
    page.click("main button[type=submit], form.form button")
    page.wait_for_url(lambda url: "/-/login" not in url)


def sign_out(page: Page) -> None:
    page.click("form[action='/-/logout'] button")
    page.wait_for_load_state()
