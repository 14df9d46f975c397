"""A release: frozen, prepared by one and confirmed by another, and never with a person in it."""

import hashlib
import json
import sqlite3
from contextlib import closing

import pytest
from training import leaks, public_site, releases
from training.database import connect
from training.release_changes import difference
from training.releases import NotReleased

from tests.conftest import YEAR, World
from tests.people import person
from tests.worlds import add_people, lift_laws_of_assessment, release

RENAME = "update institutions set name_en = 'New name' where slug = 'pku'"


def statuses(world: World) -> list[tuple[int, str]]:
    with closing(connect(world.db, read_only=True)) as conn:
        return [tuple(row) for row in conn.execute("select number, status from releases")]


def said(world: World) -> list[str]:
    return [public_site.said(change) for change in releases.standing(world.db).pending]


def test_the_list_of_the_notice_is_the_first_release(world: World) -> None:
    found = releases.standing(world.db)
    assert [(one.number, one.source, one.status) for one in found.published] == [
        (1, "notice", "published")
    ]
    assert found.published[0].confirmed_at == "2021-10-29T00:00:00+08:00"
    assert (found.waiting, found.pending, found.found) == (None, [], [])
    assert not releases.begin(world.db, "again")


def test_one_prepares_and_another_confirms(world: World, conn: sqlite3.Connection) -> None:
    conn.execute(RENAME)
    number = releases.prepare(world.db, "one", "web", " 更名 ")
    waiting = releases.standing(world.db).waiting
    assert waiting
    assert (waiting.number, waiting.prepared_by, waiting.note) == (2, "one", "更名")
    with pytest.raises(NotReleased, match="另一人"):
        releases.confirm(world.db, number, "one", "web")
    assert statuses(world) == [(1, "published"), (2, "prepared")]
    made = releases.confirm(world.db, number, "another", "web")
    assert statuses(world) == [(1, "published"), (2, "published")]
    recorded = dict(conn.execute("select path, sha256 from release_files where release = 2"))
    assert recorded == {path: hashlib.sha256(file).hexdigest() for path, file in made.items()}
    acts = conn.execute(
        "select action, actor from audit_log where subject = 'releases' order by id"
    ).fetchall()
    assert [tuple(act) for act in acts][1:] == [("prepare", "one"), ("publish", "another")]


def test_what_was_prepared_is_published_whatever_changed_since(
    world: World, conn: sqlite3.Connection
) -> None:
    conn.execute(RENAME)
    number = releases.prepare(world.db, "one", "web")
    conn.execute("update institutions set name_en = 'Later name' where slug = 'pku'")
    releases.confirm(world.db, number, "another", "web")
    content = json.loads(
        conn.execute("select content from releases where number = 2").fetchone()["content"]
    )
    names = [row["name_en"] for row in content["institutions"] if row["slug"] == "pku"]
    assert names == ["New name"]
    assert said(world) == ["2021-2022 北京大学 的英文名称：New name → Later name"]


def test_nothing_changed_is_nothing_to_release(world: World) -> None:
    with pytest.raises(NotReleased, match="没有变化"):
        releases.prepare(world.db, "one", "web")


def test_only_one_waits_and_it_can_be_withdrawn(world: World, conn: sqlite3.Connection) -> None:
    conn.execute(RENAME)
    number = releases.prepare(world.db, "one", "web")
    with pytest.raises(NotReleased, match="等待确认"):
        releases.prepare(world.db, "another", "web")
    releases.withdraw(world.db, number, "one", "web")
    for act in (releases.withdraw, releases.confirm):
        with pytest.raises(NotReleased, match="不在等待"):
            act(world.db, number, "another", "web")
    assert releases.prepare(world.db, "one", "web") == 3


@pytest.mark.parametrize(
    "statement",
    [
        "update releases set content = '{}' where number = 1",
        "update releases set status = 'withdrawn' where number = 1",
        "delete from releases",
        "update release_files set bytes = 0",
        "delete from release_files",
        "insert into releases (number, source, prepared_by, prepared_at, content, changes, sha256,"
        " status, confirmed_by, confirmed_at) select 9, 'office', 'x', prepared_at, content, '[]',"
        " sha256, 'published', 'y', prepared_at from releases",
        "insert into releases (number, source, prepared_by, prepared_at, content, changes, sha256)"
        " select 9, 'notice', 'x', prepared_at, content, '[]', sha256 from releases where number = 1",
    ],
)
def test_the_law_is_in_the_record(world: World, conn: sqlite3.Connection, statement: str) -> None:
    conn.execute(RENAME)
    assert release(world)
    with pytest.raises(sqlite3.IntegrityError):
        conn.execute(statement)


def test_the_record_itself_wants_two_people(world: World, conn: sqlite3.Connection) -> None:
    conn.execute(RENAME)
    releases.prepare(world.db, "one", "web")
    with pytest.raises(sqlite3.IntegrityError, match="发布须由另一人确认"):
        conn.execute(
            "update releases set status = 'published', confirmed_by = 'one', confirmed_at = 'x'"
            " where status = 'prepared'"
        )


@pytest.mark.parametrize(
    ("column", "planted", "kind"),
    [
        ("city", person(1)["身份证号码"], "identity"),
        ("city", "电话13800001234", "mobile"),
        ("name_en", "Peking (someone@example.com)", "email"),
        ("name_zh", "北京大学（联系人：欧阳示例）", "name"),
    ],
)
def test_a_person_in_the_draft_stops_the_release(
    world: World, conn: sqlite3.Connection, column: str, planted: str, kind: str
) -> None:
    add_people(conn, 1, name="欧阳示例")
    conn.execute(f"update institutions set {column} = ? where slug = 'pku'", (planted,))
    found = releases.standing(world.db).found
    assert {leak.kind for leak in found} == {kind}
    # In each file that lists institutions, workbook and database included.
    assert {leak.file for leak in found} >= {
        "institutions.csv", "institutions-plain.csv", "institutions.json", "institutions.ndjson",
        "institutions.xlsx", "institutions.sqlite",
    }  # fmt: skip
    with pytest.raises(NotReleased, match=r"institutions\.csv") as refusal:
        releases.prepare(world.db, "one", "web")
    assert planted not in str(refusal.value)
    assert statuses(world) == [(1, "published")]


def test_a_person_who_came_after_the_preparation_stops_it_too(
    world: World, conn: sqlite3.Connection
) -> None:
    conn.execute("update institutions set city = '示例甲乙丙' where slug = 'pku'")
    number = releases.prepare(world.db, "one", "web")
    add_people(conn, 1, name="示例甲乙丙")
    with pytest.raises(NotReleased):
        releases.confirm(world.db, number, "another", "web")
    assert statuses(world)[1] == (2, "prepared")


@pytest.mark.parametrize(
    ("text", "name", "found"),
    [
        ("培训由王兰负责", "王兰", False),  # inside other characters: a short name is a whole word
        ("负责人：王兰。", "王兰", True),
        ("<td>王兰</td>", "王兰", True),
        ("联系欧阳示例先生", "欧阳示例", True),
        ("王", "王", False),
    ],
)
def test_names_are_found_as_words(text: str, name: str, found: bool) -> None:
    names = {name} if len(name) > 1 else set()
    assert bool(leaks.search({"page": text.encode()}, names)) == found


@pytest.mark.parametrize(
    "text",
    [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "119999199001019999",  # 18 digits with a wrong check digit
        "2021-2022年度 4135010384",
        "010-68205325",
    ],
)
def test_what_is_no_person_is_let_through(text: str) -> None:
    assert leaks.search({"page": text.encode()}, {"学员"}) == []


def test_an_absence_is_never_called_an_elimination(world: World, conn: sqlite3.Connection) -> None:
    conn.execute("delete from institution_tracks where institution = 'zju'")
    conn.execute("delete from institution_years where institution = 'zju'")
    assert said(world) == ["2021-2022 不再列入：浙江大学"]


def test_changes_are_told_fact_by_fact(world: World, conn: sqlite3.Connection) -> None:
    conn.execute("update institution_tracks set track = 'srdi'"
                 " where institution = 'zju' and track = 'thematic'")  # fmt: skip
    lift_laws_of_assessment(conn)
    conn.execute(
        "insert into suspensions values (?1, 'pku', ?1, 'office', '2021-11-01', '函1号', '2021-11-02')",
        (YEAR,),
    )
    assert said(world) == [
        "2021-2022 北京大学 的状态：承担培训任务 → 暂停本年度培训任务",
        "2021-2022 北京大学 的暂停公布日期：— → 2021-11-02",
        "2021-2022 北京大学 的暂停依据：— → 函1号",
        "2021-2022 浙江大学 的培训方向：主题方向、区域发展 → 专精特新、区域发展",
    ]


def test_a_release_against_itself_changes_nothing(world: World) -> None:
    content = releases.draft(world.db)
    assert difference(content, content) == []
    assert len(difference({}, content)) == 1 + 22 + 4 + 37
