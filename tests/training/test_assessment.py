"""The assessment (notice 三(六)): scores, making final, sending back, the decision and what it does."""

import re
import sqlite3

import pytest
from training import assessment, decision, evidence, new_year, roster, score_file, scores
from training.context import Sender
from training.reading import Unreadable
from training.workflow import Refused

from tests.conftest import YEAR, World
from tests.worlds import INDICATORS, QUERIES, assess, release, set_year

NEXT = "2022-2023"
BY = ("assessor", "script")


def members(conn: sqlite3.Connection) -> list[str]:
    rows = conn.execute(
        "select institution from institution_years join institutions on slug = institution"
        " where year = ? and ranked order by seq",
        (YEAR,),
    )
    return [row[0] for row in rows]


def everybody(conn: sqlite3.Connection, *lowest: int) -> list[str]:
    """All assessed, the first with ``lowest`` and the others more; return the institutions."""
    slugs = members(conn)
    rest = {slug: 9_000 + place for place, slug in enumerate(slugs)}
    assess(conn, rest | dict(zip(slugs, lowest, strict=False)))
    new_year.turn(conn, NEXT, "office", "script", commit=True)
    return slugs


def decide(conn: sqlite3.Connection, *chosen: str, reason: str = "") -> list[str]:
    return decision.decide(
        conn, YEAR, chosen, "函〔2022〕9号", "2022-12-20", reason, "office", "script", QUERIES
    )


@pytest.mark.parametrize(
    ("text", "value"),
    [("85.5", 8550), (" ８５．５ ", 8550), ("0", 0), ("100.00", 10_000), ("0.01", 1), ("", None)],
)  # fmt: skip
def test_a_score_is_read_in_hundredths(text: str, value: int | None) -> None:
    assert scores.hundredths(text) == value


@pytest.mark.parametrize(
    "text", ["100.01", "-1", "85.555", "1e2", "八十", "85,5", "1000", "٣", "."]
)
def test_what_is_no_score_is_refused(text: str) -> None:
    with pytest.raises(scores.NoScore):
        scores.hundredths(text)


def test_a_bad_cell_loses_nothing(conn: sqlite3.Connection) -> None:
    cells = {("pku", "funds"): "80", ("pku", "faculty"): "101", ("zju", "funds"): "70.25"}
    saved = scores.save(conn, YEAR, cells, *BY)
    assert (saved.changed, list(saved.faults)) == (2, [("pku", "faculty")])
    assert scores.stored(conn, YEAR) == {("pku", "funds"): 8000, ("zju", "funds"): 7025}
    assert scores.save(conn, YEAR, {("pku", "funds"): "80.00"}, *BY).changed == 0
    assert scores.save(conn, YEAR, {("pku", "funds"): ""}, *BY).changed == 1
    assert scores.stored(conn, YEAR) == {("zju", "funds"): 7025}


def test_one_without_a_score_stays_a_draft(conn: sqlite3.Connection) -> None:
    cells = {("pku", code): "80" for code in INDICATORS}
    scores.save(conn, YEAR, cells | {("zju", "funds"): "1"}, *BY)
    with pytest.raises(Refused):
        assessment.finalise(conn, YEAR, "zju", *BY)
    assert assessment.finalise(conn, YEAR, None, *BY) == (["北京大学"], ["浙江大学"])
    with pytest.raises(Refused):
        assessment.finalise(conn, YEAR, "pku", *BY)
    saved = scores.save(conn, YEAR, {("pku", "funds"): "90"}, *BY)
    assert list(saved.faults) == [("pku", "funds")]
    assert scores.stored(conn, YEAR)["pku", "funds"] == 8000


def test_the_office_sends_back_with_a_reason_that_is_kept(conn: sqlite3.Connection) -> None:
    assess(conn, {"pku": 8_000})
    with pytest.raises(Refused):
        assessment.send_back(conn, YEAR, "pku", " ", "office", "script")
    assessment.send_back(conn, YEAR, "pku", "师资分有误", "office", "script")
    with pytest.raises(Refused):
        assessment.send_back(conn, YEAR, "pku", "again", "office", "script")
    assessment.finalise(conn, YEAR, "pku", *BY)
    events = conn.execute("select event, reason, total from assessment_events order by id")
    assert [tuple(row) for row in events] == [
        ("finalised", None, 800_000), ("sent_back", "师资分有误", 800_000), ("finalised", None, 800_000),
    ]  # fmt: skip
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        conn.execute("delete from assessment_events")


def test_evidence_is_noted_once_there_is_a_score(conn: sqlite3.Connection) -> None:
    note = evidence.Note(YEAR, "pku", "档案 3 号", sha256="A" * 64)
    with pytest.raises(Refused):
        evidence.add(conn, note, *BY)
    scores.save(conn, YEAR, {("pku", "funds"): "80"}, *BY)
    for wrong in ({"sha256": "abc"}, {"text": " "}, {"indicator": "beauty"}):
        with pytest.raises(Refused):
            evidence.add(conn, note._replace(**wrong), *BY)
    evidence.add(conn, note, *BY)
    (line,) = (
        one for one in assessment.sheet(conn, YEAR, QUERIES)["lines"] if one["slug"] == "pku"
    )
    assert [one["sha256"] for one in line["evidence"]] == ["a" * 64]


LAWS = {
    "weights are fixed": "update assessment_indicators set weight = 5 where code = 'funds' and"
    " weight <> 5 or code = 'faculty'",
    "no indicator joins": "insert into assessment_indicators values ('2021-2022', 'x', 9, 'x', 'x', 1)",
    "no indicator leaves": "delete from assessment_indicators where code = 'funds'",
    "final stays final": "update assessments set status = 'draft'",
    "final scores stay": "update assessment_scores set score_hundredths = 1",
    "final scores are kept": "delete from assessment_scores",
    "another year": "insert into assessment_scores values (1, '2022-2023', 'funds', 1)",
    "not an indicator": "insert into assessment_scores values (1, '2021-2022', 'beauty', 1)",
    "institutions don't assess": "insert into assessments (year, institution, scored_by)"
    " values ('2021-2022', 'miit-talent-exchange', 'pku')",
    "no decision": "insert into suspensions values"
    " ('2022-2023', 'pku', '2021-2022', 'x', 'x', 'x', null)",
}


@pytest.mark.parametrize("statement", LAWS.values(), ids=LAWS)
def test_what_never_happens(conn: sqlite3.Connection, statement: str) -> None:
    everybody(conn, 7_000, 7_001)
    with pytest.raises(sqlite3.IntegrityError):
        conn.execute(statement)


def test_scoring_begins_with_weights_of_100(conn: sqlite3.Connection) -> None:
    conn.execute("update assessment_indicators set weight = weight + 1 where code = 'funds'")
    with pytest.raises(sqlite3.IntegrityError, match="total 100"):
        assess(conn, {"pku": 8_000})


@pytest.mark.parametrize(
    ("year", "institution"),
    [("2023-2024", "pku"), (YEAR, "pku"), (NEXT, "miit-talent-exchange")],
)
def test_a_suspension_is_for_the_next_year_and_the_ranked(
    conn: sqlite3.Connection, year: str, institution: str
) -> None:
    everybody(conn, 7_000, 7_001)
    new_year.turn(conn, "2023-2024", "office", "script", commit=True)
    decide(conn)
    with pytest.raises(sqlite3.IntegrityError, match=r"year after|only a ranked"):
        conn.execute(
            "insert into suspensions values (?, ?, ?, 'x', 'x', 'x', null)",
            (year, institution, YEAR),
        )


def test_nothing_is_decided_before_everybody_is_assessed(conn: sqlite3.Connection) -> None:
    slugs = everybody(conn, 7_000, 7_001)
    assessment.send_back(conn, YEAR, slugs[5], "复核", "office", "script")
    with pytest.raises(Refused, match="暂定"):
        decide(conn)
    with pytest.raises(sqlite3.IntegrityError, match="before every assessment"):
        conn.execute(
            "insert into assessment_decisions (year, document, dated_on, decided_by, decided_at)"
            " values (?, 'x', '2022-12-20', 'x', 'x')",
            (YEAR,),
        )


def test_a_three_way_tie_is_decided_by_hand_with_a_reason(conn: sqlite3.Connection) -> None:
    slugs = everybody(conn, 7_000, 7_100, 7_100, 7_100)
    for chosen, reason in (
        ((), "理由"),
        (slugs[1:3], "理由"),
        ((slugs[9],), "理由"),
        ((slugs[2],), ""),
    ):
        with pytest.raises(Refused):
            decide(conn, *chosen, reason=reason)
    assert decide(conn, slugs[2], reason="满意度较低") == [slugs[0], slugs[2]]
    with pytest.raises(Refused):
        decide(conn, slugs[2], reason="again")
    with pytest.raises(Refused, match="末位决定"):
        assessment.send_back(conn, YEAR, slugs[0], "too late", "office", "script")


def test_a_year_without_a_rule_suspends_nobody(conn: sqlite3.Connection) -> None:
    everybody(conn, 7_000, 7_001)
    set_year(conn, suspended_count=0)
    with pytest.raises(Refused, match="没有末位"):
        decide(conn)


def suspended_in(conn: sqlite3.Connection, year: str) -> list[str]:
    rows = conn.execute(
        "select institution from institution_years where year = ? and status = 'suspended'", (year,)
    )
    return [row[0] for row in rows]


def test_the_decision_works_from_its_publication_by_another_person(
    world: World, conn: sqlite3.Connection
) -> None:
    slugs = everybody(conn, 7_000, 7_001)
    lowest = decide(conn)
    order = roster.Order(
        path=world.folder / "x",
        year=NEXT,
        sender=Sender(institution=lowest[0]),
        by="x",
        via="script",
    )
    assert roster.context_of(conn, order).suspended == frozenset()
    assert assessment.own_result(conn, YEAR, slugs[0], QUERIES) is None
    with pytest.raises(Refused, match="另一人"):
        decision.publish(conn, YEAR, "office", "script")
    assert suspended_in(conn, NEXT) == []
    decision.publish(conn, YEAR, "office2", "script")
    assert suspended_in(conn, NEXT) == sorted(lowest)
    assert roster.context_of(conn, order).suspended == set(lowest)
    result = assessment.own_result(conn, YEAR, slugs[0], QUERIES)
    assert result
    assert (result["points"], result["place"], result["of"]) == (70.0, 21, 21)
    for act in (decision.publish, decision.withdraw):
        with pytest.raises(Refused):
            act(conn, YEAR, "office3", "script")
    with pytest.raises(sqlite3.IntegrityError, match="not altered"):
        conn.execute("update assessment_decisions set document = 'x'")
    # It ends by itself: the year after that has no suspension and both are back.
    new_year.turn(conn, "2023-2024", "office", "script", commit=True)
    assert suspended_in(conn, "2023-2024") == []
    conn.execute("update programme_years set state = 'open' where key = ?", (NEXT,))
    assert release(world)


def test_an_unpublished_decision_is_withdrawn(conn: sqlite3.Connection) -> None:
    everybody(conn, 7_000, 7_001)
    decide(conn)
    decision.withdraw(conn, YEAR, "office", "script")
    assert conn.execute("select count(*) from suspensions").fetchone()[0] == 0
    done = [row[0] for row in conn.execute("select action from audit_log")]
    assert {"decide", "withdraw", "new-year"} <= set(done)
    assert decide(conn)


# ---- the sheet as a file -----------------------------------------------------------------------


def parts(conn: sqlite3.Connection) -> tuple[list[assessment.Row], list[assessment.Row]]:
    sheet = assessment.sheet(conn, YEAR, QUERIES)
    return sheet["indicators"], sheet["lines"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_the_template_comes_back_as_it_went(conn: sqlite3.Connection, encoding: str) -> None:
    assess(conn, {"pku": 8_555})
    sheet = assessment.sheet(conn, YEAR, QUERIES)
    text = score_file.as_csv(*parts(conn), sheet["texts"]).decode("utf-8-sig")
    read = score_file.read(text.encode(encoding), *parts(conn))
    assert read.remarks == []
    assert {place: text for place, text in read.cells.items() if text} == sheet["texts"]


def test_what_a_file_says_of_nobody_is_told(conn: sqlite3.Connection) -> None:
    text = "考核表\n承担机构,师资（15%）,颜值\n北京大学,80,1\n示例大学,1,1\n北京大学,70,1\n"
    read = score_file.read(text.encode(), *parts(conn))
    assert read.cells == {("pku", "faculty"): "80"}
    assert [re.sub(r"\W", "", said) for said in read.remarks] == [
        "不认识的列颜值没有读入", "第4行的机构示例大学不在本年度没有读入",
        "第5行的机构北京大学重复出现没有读入",
    ]  # fmt: skip


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", "谁,什么\n1,2\n".encode()])
def test_a_file_that_is_no_sheet_is_refused(conn: sqlite3.Connection, content: bytes) -> None:
    with pytest.raises(Unreadable):
        score_file.read(content, *parts(conn))
