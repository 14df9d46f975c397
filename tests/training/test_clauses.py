"""Every clause of the notice has an answer, and every answer named is there."""

import re
import sqlite3

import pytest
from training import clauses, problems
from training.gate import ROUTES

from tests.served import Served
from tests.worlds import QUERIES

CLAUSES = clauses.load()
#: The paragraphs of 工信厅企业函〔2021〕256号, in its order.
NOTICE = (
    "一（一）", "一（二）", "一（三）", "二", "三（一）", "三（二）", "三（三）", "三（四）", "三（五）",
    "三（六）", "三（七）", "四", "附件",
)  # fmt: skip
#: What the notice says without asking for anything that a record could show.
ASKS_FOR_NOTHING = {
    "政府引导、市场运作、面向企业、讲求实效、整合资源、共建共享", "通过网站及微信公众号搭建互动平台",
    "形成统一品牌", "联系人及联系方式",
}  # fmt: skip


def chinese(clause: clauses.Clause) -> str:
    return clause.words.split(" | ")[0]


def test_every_paragraph_is_there_in_the_order_of_the_notice() -> None:
    found = [clause.clause for clause in CLAUSES]
    assert tuple(dict.fromkeys(found)) == NOTICE
    assert found == sorted(found, key=NOTICE.index)


@pytest.mark.parametrize("clause", CLAUSES, ids=chinese)
def test_a_clause_has_an_answer(clause: clauses.Clause) -> None:
    assert clause.words.count(" | ") == 1
    asks_for_nothing = chinese(clause) in ASKS_FOR_NOTHING
    assert clause.is_answered != asks_for_nothing
    assert bool(clause.says) == asks_for_nothing
    assert not clause.says or clause.says.count(" | ") == 1


@pytest.mark.parametrize("clause", CLAUSES, ids=chinese)
def test_what_is_named_is_there(conn: sqlite3.Connection, clause: clauses.Clause) -> None:
    assert set(clause.queries) <= set(QUERIES)
    assert set(clause.faults) <= set(problems.CODES)
    laws = {row[0] for row in conn.execute("select name from sqlite_master")}
    assert set(clause.laws) <= laws
    for page in clause.pages:
        assert any(re.fullmatch(pattern, page) for pattern, _ in ROUTES), page


async def test_every_page_opens_for_somebody(served: Served) -> None:
    for page in sorted({page for clause in CLAUSES for page in clause.pages}):
        answers = [
            (await served.get(page, who)).status_code for who in ("office", "institution", None)
        ]
        assert 200 in answers, page


def test_every_check_answers_a_clause() -> None:
    named = {name for clause in CLAUSES for name in clause.queries}
    checks = {query.check for query in QUERIES.values() if query.check and query.name in named}
    # Q29 answers a law of the land, not the notice.
    assert checks == {f"Q{number:02d}" for number in range(1, 31)} - {"Q29"}


def test_the_thirty_checks_are_there_and_name_paragraphs_of_the_notice() -> None:
    numbers = {query.check for query in QUERIES.values() if query.check}
    assert numbers == {f"Q{number:02d}" for number in range(1, 31)}
    for query in QUERIES.values():
        if query.check and query.check != "Q29":
            assert set((query.clause or "").split("、")) <= set(NOTICE), query.name
