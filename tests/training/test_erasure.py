"""Erasing people: nothing that says who it was is left, and every figure stays."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from training import (
    audit_chain,
    erasure,
    erasure_list,
    identity,
    queries,
    register,
    retention,
    roster,
    scopes,
    undo,
    uploads,
    workflow,
)
from training.database import BEIJING, acting, connect, transaction
from training.rows import Sender
from training.workflow import Refused

from tests.conftest import YEAR, World
from tests.people import person, roster_csv
from tests.worlds import add_people, certify, insert

SENDER = Sender(institution="tsinghua")
NAME, NUMBER, MOBILE = "欧阳不存在", person(0)["身份证号码"], "13800000000"
CANARY = person(0) | {
    "姓名": NAME, "职务": "金丝雀总经理", "邮箱": "canary@example.com", "备注": "备注金丝雀",
    "主营业务": "金丝雀养殖",
}  # fmt: skip
PRINTED = {
    "year": YEAR, "institution_zh": "清华", "institution_en": "T", "track_zh": "区域",
    "track_en": "R",
}  # fmt: skip
#: What must be nowhere in db/ afterwards.
TRACES = (
    NAME, NUMBER, MOBILE, "138****0000", "canary@example.com", "备注金丝雀", "金丝雀养殖",
    "金丝雀总经理", "示例0号有限公司", CANARY["统一社会信用代码"], "理由里的话", "旧职务",
)  # fmt: skip


def other(n: int) -> dict[str, str]:
    return person(n) | dict.fromkeys(("邮箱", "备注", "主营业务"), "")


def send(world: World, rows: list[dict[str, str]]) -> int:
    """Send a roster as the institution does, through a kept upload; return the batch."""
    content = roster_csv(rows).encode()
    with closing(world.connect()) as conn:
        token = uploads.keep(
            conn, uploads.folder_of(world.db), world.keys, content, account="clerk", year=YEAR,
            sender=SENDER, file_name="名单.csv", options={},
        )  # fmt: skip
        path = world.folder / "名单.csv"
        path.write_bytes(content)
        order = roster.Order(
            path=path, year=YEAR, sender=SENDER, by="clerk", force=True, token=token
        )
        report = roster.run(conn, order, world.keys, commit=True)
        path.unlink()
        assert report.batch, report.problems
        return report.batch


@pytest.fixture
def rejected(world: World) -> int:
    """The canary among others: sent, changed by a second roster, rejected. His row."""
    others = [other(n) for n in range(1, 6)]
    send(world, [CANARY | {"职务": "旧职务", "手机": "13899999999"}, *others])
    send(world, [CANARY, *others])
    with closing(world.connect()) as conn:
        one = conn.execute("select id from trainees where name = ?", (NAME,)).fetchone()[0]
        # Not by workflow.reject: it copies the reason into the audit log, which nobody can change.
        with transaction(conn), acting(conn, "office", "web", f"理由里的话：{NAME}"):
            conn.execute("update trainees set state = 'rejected' where id = ?", (one,))
    return int(one)


def erase(world: World, *people: int, reason: str = "本人申请") -> erasure.Plan:
    return erasure.erase(world.db, people, "office", "script", reason=reason)


def bytes_of(folder: Path) -> bytes:
    return b"\n".join(
        path.read_bytes() for path in folder.rglob("*") if path.is_file()
        and path.suffix != ".keys"
    )  # fmt: skip


def test_no_trace_is_left_in_any_file(world: World, rejected: int) -> None:
    scopes.refresh(world.db, scopes.Scope("institution", "tsinghua"))
    scopes.refresh(world.db, scopes.Scope("province", "110000"))
    with closing(sqlite3.connect(world.db)) as conn, conn:
        # What was deleted earlier lies in free pages still; Debian's SQLite would overwrite it.
        conn.execute("pragma secure_delete = off")
        conn.execute("create table earlier as select id, ? as note from trainees", (NAME * 5000,))
        conn.execute("drop table earlier")
    held = bytes_of(world.folder)
    assert NAME.encode() in held
    assert "旧职务".encode() in held
    plan = erase(world, rejected)
    assert erasure.scrub(world.db)
    left = bytes_of(world.folder)
    assert [trace for trace in TRACES if trace.encode() in left] == []
    assert "学员甲乙".encode() in left, "another person of the same roster"
    assert plan.removed["sealed_identities"] == 1
    assert plan.removed["batch_changes"] >= 2
    assert len(plan.files) == 2
    assert not list((world.folder / "uploads").iterdir())


def test_what_is_sealed_is_gone_too(world: World, rejected: int) -> None:
    erase(world, rejected)
    with closing(world.connect()) as conn:
        for table in ("sealed_identities", "sealed_changes"):
            key = "trainee_id" if table == "sealed_identities" else "change_id"
            mine = f"select id from batch_changes where trainee_id = {rejected}"
            which = rejected if key == "trainee_id" else mine
            assert not conn.execute(f"select 1 from {table} where {key} in ({which})").fetchall()
        row = conn.execute("select * from trainees where id = ?", (rejected,)).fetchone()
        assert (row["name"], row["state"], row["year"]) == (erasure.ERASED, "rejected", YEAR)
        assert row["person_key"] != identity.person_key(world.keys, "resident", NUMBER)


def test_an_erased_row_stays_so(world: World, rejected: int) -> None:
    erase(world, rejected)
    with closing(world.connect()) as conn:
        for sql in (
            f"update trainees set name = '{NAME}' where id = {rejected}",
            f"update trainees set note = 'x' where id = {rejected}",
            f"insert into sealed_identities values ({rejected}, 1, x'00')",
            f"update trainee_events set reason = 'x' where trainee_id = {rejected}",
            f"update trainee_events set actor = 'x', reason = null where trainee_id = {rejected}",
            "delete from erasures",
            "update erasures set reason = 'x'",
        ):
            with pytest.raises(sqlite3.IntegrityError, match=r"erased|append-only"):
                conn.execute(sql)


def test_the_events_of_others_stay_as_they_are(world: World, rejected: int) -> None:
    erase(world, rejected)
    with closing(world.connect()) as conn, pytest.raises(sqlite3.IntegrityError, match="append"):
        conn.execute("update trainee_events set reason = null where trainee_id <> ?", (rejected,))


def test_the_log_says_that_and_why_but_not_who(world: World, rejected: int) -> None:
    erase(world, rejected, reason="本人申请 2026-11-01")
    with closing(world.connect()) as conn:
        entry = conn.execute("select * from audit_log where action = 'erase'").fetchone()
        assert (entry["actor"], entry["subject_key"]) == ("office", str(rejected))
        assert "本人申请 2026-11-01" in entry["detail"]
        assert list(audit_chain.faults(conn)) == []


@pytest.mark.parametrize("reason", ["", "  ", f"{NAME}申请", f"号码{NUMBER}", f"电话{MOBILE}"])
def test_a_reason_is_given_and_does_not_say_who(world: World, rejected: int, reason: str) -> None:
    with pytest.raises(Refused):
        erase(world, rejected, reason=reason)
    assert NAME.encode() in bytes_of(world.folder)


def test_whoever_is_in_the_middle_of_it_is_not_erased(world: World) -> None:
    send(world, [CANARY])
    with closing(world.connect()) as conn:
        one = conn.execute("select id from trainees").fetchone()[0]
        with pytest.raises(Refused, match=r"退出|withdraw"):
            erasure.same_person(conn, one)
        with pytest.raises(Refused):
            erasure.same_person(conn, one + 1)


def test_a_certificate_keeps_its_number_and_the_figures_stand(
    world: World, conn: sqlite3.Connection
) -> None:
    batch = send(world, [CANARY, other(1)])
    workflow.approve(conn, batch, "office", "web", enrol=True)
    one = conn.execute("select id from trainees where name = ?", (NAME,)).fetchone()[0]
    conn.execute("update trainees set state = 'completed' where id = ?", (one,))
    certify(conn, one, "LJRC-1")
    conn.execute("update trainees set state = 'certified' where id = ?", (one,))
    figures = {key: picture(conn, key) for key in queries.checks(queries.load())}
    plan = erase(world, one)
    assert plan.certificates == ["LJRC-1"]
    assert conn.execute("select number from certificates").fetchone()[0] == "LJRC-1"
    differ = {key.name for key in figures if picture(conn, key) != figures[key]}
    # What informs about blank cells and sealed numbers sees that there are none; every target stands.
    assert differ <= {"check_management_position", "check_missing_data", "check_retention"}
    assert any(key.name.startswith("quota_") for key in figures)


def test_the_printed_name_and_the_register_let_go_of_him(
    world: World, conn: sqlite3.Connection
) -> None:
    [one] = add_people(conn, state="completed", name=NAME)
    insert(
        conn, "certificates", number="LJRC-1", trainee_id=one, issued_on="2023-01-09",
        issued_by="office", issuer_role="office", holder_key="a" * 32,
        printed=json.dumps(PRINTED | {"name": NAME}, ensure_ascii=False),
    )  # fmt: skip
    register.publish(world.db, world.folder / "certificates.db")
    conn.execute("update trainees set state = 'certified'")
    erase(world, one)
    row = conn.execute("select number, printed, holder_key from certificates").fetchone()
    assert (row[0], json.loads(row[1]), row[2]) == ("LJRC-1", PRINTED | {"name": ""}, None)
    with closing(connect(world.folder / "certificates.db")) as public:
        held = public.execute("select number, holder_key from certificates").fetchall()
        assert [tuple(one) for one in held] == [("LJRC-1", None)]


def picture(conn: sqlite3.Connection, query: queries.Query) -> list[tuple[object, ...]]:
    rows = queries.run(conn, query, year=YEAR)
    return [(row["scope"], row["numerator"], row["denominator"], row["status"]) for row in rows]


def test_undoing_the_batch_does_not_bring_him_back(world: World, rejected: int) -> None:
    erase(world, rejected)
    with closing(world.connect()) as conn:
        batch = conn.execute("select max(id) from roster_batches").fetchone()[0]
        undo.undo(conn, world.keys, batch, "clerk", "web")
    assert NAME.encode() not in bytes_of(world.folder / "uploads")
    with closing(world.connect()) as conn:
        found = conn.execute("select name from trainees where id = ?", (rejected,)).fetchone()
        assert found[0] == erasure.ERASED


def test_free_tables_are_searched_and_left_alone(world: World, rejected: int) -> None:
    with closing(sqlite3.connect(world.folder / "staging.db")) as staging, staging:
        staging.execute('create table "我的""表" (甲, 乙)')
        staging.executemany('insert into "我的""表" values (?, ?)', [(NAME, 1), ("别人", MOBILE)])
    with closing(world.connect()) as conn:
        plan = erasure.plan(conn, world.keys, [rejected])
    assert plan.mentions == {'staging.db: 我的"表.甲': 1, 'staging.db: 我的"表.乙': 1}


def age_events(world: World, at: str) -> None:
    with closing(world.connect()) as conn:
        conn.execute("drop trigger trainee_events_fixed")
        conn.execute("update trainee_events set at = ?", (at,))


def months_ago(months: int, days: int) -> str:
    return f"{datetime.now(BEIJING) - timedelta(days=months * 31 + days):%Y-%m-%d}T00:00:00+08:00"


@pytest.mark.parametrize(("at", "is_due"), [(months_ago(5, 0), False), (months_ago(6, 1), True)])
def test_what_is_due(world: World, rejected: int, at: str, is_due: bool) -> None:
    assert not retention.due(world.db)
    age_events(world, at)
    assert retention.due(world.db).people == [rejected] * is_due
    retention.enforce(world.db, retention.due(world.db), "cron", "script")
    assert retention.due(world.db).people == []
    assert (NAME.encode() in bytes_of(world.folder)) is not is_due


def test_a_forgotten_upload_goes_after_a_day(world: World) -> None:
    folder = uploads.folder_of(world.db)
    with closing(world.connect()) as conn:
        uploads.keep(
            conn, folder, world.keys, b"x", account="clerk", year=YEAR, sender=SENDER,
            file_name="王某名单.csv", options={},
        )  # fmt: skip
        assert uploads.forgotten(conn) == []
        conn.execute("update waiting_uploads set created_at = '2021-01-01T00:00:00+08:00'")
    found = retention.due(world.db)
    assert len(found.forgotten) == 1
    retention.enforce(world.db, found, "cron", "script")
    with closing(connect(world.db)) as conn:
        assert not conn.execute("select 1 from waiting_uploads").fetchone()


def test_the_list_beside_the_record_names_nobody(world: World, rejected: int) -> None:
    erase(world, rejected)
    path = erasure_list.path_of(world.db)
    assert path.stat().st_mode & 0o777 == 0o600
    [one] = erasure_list.read(path)
    with closing(world.connect()) as conn:
        assert {one} == erasure_list.of_record(conn)


Back = Callable[[], int]


@pytest.fixture
def back(world: World, rejected: int) -> Back:
    """Bring the record back as it was before an erasure, and erase again by the list."""
    old = world.folder / "old.db"
    with closing(world.connect()) as conn, closing(sqlite3.connect(old)) as copy:
        conn.backup(copy)
    erase(world, rejected)

    def bring_back() -> int:
        listed = erasure_list.read(erasure_list.path_of(world.db))
        with closing(sqlite3.connect(old)) as copy, closing(world.connect()) as conn:
            copy.backup(conn)
        old.unlink()
        assert NAME.encode() in bytes_of(world.folder)
        return erasure.again(world.db, listed, "os:test")

    return bring_back


def test_who_was_erased_does_not_rise_with_a_backup(world: World, back: Back) -> None:
    assert back() == 1
    assert erasure.scrub(world.db)
    left = bytes_of(world.folder)
    assert [trace for trace in TRACES if trace.encode() in left] == []


def test_a_wrong_list_is_refused(world: World) -> None:
    path = erasure_list.path_of(world.db)
    path.write_text('{"nobody": 1}\n')
    with pytest.raises(ValueError, match="no list"):
        erasure_list.read(path)
