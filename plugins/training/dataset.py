"""The public list as data (数据文件): one release in each format that readers ask for.

CSV with and without a byte order mark, XLSX, JSON, NDJSON, SQLite, a Data Package (Frictionless) and
the SHA-256 of each. The same release makes the same bytes, so that anybody can check a copy.
"""

import hashlib
import json
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from training import tabular
from training.tabular import Cell

Content = dict[str, list[dict[str, Any]]]
SUMS = "SHA256SUMS"
#: The files of a release below /data, in the order in which they are offered.
NAMES = (
    *("institutions.csv", "institutions-plain.csv", "institutions.xlsx", "institutions.json"),
    *("institutions.ndjson", "institutions.sqlite", "tracks.csv", "authorities.csv"),
    *("datapackage.json", SUMS),
)

#: Columns of the flat list: name, type and meaning, as the Data Package tells them.
FIELDS: tuple[tuple[str, str, str], ...] = (
    ("year", "string", "Programme year, e.g. 2021-2022 (年度)"),
    ("seq", "integer", "Place in the notice's order (序号)"),
    ("slug", "string", "Identifier of the institution (标识)"),
    ("name_zh", "string", "Name in Chinese (机构名称)"),
    ("name_en", "string", "Name in English (英文名称)"),
    ("kind", "string", "university, association, coordination_office or other (机构类型)"),
    ("place_zh", "string", "Place in Chinese (所在地)"),
    ("place_en", "string", "Province in English (所在省份)"),
    ("authority", "string", "Code of the provincial authority (主管部门代码)"),
    ("website", "string", "Home page (网站)"),
    ("tracks", "string", "Codes of the tracks, joined by a semicolon (培训方向)"),
    ("status", "string", "active, or suspended for this year (状态)"),
    ("suspended_on", "date", "Day on which the suspension was published (暂停公布日期)"),
    ("suspended_by", "string", "The document that says so (暂停依据)"),
    ("doc_no", "string", "Number of the year's notice (文号)"),
)
LISTS: dict[str, tuple[str, ...]] = {
    "tracks": ("code", "seq", "name_zh", "name_en", "organiser"),
    "authorities": (
        *("code", "seq", "name_zh", "name_en", "kind", "region_zh", "region_en", "parent"),
    ),
}


class About(NamedTuple):
    """What a release says of itself; ``released_at`` is '' while it is a draft."""

    number: int
    released_at: str
    sha256: str
    note: str


def files(content: Content, about: About) -> dict[str, bytes]:
    """Every file of a release, path below /data to bytes, with the sums of all others last."""
    header = [name for name, _, _ in FIELDS]
    rows = list(flat(content))
    records = [dict(zip(header, row, strict=True)) for row in rows]
    when = datetime.fromisoformat(about.released_at or "2000-01-01T00:00:00+08:00")
    made = {
        "institutions.csv": tabular.csv_text(header, rows).encode(),
        "institutions-plain.csv": tabular.csv_text(header, rows, bom=False).encode(),
        "institutions.xlsx": tabular.xlsx_bytes(
            "institutions", header, rows, created=when.replace(tzinfo=None)
        ),
        "institutions.json": _json({"release": about._asdict(), "institutions": records}),
        "institutions.ndjson": b"".join(_line(record) for record in records),
        "institutions.sqlite": _sqlite(content, header, rows),
    }
    for name, columns in LISTS.items():
        listed = [[row[column] for column in columns] for row in content.get(name, [])]
        made[f"{name}.csv"] = tabular.csv_text(columns, listed, bom=False).encode()
    made["datapackage.json"] = _json(_package(made, about))
    made[SUMS] = sums(made)
    return made


def flat(content: Content) -> Iterator[list[Cell]]:
    """The institutions of every year, a row each, in the order of :data:`FIELDS`."""
    notices = {year["key"]: year["doc_no"] for year in content.get("years", [])}
    order = {track["code"]: track["seq"] for track in content.get("tracks", [])}
    tracks: dict[tuple[str, str], list[str]] = {}
    for row in content.get("institution_tracks", []):
        tracks.setdefault((row["year"], row["slug"]), []).append(row["track"])
    listed = sorted(content.get("institutions", []), key=lambda row: row["seq"])
    # The latest year first, each in the notice's order.
    for row in sorted(listed, key=lambda row: row["year"], reverse=True):
        codes = sorted(tracks.get((row["year"], row["slug"]), []), key=lambda code: order[code])
        joined = {**row, "tracks": ";".join(codes), "doc_no": notices.get(row["year"])}
        yield [joined[name] for name, _, _ in FIELDS]


def sums(made: dict[str, bytes]) -> bytes:
    """The SHA-256 of each file, as ``sha256sum -c`` reads it."""
    lines = (f"{hashlib.sha256(file).hexdigest()}  {path}\n" for path, file in sorted(made.items()))
    return "".join(lines).encode()


def _json(found: Any) -> bytes:
    return (json.dumps(found, ensure_ascii=False, indent=2) + "\n").encode()


def _line(record: dict[str, Any]) -> bytes:
    return (json.dumps(record, ensure_ascii=False) + "\n").encode()


def _sqlite(content: Content, header: Sequence[str], rows: Sequence[Sequence[Cell]]) -> bytes:
    """A database with the flat list and the lists it names."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "institutions.sqlite")
        conn = sqlite3.connect(path, isolation_level=None)
        try:
            conn.execute("begin")
            types = ("integer" if kind == "integer" else "text" for _, kind, _ in FIELDS)
            columns = ", ".join(f"{n} {kind}" for n, kind in zip(header, types, strict=True))
            conn.execute(f"create table institutions ({columns}, primary key (year, slug))")
            conn.executemany(
                f"insert into institutions values ({', '.join('?' * len(header))})", rows
            )
            for name, names in LISTS.items():
                conn.execute(f"create table {name} ({', '.join(names)}, primary key (code))")
                conn.executemany(
                    f"insert into {name} values ({', '.join('?' * len(names))})",
                    [[row[column] for column in names] for row in content.get(name, [])],
                )
            conn.execute("commit")
        finally:
            conn.close()
        return path.read_bytes()


def _package(made: dict[str, bytes], about: About) -> dict[str, Any]:
    """The Data Package (https://specs.frictionlessdata.io) over the plain CSV files."""
    missing = {"missingValues": [""]}
    flat_schema = {
        "fields": [
            {"name": name, "type": kind, "description": words} for name, kind, words in FIELDS
        ],
        "primaryKey": ["year", "slug"],
        "foreignKeys": [
            {"fields": "authority", "reference": {"resource": "authorities", "fields": "code"}}
        ],
        **missing,
    }
    schemas = {"institutions-plain.csv": flat_schema} | {
        f"{name}.csv": {
            "fields": [
                {"name": column, "type": "integer" if column == "seq" else "string"}
                for column in columns
            ],
            "primaryKey": "code",
            **missing,
        }
        for name, columns in LISTS.items()
    }
    resources = [
        {
            "name": path.removesuffix(".csv").removesuffix("-plain"),
            "path": path,
            "profile": "tabular-data-resource",
            "format": "csv",
            "mediatype": "text/csv",
            "encoding": "utf-8",
            "bytes": len(made[path]),
            "hash": f"sha256:{hashlib.sha256(made[path]).hexdigest()}",
            "schema": schema,
        }
        for path, schema in schemas.items()
    ]
    return {
        "profile": "tabular-data-package",
        "name": "lingjun-institutions",
        "title": "中小企业经营管理领军人才培训承担机构 | Training institutions for SME managers",
        "version": f"{about.number}",
        **({"created": about.released_at} if about.released_at else {}),
        "sources": [{"title": "工信厅企业函〔2021〕256号"}],
        "resources": resources,
    }
