"""Every answer carries the security headers, whoever makes it and whatever the core had set."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from datasette.app import Datasette

from tests.plugins.framed import frame_only, framed

ANSWERS = [
    ("GET", "/", 200),
    ("GET", "/record", 200),
    ("GET", "/record/people", 200),
    ("GET", "/record/people/1", 200),
    ("GET", "/record/quota_heads?least=1", 200),
    ("GET", "/record/-/query?sql=select+1", 200),
    ("GET", "/record/people.json", 200),
    ("GET", "/record/people.csv", 200),
    ("GET", "/record/people.csv?_stream=on", 200),
    ("GET", "/record/people/", 302),
    ("GET", "/nope", 404),
    ("GET", "/nope.json", 404),
    ("GET", "/record/-/query?sql=update+people+set+age=1", 400),
    ("GET", "/-/static/app.css", 200),
    ("GET", "/-/static/nope.css", 404),
    ("GET", "/-/static-zh/table.js", 200),
    ("GET", "/-/static-zh/modal.js", 404),
    ("GET", "/assets/lingjun.css", 200),
    ("HEAD", "/record/people", 200),
    ("POST", "/record/people/-/insert", 403),
]
FIXED = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}
POLICY = {
    "default-src": "'none'",
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data:",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "object-src": "'none'",
}


@pytest.fixture(scope="module")
def ds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Datasette]:
    with frame_only():
        yield framed(tmp_path_factory.mktemp("framed"))


def policy_of(answer: Any) -> dict[str, str]:
    [policy] = answer.headers.get_list("content-security-policy")
    return dict(part.strip().split(" ", 1) for part in policy.split(";"))


def assert_guarded(answer: Any) -> None:
    for name, value in FIXED.items():
        assert answer.headers.get_list(name) == [value], name
    assert "camera=()" in answer.headers["permissions-policy"]
    policy = policy_of(answer)
    assert POLICY.items() <= policy.items()
    assert re.fullmatch(r"'self' 'nonce-[\w-]{20,}'", policy["script-src"])


@pytest.mark.parametrize(("method", "path", "status"), ANSWERS)
async def test_every_kind_of_answer(ds: Datasette, method: str, path: str, status: int) -> None:
    answer = await ds.client.request(method, path)
    assert answer.status_code == status
    assert_guarded(answer)


async def test_a_form_from_another_site_is_refused_with_the_headers_on(ds: Datasette) -> None:
    answer = await ds.client.post("/record", headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403
    assert_guarded(answer)


PAGES = [path for method, path, status in ANSWERS if method == "GET" and "json" not in path]


@pytest.mark.parametrize("path", [*PAGES, "/record/-/schema", "/record/-/queries", "/-/jump"])
async def test_no_script_on_a_page_is_without_the_nonce_of_its_answer(
    ds: Datasette, path: str
) -> None:
    answer = await ds.client.get(path)
    if not answer.headers.get("content-type", "").startswith("text/html"):
        return
    nonce = re.search(r"'nonce-([\w-]+)'", answer.headers["content-security-policy"])[1]
    tags = re.findall(r"<script\b[^>]*>", answer.text)
    assert all(f'nonce="{nonce}"' in tag for tag in tags)
    assert not re.search(r'<[^>]+\son\w+="', answer.text), "an inline handler"
    assert not re.search(r'(?:src|stylesheet" href)="(?:https?:)?//', answer.text), "foreign file"


async def test_a_nonce_is_used_once(ds: Datasette) -> None:
    policies = {policy_of(await ds.client.get("/record"))["script-src"] for _ in range(5)}
    assert len(policies) == 5


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/", False),
        ("/record/people", False),
        ("/record/people.csv", False),
        ("/nope", False),
        ("/institutions-of-nobody", False),
        ("/-/static/../record", False),
        ("/institutions", True),
        ("/institutions/2021-2022", True),
        ("/institutions.csv", True),
        ("/assets/lingjun.css", True),
        ("/-/static/app.css", True),
        ("/-/static-en/table.js", True),
    ],
)
async def test_only_public_pages_and_files_may_be_kept(
    ds: Datasette, path: str, kept: bool
) -> None:
    answer = await ds.client.get(path)
    assert (answer.headers.get_list("cache-control") == ["no-store"]) is not kept


async def test_a_script_asked_for_with_its_hash_is_kept_for_good(ds: Datasette) -> None:
    html = (await ds.client.get("/record/people")).text
    url = re.search(r'src="(/-/static-zh/table\.js\?_hash=\w+)"', html)[1]
    assert "immutable" in (await ds.client.get(url, cookies={"a": "b"})).headers["cache-control"]
    assert "cache-control" not in (await ds.client.get(url.split("?")[0])).headers


async def test_every_cookie_is_out_of_reach_of_scripts(ds: Datasette) -> None:
    """The core's cookie of flash messages has no HttpOnly of its own."""
    answer = await ds.client.get("/", cookies={"ds_messages": ds.sign([["x", 1]], "messages")})
    [cookie] = answer.headers.get_list("set-cookie")
    assert cookie.startswith("ds_messages=")
    assert "; HttpOnly" in cookie
