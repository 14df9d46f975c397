"""Releases (发布): what is public, prepared by one person of the office and confirmed by another.

A release freezes the draft: the rows of ``projections/draft.sql`` as one JSON document. Before it may
be published, every file that it would be published as is searched for people
(:mod:`training.leaks`). The public file is made from published releases alone.
"""

import hashlib
import json
import sqlite3
import tempfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from training import audit, dataset, leaks, projections
from training.database import acting, connect, now, transaction
from training.release_changes import TABLES, Change, Content, difference
from training.wording import t

FIRST_NOTE = "通知所列名单 | The list of the notice"


class NotReleased(Exception):
    """The release can't be prepared or published; the text says why, in the reader's language."""


@dataclass(frozen=True, slots=True)
class Release:
    """One release as the record has it, without its content."""

    number: int
    source: str
    prepared_by: str
    prepared_at: str
    note: str
    sha256: str
    status: str
    confirmed_by: str | None
    confirmed_at: str | None
    changes: list[Change]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where publishing stands: what is public, what waits, and what the record has changed since."""

    published: list[Release]  # the newest first
    waiting: Release | None
    pending: list[Change]  # the draft against the last release
    found: list[leaks.Leak]  # people in the draft's files: what must go before it can be public


def draft(record: str | Path) -> Content:
    """What would be published now, read from the record."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder, "draft.db")
        projections.refresh(record, "draft", target)
        with closing(connect(target, read_only=True)) as conn:
            return {
                table: [
                    dict(row) for row in conn.execute(f"select * from {table} order by {order}")
                ]
                for table, order in ((name, ", ".join(keys)) for name, keys in TABLES.items())
            }


def as_text(content: Content) -> str:
    """The one spelling of a release as JSON; its SHA-256 is the release's."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(text: str) -> str:
    """SHA-256 of a text in UTF-8, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def begin(record: str | Path, by: str) -> bool:
    """Make the list that the notice itself made public the first release; False if there is one."""
    with closing(connect(record)) as conn:
        if conn.execute("select 1 from releases").fetchone():
            return False
        content = draft(record)
        if not content["institutions"]:
            return False
        # What the notice says has been public since the day of the notice.
        days = [f"{year['published_on']}T00:00:00+08:00" for year in content["years"]
                if year["published_on"]]  # fmt: skip
        text, at = as_text(content), max(days, default=now())
        with transaction(conn), acting(conn, by, "script"):
            conn.execute(
                "insert into releases (number, source, prepared_by, prepared_at, note, content,"
                " changes, sha256, status, confirmed_by, confirmed_at)"
                " values (1, 'notice', ?1, ?2, ?3, ?4, '[]', ?5, 'published', ?1, ?2)",
                (by, at, FIRST_NOTE, text, digest(text)),
            )
            audit.record(conn, by, "script", "publish", "releases", 1, sha256=digest(text))
    return True


def standing(record: str | Path) -> Standing:
    """What is public, what waits for its second person, and what the draft would change."""
    with closing(connect(record, read_only=True)) as conn:
        rows = conn.execute("select * from releases order by number desc").fetchall()
        names = leaks.names_in(conn)
        last = _last_content(conn)
    found = [_release(row) for row in rows]
    content = draft(record)
    return Standing(
        published=[one for one in found if one.status == "published"],
        waiting=next((one for one in found if one.status == "prepared"), None),
        pending=difference(last, content),
        found=leaks.search(_files(content, None), names),
    )


def _release(row: sqlite3.Row) -> Release:
    fields = {name: row[name] for name in Release.__dataclass_fields__}
    return Release(**{**fields, "changes": json.loads(row["changes"])})


def _last_content(conn: sqlite3.Connection) -> Content:
    row = conn.execute(
        "select content from releases where status = 'published' order by number desc limit 1"
    ).fetchone()
    return json.loads(row["content"]) if row else {}


def _files(content: Content, about: dataset.About | None) -> dict[str, bytes]:
    return dataset.files(content, about or dataset.About(0, "", digest(as_text(content)), ""))


def prepare(record: str | Path, by: str, via: str, note: str = "") -> int:
    """Freeze the draft as the next release and return its number; another person must confirm it.

    Raises :class:`NotReleased` when nothing has changed, one is waiting already, or a person is in
    one of its files.
    """
    content = draft(record)
    text = as_text(content)
    with closing(connect(record)) as conn, transaction(conn), acting(conn, by, via):
        changes = difference(_last_content(conn), content)
        if not changes:
            raise NotReleased(
                t(
                    "与上次发布相比没有变化，不用发布。",
                    "Nothing has changed since the last release.",
                )
            )
        if conn.execute("select 1 from releases where status = 'prepared'").fetchone():
            raise NotReleased(
                t(
                    "已有一次发布等待确认，请先确认或撤回。",
                    "A release is waiting: confirm or withdraw it.",
                )
            )
        _refuse_people(conn, content, None)
        said = json.dumps(changes, ensure_ascii=False)
        number = conn.execute("select coalesce(max(number), 0) + 1 from releases").fetchone()[0]
        conn.execute(
            "insert into releases (number, prepared_by, prepared_at, note, content, changes, sha256)"
            " values (?, ?, ?, ?, ?, ?, ?)",
            (
                number,
                by,
                now(),
                note.strip(),
                text,
                said,
                digest(text),
            ),
        )
        audit.record(
            conn, by, via, "prepare", "releases", number, sha256=digest(text), changes=len(changes)
        )
    return int(number)


def confirm(record: str | Path, number: int, by: str, via: str) -> dict[str, bytes]:
    """Publish the release that ``number`` names, and return its files, whose hashes are recorded.

    Raises :class:`NotReleased` for whoever prepared it, for one that does not wait, and when a
    person is in one of its files (the scan is repeated: people may have come since).
    """
    with closing(connect(record)) as conn, transaction(conn), acting(conn, by, via):
        row = _waiting(conn, number)
        if row["prepared_by"] == by:
            raise NotReleased(
                t(
                    "准备人不能确认自己的发布，请由另一人确认。",
                    "Somebody else has to confirm it.",
                )
            )
        content, at = json.loads(row["content"]), now()
        about = dataset.About(number, at, row["sha256"], row["note"])
        made = _refuse_people(conn, content, about)
        conn.execute(
            "update releases set status = 'published', confirmed_by = ?, confirmed_at = ?"
            " where number = ?",
            (by, at, number),
        )
        conn.executemany(
            "insert into release_files (release, path, bytes, sha256) values (?, ?, ?, ?)",
            [
                (number, path, len(file), hashlib.sha256(file).hexdigest())
                for path, file in made.items()
            ],
        )
        audit.record(
            conn, by, via, "publish", "releases", number, sha256=row["sha256"], files=len(made)
        )
    return made


def withdraw(record: str | Path, number: int, by: str, via: str) -> None:
    """Take back a release that waits; it stays on record. Raises :class:`NotReleased`."""
    with closing(connect(record)) as conn, transaction(conn), acting(conn, by, via):
        _waiting(conn, number)
        conn.execute("update releases set status = 'withdrawn' where number = ?", (number,))
        audit.record(conn, by, via, "withdraw", "releases", number)


def _waiting(conn: sqlite3.Connection, number: int) -> sqlite3.Row:
    row = conn.execute(
        "select * from releases where number = ? and status = 'prepared'", (number,)
    ).fetchone()
    if row is None:
        raise NotReleased(
            t(
                "这次发布不在等待确认，请刷新页面。",
                "This release does not wait: load the page again.",
            )
        )
    return row


def _refuse_people(
    conn: sqlite3.Connection, content: Content, about: dataset.About | None
) -> dict[str, bytes]:
    """The files of the release; :class:`NotReleased` names those in which a person stands."""
    made = _files(content, about)
    found = leaks.search(made, leaks.names_in(conn))
    if found:
        where = t("、", ", ").join(sorted({leak.file for leak in found}))
        kinds = t("、", ", ").join(sorted({leak.in_words for leak in found}))
        raise NotReleased(
            t(
                f"不能发布：{where} 里有{kinds}。请先在记录里改正，再准备。",
                f"Not published: {kinds} in {where}. Correct the record, then prepare again.",
            )
        )
    return made
