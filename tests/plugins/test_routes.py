"""Every address of the running app, the core's too, is listed for a role or closed to all."""

import re

import pytest
from training import gate
from training.gate import Answer, Knock

from tests.served import PEOPLE, Served

#: The core's own addresses outside of a database that are open, and to whom. The others say no.
CORE = {
    r"/(\.(?P<format>json))?$": gate.SIGNED_IN,
    r"/favicon.ico": gate.ANYBODY,
    r"/-/static/(?P<path>.*)$": gate.ANYBODY,
    r"/assets/(?P<path>.*)$": gate.ANYBODY,
    r"/-/actor(\.(?P<format>json))?$": gate.SIGNED_IN,
    r"/-/jump(\.(?P<format>json))?$": gate.SIGNED_IN,
    r"/-/queries(\.(?P<format>json))?$": gate.SIGNED_IN,
    r"/-/schema(\.(?P<format>json|md))?$": gate.SIGNED_IN,
    r"/-/logout$": gate.SIGNED_IN,
}
#: Addresses of ours that anybody reaches: the public pages, none of which is below /-/.
OPEN_TO_ALL = re.compile(r"\^(?!/-/)|\^/-/static-|\^/-/login(/code)?\$")
FILLED = {
    "format": "json", "kind": "xlsx", "token": "a" * 32, "batch": "1", "year": "2021-2022",
    "language": "zh", "name": "table.js", "path": "app.css", "rest": "",
    "procedure": "plans", "number": "1",
}  # fmt: skip
#: What must be closed by name, whatever this version of the core calls a route.
CLOSED = (
    "/-/config", "/-/plugins", "/-/settings", "/-/threads", "/-/tasks", "/-/databases",
    "/-/password-tool", "/-/create-token", "/-/auth-token", "/-/metadata", "/-/versions",
    "/-/permissions", "/-/allowed", "/-/rules", "/-/check", "/-/allow-debug", "/-/messages",
    "/-/patterns", "/-/api", "/-/actions", "/-/debug/autocomplete", "/-/upload-csv", "/-/",
)  # fmt: skip


def sample(pattern: str) -> str:
    """An address that the pattern matches, without its optional ending."""
    path = re.sub(r"\(\\\.\(\?P<format>[^()]*\)\)\?", "", pattern.removeprefix("^").rstrip("$"))
    path = re.sub(r"\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)", lambda m: FILLED.get(m[1], "x"), path)
    return re.sub(r"\([^()]*\)\?", "", path).replace("\\.", ".")


def open_to(path: str) -> set[str]:
    return {
        role
        for role in gate.ANYBODY
        if gate.answer(Knock("GET", path, role), {"training"}) is Answer.LET_IN
    }


def patterns(served: Served) -> list[str]:
    found = [getattr(regex, "pattern", regex) for regex, _ in served.ds._routes()]
    assert len(found) > 70
    return [pattern for pattern in found if "(?P<database>" not in pattern]


async def test_each_route_of_the_core_is_listed_or_closed(served: Served) -> None:
    core = [pattern for pattern in patterns(served) if not pattern.startswith("^")]
    assert set(CORE) <= set(core)
    for pattern in core:
        path = sample(pattern)
        assert re.match(pattern, path), (pattern, path)
        assert open_to(path) == set(CORE.get(pattern, ())), path


async def test_each_route_of_ours_is_somebodys_and_nobody_elses(served: Served) -> None:
    ours = [pattern for pattern in patterns(served) if pattern.startswith("^")]
    for pattern in ours:
        path = sample(pattern)
        roles = open_to(path)
        assert roles, f"{path} is in no line of gate.ROUTES"
        assert ("anonymous" in roles) == bool(OPEN_TO_ALL.match(pattern)), path


@pytest.mark.parametrize("path", CLOSED)
async def test_what_is_not_ours_is_closed(served: Served, path: str) -> None:
    for who in (None, *PEOPLE):
        for form in ("", ".json"):
            answer = await served.get(
                path.rstrip("/") + (form or path[len(path.rstrip("/")) :]), who
            )
            assert answer.status_code in (302, 403, 404), (who, path)
            if answer.status_code == 302:
                assert who is None
                assert answer.headers["location"].startswith("/-/login")
