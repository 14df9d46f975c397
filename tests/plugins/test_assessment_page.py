"""The pages of the assessment: each role its own, the sheet by form and by file, the decision."""

import sqlite3

import pytest
from training import new_year

from tests.conftest import YEAR, World
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
