"""A server as tests see it: the real plugins over a small world, and people with real sessions."""

import copy
import importlib.util
import runpy
import sqlite3
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx2
from datasette.app import Datasette
from jinja2.bccache import Bucket, BytecodeCache
from training import accounts, configuration, passwords, sessions

ROOT = Path(__file__).resolve().parent.parent
#: One person for each role; whose scope it is stands behind the role.
PEOPLE: dict[str, dict[str, Any]] = {
    "office": {},
    "institution": {"institution": "tsinghua"},
    "province": {"province": "330000"},
    "assessor": {},
    "analyst": {},
    "auditor": {},
}
PASSWORD = "Correct-horse-9"


def plugin(name: str) -> ModuleType:
    """A plugin file as a module of its own, to look at what stands in it."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "plugins" / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def settings() -> dict[str, Any]:
    """Those of scripts/serve.py, as they are after the command line was read."""
    given = runpy.run_path(str(ROOT / "scripts" / "serve.py"))["SETTINGS"]
    return {name: int(text) if text.isdigit() else text == "on" for name, text in given.items()}


@cache
def _configuration() -> dict[str, Any]:
    return configuration.load()


def configured() -> dict[str, Any]:
    """What metadata.yml says, for a server that may change it."""
    return copy.deepcopy(_configuration())


class Compiled(BytecodeCache):
    """Templates as they were compiled for an earlier server of this run."""

    def __init__(self) -> None:
        self._code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if code := self._code.get(bucket.key + bucket.checksum):
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._code[bucket.key + bucket.checksum] = bucket.bytecode_to_string()


COMPILED = Compiled()


class Served:
    """Datasette over the databases of ``folder``, asked as a browser would ask."""

    def __init__(
        self,
        folder: Path,
        *names: str,
        config: dict[str, Any] | None = None,
        metadata: dict[str, Any] | None = None,
        default_deny: bool = True,
        internal: Path | None = None,
    ) -> None:
        self.folder = folder
        files = [folder / f"{name}.db" for name in names or ("training", "public", "staging")]
        self.ds = Datasette(
            [str(file) for file in files],
            config=config,
            metadata=metadata,
            default_deny=default_deny,
            internal=str(internal) if internal else None,
            settings=settings(),
            plugins_dir=str(ROOT / "plugins"),
            template_dir=str(ROOT / "templates"),
            static_mounts=[("assets", str(ROOT / "plugins" / "static"))],
        )
        self.ds._jinja_env.bytecode_cache = COMPILED
        self.app = self.ds.app()
        self._tokens: dict[str, str] = {}

    @property
    def accounts(self) -> sqlite3.Connection:
        """The accounts beside the databases."""
        return accounts.at(self.folder / "accounts.db")

    def hire(self, *roles: str) -> None:
        """Make an account called like its role for each of ``roles``, by default for all."""
        for role in roles or PEOPLE:
            self.hire_as(role, role)

    def hire_as(self, username: str, role: str) -> None:
        """Make an account of ``role`` that has chosen its password already."""
        passwords.ITERATIONS, usual = 1, passwords.ITERATIONS
        try:
            accounts.create(
                self.accounts, username, PASSWORD, role=role, actor="test",
                must_change_password=False, **PEOPLE[role],
            )  # fmt: skip
        finally:
            passwords.ITERATIONS = usual

    def token(self, who: str) -> str:
        """A session token of that person, opened without the sign-in page."""
        if who not in self._tokens:
            self._tokens[who] = sessions.start_session(self.accounts, who)
        return self._tokens[who]

    def sign_in_anew(self) -> None:
        """Give everybody another session from now on: the last one may have been ended."""
        self._tokens.clear()

    async def ask(self, method: str, path: str, who: str | None = None, **more: Any) -> Any:
        """The answer to one request of ``who`` (None: nobody signed in), redirects not followed."""
        cookies = {sessions.COOKIE: self.token(who)} if who else {}
        transport = httpx2.ASGITransport(app=self.app)
        async with httpx2.AsyncClient(transport=transport, cookies=cookies) as client:
            return await client.request(method, f"http://localhost{path}", **more)

    async def get(self, path: str, who: str | None = None, **more: Any) -> Any:
        """GET as :meth:`ask`."""
        return await self.ask("GET", path, who, **more)

    async def post(self, path: str, who: str | None = None, **more: Any) -> Any:
        """POST as :meth:`ask`."""
        return await self.ask("POST", path, who, **more)
