"""What is done to many people at a time is what would be done to each."""

import json
import sqlite3
from pathlib import Path

import pytest
from training import identity, roster
from training.bench_rosters import HEADER, people
from training.problems import Problem
from training.rows import Sender

from tests.conftest import YEAR, World
from tests.people import person, roster_csv

KEYS = identity.Keys(b"h" * 32, {1: b"a" * 32, 2: b"b" * 32}, b"c" * 32)


@pytest.mark.parametrize("kind", ["resident", "taiwan_resident", "passport", None])
def test_many_keys_are_the_keys_of_each(kind: str | None) -> None:
    found = identity.Hasher(KEYS).persons([kind] * 3, ["119999196001019999", None, "E12345678"])
    one = [
        identity.person_key(KEYS, kind or "resident", n)
        for n in ("119999196001019999", "E12345678")
    ]
    assert found == [one[0], None, one[1]]


def test_many_mobile_keys_are_the_keys_of_each() -> None:
    found = identity.Hasher(KEYS).mobiles(["13800000000", "", "13800000001"])
    assert found == [
        identity.mobile_key(KEYS, "13800000000"), None, identity.mobile_key(KEYS, "13800000001")
    ]  # fmt: skip


def test_texts_sealed_together_open_one_by_one_and_share_no_nonce() -> None:
    sealer = identity.Sealer(KEYS)
    sealed = sealer.seal_all(["甲", "乙"], ["same", "same"])
    assert [sealer.open(o, 2, s) for o, s in zip("甲乙", sealed, strict=True)] == ["same", "same"]
    assert len({blob[:12] for blob in sealed}) == 2


def test_a_repetition_in_another_block_is_seen(
    world: World, conn: sqlite3.Connection, tmp_path: Path
) -> None:
    rows = [dict(zip(HEADER, cells, strict=True)) for cells in people(1_500)]
    rows[1_200] = rows[3] | {"手机": rows[4]["手机"]}
    rows[1_201]["统一社会信用代码"] = rows[1_202]["统一社会信用代码"] = rows[0]["统一社会信用代码"]
    path = tmp_path / "long.csv"
    path.write_text(roster_csv(rows), encoding="utf-8")
    order = roster.Order(path, YEAR, Sender("tsinghua"), by="clerk")
    report = roster.run(conn, order, world.keys, commit=False)
    found = [p for p in report.problems if p.code != "id-county"]
    assert found == [
        Problem(1_202, "id_number", "duplicate-in-file", (("row", "5"),)),
        Problem(1_202, "mobile", "same-mobile", (("row", "6"),)),
        Problem(1_204, "uscc", "enterprise-many"),
    ]
    assert (report.rows, report.new, report.rejected) == (1_500, 1_499, 1)


def test_the_lines_of_a_report_are_its_object(
    world: World, conn: sqlite3.Connection, tmp_path: Path
) -> None:
    path = tmp_path / "名单.csv"
    path.write_text(roster_csv([person(0), person(1, 手机="1"), person(2, 邮箱="?")]), "utf-8")
    order = roster.Order(path, YEAR, Sender("tsinghua"), by="clerk")
    report = roster.run(conn, order, world.keys, commit=False)
    for language in ("zh", "en"):
        assert json.loads("".join(report.json_lines(language))) == json.loads(
            json.dumps(report.as_json(language))
        )
    report.problems = []
    assert json.loads("".join(report.json_lines())) == json.loads(json.dumps(report.as_json()))
