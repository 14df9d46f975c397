"""The doorkeeper on the real application: who is let through, and what everybody else is told."""

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from datasette import Response, hookimpl
from datasette.plugins import pm
from training import accounts, sessions

from tests.served import PEOPLE, Served

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served(built: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    folder = tmp_path_factory.mktemp("guard")
    for file in built.iterdir():
        shutil.copy2(file, folder / file.name)
    made = Served(folder)
    made.hire()
    await made.ds.invoke_startup()
    yield made
    made.ds.close()


@pytest.mark.parametrize("path", ["/training/institutions/tsinghua", "/training/x", "/-/config"])
async def test_a_stranger_is_asked_to_sign_in(served: Served, path: str) -> None:
    answer = await served.get(f"{path}?a=b")
    assert answer.status_code == 302
    assert answer.headers["location"] == f"/-/login?next={path}%3Fa%3Db"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/training/institutions.json"),
        ("GET", "/training/institutions.csv"),
        ("GET", "/training.db"),
        ("GET", "/-/versions.json"),
        ("POST", "/training/cohorts/-/insert"),
        ("POST", "/training/-/create"),
        ("POST", "/-/nothing"),
        ("OPTIONS", "/training"),
        ("DELETE", "/"),
    ],
)
async def test_a_program_is_refused(served: Served, method: str, path: str) -> None:
    answer = await served.ask(method, path)
    missing = await served.ask(method, path.replace("training", "nowhere"))
    assert answer.status_code == missing.status_code == 403
    assert answer.json()["ok"] is False
    assert answer.content == missing.content


async def test_the_home_page(served: Served) -> None:
    assert (await served.get("/")).headers["location"] == "/institutions"
    assert (await served.get("/", "office")).status_code == 200


async def test_public_pages_need_no_session(served: Served) -> None:
    for path in ("/institutions", "/institutions.json", "/assets/lingjun.css"):
        assert (await served.get(path)).status_code == 200
        assert (await served.get(path, "auditor")).status_code == 200


CLOSED = (
    *("/-/actions", "/-/allow-debug", "/-/allowed", "/-/allowed.json", "/-/api", "/-/auth-token"),
    *("/-/check", "/-/config", "/-/config.json", "/-/create-token", "/-/databases"),
    *("/-/databases.json", "/-/debug/autocomplete", "/-/messages", "/-/password-tool"),
    *("/-/patterns", "/-/permissions", "/-/plugins", "/-/plugins.json", "/-/rules"),
    *("/-/settings", "/-/settings.json", "/-/tasks", "/-/threads", "/-/threads.json"),
    *("/-/upload-csv", "/-/versions", "/-/versions.json", "/-/", "/-", "/:memory:", "/.json"),
)


@pytest.mark.parametrize("path", CLOSED)
async def test_the_cores_own_pages_are_closed(served: Served, path: str) -> None:
    for who in ("office", "auditor"):
        answers = [await served.get(path, who), await served.post(path, who, data={})]
        assert {answer.status_code for answer in answers} == {404}
    assert (await served.post(path)).status_code == 403


@pytest.fixture
def new_routes(served: Served) -> Iterator[Any]:
    """A plugin of tomorrow, whose author forgot the gate."""

    class Tomorrow:
        @hookimpl
        def register_routes(self) -> list[tuple[str, Any]]:
            def view() -> Any:
                return Response.text("reached")

            return [(r"^/-/brand-new$", view), (r"^/brand-new$", view)]

    plugin = Tomorrow()
    pm.register(plugin, name="tomorrow")
    before, served.app = served.app, served.ds.app()
    yield plugin
    served.app = before
    pm.unregister(plugin)


@pytest.mark.parametrize("path", ["/-/brand-new", "/brand-new"])
@pytest.mark.parametrize("who", [None, *PEOPLE])
async def test_a_new_route_is_closed(
    served: Served, new_routes: Any, path: str, who: str | None
) -> None:
    for method in ("GET", "POST"):
        assert "reached" not in (await served.ask(method, path, who)).text


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": "Basic b2ZmaWNlOkNvcnJlY3QtaG9yc2UtOQ=="},
        {"Authorization": "basic b2ZmaWNlOkNvcnJlY3QtaG9yc2UtOQ=="},
        {"Cookie": "lingjun_session=x"},
        {"Cookie": "lingjun_session="},
    ],
)
async def test_a_session_is_the_only_way_to_be_somebody(
    served: Served, headers: dict[str, str]
) -> None:
    assert (await served.get("/-/actor.json", headers=headers)).status_code == 403
    both = await served.get("/-/actor.json", "office", headers=headers)
    if "Cookie" not in headers:
        assert both.json()["actor"]["id"] == "office"


async def test_a_token_that_is_none_is_nobody_whatever_the_cookie(served: Served) -> None:
    for who in (None, "office"):
        headers = {"Authorization": "Bearer dstok_x"}
        assert (await served.get("/-/actor.json", who, headers=headers)).status_code == 401


async def test_the_cores_cookie_is_worth_nothing(served: Served) -> None:
    forged = served.ds.client.actor_cookie({"id": "root", "role": "office"})
    headers = {"Cookie": f"ds_actor={forged}"}
    assert (await served.get("/-/actor.json", headers=headers)).status_code == 403
    headers["Cookie"] += f"; lingjun_session={served.token('analyst')}"
    answer = await served.get("/-/actor.json", headers=headers)
    assert answer.json()["actor"]["id"] == "analyst"


async def test_a_strange_cookie_breaks_nothing(served: Served) -> None:
    for cookie in ("a,b=1", "a[]=b", '"', "=", ";;", "lang=en; lang", "\xff=\xff"):
        headers = {"Cookie": cookie.encode("latin-1")}
        assert (await served.get("/institutions", headers=headers)).status_code == 200


async def test_the_actor_has_all_keys(served: Served) -> None:
    for who, scope in PEOPLE.items():
        actor = (await served.get("/-/actor.json", who)).json()["actor"]
        wanted = {"id": who, "name": who, "role": who, "institution": None, "province": None}
        assert actor == wanted | scope


async def test_a_foreign_host_is_refused(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    async def status(host: str, path: str = "/institutions") -> int:
        return (await served.get(path, headers={"Host": host})).status_code

    assert await status("evil.example") == 400
    assert await status("evil.example", "/assets/lingjun.css") == 400
    assert await status("127.0.0.1:8001") == 200
    monkeypatch.setenv("LINGJUN_HOSTS", "lingjun.example")
    assert await status("lingjun.example") == 200
    assert await status("evil.example") == 400


async def test_a_one_time_password_opens_the_password_page_only(served: Served) -> None:
    accounts.create(served.accounts, "newcomer", role="office", actor="test")
    for path in ("/", "/training/trainees", "/-/office/inbox"):
        answer = await served.get(path, "newcomer")
        assert (answer.status_code, answer.headers["location"]) == (302, "/-/password")
    assert (await served.get("/training/trainees.json", "newcomer")).status_code == 404
    insert = {"row": {"name": "x"}}
    answer = await served.post("/training/cohorts/-/insert", "newcomer", json=insert)
    assert answer.status_code == 404
    assert (await served.get("/-/password", "newcomer")).status_code == 200


@pytest.mark.parametrize("path", ["/nothing", "/training/trainees", "/x/", "/-/office/inbox"])
async def test_the_page_that_says_no_has_the_frame_and_the_headers(
    served: Served, path: str
) -> None:
    answer = await served.get(path, "institution")
    assert answer.status_code == 404
    assert "没有这个页面" in answer.text
    assert "content-security-policy" in answer.headers
    assert answer.headers["cache-control"] == "no-store"


async def test_a_dead_session_is_a_stranger(served: Served) -> None:
    served.hire_as("leaver", "analyst")
    assert (await served.get("/staging", "leaver")).status_code == 200
    accounts.disable(served.accounts, "leaver", actor="test")
    assert (await served.get("/staging", "leaver")).status_code == 302


async def test_the_actor_of_the_request_does_not_stay_behind(served: Served) -> None:
    await served.get("/training", "office")
    assert sessions.present_actor.get() is None


async def test_the_public_process_knows_no_accounts(built: Path, tmp_path: Path) -> None:
    shutil.copy2(built / "public.db", tmp_path / "public.db")
    alone = Served(tmp_path, "public")
    await alone.ds.invoke_startup()
    answers = {path: await alone.get(path) for path in ("/", "/institutions", "/institutions.csv")}
    assert [answer.status_code for answer in answers.values()] == [302, 200, 200]
    assert "/-/" not in answers["/institutions"].text.replace("/-/static", "")
    for path in ("/-/login", "/-/password", "/public", "/public.json", "/-/versions", "/nothing"):
        assert (await alone.get(path)).status_code in (403, 404)
        assert (await alone.post(path, data={"username": "office"})).status_code == 403
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".db"] == ["public.db"]
    alone.ds.close()
