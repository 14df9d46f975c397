"""The public site (公开网站): what its pages show beside the list, read from the public file alone."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from training import dataset, projections, publishing
from training.publishing import Institution, PublicList
from training.wording import label, t

#: Whose place is not known stands under this word: an association has no region.
NO_REGION = "none"


@dataclass(frozen=True, slots=True)
class Choice:
    """One value by which a list can be narrowed, its words, and how many institutions have it."""

    facet: str  # region, track or status
    value: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Authority:
    """A provincial authority (省级主管部门) as the public sees it: a place, never a person."""

    code: str
    seq: int
    name_zh: str
    name_en: str
    kind: str
    region_zh: str
    region_en: str
    parent: str | None


@dataclass(frozen=True, slots=True)
class Release:
    """A published release and what it changed."""

    number: int
    released_at: str
    sha256: str
    note: str
    changes: tuple[dict[str, Any], ...]


def last(conn: sqlite3.Connection) -> int:
    """The number of the last release; raises :class:`publishing.UnknownYear` without any."""
    return publishing.public_list(conn).release


def authorities(conn: sqlite3.Connection, release: int) -> dict[str, Authority]:
    """The authorities by code, in the order of the closed list."""
    rows = conn.execute(
        "select code, seq, name_zh, name_en, kind, region_zh, region_en, parent"
        " from authorities where release = ? order by seq",
        (release,),
    )
    return {row["code"]: Authority(**row) for row in rows}


def region_of(one: Institution, places: dict[str, Authority]) -> str:
    """The region of an institution (东部 eastern, …), :data:`NO_REGION` where it is not known."""
    place = places.get(one.authority or "")
    return place.region_en if place else NO_REGION


def choices(found: PublicList, places: dict[str, Authority]) -> list[Choice]:
    """By what a list can be narrowed: region, track and status, in their own orders."""
    regions = {place.region_en: t(place.region_zh, place.region_en) for place in places.values()}
    regions[NO_REGION] = t("未列地区", "no region")
    tracks = {k.code: t(k.name_zh, k.name_en) for one in found.institutions for k in one.tracks}
    states = {code: publishing.status_label(code) for code in ("active", "suspended")}
    facets = {"region": regions, "track": tracks, "status": states}
    return [
        Choice(facet, value, words, count)
        for facet, values in facets.items()
        for value, words in values.items()
        if (count := len(narrowed(found.institutions, facet, value, places)))
    ]


def narrowed(
    institutions: Sequence[Institution], facet: str, value: str, places: dict[str, Authority]
) -> list[Institution]:
    """Those of the institutions that have this value; of an unknown facet, none."""
    return [
        one
        for one in institutions
        if (facet == "region" and region_of(one, places) == value)
        or (facet == "track" and value in {track.code for track in one.tracks})
        or (facet == "status" and one.status == value)
    ]


def of_institution(conn: sqlite3.Connection, slug: str) -> list[tuple[PublicList, Institution]]:
    """The years of an institution, latest first, each with its line there; empty if unknown."""
    years = publishing.public_list(conn).years
    lists = (publishing.public_list(conn, year) for year in years)
    return [
        (found, one)
        for found in lists
        for one in (*found.institutions, *found.offices)
        if one.slug == slug
    ]


def of_authority(conn: sqlite3.Connection, code: str) -> tuple[Authority, list[Institution]] | None:
    """An authority and the institutions in its area in the latest year; None if unknown."""
    found = publishing.public_list(conn)
    one = authorities(conn, found.release).get(code)
    if one is None:
        return None
    return one, [i for i in (*found.institutions, *found.offices) if i.authority == code]


def releases(conn: sqlite3.Connection) -> list[Release]:
    """All releases, the newest first, with their changes."""
    if projections.held(conn) is None:
        return []
    changes: dict[int, list[dict[str, Any]]] = {}
    for row in conn.execute("select * from changes order by release, position"):
        changes.setdefault(row["release"], []).append(dict(row))
    rows = conn.execute(
        "select number, released_at, sha256, note from releases order by number desc"
    ).fetchall()
    return [Release(**row, changes=tuple(changes.get(row["number"], ()))) for row in rows]


def content(conn: sqlite3.Connection, number: int) -> str | None:
    """A release as its JSON document, byte for byte what its SHA-256 is of; None if unknown."""
    row = conn.execute("select content from releases where number = ?", (number,)).fetchone()
    return row[0] if row else None


def about(release: Release) -> dataset.About:
    """A release as its data files name it."""
    return dataset.About(release.number, release.released_at, release.sha256, release.note)


def said(change: dict[str, Any]) -> str:
    """One change in words. Of a name that is no longer listed nothing more is said."""
    name = t(change["name_zh"], change["name_en"])
    where = f"{change['year']} " if change["year"] else ""
    if change["what"] == "added":
        return where + t(f"新列入：{name}", f"listed: {name}")
    if change["what"] == "removed":
        return where + t(f"不再列入：{name}", f"no longer listed: {name}")
    old, new = (_value(change["column"], change[side]) for side in ("old", "new"))
    column = _COLUMNS.get(change["column"], change["column"])
    return where + t(
        f"{name} 的{label(column)}：{old} → {new}", f"{name}, {label(column)}: {old} → {new}"
    )


def _value(column: str, value: object) -> str:
    if value in (None, ""):
        return "—"
    return publishing.status_label(str(value)) if column == "status" else str(value)


_COLUMNS = {
    "seq": "序号 | number",
    "name_zh": "名称 | Chinese name",
    "name_en": "英文名称 | English name",
    "kind": "类型 | kind",
    "place_zh": "所在地 | place in Chinese",
    "place_en": "所在地（英文） | place",
    "authority": "主管部门 | authority",
    "website": "网站 | website",
    "status": "状态 | status",
    "suspended_on": "暂停公布日期 | suspension published on",
    "suspended_by": "暂停依据 | document of the suspension",
    "tracks": "培训方向 | tracks",
    "doc_no": "文号 | notice",
    "published_on": "发布日期 | date of the notice",
    "organiser": "组织者 | organiser",
    "region_zh": "地区 | region in Chinese",
    "region_en": "地区（英文） | region",
    "parent": "上级 | parent",
}


def paths(conn: sqlite3.Connection) -> list[str]:
    """Every page of the site in Chinese; its English twin is at ``/en`` before the same path."""
    found = publishing.public_list(conn)
    places = authorities(conn, found.release)
    made = ["/institutions", "/authorities", "/releases", "/data"]
    slugs: dict[str, None] = {}
    for year in found.years:
        listed = publishing.public_list(conn, year)
        made.append(f"/institutions/{year}")
        made += [f"/institutions/{year}/{c.facet}/{c.value}" for c in choices(listed, places)]
        slugs |= dict.fromkeys(one.slug for one in (*listed.institutions, *listed.offices))
    made += [f"/institution/{slug}" for slug in slugs]
    made += [f"/authority/{code}" for code in places]
    for release in releases(conn):
        made.append(f"/releases/{release.number}")
        made += [
            f"/releases/{release.number}/{year}"
            for year in publishing.public_list(conn, release=release.number).years
        ]
    return made


def file_paths(conn: sqlite3.Connection) -> list[str]:
    """Every file of the site that is no page: data, feeds, what search engines read."""
    found = publishing.public_list(conn)
    made = [f"/data/{name}" for name in dataset.NAMES] + ["/data/openapi.json"]
    made += [f"/institutions.{form}" for form in publishing.FORMATS]
    made += [f"/institutions/{year}.{form}" for year in found.years for form in publishing.FORMATS]
    made += [f"/releases/{release.number}.json" for release in releases(conn)]
    return [*made, "/releases.atom", "/sitemap.xml", "/robots.txt"]
