"""The public file holds the allow-list and nothing else, and is as fresh as the record."""

import hashlib
import json
import re
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest
from training import projections, publishing, releases
from training.database import connect, now

from tests.conftest import YEAR, World
from tests.worlds import lift_laws_of_assessment, release

#: What may be public, column by column. A new one is a decision, not an accident.
DRAFTED = {
    "years": ["key", "name_zh", "name_en", "doc_no", "published_on"],
    "tracks": ["code", "seq", "name_zh", "name_en", "organiser"],
    "authorities": [
        "code", "seq", "name_zh", "name_en", "kind", "region_zh", "region_en", "parent",
    ],
    "institutions": [
        "year", "slug", "seq", "name_zh", "name_en", "kind", "place_zh", "place_en", "authority",
        "website", "status", "suspended_on", "suspended_by",
    ],
    "institution_tracks": ["year", "slug", "track"],
}  # fmt: skip
ALLOWED = {
    **{table: ["release", *columns] for table, columns in DRAFTED.items()},
    "releases": ["number", "released_at", "sha256", "note", "content"],
    "changes": [
        "release", "position", "year", "slug", "name_zh", "name_en", "what", "column", "old", "new",
    ],
    "edition": ["seq", "changed_at", "layout"],
}  # fmt: skip

#: One mark for each kind of thing that must never be in the public file.
CANARIES = """
insert into enterprises (uscc, name) values ('91119999000000000X', 'canary-enterprise');
insert into trainees (id, year, institution, track, state, person_key, name, id_masked, mobile_key,
    mobile_masked, email, enterprise_name, uscc, position, province, origin, kind, note, cohort)
values (99999999, '2021-2022', 'pku', 'thematic', 'submitted', 'canary-person-key-01234567890123',
    'canary-trainee', 'canary-id-mask', 'canary-mobile-key-01234567890123', 'canary-mobile-mask',
    'canary@example.com', 'canary-employer', '91119999000000000X', 'canary-position', '110000',
    'self_selected', 'growth_backbone', 'canary-note', 'canary-class');
insert into sealed_identities values (99999999, 1, cast('canary-sealed' as blob));
insert into province_contacts (province, role, name, department, title, phone, email, valid_from)
values ('110000', 'liaison', 'canary-liaison', 'canary-department', 'canary-title',
    'canary-phone', 'canary-mail', '2021-10-30');
insert into cohorts (year, institution, track, name)
values ('2021-2022', 'pku', 'thematic', 'canary-cohort');
insert into assessments (id, year, institution, scored_by)
values (9, '2021-2022', 'pku', 'canary-assessor');
insert into assessment_scores
select 9, year, code, 1234 from assessment_indicators where year = '2021-2022' limit 1;
insert into suspensions values
    ('2021-2022', 'zju', '2021-2022', 'canary-decider', '2022-11-01', 'canary-doc-1', null),
    ('2021-2022', 'sdu', '2021-2022', 'canary-decider', '2022-11-01', 'canary-doc-2', '2022-11-02');
update institution_years set status = 'bottom_two_provisional', selection_basis = 'canary-basis'
where institution = 'hit';
update institutions set supervisor = 'canary-supervisor', aliases = 'canary-alias';
"""
INTERNAL_STATES = (
    "named", "active", "assessed", "continue", "bottom_two_provisional", "suspended_next_year",
    "suspended",
)  # fmt: skip


def published(world: World) -> sqlite3.Connection:
    """The public file of the world, with what the record has changed."""
    release(world)
    return connect(world.folder / "public.db", read_only=True)


def listed(world: World, year: str | None = None) -> publishing.PublicList:
    with closing(published(world)) as public:
        return publishing.public_list(public, year)


def public_bytes(world: World) -> bytes:
    """Everything of the public file that lies on the disk, its write-ahead log included."""
    published(world).close()
    return b"".join(path.read_bytes() for path in sorted(world.folder.glob("public.db*")))


def statuses(world: World) -> dict[str, str]:
    found = listed(world)
    return {one.slug: one.status for one in (*found.institutions, *found.offices)}


def suspend(conn: sqlite3.Connection, institution: str, published_at: str | None) -> None:
    lift_laws_of_assessment(conn)
    conn.execute(
        "insert into suspensions values (?, ?, ?, 'office', '2021-11-01', '函', ?)",
        (YEAR, institution, YEAR, published_at),
    )


def add_year(conn: sqlite3.Connection, key: str, state: str) -> None:
    conn.execute(
        "insert into programme_years (key, name_zh, name_en, state, target_trainees,"
        " suspended_count) values (?, ?, ?, ?, 1, 0)",
        (key, f"{key}年度", f"Programme year {key}", state),
    )
    conn.execute(
        "insert into institution_years (year, institution, selection_basis) values (?, 'pku', '')",
        (key,),
    )


def test_the_file_has_the_allowed_columns_and_no_others(world: World) -> None:
    with closing(published(world)) as public:
        assert {
            name: [column["name"] for column in public.execute(f"pragma table_info({name})")]
            for (name,) in public.execute("select name from sqlite_master where type <> 'index'")
        } == ALLOWED


def test_a_release_has_the_columns_of_the_draft_and_no_others(world: World) -> None:
    found = releases.draft(world.db)
    assert {table: list(rows[0]) for table, rows in found.items()} == DRAFTED


def test_nothing_of_a_person_a_contact_or_a_score_is_in_the_bytes(
    world: World, conn: sqlite3.Connection
) -> None:
    lift_laws_of_assessment(conn)
    conn.executescript(CANARIES)
    conn.execute("pragma wal_checkpoint(truncate)")
    assert b"canary" in world.db.read_bytes()
    found = public_bytes(world)
    # The document of a suspension that has been published is public with it.
    assert b"canary-doc-2" in found
    found = found.replace(b"canary-doc-2", b"")
    for mark in (b"canary", b"bottom_two", b"99999999", b"assess", b"trainee"):
        assert mark not in found
    assert b"suspended" in found


def test_no_name_of_an_official_is_in_the_bytes(world: World) -> None:
    found = public_bytes(world).decode(errors="replace")
    for name in ("徐晓兰", "江生", "朱立强", "刘晓闯", "陆书涛", "白晓", "白　晓", "dsme@"):
        assert name not in found


def test_the_list_is_the_notices(world: World) -> None:
    found = listed(world)
    assert (found.year, found.doc_no, found.published_on, found.years) == (
        YEAR, "工信厅企业函〔2021〕256号", "2021-10-29", (YEAR,),
    )  # fmt: skip
    assert [one.seq for one in found.institutions] == list(range(1, 22))
    assert {tuple(track.code for track in one.tracks) for one in found.institutions} == {
        ("regional_development", "thematic")
    }
    first, harbin, xiamen, last = (found.institutions[n] for n in (0, 4, 9, 20))
    assert (first.name_zh, first.place_zh, first.place_en, first.website) == (
        "清华大学", "北京市", "Beijing", "https://www.tsinghua.edu.cn/",
    )  # fmt: skip
    assert (harbin.place_zh, harbin.place_en) == ("黑龙江省哈尔滨市", "Heilongjiang")
    assert (xiamen.place_zh, xiamen.place_en) == ("厦门市", "Xiamen")
    assert (last.name_zh, last.place_zh, last.place_en, last.website) == (
        "中国中小企业国际合作协会", None, None, None,
    )  # fmt: skip
    (office,) = found.offices
    assert (office.seq, office.slug) == (22, "miit-talent-exchange")
    assert [track.code for track in office.tracks] == ["srdi", "large_sme_integration"]


@pytest.mark.parametrize(
    ("domain", "website"),
    [
        ("pku.edu.cn", "https://www.pku.edu.cn/"),
        ("www.pku.edu.cn", "https://www.pku.edu.cn/"),
        ("example.org.cn", "https://example.org.cn/"),
        ('x" onclick="alert(1)', None),
        ("javascript:alert(1)", None),
        ("", None),
        (None, None),
    ],
)
def test_only_a_domain_becomes_a_website(
    world: World, conn: sqlite3.Connection, domain: str | None, website: str | None
) -> None:
    conn.execute("update institutions set website_domain = ? where slug = 'pku'", (domain,))
    assert listed(world).institutions[1].website == website


@pytest.mark.parametrize("state", INTERNAL_STATES)
def test_the_internal_status_is_never_the_public_one(
    world: World, conn: sqlite3.Connection, state: str
) -> None:
    conn.execute("update institution_years set status = ?", (state,))
    assert set(statuses(world).values()) == {"active"}


def test_a_suspension_is_public_once_it_is_published(
    world: World, conn: sqlite3.Connection
) -> None:
    suspend(conn, "zju", None)
    suspend(conn, "nju", "")
    assert set(statuses(world).values()) == {"active"}
    conn.execute("update suspensions set published_at = '2021-11-02' where institution = 'zju'")
    found = statuses(world)
    assert [slug for slug, status in found.items() if status == "suspended"] == ["zju"]
    conn.execute("update suspensions set published_at = null")
    assert set(statuses(world).values()) == {"active"}


def test_a_suspended_institution_does_not_go_missing(
    world: World, conn: sqlite3.Connection
) -> None:
    conn.execute("delete from institution_tracks where institution = 'zju'")
    conn.execute("delete from institution_years where institution = 'zju'")
    assert "zju" not in statuses(world)
    suspend(conn, "zju", "2021-11-02")
    assert statuses(world)["zju"] == "suspended"


@pytest.mark.parametrize("published_at", ["2999-01-01", "soon", "2021", "已公布"])
def test_a_suspension_is_not_published_ahead_of_time(
    conn: sqlite3.Connection, published_at: str
) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="published_at is a date"):
        suspend(conn, "zju", published_at)
    suspend(conn, "zju", None)
    with pytest.raises(sqlite3.IntegrityError, match="published_at is a date"):
        conn.execute("update suspensions set published_at = ?", (published_at,))
    conn.execute("update suspensions set published_at = ?", (now(),))


def test_a_clock_set_back_does_not_lock_a_published_suspension(conn: sqlite3.Connection) -> None:
    suspend(conn, "zju", None)
    conn.execute("update suspensions set published_at = '2021-11-02'")
    view = conn.execute("select sql from sqlite_master where name = 'acting_now'").fetchone()[0]
    clock = re.search(r"strftime\([^)]*\)", view)
    assert clock
    conn.execute("drop view acting_now")
    conn.execute(view.replace(clock.group(), "'2021-11-01T00:00:00+08:00'"))
    conn.execute("update suspensions set document = '更正'")
    with pytest.raises(sqlite3.IntegrityError, match="published_at is a date"):
        conn.execute("update suspensions set published_at = '2021-11-03'")


def test_a_planned_year_is_not_shown_before_it_opens(
    world: World, conn: sqlite3.Connection
) -> None:
    add_year(conn, "2022-2023", "planned")
    add_year(conn, "2020-2021", "closed")
    found = listed(world)
    assert (found.year, found.years) == (YEAR, (YEAR, "2020-2021"))
    with pytest.raises(publishing.UnknownYear) as refusal:
        listed(world, "2022-2023")
    assert refusal.value.years == (YEAR, "2020-2021")
    conn.execute("update programme_years set state = 'open' where key = '2022-2023'")
    latest = listed(world)
    assert (latest.year, [one.slug for one in latest.institutions]) == ("2022-2023", ["pku"])
    assert len(listed(world, YEAR).institutions) == 21


SHOWN = (
    "update institutions set name_en = 'New name' where slug = 'pku'",
    "update institutions set website_domain = null where slug = 'pku'",
    "update institutions set province_code = null, city = null where slug = 'pku'",
    "update provinces set name_en = 'New name' where code = '110000'",
    "update provinces set region_en = 'x' where code = '110000'",
    "update tracks set name_zh = '新方向' where code = 'thematic'",
    "update programme_years set doc_no = '新文号'",
    "update programme_years set state = 'planned'",
    "delete from institution_tracks where institution = 'pku'",
    "update institution_tracks set track = 'srdi' where institution = 'pku' and track = 'thematic'",
    "insert into institution_tracks values ('2021-2022', 'pku', 'srdi')",
    "insert into suspensions values ('2021-2022', 'pku', '2021-2022', 'x', 'x', 'x', '2021-11-02')",
)
HIDDEN = (
    "update institution_years set status = 'assessed'",
    "update institution_years set ranked = 0, selection_basis = 'x'",
    "update institutions set supervisor = 'x', aliases = 'x', moe_code = null",
    "update programme_years set state = 'closed', target_trainees = 1",
    "insert into suspensions values ('2021-2022', 'pku', '2021-2022', 'x', 'x', 'x', null)",
    "insert into assessments (year, institution, scored_by) values ('2021-2022', 'pku', 'x')",
    "update provinces set longitude = 1, iso_3166_2 = null, sources = 'x'",
)


@pytest.mark.parametrize("change", SHOWN)
def test_a_change_of_what_is_shown_makes_the_file_anew(
    world: World, conn: sqlite3.Connection, change: str
) -> None:
    public = world.folder / "public.db"
    before = rows_of(public)
    lift_laws_of_assessment(conn)
    conn.execute(change)
    assert not publishing.publish(world.db, public)  # not by itself: two people look at it first
    assert rows_of(public) == before
    assert release(world)
    assert rows_of(public) != before
    assert not publishing.publish(world.db, public)


@pytest.mark.parametrize("change", HIDDEN)
def test_a_change_of_what_is_not_shown_leaves_no_trace(
    world: World, conn: sqlite3.Connection, change: str
) -> None:
    public = world.folder / "public.db"
    before = rows_of(public)
    lift_laws_of_assessment(conn)
    conn.execute(change)
    assert not release(world)
    projections.refresh(world.db, "public", public)
    assert rows_of(public) == before


def test_drafting_a_planned_year_leaves_no_trace(world: World, conn: sqlite3.Connection) -> None:
    add_year(conn, "2022-2023", "planned")
    conn.execute("insert into institution_tracks values ('2022-2023', 'pku', 'thematic')")
    conn.execute("update institution_tracks set track = 'srdi' where year = '2022-2023'")
    conn.execute("delete from institution_tracks where year = '2022-2023'")
    conn.execute("delete from institution_years where year = '2022-2023'")
    assert not release(world)


def test_the_log_of_scopes_is_append_only(conn: sqlite3.Connection) -> None:
    for statement in ("update scope_log set seq = 0", "delete from scope_log"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            conn.execute(statement)


def test_what_is_no_longer_in_a_projection_is_gone_from_its_bytes(
    world: World, conn: sqlite3.Connection
) -> None:
    target = world.folder / "draft.db"

    def left() -> str:
        projections.refresh(world.db, "draft", target)
        files = sorted(world.folder.glob("draft.db*"))
        return b"".join(path.read_bytes() for path in files).decode(errors="replace")

    conn.execute("update institutions set name_zh = '改名大学' where slug = 'zju'")
    assert "改名大学" in left()
    with closing(connect(target, read_only=True)) as server:  # keeps the write-ahead log alive
        assert server.execute("select count(*) from institutions").fetchone()[0]
    conn.execute("update programme_years set state = 'planned'")
    after = left()
    assert [name for name in ("改名大学", "浙江大学", "清华大学", "256号") if name in after] == []


def test_an_earlier_release_stays_as_it_was(world: World, conn: sqlite3.Connection) -> None:
    conn.execute("update institutions set name_zh = '改名大学' where slug = 'zju'")
    with closing(published(world)) as public:
        assert publishing.public_list(public).institutions[8].name_zh == "改名大学"
        assert publishing.public_list(public, release=1).institutions[8].name_zh == "浙江大学"
        with pytest.raises(publishing.UnknownYear):
            publishing.public_list(public, release=9)


def test_the_same_record_makes_the_same_rows(world: World) -> None:
    made = [world.folder / name for name in ("one.db", "two.db")]
    for target in made:
        projections.refresh(world.db, "public", target)
    assert rows_of(made[0]) == rows_of(made[1])


def test_a_refresh_only_reads_the_record(world: World) -> None:
    before = hashlib.sha256(world.db.read_bytes()).hexdigest()
    projections.refresh(world.db, "public", world.folder / "public.db")
    assert hashlib.sha256(world.db.read_bytes()).hexdigest() == before


def test_a_reader_sees_the_old_list_or_the_new_one(world: World, conn: sqlite3.Connection) -> None:
    with closing(published(world)) as reader:
        reader.execute("begin")
        before = publishing.public_list(reader)
        conn.execute("update institutions set name_en = 'New name' where slug = 'pku'")
        assert release(world)
        assert publishing.public_list(reader) == before
        reader.execute("rollback")
        assert publishing.public_list(reader).institutions[1].name_en == "New name"


def test_a_failed_refresh_leaves_the_file_as_it_was(
    world: World, conn: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    public = world.folder / "public.db"
    before = rows_of(public)
    conn.execute("update institutions set name_en = 'New name' where slug = 'pku'")
    number = releases.prepare(world.db, "one", "script")
    releases.confirm(world.db, number, "another", "script")
    script = projections._script("public")
    broken = script + "\ninsert into institutions (year) values ('x');\n"
    monkeypatch.setattr(projections, "_script", lambda audience: broken)
    with pytest.raises(sqlite3.IntegrityError):
        publishing.publish(world.db, public)
    assert rows_of(public) == before


def test_a_new_layout_makes_the_file_anew_without_what_it_no_longer_has(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    public = world.folder / "public.db"
    monkeypatch.setattr(projections, "_script", lambda audience: "create table other (x text);")
    projections._layout.cache_clear()
    try:
        assert publishing.publish(world.db, public)
        assert [table for table, _ in rows_of(public)] == ["edition", "other"]
    finally:
        projections._layout.cache_clear()


def test_an_audience_with_a_parameter_has_a_private_file_and_a_scope_of_its_own(
    world: World, conn: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = (
        "create table mine (slug text);\n"
        "insert into mine select slug from record.institutions where slug = :institution;\n"
    )
    monkeypatch.setattr(projections, "_script", lambda audience: script)
    projections._layout.cache_clear()
    target = world.folder / "scopes" / "pku.db"
    try:
        assert projections.refresh_if_stale(world.db, "institution", target, institution="pku")
        assert ("mine", [("pku",)]) in rows_of(target)
        assert stat.S_IMODE(target.stat().st_mode) == 0o600
        conn.execute("insert into changed_scopes values ('institution:zju')")
        assert not projections.refresh_if_stale(world.db, "institution", target, institution="pku")
        conn.execute("insert into changed_scopes values ('institution:pku')")
        assert projections.refresh_if_stale(world.db, "institution", target, institution="pku")
    finally:
        projections._layout.cache_clear()


def test_the_public_file_may_be_read_by_all(world: World) -> None:
    assert stat.S_IMODE((world.folder / "public.db").stat().st_mode) == 0o644


def test_without_a_record_no_public_file_is_made(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        publishing.publish(tmp_path / "training.db", tmp_path / "public.db")
    assert list(tmp_path.iterdir()) == []


def test_an_empty_file_has_no_list(tmp_path: Path) -> None:
    (tmp_path / "public.db").touch()
    with closing(connect(tmp_path / "public.db")) as public:
        with pytest.raises(publishing.UnknownYear) as refusal:
            publishing.public_list(public)
        assert refusal.value.years == ()


def test_a_full_disk_leaves_the_list_as_it_was(
    world: World, conn: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    conn.execute("update institutions set name_en = 'New name' where slug = 'pku'")
    number = releases.prepare(world.db, "one", "script")
    releases.confirm(world.db, number, "another", "script")
    monkeypatch.setattr(projections, "refresh", full)
    assert not publishing.publish_if_possible(world.db, world.folder / "public.db")
    with pytest.raises(sqlite3.OperationalError):
        publishing.publish(world.db, world.folder / "public.db")


def test_the_json_has_its_documented_shape(world: World, conn: sqlite3.Connection) -> None:
    suspend(conn, "zju", "2021-11-02")
    found = json.loads(json.dumps(publishing.as_json(listed(world))))
    assert list(found) == [
        "year", "name", "notice", "release", "changed_at", "years", "tracks", "institutions",
        "offices",
    ]  # fmt: skip
    assert found["notice"] == {"doc_no": "工信厅企业函〔2021〕256号", "published_on": "2021-10-29"}
    assert found["tracks"][2] == {
        "code": "srdi",
        "name": {"zh": "专精特新", "en": "Specialised and sophisticated (SRDI)"},
        "organiser": "office",
    }
    assert found["institutions"][8] == {
        "seq": 9,
        "slug": "zju",
        "name": {"zh": "浙江大学", "en": "Zhejiang University"},
        "kind": "university",
        "place": {"zh": "浙江省杭州市", "en": "Zhejiang"},
        "authority": "330000",
        "website": "https://www.zju.edu.cn/",
        "tracks": ["regional_development", "thematic"],
        "status": "suspended",
        "suspended": {"on": "2021-11-02", "by": "函"},
    }
    assert len(found["offices"]) == 1


def rows_of(path: Path) -> list[tuple[str, list[tuple[object, ...]]]]:
    """Every table of a file with its rows, the content alone."""
    with closing(connect(path, read_only=True)) as file:
        tables = file.execute(
            "select name from sqlite_master where type = 'table' order by name"
        ).fetchall()
        return [
            (name, [tuple(row) for row in file.execute(f"select * from {name}")])
            for (name,) in tables
        ]
