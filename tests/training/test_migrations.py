"""The schema: its history applies once, its picture is true, its laws hold for any hand."""

import sqlite3
import stat
from pathlib import Path

import pytest
from training import migrations
from training.database import acting, connect, transaction

from tests.conftest import ROOT, YEAR, World

TRAINEE = {
    "year": YEAR,
    "institution": "tsinghua",
    "track": "regional_development",
    "state": "submitted",
    "person_key": "a" * 32,
    "name": "学员甲",
    "id_masked": "119***********9990",
    "mobile_key": "b" * 32,
    "mobile_masked": "138****0000",
    "enterprise_name": "示例有限公司",
    "uscc": "911199990000000000",
    "position": "总经理",
    "province": "110000",
    "origin": "self_selected",
    "kind": "growth_backbone",
}


def add(conn: sqlite3.Connection, **cells: object) -> int:
    conn.execute(
        "insert or ignore into enterprises values ('911199990000000000', '示例', null, null)"
    )
    row = TRAINEE | cells
    cursor = conn.execute(
        f"insert into trainees ({', '.join(row)}) values ({', '.join('?' * len(row))})",
        list(row.values()),
    )
    assert cursor.lastrowid
    return cursor.lastrowid


def test_building_again_changes_nothing(world: World) -> None:
    before = list(world.connect().iterdump())
    assert migrations.migrate(world.db) == []
    assert list(world.connect().iterdump()) == before


def test_the_record_is_its_owners_alone(world: World) -> None:
    assert stat.S_IMODE(world.db.stat().st_mode) == 0o600


def test_the_picture_of_the_schema_is_true(conn: sqlite3.Connection) -> None:
    picture = (ROOT / "db" / "schema.sql").read_text(encoding="utf-8")
    assert picture == migrations.schema_picture(conn), "run `make schema`"


def test_every_foreign_key_has_an_index(conn: sqlite3.Connection) -> None:
    """Without one, deleting or facetting by the parent reads the whole child table."""
    bare = []
    tables = [row[0] for row in conn.execute("select name from sqlite_master where type = 'table'")]
    for table in tables:
        indexed = {
            row["name"] for row in conn.execute(f"pragma table_info({table})") if row["pk"] == 1
        }
        for index in conn.execute(f"pragma index_list({table})"):
            indexed.add(conn.execute(f"pragma index_info({index['name']})").fetchone()["name"])
        for key in conn.execute(f"pragma foreign_key_list({table})"):
            parent_rows = conn.execute(f"select count(*) from {key['table']}").fetchone()[0]
            small = parent_rows < 200 and key["table"] not in ("provinces", "institutions")
            if key["from"] not in indexed and not small and key["seq"] == 0:
                bare.append((table, key["from"]))
    assert bare == []


def test_unfinished_sql_is_refused() -> None:
    with pytest.raises(ValueError, match="unfinished"):
        list(migrations.statements("select 1; select (2"))


@pytest.mark.parametrize(
    ("cells", "law"),
    [
        ({"state": "approved"}, "推荐、选拔或上报"),
        ({"state": "nobody"}, "推荐、选拔或上报"),
        ({"institution": "nowhere"}, "不承担培训任务"),
        ({"year": "1999-2000"}, "不承担培训任务"),
        ({"province": "999999"}, "FOREIGN KEY"),
        ({"kind": "other"}, "CHECK"),
        ({"origin": "recommended"}, "推荐学员必须有推荐单位"),
        ({"employees": "many"}, "cannot store TEXT"),
    ],
)
def test_a_trainee_who_breaks_a_law_is_refused(
    conn: sqlite3.Connection, cells: dict[str, object], law: str
) -> None:
    with pytest.raises(sqlite3.IntegrityError, match=law):
        add(conn, **cells)


def test_a_person_counts_once_a_year(conn: sqlite3.Connection) -> None:
    first = add(conn)
    with pytest.raises(sqlite3.IntegrityError, match="UNIQUE"):
        add(conn, institution="pku")
    conn.execute("update trainees set state = 'rejected' where id = ?", (first,))
    add(conn, institution="pku")


def test_a_trainee_makes_no_jump(conn: sqlite3.Connection) -> None:
    trainee = add(conn)
    for state in ("enrolled", "completed", "certified"):
        with pytest.raises(sqlite3.IntegrityError, match="不能这样变更"):
            conn.execute("update trainees set state = ? where id = ?", (state, trainee))


def test_each_step_is_written_down_with_its_actor(conn: sqlite3.Connection) -> None:
    with transaction(conn), acting(conn, "zhang", "web", "because"):
        trainee = add(conn)
    conn.execute("update trainees set state = 'approved' where id = ?", (trainee,))
    events = conn.execute(
        "select actor, via, from_state, to_state, reason from trainee_events order by id"
    ).fetchall()
    assert [tuple(event) for event in events] == [
        ("zhang", "web", "", "submitted", "because"),
        ("unknown", "sql", "submitted", "approved", None),
    ]


@pytest.mark.parametrize("table", ["audit_log", "trainee_events"])
@pytest.mark.parametrize("attack", ["update {} set actor = 'x'", "delete from {}"])
def test_history_is_append_only(conn: sqlite3.Connection, table: str, attack: str) -> None:
    add(conn)
    conn.execute(
        "insert into audit_log (at, actor, via, action, subject) values ('now', 'a', 'sql', 'x', 'y')"
    )
    with pytest.raises(sqlite3.IntegrityError, match="只能追加"):
        conn.execute(attack.format(table))


def test_an_edit_of_the_office_is_in_the_audit_log(conn: sqlite3.Connection) -> None:
    with transaction(conn), acting(conn, "li", "web"):
        conn.execute("update programme_years set target_trainees = 2100")
    entry = conn.execute("select * from audit_log order by id desc").fetchone()
    assert (entry["actor"], entry["action"], entry["subject_key"]) == ("li", "update", YEAR)
    assert entry["detail"] == '{"target_trainees":[2000,2100]}'


def test_the_audit_log_shows_that_a_contact_changed_but_not_who_it_is(
    conn: sqlite3.Connection,
) -> None:
    conn.execute(
        "insert into province_contacts (province, role, name, phone, valid_from)"
        " values ('110000', 'liaison', '示例甲', '010-00000000', '2021-10-30')"
    )
    conn.execute("update province_contacts set name = '示例乙', title = '处长'")
    entries = [row[0] for row in conn.execute("select detail from audit_log order by id")]
    assert '"title":[null,"处长"]' in entries[-1]
    assert '"name":["***","***"]' in entries[-1]
    assert not any("示例甲" in entry or "00000000" in entry for entry in entries)


def test_a_certificate_follows_a_completed_training(conn: sqlite3.Connection) -> None:
    trainee = add(conn)
    certificate = (
        "insert into certificates (number, trainee_id, issued_on, issued_by, issuer_role)"
        " values ('n', ?, '2022-12-01', 'office', ?)"
    )
    with pytest.raises(sqlite3.IntegrityError, match="已完成学业"):
        conn.execute(certificate, (trainee, "office"))
    for state in ("approved", "enrolled", "completed"):
        conn.execute("update trainees set state = ? where id = ?", (state, trainee))
    with pytest.raises(sqlite3.IntegrityError, match="CHECK"):
        conn.execute(certificate, (trainee, "institution"))
    conn.execute(certificate, (trainee, "office"))
    with pytest.raises(sqlite3.IntegrityError, match="不能删除"):
        conn.execute("delete from certificates")


def test_connecting_makes_no_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        connect(tmp_path / "none.db")
    assert list(tmp_path.iterdir()) == []


def test_a_transaction_is_whole_or_absent(conn: sqlite3.Connection) -> None:
    def half_an_act() -> None:
        with transaction(conn), acting(conn, "a", "script"):
            add(conn)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        half_an_act()
    assert conn.execute("select count(*) from trainees").fetchone()[0] == 0
    assert conn.execute("select count(*) from write_context").fetchone()[0] == 0
