"""Rosters with something done to them, thousands of ways: always a report, and one that adds up.

LINGJUN_FUZZ_SECONDS=600 makes the seeded run longer; LINGJUN_FUZZ_SEED begins it elsewhere.
"""

import os
import random
import re
import time
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.hostile.sending import BEIJING, TSINGHUA, Answer, Office, crowd, grid, text, workbook
from tests.people import identity_number, person

SECONDS = float(os.environ.get("LINGJUN_FUZZ_SECONDS", "6"))
SEED = int(os.environ.get("LINGJUN_FUZZ_SEED", "7"))
CODECS = ("utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-be", "big5hkscs")
#: Every column there is, so that each rule is met.
EXTRAS = {
    "性别": "男", "证件类型": "", "邮箱": "a@example.org", "推荐单位": "北京市", "主营业务": "阀门",
    "从业人数": "200", "营业收入（万元）": "500", "资产总额": "5亿元", "成立时间": "2021-10-08",
    "专精特新": "小巨人", "班级": "一班", "备注": "好\n很好", "行业名称": "", "民族": "汉",
    "结业情况": "",
}  # fmt: skip
#: What stands in cells that broke other programs.
ODD = (
    "", "\0", "'", '"', '""', ",", "\n", "\r\n", "=1+1", "@SUM(A1)", "1.10105E+17", "NaN", "1e999",
    "-0", "9" * 40, "٢٠٢١", "²", "Ⅻ", "\ufeff", "\u202e", "\u200b", "\ue000", "\ud7a3", "𠅤", "😀",
    "a\u0301", "ﷺ", "锟斤拷", "\ufffd", "同上", "无", "（清空）", "{0}", "%s", "\\", "A" * 3000, "合计",
    "2021-02-30", "9999-99-99", "0000", "44500", "99999", "13800000000", "北京大学", "推荐", "护照",
    "专精特新", "C", "99", "\x1b[31m", "\u2028", "\x85", "\U0010ffff", "ＡＢ", "￾", "1/2/2021", "\t",
)  # fmt: skip
_NUMBERS = re.compile(r"1[3-9]\d{9}|119999\d{8}\d{3}[\dX]")


def full(count: int = 4) -> list[list[str]]:
    """A roster with every column, one good person a row."""
    return grid([person(n) | EXTRAS for n in range(count)])


def check(answer: Answer) -> None:
    """What holds for any file whatever: counts add up, faults lie in the file, nobody is named."""
    parts = sum(answer[word] for word in ("new", "changed", "unchanged", "rejected"))
    assert answer["rows"] == parts
    assert min(answer[word] for word in ("rows", "skipped", "absent", "rejected")) >= 0
    for problem in answer["problems"]:
        assert problem["severity"] in ("error", "warning")
        assert problem["row"] is None or problem["row"] >= 1
        assert not _NUMBERS.search(problem["message"])
    rejected = {
        p["row"]
        for p in answer["problems"]
        if p["severity"] == "error" and p["row"] not in (None, answer["header_row"])
    }
    codes = {problem["code"] for problem in answer["problems"]}
    if "column-missing" not in codes:
        # The row that shows damage to the whole file is rejected, and named for the file.
        assert answer["rejected"] <= len(rejected) + ("encoding-damaged" in codes)
    if answer["rows"] and not answer["problems"]:
        assert answer["new"] == answer["rows"]


def flip(data: bytes, chance: random.Random) -> bytes:
    found = bytearray(data)
    for _ in range(chance.choice((1, 2, 8, 64))):
        found[chance.randrange(len(found))] = chance.randrange(256)
    return bytes(found)


def cut(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data))]


def drop(data: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(data))
    return data[:start] + data[start + chance.choice((1, 3, 50, 500)) :]


def double(data: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(data))
    end = start + chance.choice((1, 2, 40, 800))
    return data[:end] + data[start:end] * chance.choice((1, 1, 5)) + data[end:]


def strew(data: bytes, chance: random.Random) -> bytes:
    for _ in range(chance.choice((1, 3))):
        place = chance.randrange(len(data))
        data = data[:place] + chance.choice(ODD).encode("utf-8", "ignore") + data[place:]
    return data


def mix(data: bytes, chance: random.Random) -> bytes:
    """A file of two halves in two encodings, as cat makes it."""
    return data + text(full(2)).encode(chance.choice(CODECS), "replace")


BYTES: tuple[Callable[[bytes, random.Random], bytes], ...] = (flip, cut, drop, double, strew, mix)


def shuffled(rows: list[list[str]], chance: random.Random) -> list[list[str]]:
    """Cells and rows exchanged, doubled, removed, or filled with something odd."""
    rows = [list(one) for one in rows]
    for _ in range(chance.choice((1, 2, 6))):
        one = chance.choice(rows)
        place = chance.randrange(len(one)) if one else 0
        match chance.randrange(9):
            case 0 | 1 | 2:
                one[place : place + 1] = [chance.choice(ODD)]
            case 3:
                one[place : place + 1] = [one[place] + chance.choice(ODD)] if one else []
            case 4:
                del one[place : place + chance.choice((1, 1, 9))]
            case 5:
                one.insert(place, chance.choice(ODD))
            case 6:
                rows.insert(chance.randrange(len(rows)), list(one))
            case 7 if len(rows) > 1:
                rows.remove(one)
            case _:
                chance.shuffle(one)
    return rows


def test_a_seeded_run_over_mutated_rosters(reader: Office) -> None:
    """As many files as there is time for; the seed and the number of a file are in a failure."""
    chance, end, count = random.Random(SEED), time.monotonic() + SECONDS, 0
    codes: set[str] = set()
    while time.monotonic() < end:
        count += 1
        rows = full(chance.choice((1, 3, 8)))
        if chance.random() < 0.6:
            rows = shuffled(rows, chance)
        as_book = chance.random() < 0.04
        if as_book:
            clean = ([cell.replace("\0", "") for cell in one] for one in rows)
            data = workbook([[cell[:32_000] for cell in one] for one in clean])
        else:
            found = text(rows, chance.choice(",,,;\t"), chance.choice(("\r\n", "\n", "\r")))
            data = found.encode(chance.choice(CODECS), "replace")
        if chance.random() < 0.5 and data:
            data = chance.choice(BYTES)(data, chance)
        sender = chance.choice((TSINGHUA, BEIJING))
        try:
            answer = reader.send(data, sender=sender, commit=False, force=chance.random() < 0.5)
            check(answer)
        except Exception as error:
            error.add_note(f"file {count} of seed {SEED}: {data[:300]!r}")
            raise
        codes |= {problem["code"] for problem in answer["problems"]}
    # A run that meets few faults has not looked around.
    assert count > 10 * SECONDS
    assert len(codes) > 25


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_every_odd_cell_in_every_column(reader: Office, kind: str) -> None:
    """One row for each: none of them may end the reading of the others."""
    header = full(1)[0]
    rows = [header]
    for place in range(len(header)):
        for cell in ODD:
            one = list((person(len(rows)) | EXTRAS).values())
            one[place] = cell.replace("\0", "\x01") if kind == "xlsx" else cell
            rows.append(one)
    answer = reader.send(workbook(rows) if kind == "xlsx" else text(rows).encode())
    check(answer)
    assert answer["rows"] + answer["skipped"] > 0.95 * len(ODD) * len(header)
    assert answer["new"] > 100


def test_what_a_mutated_roster_stores_is_what_its_preview_said(office: Office) -> None:
    """The rules of the record (its checks and triggers) refuse nothing that the reading let pass."""
    chance = random.Random(SEED + 1)
    for _ in range(40):
        data = text(shuffled(full(6), chance)).encode()
        told = office.send(data, only_valid=True, force=True)
        done = office.send(data, commit=True, only_valid=True, force=True)
        check(done)
        assert {**told.found, "committed": 0, "batch": 0} == {
            **done.found,
            "committed": 0,
            "batch": 0,
        }
    assert office.stored("pragma foreign_key_check") == []
    assert office.stored("select count(*) > 0 from trainees") == [(1,)]


@pytest.fixture(scope="module")
def shared(reader: Office) -> Office:
    return reader


CELLS = st.one_of(
    st.sampled_from(ODD),
    st.text(max_size=30),
    st.text(alphabet="0123456789-/.年月日,万元EeXx ", max_size=20),
    st.builds(
        lambda n, tail: identity_number(9 + n % 20_000) + tail, st.integers(0), st.sampled_from(ODD)
    ),
)


@settings(
    max_examples=70, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(place=st.integers(0, len(full(1)[0]) - 1), cell=CELLS)
def test_any_text_in_any_cell(shared: Office, place: int, cell: str) -> None:
    rows = full(3)
    rows[2][place] = cell
    encoded = text(rows).encode("utf-8", "surrogatepass")
    answer = shared.send(encoded)
    check(answer)
    sound = encoded.decode("utf-8", "ignore").encode() == encoded
    if sound and not re.search('["\r\n]|\ufffd|锟斤拷|ï»¿', cell):
        # Whatever the cell holds, the rows beside it keep what they said.
        wrong = {row for row, _, code, severity in answer.faults if severity == "error"}
        assert wrong <= {1, 3, None}  # 1: a value under a header of the office
        assert answer["rows"] in (2, 3)


@settings(
    max_examples=50, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(
    content=st.one_of(
        st.binary(max_size=300),
        st.text(max_size=200).map(lambda found: found.encode("utf-8", "surrogatepass")),
    )
)
def test_any_bytes(shared: Office, content: bytes) -> None:
    check(shared.send(content))


@settings(
    max_examples=50, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(headers=st.lists(st.one_of(st.sampled_from(full(1)[0]), st.text(max_size=10)), max_size=12))
def test_any_header(shared: Office, headers: list[str]) -> None:
    rows = [headers, *([str(n)] * len(headers) for n in range(2))]
    check(shared.send(text(rows).encode("utf-8", "surrogatepass")))


def test_the_same_people_whatever_the_order_of_columns(reader: Office) -> None:
    chance = random.Random(SEED)
    rows = grid(crowd(4))
    for _ in range(20):
        order = list(range(len(rows[0])))
        chance.shuffle(order)
        answer = reader.send(text([[one[i] for i in order] for one in rows]))
        assert (answer.faults, answer.counts) == ([], {"rows": 4, "new": 4})
