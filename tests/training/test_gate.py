"""The gate: every address has one answer for each role, and an unknown one has the same no."""

import pytest
from training import gate
from training.gate import Answer, Knock

DATABASES = {"training", "staging", "public", "_memory"}
IN, HOME, WHO, FIRST, NO = (
    Answer.LET_IN,
    Answer.PUBLIC_HOME,
    Answer.SIGN_IN,
    Answer.FIRST_SIGN_IN,
    Answer.REFUSE,
)


def ask(
    path: str, role: str = "anonymous", method: str = "GET", must: bool = False, **more: bool
) -> Answer:
    return gate.answer(Knock(method, path, role, must), DATABASES, **more)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/", HOME),
        ("/institutions", IN),
        ("/institutions.csv", IN),
        ("/institutions.json", IN),
        ("/institutions/2021-2022", IN),
        ("/institutionsX", WHO),
        ("/assets/lingjun.css", IN),
        ("/-/static/app.css", IN),
        ("/-/static-zh/table.js", IN),
        ("/-/static-plugins/x/y.js", NO),
        ("/favicon.ico", IN),
        ("/-/login", IN),
        ("/-/login.json", NO),
        ("/-/logout", WHO),
        ("/-/password", WHO),
        ("/training", WHO),
        ("/training.json", NO),
        ("/training/trainees", WHO),
        ("/training/trainees.csv", NO),
        ("/training/nothing", WHO),
        ("/nothing", WHO),
        ("/-/config", WHO),
        ("/-/config.json", NO),
        ("/-/nothing", WHO),
        ("/institutions/中", WHO),
        ("/%2d/login", WHO),
        ("//", WHO),
        ("", WHO),
    ],
)
def test_anonymous(path: str, expected: Answer) -> None:
    assert ask(path) == expected


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "get"])
@pytest.mark.parametrize("path", ["/", "/institutions", "/assets/x", "/training", "/nothing"])
def test_anonymous_writes_nowhere(path: str, method: str) -> None:
    assert ask(path, method=method) == NO


def test_anonymous_may_send_the_sign_in_form() -> None:
    assert ask("/-/login", method="POST") == IN


@pytest.mark.parametrize(
    ("path", "roles"),
    [
        ("/", gate.SIGNED_IN),
        ("/institutions", gate.SIGNED_IN),
        ("/-/logout", gate.SIGNED_IN),
        ("/-/jump.json", gate.SIGNED_IN),
        ("/-/roster/check/x", {"office", "institution", "province"}),
        ("/-/rosterX", set()),
        ("/-/office/inbox", {"office"}),
        ("/-/upload-csvs", {"office", "analyst"}),
        ("/-/upload-csv", set()),
        ("/training/trainees", gate.SIGNED_IN),
        ("/training.json", gate.SIGNED_IN),
        ("/trainingX/trainees", set()),
        ("/other", set()),
        ("/-/actions", set()),
        ("/-/allow-debug", set()),
        ("/-/allowed", set()),
        ("/-/api", set()),
        ("/-/auth-token", set()),
        ("/-/check", set()),
        ("/-/config", set()),
        ("/-/create-token", set()),
        ("/-/databases", set()),
        ("/-/debug/autocomplete", set()),
        ("/-/messages", set()),
        ("/-/password-tool", set()),
        ("/-/patterns", set()),
        ("/-/permissions", set()),
        ("/-/plugins", set()),
        ("/-/rules", set()),
        ("/-/settings", set()),
        ("/-/tasks", set()),
        ("/-/threads", set()),
        ("/-/versions", set()),
        ("/-/new-route", set()),
    ],
)
def test_signed_in(path: str, roles: set[str]) -> None:
    assert {role for role in gate.SIGNED_IN if ask(path, role) == IN} == roles
    assert {ask(path, role) for role in gate.SIGNED_IN - set(roles)} <= {NO}


@pytest.mark.parametrize(
    ("path", "method", "expected"),
    [
        ("/-/password", "GET", IN),
        ("/-/password", "POST", IN),
        ("/-/logout", "POST", IN),
        ("/institutions", "GET", IN),
        ("/assets/x.css", "GET", IN),
        ("/", "GET", FIRST),
        ("/training/trainees", "GET", FIRST),
        ("/training/trainees.json", "GET", NO),
        ("/training/cohorts/-/insert", "POST", NO),
        ("/-/office/inbox", "GET", FIRST),
        ("/-/config", "GET", FIRST),
    ],
)
def test_with_a_one_time_password(path: str, method: str, expected: Answer) -> None:
    assert ask(path, "office", method, must=True) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/", HOME),
        ("/institutions.csv", IN),
        ("/assets/x.css", IN),
        ("/-/login", NO),
        ("/-/password", NO),
        ("/public/institutions", NO),
        ("/-/versions", NO),
    ],
)
def test_the_public_process(path: str, expected: Answer) -> None:
    assert ask(path, accounts=False) == expected
    assert ask(path, method="POST", accounts=False) == NO


@pytest.mark.parametrize(
    ("host", "named", "allowed"),
    [
        ("127.0.0.1:8001", "", True),
        ("LOCALHOST", "", True),
        ("localhost.", "", True),
        ("[::1]:80", "", True),
        ("", "", False),
        ("evil.example", "", False),
        ("localhost.evil.example", "", False),
        ("localhost:8001:80", "", False),
        ("localhost@evil.example", "", False),
        ("localhost/evil", "", False),
        ("lingjun.example", "lingjun.example, other.example", True),
        ("other.example:443", "lingjun.example, other.example", True),
        ("example", "lingjun.example other.example", False),
    ],
)
def test_host(host: str, named: str, allowed: bool) -> None:
    assert gate.host_allowed([(b"host", host.encode())], named) is allowed


def test_exactly_one_host() -> None:
    assert not gate.host_allowed([], "")
    assert not gate.host_allowed([(b"host", b"localhost"), (b"Host", b"localhost")], "")


def test_only_our_cookies_pass() -> None:
    headers = [
        (b"host", b"localhost"),
        (b"cookie", b'lang=en; ds_actor=forged; a,b=1; lingjun_session=abc; x="lang=zh"'),
        (b"Authorization", b"bAsIc eDp5"),
        (b"cookie", b"ds_messages=m.s-g_"),
    ]
    assert gate.own_cookies(headers) == {
        "lang": "en",
        "lingjun_session": "abc",
        "ds_messages": "m.s-g_",
    }
    assert gate.without_credentials(headers) == [
        (b"host", b"localhost"),
        (b"cookie", b"lang=en; lingjun_session=abc; ds_messages=m.s-g_"),
    ]
    assert gate.without_credentials([(b"COOKIE", b"ds_actor=forged")]) == []


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("/training/trainees?name=%E5%BC%A0", "/training/trainees?name=%E5%BC%A0"),
        ("/", "/"),
        (None, "/"),
        ("", "/"),
        ("training", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/x\\evil", "/"),
        ("/\t/evil.example", "/"),
        ("/x\r\nSet-Cookie: a=b", "/"),
        ("https://evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("/-/login?next=/", "/"),
        ("/-/logout", "/"),
        ("/-/password", "/"),
        ("/-/loginX", "/-/loginX"),
    ],
)
def test_only_paths_of_this_site_are_targets(target: str | None, expected: str) -> None:
    assert gate.local_target(target) == expected


def test_the_way_back_survives_the_sign_in_page() -> None:
    from urllib.parse import parse_qs, urlsplit

    url = gate.sign_in_url("/training/trainees", "name=张三&a=b")
    assert parse_qs(urlsplit(url).query) == {"next": ["/training/trainees?name=张三&a=b"]}
