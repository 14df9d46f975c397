"""The closed lists of the record: provinces, institutions, tracks and industries, by any name.

A name is compared by its key, as it stands and then in simplified characters. What could be two
entries is unknown, and both are offered.
"""

import re
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from training import texts
from training.industries import Industries
from training.names import Found, Names
from training.provinces import Provinces

Row = Mapping[str, Any]

#: What a track's name may be wrapped in without being another track.
_TRACK_WRAPPING = re.compile("专题|培训|方向|领军人才|促进|企业|班")
_QUERIES = {
    "provinces": "select code, name_zh, short_zh, name_en, kind, parent_code from provinces",
    "institutions": "select slug, name_zh, name_en, kind, aliases from institutions",
    "tracks": "select code, name_zh, name_en, organiser, named_for_provinces, aliases from tracks",
    "industries": "select code, level, section_code, name_zh from industries",
}


@dataclass(frozen=True, slots=True)
class References:
    """The closed lists of a record, ready to be asked."""

    provinces: Provinces
    institutions: Names
    tracks: Names
    industries: Industries
    #: The special topics (专题), which only the coordination office runs (notice 二).
    office_tracks: frozenset[str]
    #: Tracks for which the notice asks no authority to send people (三(四)).
    own_tracks: frozenset[str]
    offices: frozenset[str]

    @classmethod
    def of(cls, **rows: Iterable[Row]) -> "References":
        """Build from rows of `provinces`, `institutions`, `tracks` and `industries`."""
        institutions, tracks = Names("institution-unknown"), Names("track-unknown", _track_key)
        office_tracks, own_tracks, offices = set(), set(), set()
        for row in rows["institutions"]:
            short = row["name_zh"].removesuffix("学")  # 电子科技大
            institutions.add(row["slug"], row["name_zh"], (row["name_en"], short, *_aliases(row)))
            if row["kind"] == "coordination_office":
                offices.add(row["slug"])
        for row in rows["tracks"]:
            tracks.add(row["code"], row["name_zh"], (row["name_en"], *_aliases(row)))
            if row["organiser"] == "office":
                office_tracks.add(row["code"])
            if not int(row["named_for_provinces"]):
                own_tracks.add(row["code"])
        return cls(
            Provinces(rows["provinces"]),
            institutions,
            tracks,
            Industries.of(rows["industries"]),
            frozenset(office_tracks),
            frozenset(own_tracks),
            frozenset(offices),
        )

    @classmethod
    def load(cls, conn: sqlite3.Connection) -> "References":
        """Read the lists of the record."""
        return cls.of(**{table: _read(conn, query) for table, query in _QUERIES.items()})

    def province(self, text: str) -> Found:
        """One of the 37 authorities, as its six digits; a separately planned city goes first."""
        return self.provinces.find(text)

    def institution(self, text: str) -> Found:
        """承担机构, as its slug."""
        return self.institutions.find(text)

    def track(self, text: str) -> Found:
        """培训方向, as its code."""
        return self.tracks.find(text)

    def industry(self, text: str) -> Found:
        """所属行业, as a division or a section's letter."""
        return self.industries.parse(text)

    def takes_recommended(self, track: str | None) -> bool:
        """Whether the notice lets authorities recommend into this track; True if none is known."""
        return track not in self.own_tracks

    def runs(self, institution: str, track: str) -> bool:
        """Whether it is this institution's part to run this track (notice 二)."""
        return (institution in self.offices) == (track in self.office_tracks)


def _read(conn: sqlite3.Connection, query: str) -> list[Row]:
    cursor = conn.execute(query)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def _aliases(row: Row) -> list[str]:
    return [name for name in (row["aliases"] or "").split("、") if name]


def _track_key(text: str) -> str:
    return _TRACK_WRAPPING.sub("", texts.simplified(texts.key(text)))
