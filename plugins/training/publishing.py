"""The public list (公开名单): which institutions train in which programme year, for anybody.

Everything here reads the public file alone; the record is opened only to make that file, and only
what two people have released (:mod:`training.releases`) gets into it.
"""

import logging
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from training import projections
from training.tabular import Cell
from training.wording import t

AUDIENCE = "public"
#: The list of a year as a file of its own.
FORMATS = ("csv", "json")
#: Where the notice sends its readers for details (二).
PROGRAMME_SITE = "http://leader.miitec.cn"


class UnknownYear(LookupError):
    """No list of that year is public; ``years`` are those that are, latest first."""

    def __init__(self, year: str | None, years: tuple[str, ...]) -> None:
        super().__init__(year)
        self.years = years


@dataclass(frozen=True, slots=True)
class Track:
    """A kind of training (培训方向)."""

    code: str
    name_zh: str
    name_en: str
    organiser: str


@dataclass(frozen=True, slots=True)
class Institution:
    """One line of the list. ``status`` is ``active`` or ``suspended``; nothing finer is public."""

    seq: int
    slug: str
    name_zh: str
    name_en: str
    kind: str
    place_zh: str | None
    place_en: str | None
    authority: str | None
    website: str | None
    status: str
    suspended_on: str | None
    suspended_by: str | None
    tracks: tuple[Track, ...]


@dataclass(frozen=True, slots=True)
class PublicList:
    """The list of one programme year, in the notice's order.

    ``offices`` is the coordination office (协调小组办公室): it runs the special topics and is
    listed apart from the institutions. ``changed_at`` is when the last release changed any of it,
    ``years`` every year that has a list, latest first, ``release`` the release it is read from.
    """

    release: int
    year: str
    name_zh: str
    name_en: str
    doc_no: str | None
    published_on: str | None
    changed_at: str | None
    institutions: tuple[Institution, ...]
    offices: tuple[Institution, ...]
    years: tuple[str, ...]


def publish(record: str | Path, target: str | Path) -> bool:
    """Bring the public file at ``target`` up to date with the record; return whether it changed."""
    return projections.refresh_if_stale(record, AUDIENCE, target)


def publish_if_possible(record: str | Path, target: str | Path) -> bool:
    """As :func:`publish`, while the file is served: a full disk stops writing, not reading.

    What stays up then is the list as it was, which was public already.
    """
    try:
        return publish(record, target)
    except sqlite3.OperationalError as error:
        logging.getLogger(__name__).warning("public list not refreshed: %s", error)
        return False


def public_list(
    conn: sqlite3.Connection, year: str | None = None, release: int | None = None
) -> PublicList:
    """The list of ``year``, or of the latest year, from an open public file with named rows.

    As the last release has it, or an earlier one. Raises :class:`UnknownYear`, also for a release
    that was never published.
    """
    number = _release(conn, release)
    years = tuple(
        row[0]
        for row in conn.execute("select key from years where release = ? order by key desc", (number,))
    ) if number else ()  # fmt: skip
    if number is None or (year not in years and (year or not years)):
        raise UnknownYear(year, years)
    about = conn.execute(
        "select key as year, name_zh, name_en, doc_no, published_on from years"
        " where release = ? and key = ?",
        (number, year or years[0]),
    ).fetchone()
    listed = institutions(conn, number, about["year"])
    return PublicList(
        **about,
        release=number,
        changed_at=_changed_at(conn, number, about["year"]),
        institutions=tuple(one for one in listed if one.kind != "coordination_office"),
        offices=tuple(one for one in listed if one.kind == "coordination_office"),
        years=years,
    )


def _release(conn: sqlite3.Connection, asked: int | None) -> int | None:
    """The release that was asked for, else the last one; None if the file has none such."""
    if projections.held(conn) is None:
        return None
    row = conn.execute(
        "select max(number) from releases where ? is null or number = ?", (asked, asked)
    ).fetchone()
    return None if row[0] is None else int(row[0])


def _changed_at(conn: sqlite3.Connection, number: int, year: str) -> str:
    """When the list of ``year`` last changed, as of a release; the first release made it."""
    row = conn.execute(
        "select coalesce(max(released_at), (select min(released_at) from releases)) from releases"
        " where number <= ? and number in (select release from changes where year = ?)",
        (number, year),
    ).fetchone()
    return str(row[0])


def institutions(conn: sqlite3.Connection, number: int, year: str) -> list[Institution]:
    """The institutions of a year as a release has them, in the notice's order."""
    tracks: dict[str, list[Track]] = {}
    for slug, *track in conn.execute(
        "select slug, code, name_zh, name_en, organiser"
        " from institution_tracks as i join tracks as k on code = track and k.release = i.release"
        " where i.release = ? and year = ? order by seq",
        (number, year),
    ):
        tracks.setdefault(slug, []).append(Track(*track))
    rows = conn.execute(
        "select seq, slug, name_zh, name_en, kind, place_zh, place_en, authority, website, status,"
        " suspended_on, suspended_by from institutions where release = ? and year = ? order by seq",
        (number, year),
    )
    return [Institution(**row, tracks=tuple(tracks.get(row["slug"], ()))) for row in rows]


def status_label(status: str) -> str:
    """The public status in words: 承担培训任务 or 暂停本年度培训任务 (三(六))."""
    if status == "suspended":
        return t("暂停本年度培训任务", "Suspended for this year")
    return t("承担培训任务", "Takes part")


def kind_label(kind: str) -> str:
    """The kind of an institution in words."""
    labels = {
        "university": t("高等学校", "University"),
        "association": t("社会团体", "Association"),
        "coordination_office": t("协调小组办公室", "Coordination office"),
    }
    return labels.get(kind, t("其他机构", "Other"))


def as_table(found: PublicList) -> tuple[list[str], list[list[Cell]]]:
    """Header and rows for a spreadsheet, in the current language, the coordination office last."""
    header = [
        t("年度", "Programme year"),
        t("序号", "No."),
        t("机构名称", "Name in Chinese"),
        t("英文名称", "Name in English"),
        t("机构类型", "Kind"),
        t("所在地", "Place"),
        t("网站", "Website"),
        t("培训方向", "Tracks"),
        t("状态", "Status"),
        t("文号", "Notice"),
    ]
    return header, [_as_row(found, one) for one in (*found.institutions, *found.offices)]


def _as_row(found: PublicList, one: Institution) -> list[Cell]:
    return [
        found.year,
        one.seq,
        one.name_zh,
        one.name_en,
        kind_label(one.kind),
        t(one.place_zh or "", one.place_en or ""),
        one.website,
        t("、", "; ").join(t(track.name_zh, track.name_en) for track in one.tracks),
        status_label(one.status),
        found.doc_no,
    ]


def as_json(found: PublicList) -> dict[str, Any]:
    """The list as data, the same in either language. Keys are only ever added, never renamed.

    ``{year, name: {zh, en}, notice: {doc_no, published_on}, release, changed_at, years: [key],
    tracks: [{code, name, organiser}], institutions: [one], offices: [one]}`` where ``one`` is
    ``{seq, slug, name, kind, place, authority, website, tracks: [code], status, suspended: {on, by}}``;
    ``name`` and ``place`` are ``{zh, en}``; dates are ISO 8601; what is unknown is null.
    """
    everyone = (*found.institutions, *found.offices)
    tracks = {track.code: track for one in everyone for track in one.tracks}
    return {
        "year": found.year,
        "name": {"zh": found.name_zh, "en": found.name_en},
        "notice": {"doc_no": found.doc_no, "published_on": found.published_on},
        "release": found.release,
        "changed_at": found.changed_at,
        "years": list(found.years),
        "tracks": [
            {"code": code, "name": _pair(track), "organiser": track.organiser}
            for code, track in tracks.items()
        ],
        "institutions": [_as_object(one) for one in found.institutions],
        "offices": [_as_object(one) for one in found.offices],
    }


def _pair(named: Track | Institution) -> dict[str, str]:
    return {"zh": named.name_zh, "en": named.name_en}


def _as_object(one: Institution) -> dict[str, Any]:
    return {
        "seq": one.seq,
        "slug": one.slug,
        "name": _pair(one),
        "kind": one.kind,
        "place": {"zh": one.place_zh, "en": one.place_en},
        "authority": one.authority,
        "website": one.website,
        "tracks": [track.code for track in one.tracks],
        "status": one.status,
        "suspended": {"on": one.suspended_on, "by": one.suspended_by},
    }
