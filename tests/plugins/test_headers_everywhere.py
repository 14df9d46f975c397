"""Each route that is registered, whoever adds it: its answers carry the security headers."""

import re
from re import _constants as kind  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import pytest

from tests.conftest import World
from tests.plugins.test_headers import assert_guarded
from tests.served import Served, plugin
from tests.worlds import add_people

PUBLIC_PATHS = plugin("headers").PUBLIC
#: What stands in an address for the named parts of a route.
PARTS = {"database": "training", "table": "institutions", "pks": "pku", "format": "json",
         "query": "quota_headcount", "path": "nothing.css", "rest": "x"}  # fmt: skip


def address(pattern: str) -> str:
    """The shortest address that a route's expression matches, with our names for its parts."""
    parsed = parser.parse(pattern)
    names = {number: name for name, number in parsed.state.groupdict.items()}
    return "".join(_text(parsed, names))


def _text(parsed: Any, names: dict[int, str]) -> Any:
    for what, value in parsed:
        if what is kind.LITERAL:
            yield chr(value)
        elif what is kind.IN:
            yield next((chr(v) for k, v in value if k is kind.LITERAL and v != 0x2F), "1")
        elif what in (kind.ANY, kind.NOT_LITERAL):
            yield "x"
        elif what is kind.BRANCH:
            yield from _text(value[1][0], names)
        elif what is kind.SUBPATTERN:
            number, _, _, inner = value
            given = PARTS.get(names.get(number, ""))
            yield from [given] if given else _text(inner, names)
        elif what in (kind.MAX_REPEAT, kind.MIN_REPEAT):
            least, _, inner = value
            for _ in range(least):
                yield from _text(inner, names)


def test_an_address_is_one_of_its_route() -> None:
    for pattern in (r"^/-/roster/batch/(\d+)$", r"/(?P<database>[^\/\.]+)(\.(?P<format>\w+))?$",
                    r"^/(en/)?institutions(/[^/]+)?$", r"/-/static/(?P<path>.*)$"):  # fmt: skip
        assert re.match(pattern, address(pattern)), pattern


async def test_every_route_whoever_asks(served: Served, world: World) -> None:
    with world.connect() as conn:
        add_people(conn)
    routes = [pattern for pattern, _ in served.ds._routes()]
    assert len(routes) > 60
    asked = 0
    for pattern in routes:
        path = address(pattern.pattern if isinstance(pattern, re.Pattern) else pattern)
        served.sign_in_anew()  # the last route may have been the way out
        for who in (None, "office"):
            for method in ("GET", "POST"):
                answer = await served.ask(method, path, who)
                assert answer.status_code < 500, (method, path, who)
                assert_guarded(answer)
                kept = answer.headers.get_list("cache-control") != ["no-store"]
                assert not kept or PUBLIC_PATHS.match(path), (method, path)
                asked += 1
    assert asked == 4 * len(routes)


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/training/trainees.csv?_stream=1", {}, 200),
        ("/training/trainees.json?_shape=array&_nl=on", {}, 200),
        ("/training/trainees/", {}, 302),
        ("/training/trainees?_sort=nothing", {}, 400),
        ("/", {"host": "evil.example"}, 400),
        ("/assets/lingjun.css", {"if-none-match": "ETAG"}, 304),
    ],
)
async def test_answers_of_every_kind(
    served: Served, path: str, headers: dict[str, str], status: int
) -> None:
    if "if-none-match" in headers:
        tag = (await served.get(path, "office")).headers["etag"]
        headers = {"if-none-match": tag}
    answer = await served.get(path, "office", headers=headers)
    assert answer.status_code == status
    assert_guarded(answer)
