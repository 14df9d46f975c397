"""The ministry's lists of 专精特新“小巨人” (二), batch by batch: a file is taken whole or not at all."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from training import audit, cells, credit_codes, reading, texts
from training.database import acting, transaction

PAGE = 50
_CODES = {texts.key(word) for word in ("统一社会信用代码", "社会信用代码", "信用代码", "uscc")}
_NAMES = {texts.key(word) for word in ("企业名称", "单位名称", "名称", "name")}


@dataclass(frozen=True)
class Batch:
    """Which list it is: its number, its year, until when it holds, and where it was published."""

    number: int
    year: int
    source: str
    valid_until: str | None = None


@dataclass
class Listed:
    """What a file holds: enterprises by credit code, and faults as (row, Chinese, English)."""

    enterprises: dict[str, str] = field(default_factory=dict)
    faults: list[tuple[int, str, str]] = field(default_factory=list)


def read(path: Path) -> Listed:
    """The enterprises of a list; raises :class:`reading.Unreadable`."""
    source = reading.open_source(path, header_vote=_vote)
    listed, columns = Listed(), None
    for number, row, problems in reading.rows(source):
        listed.faults += [
            (number, problem.message("zh"), problem.message("en"))
            for problem in problems
            if problem.severity == "error"
        ]
        if columns is None:
            columns = _columns(row)
            continue
        _take(listed, number, row, columns)
    if columns is None:
        listed.faults.append(
            (
                1,
                "找不到“企业名称”和“统一社会信用代码”两列",
                "no columns 企业名称 and 统一社会信用代码",
            )
        )
    elif not listed.enterprises and not listed.faults:
        listed.faults.append((1, "名单里没有企业", "the list has no enterprises"))
    return listed


def _vote(row: Sequence[str]) -> int:
    return sum(texts.key(cell) in _CODES | _NAMES for cell in row)


def _columns(row: Sequence[str]) -> tuple[int, int] | None:
    """The places of credit code and name, None if this row is no header."""
    keys = [texts.key(cell) for cell in row]
    codes = [place for place, key in enumerate(keys) if key in _CODES]
    names = [place for place, key in enumerate(keys) if key in _NAMES]
    return (codes[0], names[0]) if codes and names else None


def _take(listed: Listed, number: int, row: Sequence[str], columns: tuple[int, int]) -> None:
    code, name = (row[place] if place < len(row) else "" for place in columns)
    code = texts.compact(code).upper()
    found = cells.enterprise_name(name)[0]
    if not credit_codes.is_credit_code(code):
        listed.faults.append((number, "统一社会信用代码不对", "not a credit code"))
    elif not found:
        listed.faults.append((number, "没有企业名称", "no name"))
    elif code in listed.enterprises:
        listed.faults.append((number, "这家企业前面已经有了", "listed above already"))
    else:
        listed.enterprises[code] = str(found)


def store(
    conn: sqlite3.Connection, batch: Batch, listed: Listed, by: str, via: str
) -> tuple[int, int]:
    """Store a list as its batch, in place of what that batch was; return its size and the former's."""
    with transaction(conn), acting(conn, by, via, f"little giants {batch.number}"):
        gone = conn.execute("delete from little_giants where batch = ?", (batch.number,)).rowcount
        conn.executemany(
            "insert into little_giants (uscc, batch, name, year, valid_until, source)"
            " values (?, ?, ?, ?, ?, ?)",
            [
                (code, batch.number, name, batch.year, batch.valid_until, batch.source)
                for code, name in listed.enterprises.items()
            ],
        )
        audit.record(
            conn, by, via, "import", "little_giants", batch.number,
            rows=len(listed.enterprises), replaced=gone, source=batch.source,
        )  # fmt: skip
    return len(listed.enterprises), gone


def batches(conn: sqlite3.Connection, year: str) -> list[sqlite3.Row]:
    """The lists that are stored, the newest first.

    With ``enterprises`` counted, and the ``people`` of ``year`` whose enterprise is on it, each once,
    from their approval on.
    """
    return conn.execute(
        "select g.batch, max(g.year) as year, max(g.source) as source,"
        " max(g.valid_until) as valid_until, count(distinct g.uscc) as enterprises,"
        " count(distinct t.person_key) as people from little_giants as g"
        " left join (select uscc, person_key from trainees join trainee_states on code = state"
        "  and is_counted where year = ?) as t on t.uscc = g.uscc"
        " group by g.batch order by g.batch desc",
        (year,),
    ).fetchall()


def enterprises(
    conn: sqlite3.Connection, batch: int, year: str, words: str, page: int
) -> tuple[list[sqlite3.Row], int]:
    """A page of the enterprises of a batch whose name or code holds ``words``, and how many there are.

    Each with its ``people`` of ``year``, as :func:`batches` counts them.
    """
    where = " from little_giants as g where g.batch = ? and instr(g.name || ' ' || g.uscc, ?)"
    total = conn.execute(f"select count(*){where}", (batch, words)).fetchone()[0]
    rows = conn.execute(
        "select g.uscc, g.name, (select count(distinct t.person_key) from trainees as t"
        " join trainee_states as s on s.code = t.state and s.is_counted"
        f" where t.uscc = g.uscc and t.year = ?) as people{where}"
        " order by g.name, g.uscc limit ? offset ?",
        (year, batch, words, PAGE, (page - 1) * PAGE),
    )
    return rows.fetchall(), int(total)


def history(conn: sqlite3.Connection) -> list[dict[str, object]]:
    """When a list was stored and by whom, the newest first: batch, rows, replaced and source."""
    return [
        {"at": row["at"], "actor": row["actor"], "batch": row["subject_key"]}
        | json.loads(row["detail"])
        for row in conn.execute(
            "select at, actor, subject_key, detail from audit_log"
            " where subject = 'little_giants' and action = 'import' order by id desc limit ?",
            (PAGE,),
        )
    ]
