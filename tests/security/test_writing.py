"""P14: every write by every actor: only what is granted is done, and from our own pages alone."""

import re
from typing import Any

import pytest
from training.accounts import ROLES

from tests.security.addresses import routes
from tests.security.canaries import ACTORS, EVERYBODY
from tests.security.conftest import City

pytestmark = pytest.mark.asyncio(loop_scope="session")

BASES = ("training", "staging", "analysis", "institution-tsinghua", "_internal")
TABLES = ("trainees", "audit_log")
#: The core's addresses that write: below a table, below a database, below a query.
WRITES: dict[str, Any] = {
    "/{table}/-/insert": {"row": {"name": "x"}},
    "/{table}/-/upsert": {"row": {"id": 1, "name": "x"}},
    "/{table}/{id}/-/update": {"update": {"name": "x"}},
    "/{table}/{id}/-/delete": {},
    "/{table}/-/drop": {"confirm": True},
    "/{table}/-/set-column-type": {"column": "name", "column_type": "url"},
    "/{table}/-/alter": {
        "operations": [{"op": "add_column", "args": {"name": "x", "type": "text"}}]
    },
    "/-/create": {"table": "brand_new", "row": {"a": 1}},
    "/-/execute-write": {"sql": "delete from {table}"},
    "/-/execute-write/analyze": {"sql": "delete from {table}"},
    "/-/query": {"sql": "delete from {table}"},
    "/-/queries/store": {"query": {"name": "mine", "sql": "delete from {table}", "is_write": True}},
    "/report_states/-/update": {"update": {"sql": "delete from {table}"}},
    "/report_states/-/delete": {},
    "/kept_by_analyst/-/update": {"update": {"title": "x"}},
    "/kept_by_institution_a/-/delete": {},
}
#: Who may do it after all: a query of one's own on a file of one's own.
OWN_QUERY = {
    ("/kept_by_analyst/-/update", "staging", "analyst"),
    ("/kept_by_institution_a/-/delete", "institution-tsinghua", "institution_a"),
}
ELSEWHERE = (
    "/-/create-token",
    "/-/permissions",
    "/-/config",
    "/-/settings",
    "/-/messages",
    "/-/auth-token",
    "/-/actions",
)
#: What a stranger's page in the victim's browser sends.
FOREIGN: tuple[dict[str, str], ...] = (
    {"origin": "https://evil.example", "sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "cross-site"},
    {"origin": "https://evil.example"},
    {"origin": "null"},
    {"sec-fetch-site": "same-site", "origin": "http://x.localhost"},
    {"origin": "http://localhost.evil.example"},
)


async def sent(
    city: City, target: str, body: Any, *whos: str | None, **more: Any
) -> tuple[list[str], dict[str | None, int]]:
    """Post to ``target`` as each of ``whos``; what changed, leaked or crashed, and the answers."""
    before, found, said = city.state(), [], {}
    for who in whos:
        answer = await city.ask("POST", target, who, **{"json_body": body, **more})
        said[who] = answer.status
        found += city.scanner.leaks(who, target, answer.everything)
        if answer.status >= 500:
            found.append(f"{who} {target}: {answer.status}")
    after = city.state()
    changed = [name for name, content in after.items() if before.get(name) != content]
    return found + [f"{target} changed {name}" for name in changed], said


def granted(write: str, base: str, who: str | None) -> bool:
    return (write, base, who) in OWN_QUERY


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("write", WRITES)
async def test_nothing_is_written(city: City, write: str, base: str) -> None:
    whos = [who for who in EVERYBODY if not granted(write, base, who)]
    row = str(city.ids[city.people[0].number])
    for table in TABLES if "{table}" in write else TABLES[:1]:
        body = eval_words(WRITES[write], table)
        target = f"/{base}{write.replace('{table}', table).replace('{id}', row)}"
        found, said = await sent(city, target, body, *whos)
        assert found == []
        done = [who for who, status in said.items() if status < 300]
        # The page of a query shows the statement again, with what is wrong with it.
        assert done == [] or write.endswith(("analyze", "/-/query")), (target, said)


def eval_words(body: Any, table: str) -> Any:
    if isinstance(body, dict):
        return {key: eval_words(value, table) for key, value in body.items()}
    return body.replace("{table}", table) if isinstance(body, str) else body


@pytest.mark.parametrize("place", ELSEWHERE)
async def test_nor_elsewhere(city: City, place: str) -> None:
    found, said = await sent(city, place, {}, *EVERYBODY)
    assert found == []
    assert set(said.values()) <= {400, 403, 404, 405}


def pages() -> list[str]:
    """Our own addresses: those of Datasette's databases are attacked above."""
    return [path for path in routes() if not re.match(r"/(training|:memory:)|/-/login", path)]


@pytest.mark.parametrize("page", pages())
async def test_a_stranger_can_send_no_form(city: City, page: str) -> None:
    """Another site posts to the page with the cookie of each actor."""
    for headers in FOREIGN[:1]:
        whos = ("office", "institution_a", "auditor")
        found, said = await sent(city, page, None, *whos, form={"act": "x"}, headers=headers)
        assert found == []
        # The form that anybody may send asks and changes nothing; it is for our own page, too.
        assert set(said.values()) <= {403, 404, 405}, (page, headers, said)


@pytest.mark.parametrize("headers", FOREIGN)
@pytest.mark.parametrize(
    "page",
    [
        "/-/login",
        "/-/logout",
        "/-/password",
        "/-/roster/upload",
        "/-/roster/select",
        "/-/upload-csvs",
        "/-/release",
        "/-/classes",
        "/training/cohorts/-/insert",
    ],
)
async def test_every_way_of_a_stranger(city: City, page: str, headers: dict[str, str]) -> None:
    form = {"username": "office", "password": "x", "act": "x"}
    found, said = await sent(
        city, page, None, "office", "institution_a", form=form, headers=headers
    )
    assert found == []
    assert set(said.values()) <= {403, 404, 405}, said


@pytest.mark.parametrize("page", [page for page in pages() if page.startswith("/-/")])
async def test_forms_about_what_is_foreign(city: City, page: str) -> None:
    """Institution B and authority B send each page forms about what is A's, and others about all."""
    target = city.someone(institution="tsinghua", province="330000", recommended_by=None)
    row = str(city.ids[target.number])
    here = page.replace("/batch/1", f"/batch/{city.batches['tsinghua']}")
    here = re.sub(r"/classes/1\b", f"/classes/{city.classes['tsinghua']}", here)
    for act in ("edit", "put-in", "disable"):
        form = {
            "act": act,
            "person": row,
            "id": row,
            "trainee": row,
            "trainee_id": row,
            "year": "2021-2022",
            "institution": "tsinghua",
            "province": "330000",
            "batch": city.batches["tsinghua"],
            "decision": "approve",
            "reason": "x",
            "username": "analyst",
            "state": "completed",
        }
        if page in ("/-/password", "/-/logout"):
            continue
        found, _ = await sent(
            city, here, None, "assessor", "institution_b", "province_b", form=form
        )
        assert found == []


def test_every_role_attacks() -> None:
    assert {who["role"] for who in ACTORS.values()} == set(ROLES)
