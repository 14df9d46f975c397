"""结业证书 as the office issues them, and 证书核验 as anybody asks."""

import io
import re
import sqlite3
import zipfile
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from training import register

from tests.conftest import YEAR, World
from tests.served import Served, configured
from tests.worlds import add_class, add_consents, add_people

DAY = "2023-02-01"


@pytest.fixture(autouse=True)
def _fresh_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(register, "RATE", register.Rate())


@pytest_asyncio.fixture
async def served(world: World, conn: sqlite3.Connection) -> AsyncIterator[Served]:
    add_people(conn, 2, state="completed", cohort_id=add_class(conn))
    add_consents(conn)
    config = configured()
    made = Served(world.folder, "training", "public", "certificates", config=config)
    made.hire()
    await made.ds.invoke_startup()
    yield made
    made.ds.close()


async def issue(served: Served) -> list[str]:
    address = f"/-/certificates/issue?year={YEAR}&issued_on={DAY}"
    shown = (await served.get(address, "office")).text
    mark = re.search(r'name="mark" value="([^"]+)"', shown)
    assert mark
    form = {"year": YEAR, "institution": "", "issued_on": DAY, "mark": mark[1]}
    answer = await served.post("/-/certificates/issue", "office", data=form)
    assert answer.headers["location"] == "/-/certificates"
    page = (await served.get(f"/-/certificates?year={YEAR}", "office")).text
    return sorted(set(re.findall(r"LJRC-\d{4}-\d{2}-\d{5}-[\dX](?=</a>)", page)))


async def test_the_office_issues_prints_replaces_and_revokes(served: Served) -> None:
    first, second = await issue(served)
    pdf = await served.get(f"/-/certificates/{first}.pdf", "office")
    assert (pdf.status_code, pdf.content[:5]) == (200, b"%PDF-")
    act = {"act": "reissue", "issued_on": DAY, "reason": "遗失补发"}
    answer = await served.post(f"/-/certificates/{first}", "office", data=act)
    assert answer.headers["location"] != f"/-/certificates/{first}"
    await served.post(
        f"/-/certificates/{second}", "office", data={"act": "revoke", "reason": "理由"}
    )
    assert "已作废" in (await served.get(f"/-/certificates/{second}", "office")).text
    assert (await served.get(f"/-/certificates?number={first[:9]}", "office")).status_code == 200
    assert (await served.get("/-/certificates/LJRC-0", "office")).status_code == 404
    stale = {"year": YEAR, "issued_on": DAY, "mark": "2-0"}
    answer = await served.post("/-/certificates/issue", "office", data=stale)
    assert answer.headers["location"] == "/-/certificates/issue"


async def test_missing_consent_is_waived_with_a_reason_that_no_address_holds(
    served: Served, conn: sqlite3.Connection
) -> None:
    conn.execute("delete from consents")
    address = f"/-/certificates/issue?year={YEAR}&issued_on={DAY}"
    asked = (await served.get(address, "office")).text
    assert "未登记知情同意" in asked
    assert 'name="mark"' not in asked
    shown = (await served.get(f"{address}&waive=1", "office")).text
    mark = re.search(r'name="mark" value="([^"]+)"', shown)
    assert mark
    assert re.search(r'<input[^>]*name="waiver"[^>]*required', shown)
    form = {"year": YEAR, "institution": "", "issued_on": DAY, "mark": mark[1]}
    for waiver, count in (("", 0), ("纸质同意书在途", 2)):
        await served.post("/-/certificates/issue", "office", data=form | {"waiver": waiver})
        assert conn.execute("select count(*) from certificates").fetchone()[0] == count


async def test_what_is_taken_out_is_written_down(served: Served, conn: sqlite3.Connection) -> None:
    first, _ = await issue(served)
    await served.get(f"/-/certificates/{first}.pdf", "office")
    await served.post("/-/certificates/zip", "office", data={"year": YEAR})
    for _ in range(20):
        if (await served.get("/-/certificates/zip?download=1", "office")).content[:2] == b"PK":
            break
    await served.post("/-/certificates/zip", "office", data={"act": "stop"})
    entries = conn.execute(
        "select subject_key, detail ->> 'people', detail ->> 'form', detail from audit_log"
        " where action = 'export' and subject = 'certificates' order by id"
    ).fetchall()
    assert [tuple(entry)[:3] for entry in entries] == [(first, 1, "pdf"), (YEAR, 2, "zip")]
    assert all("示例" not in entry["detail"] for entry in entries)


@pytest.mark.parametrize("who", ["institution", "province", "assessor", "analyst", "auditor"])
async def test_nobody_else_comes_near(served: Served, who: str) -> None:
    for path in ("/-/certificates", "/-/certificates/issue", "/-/certificates/zip"):
        assert (await served.get(path, who)).status_code in (403, 404)
        assert (await served.post(path, who, data={})).status_code in (403, 404)
    for path in ("/certificates", "/certificates/certificates", "/certificates/keys.json"):
        assert (await served.get(path, who)).status_code in (403, 404)


async def test_all_in_one_zip_named_by_number(served: Served) -> None:
    numbers = await issue(served)
    await served.post("/-/certificates/zip", "office", data={"year": YEAR})
    for _ in range(60):
        page = await served.get("/-/certificates/zip?download=1", "office")
        if page.headers["content-type"] == "application/zip":
            break
    with zipfile.ZipFile(io.BytesIO(page.content)) as archive:
        assert archive.namelist() == [f"{number}.pdf" for number in numbers]
    await served.post("/-/certificates/zip", "office", data={"act": "stop"})


async def test_verification_tells_the_facts_to_whoever_knows_number_and_name(
    served: Served,
) -> None:
    number = (await issue(served))[0]
    form = {"number": number.lower(), "name": "示例1"}
    page = await served.post("/verify", data=form)
    for fact in (number, "示例1", YEAR, "清华大学", DAY, "证书有效"):
        assert fact in page.text
    no = [
        await served.post("/verify", data={"number": asked, "name": name})
        for asked, name in ((number, "示例2"), ("LJRC-2021-02-99999-0", "示例1"), ("?", "无此人"))
    ]
    assert {(answer.status_code, len(answer.content)) for answer in no} == {
        (200, len(no[0].content))
    }
    assert all("没有相符的证书" in answer.text for answer in no)
    assert page.headers["cache-control"] == "no-store"


async def test_verification_slows_down_whoever_guesses(served: Served) -> None:
    answers = [
        (await served.post("/verify", data={"number": "x", "name": "y"})).status_code
        for _ in range(register.LIMIT + 1)
    ]
    assert answers == [200] * register.LIMIT + [429]


async def test_the_public_key_is_published(served: Served) -> None:
    assert (await served.get("/verify/key")).text.startswith("-----BEGIN PUBLIC KEY-----")
    assert (await served.get("/verify/key.json")).json()["keys"][0]["crv"] == "Ed25519"
    assert "Ed25519" in (await served.get("/verify/offline")).text
