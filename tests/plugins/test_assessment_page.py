"""The pages of the assessment: each role its own, the sheet by form and by file, the decision."""

import sqlite3
from collections.abc import AsyncIterator
from typing import Any

import pytest
from training import new_year, scores

from tests.conftest import YEAR, World
from tests.evidence import PDF
from tests.served import Served
from tests.worlds import INDICATORS, assess

PATH = "/-/assessment"
DECISION = "/-/assessment/decision"


def full(institution: str, score: str) -> dict[str, str]:
    return {f"score/{institution}/{code}": score for code in INDICATORS}


def without_refusals(conn: sqlite3.Connection) -> list[str]:
    """The record, but for the log: a refusal may be written down there."""
    return [line for line in conn.iterdump() if "audit_" not in line and "sqlite_seq" not in line]


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        (PATH, {"assessor", "office", "institution"}),
        (f"{PATH}/template.csv", {"assessor"}),
        (DECISION, {"office"}),
        ("/-/report", {"office"}),
    ],
)
async def test_each_page_is_open_to_its_own(served: Served, path: str, allowed: set[str]) -> None:
    for who in ("office", "institution", "province", "assessor", "analyst", "auditor", None):
        status = (await served.get(path, who)).status_code
        assert (status == 200) == (who in allowed), (path, who)


@pytest.mark.parametrize(
    ("path", "form", "allowed"),
    [
        (PATH, {"act": "save", **full("pku", "80")}, "assessor"),
        (PATH, {"act": "final:pku", "confirm": "1"}, "assessor"),
        (f"{PATH}/upload", {}, "assessor"),
        (f"{PATH}/back", {"institution": "zju", "reason": "x"}, "office"),
        (DECISION, {"act": "new-year", "year": YEAR}, "office"),
        ("/-/report.xlsx", {}, "office"),
    ],
)
async def test_no_act_of_anybody_else_is_taken(
    served: Served, world: World, path: str, form: dict[str, str], allowed: str
) -> None:
    with world.connect() as conn:
        assess(conn, {"zju": 8_000})
        before = without_refusals(conn)
    for who in ("office", "institution", "province", "assessor", "analyst", "auditor", None):
        if who != allowed:
            answer = await served.post(path, who, data=form)
            assert answer.status_code in (302, 403, 404), (path, who)
            assert answer.status_code != 302 or who is None
    with world.connect() as conn:
        assert without_refusals(conn) == before


async def test_a_bad_value_loses_nothing(served: Served) -> None:
    form = {"year": YEAR, "act": "final", "confirm": "1", **full("pku", "80")}
    form["score/pku/faculty"] = "一百"
    answer = await served.post(PATH, "assessor", data=form)
    assert answer.status_code == 400
    assert 'value="一百"' in answer.text
    assert "请填 0 到 100 的数" in answer.text
    page = (await served.get(PATH, "assessor")).text
    assert page.count('value="80"') == 6
    form["score/pku/faculty"] = "99.5"
    assert (await served.post(PATH, "assessor", data=form)).status_code == 302
    assert "已定稿" in (await served.get(PATH, "assessor")).text


async def test_nothing_is_final_without_the_confirmation(served: Served, world: World) -> None:
    form = {"year": YEAR, "act": "final:pku", **full("pku", "80")}
    assert (await served.post(PATH, "assessor", data=form)).status_code == 302
    with world.connect() as conn:
        assert conn.execute("select status from assessments").fetchone()[0] == "draft"


async def test_a_sheet_is_uploaded_and_its_faults_are_told(served: Served) -> None:
    text = (await served.get(f"{PATH}/template.csv?year={YEAR}", "assessor")).text
    sheet = text.replace("北京大学,,", "北京大学,88.125,77").encode("gb18030", "replace")
    answer = await served.post(
        f"{PATH}/upload", "assessor", data={"year": YEAR}, files={"file": ("表.csv", sheet)}
    )
    assert answer.status_code == 400
    assert 'value="88.125"' in answer.text
    assert 'value="77"' in (await served.get(PATH, "assessor")).text
    for file in (b"", b"%PDF"):
        answer = await served.post(
            f"{PATH}/upload", "assessor", data={"year": YEAR}, files={"file": ("x.csv", file)}
        )
        assert answer.status_code == 302


async def test_the_decision_is_published_by_another_and_then_told(
    served: Served, world: World
) -> None:
    served.hire_as("second", "office")
    with world.connect() as conn:
        slugs = [
            row[0]
            for row in conn.execute(
                "select institution from institution_years where year = ? and ranked"
                " order by institution = 'tsinghua' desc", (YEAR,),
            )
        ]  # fmt: skip
        assess(conn, {slug: 7_000 + 10 * place for place, slug in enumerate(slugs)})
    assert "尚未公布" in (await served.get(PATH, "institution")).text
    assert "建立 2022-2023 年度" in (await served.get(DECISION, "office")).text
    await served.post(DECISION, "office", data={"act": "new-year", "year": YEAR})
    form = {"act": "decide", "year": YEAR, "document": "函9号", "dated_on": "2022-12-20"}
    refused = await served.post(DECISION, "office", data=form | {"dated_on": "soon"})
    assert (refused.status_code, "函9号" in refused.text) == (400, True)
    assert (await served.post(DECISION, "office", data=form)).status_code == 302
    own = await served.get(DECISION, "office")
    assert 'value="publish"' not in own.text
    publish = {"act": "publish", "year": YEAR, "confirm": "1"}
    assert (await served.post(DECISION, "office", data=publish)).status_code == 400
    unsure = {"act": "publish", "year": YEAR}
    assert (await served.post(DECISION, "second", data=unsure)).status_code == 400
    assert "尚未公布" in (await served.get(PATH, "institution")).text
    assert (await served.post(DECISION, "second", data=publish)).status_code == 302
    result = (await served.get(PATH, "institution")).text
    assert "第 21 名，共 21 家" in result
    assert "70.0000" in result
    assert "北京大学" not in result


@pytest.mark.parametrize("path", [PATH, DECISION, "/-/report", "/-/checks"])
async def test_each_page_knows_each_year(served: Served, world: World, path: str) -> None:
    with world.connect() as conn:
        new_year.turn(conn, "2022-2023", "office", "script", commit=True)
    for language in ("zh", "en"):
        page = await served.get(f"{path}?year=2022-2023&_lang={language}", "office")
        assert page.status_code == 200
        assert 'aria-current="page">2022-2023 <' in page.text
        assert ("筹备中" if language == "zh" else "planned") in page.text
    assert (await served.get(f"{path}?year=1999-2000", "office")).status_code == 404


async def test_nobody_scores_a_year_that_is_planned(served: Served, world: World) -> None:
    with world.connect() as conn:
        new_year.turn(conn, "2022-2023", "office", "script", commit=True)
    asked = {"year": "2022-2023", "act": "save", "score/pku/funds": "50"}
    file = {"file": ("分.csv", b"a,b", "text/csv")}
    for answer in (
        await served.get(f"{PATH}?year=2022-2023", "assessor"),
        await served.get(f"{PATH}/template.csv?year=2022-2023", "assessor"),
        await served.post(PATH, "assessor", data=asked),
        await served.post(f"{PATH}/upload", "assessor", data={"year": "2022-2023"}, files=file),
        await served.post(f"{PATH}/back", "office", data={"year": "1999-2000", "reason": "x"}),
    ):
        assert answer.status_code == 404
    assert world.connect().execute("select count(*) from assessments").fetchone()[0] == 0


async def test_the_report_is_a_workbook_and_logged(served: Served, world: World) -> None:
    answer = await served.post("/-/report.xlsx", "office", data={"year": YEAR})
    assert answer.content[:2] == b"PK"
    with world.connect() as conn:
        row = conn.execute(
            "select actor, action from audit_log where subject = 'report'"
        ).fetchone()
    assert tuple(row) == ("office", "export")


async def attach(
    served: Served, content: bytes, who: str = "assessor", name: str = "调查.pdf", **more: str
) -> Any:
    form = {"year": YEAR, "evidence_for": "pku", "note": "", "indicator": "funds"} | more
    files = {"file": (name, content, "application/pdf")}
    return await served.post(f"{PATH}/evidence", who, data=form, files=files)


async def test_evidence_is_for_the_assessor_and_the_office_alone(
    served: Served, world: World
) -> None:
    with world.connect() as conn:
        scores.save(conn, YEAR, {("pku", "funds"): "80"}, "assessor", "script")
    answer = await attach(served, PDF, name='x"\r\nSet-Cookie: a=b\r\n.pdf')
    assert answer.status_code == 302
    for who in ("assessor", "office"):
        assert "/-/assessment/evidence/1" in (await served.get(PATH, who)).text
        answer = await served.get(f"{PATH}/evidence/1", who)
        assert answer.content == PDF
        assert answer.headers["content-disposition"].startswith("attachment; filename=")
        assert "Set-Cookie" not in answer.headers["content-disposition"]
        assert "set-cookie" not in answer.headers
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-type"] == "application/pdf"
        assert "no-store" in answer.headers["cache-control"]
    for who in ("institution", "province", "analyst", "auditor"):
        assert (await served.get(f"{PATH}/evidence/1", who)).status_code == 404
        assert (await attach(served, PDF, who)).status_code in (403, 404)
    assert (await served.get(f"{PATH}/evidence/1")).status_code == 302
    assert (await attach(served, PDF, "office")).status_code in (403, 404)
    for number in ("0", "2", "999999999999", "1;drop"):
        assert (await served.get(f"{PATH}/evidence/{number}", "office")).status_code == 404
    assert (await served.get("/evidence.db", "office")).status_code == 404
    assert world.connect().execute("select count(*) from assessment_evidence").fetchone()[0] == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<script>alert(1)</script>", "看内容"),
        (b"\x00" * (22 << 20), "超过 20 MiB"),
        (b"", "看内容"),
    ],
    ids=["a page called PDF", "too large", "empty"],
)
async def test_what_is_no_evidence_is_refused_in_words(
    served: Served, world: World, content: bytes, said: str
) -> None:
    with world.connect() as conn:
        scores.save(conn, YEAR, {("pku", "funds"): "80"}, "assessor", "script")
    answer = await attach(served, content)
    assert answer.status_code == 302
    messages = served.ds.unsign(answer.cookies["ds_messages"], "messages")
    assert said in messages[0][0]
    assert world.connect().execute("select count(*) from assessment_evidence").fetchone()[0] == 0


async def test_a_document_elsewhere_is_noted_without_a_file(served: Served, world: World) -> None:
    with world.connect() as conn:
        scores.save(conn, YEAR, {("pku", "funds"): "80"}, "assessor", "script")
    form = {"year": YEAR, "evidence_for": "pku", "note": "档案 3 号", "sha256": "a" * 64}
    await served.post(f"{PATH}/evidence", "assessor", data=form, files={"x": ("", b"", "")})
    page = (await served.get(PATH, "office")).text
    assert "档案 3 号" in page
    assert "/-/assessment/evidence/1" not in page


async def test_of_a_gigabyte_only_the_beginning_is_read(served: Served) -> None:
    read = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal read
        head = 'Content-Disposition: form-data; name="file"; filename="a.pdf"'
        yield f"--x\r\n{head}\r\n\r\n%PDF-1.4".encode()
        for _ in range(1024):
            read += 1
            yield bytes(1024 * 1024)

    headers = {"content-type": "multipart/form-data; boundary=x"}
    answer = await served.post(f"{PATH}/evidence", "assessor", content=body(), headers=headers)
    assert answer.status_code == 302
    assert read < 64
