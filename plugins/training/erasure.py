"""Erasing a person (删除个人信息): what remains of him is a tombstone.

Kept are the row itself with year, institution, track, kind, industry and state, so that no target of
a past year is missed by it; the history of states without words; certificates by number and date.
Gone are name, numbers, contacts, enterprise, position and every earlier value, from the bytes too.
"""

import secrets
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from training import (
    audit,
    audit_chain,
    erasure_list,
    identity,
    leaks,
    publishing,
    register,
    scopes,
    uploads,
)
from training.database import acting, connect, now, transaction
from training.erasure_list import Erased
from training.wording import t
from training.workflow import Refused

#: What stands where a name stood.
ERASED = "（已删除）"
#: Nothing more is to come for these: no decision, no training, no certificate.
ENDED = ("rejected", "withdrawn", "not_completed", "certified", "alumni", "revoked")
#: Columns of a trainee that say who he is, and what they hold afterwards. Keys and the credit code,
#: which must stay different for different people, get values of their own.
_BLANK: dict[str, str | None] = {
    "name": ERASED, "sex": None, "id_masked": "***", "age_at_selection": None,
    "mobile_masked": "***", "email": None, "enterprise_name": ERASED, "position": ERASED,
    "main_business": None, "employees": None, "revenue_wan": None, "assets_wan": None,
    "founded_on": None, "note": None,
}  # fmt: skip


@dataclass
class Plan:
    """What an erasure removes (``removed``: place → rows), and where to look by hand (``mentions``)."""

    people: list[int]
    removed: dict[str, int] = field(default_factory=dict)
    files: list[Path] = field(default_factory=list)
    certificates: list[str] = field(default_factory=list)
    mentions: dict[str, int] = field(default_factory=dict)


def same_person(conn: sqlite3.Connection, trainee: int) -> list[int]:
    """Every row of the person that ``trainee`` is a row of, of whatever year.

    Raises :class:`Refused` if there is nobody, he is erased already, or something is still to come.
    """
    rows = conn.execute(
        "select id, state, exists (select 1 from erasures where trainee_id = id) as gone"
        " from trainees where person_key = (select person_key from trainees where id = ?)",
        (trainee,),
    ).fetchall()
    if not rows:
        raise Refused(t("没有这个学员。", "There is no such person."))
    if any(row["gone"] for row in rows):
        raise Refused(t("该学员已经删除。", "This person has been erased already."))
    if any(row["state"] not in ENDED for row in rows):
        raise Refused(
            t(
                "该学员还在审核或培训中。请先办理退出，再删除。",
                "This person is still under review or in training: withdraw first, then erase.",
            )
        )
    return [row["id"] for row in rows]


def plan(conn: sqlite3.Connection, keys: identity.Keys, people: Sequence[int]) -> Plan:
    """What erasing ``people`` would remove; nothing is changed."""
    found, marks = Plan(list(people)), _marks(people)
    counted = {
        "trainees": f"trainees where id in ({marks})",
        "sealed_identities": f"sealed_identities where trainee_id in ({marks})",
        "batch_changes": f"batch_changes where trainee_id in ({marks})",
        "trainee_events.reason": f"trainee_events where trainee_id in ({marks}) and reason <> ''",
    }
    for place, rows in counted.items():
        found.removed[place] = conn.execute(
            f"select count(*) from {rows}", tuple(people)
        ).fetchone()[0]
    found.certificates = [
        row[0]
        for row in conn.execute(
            f"select number from certificates where trainee_id in ({marks}) order by number",
            tuple(people),
        )
    ]
    found.files = list(_originals(conn, people))
    found.mentions = _mentions(conn, _words_of(conn, keys, people))
    return found


def erase(
    record: Path, people: Sequence[int], by: str, via: str, *, reason: str, ground: str = "request"
) -> Plan:
    """Erase ``people`` in one transaction, then from files, projections and free pages.

    ``reason`` goes into the audit log, so it must not say who the person is. Raises
    :class:`Refused`. Returns what was removed.
    """
    keys = identity.load_keys(record)
    with closing(connect(record)) as conn:
        _check_reason(conn, people, reason)
        done = plan(conn, keys, people)
        conn.execute("pragma secure_delete = on")
        with transaction(conn), acting(conn, by, via):
            erased = [_bury(conn, keys, one, by, ground, reason) for one in people]
            for one in people:
                audit.record(conn, by, via, "erase", "trainees", one, ground=ground, reason=reason)
        remember(record, set(erased))
    for file in done.files:
        file.unlink(missing_ok=True)
    refresh_projections(record)
    audit_chain.keep_all(record)
    return done


def again(record: Path, erased: set[Erased], by: str) -> int:
    """Erase everybody of ``erased`` whom the record still holds, after a restore; return how many.

    Somebody who came back after he was erased is another matter: he stays.
    """
    moments = {one.row_hash: one.at for one in erased}
    keys = identity.load_keys(record)
    hashed = partial(erasure_list.row_hash, keys)
    with closing(connect(record)) as conn:
        conn.execute("pragma secure_delete = on")
        rows = conn.execute(
            "select t.id, t.person_key, (select coalesce(min(at), '')"
            " from trainee_events where trainee_id = t.id) from trainees as t where not exists"
            " (select 1 from erasures where trainee_id = t.id)"
        ).fetchall()
        back = [one for one, key, since in rows if since <= moments.get(hashed(one, key), "")]
        if back:
            with transaction(conn), acting(conn, by, "script"):
                for one in back:
                    _bury(conn, keys, one, by, "restored", "restored backup")
                audit.record(conn, by, "script", "erase", "trainees", people=len(back))
    remember(record, erased)
    return len(back)


def remember(record: Path, erased: set[Erased]) -> None:
    """Add to the list beside the record everybody that the record or ``erased`` names."""
    path = erasure_list.path_of(record)
    with closing(connect(record, read_only=True)) as conn:
        everybody = erasure_list.read(path) | erasure_list.of_record(conn) | erased
    erasure_list.write(path, everybody)


def _bury(
    conn: sqlite3.Connection, keys: identity.Keys, one: int, by: str, ground: str, reason: str
) -> Erased:
    """Make a tombstone of one row; the caller's transaction."""
    key, uscc = conn.execute(
        "select person_key, uscc from trainees where id = ?", (one,)
    ).fetchone()
    erased = Erased(erasure_list.row_hash(keys, one, key), now())
    placeholder = f"ERASED{one:012d}"
    conn.execute(
        "insert into enterprises (uscc, name) values (?, ?) on conflict do nothing",
        (placeholder, ERASED),
    )
    values = {
        **_BLANK, "person_key": secrets.token_hex(16), "mobile_key": secrets.token_hex(16),
        "uscc": placeholder,
    }  # fmt: skip
    sets = ", ".join(f"{column} = :{column}" for column in values)
    conn.execute(f"update trainees set {sets} where id = :id", {**values, "id": one})
    conn.execute(
        "delete from enterprises where uscc = ? and not exists"
        " (select 1 from trainees where trainees.uscc = enterprises.uscc)",
        (uscc,),
    )
    conn.execute("delete from sealed_identities where trainee_id = ?", (one,))
    conn.execute(
        "delete from sealed_changes where change_id in"
        " (select id from batch_changes where trainee_id = ?)",
        (one,),
    )
    conn.execute(
        "update batch_changes set old = null, new = null where trainee_id = ?"
        " and \"column\" not in ('state', 'batch_id')",
        (one,),
    )
    conn.execute(
        "insert into erasures (trainee_id, row_hash, at, by, ground, reason)"
        " values (?, ?, ?, ?, ?, ?)",
        (one, erased.row_hash, erased.at, by, ground, reason),
    )
    conn.execute(
        "update certificates set printed = json_set(printed, '$.name', ''), holder_key = null"
        " where trainee_id = ?",
        (one,),
    )
    conn.execute(
        "update trainee_sizes set employees = null, revenue_wan = null, assets_wan = null"
        " where trainee_id = ?",
        (one,),
    )
    conn.execute("update trainee_events set reason = null where trainee_id = ?", (one,))
    return erased


def refresh_projections(record: Path) -> None:
    """Make the files of all audiences anew that concern somebody erased, if they are there."""
    publishing.publish(record, record.with_name("public.db"))
    register.publish(record, record.with_name("certificates.db"))
    for scope in scopes.made(record):
        scopes.refresh(record, scope)


def scrub(record: Path) -> bool:
    """Write the record anew without its free pages, so that nothing deleted is left in its bytes.

    False if somebody reads it, so that the write-ahead log could not be emptied: do it again later.
    """
    with closing(connect(record)) as conn:
        conn.execute("pragma secure_delete = on")
        conn.execute("vacuum")
        # The server's readers come and go: a moment is enough to catch a gap, or there is none.
        conn.execute("pragma busy_timeout = 1000")
        busy, *_ = conn.execute("pragma wal_checkpoint(truncate)").fetchone()
    return not busy


def _check_reason(conn: sqlite3.Connection, people: Sequence[int], reason: str) -> None:
    if not reason.strip():
        raise Refused(t("请写明删除理由。", "Write the reason for erasing."))
    names = [
        row[0]
        for row in conn.execute(
            f"select name from trainees where id in ({_marks(people)})", tuple(people)
        )
    ]
    if any(name in reason for name in names) or leaks.search({"reason": reason.encode()}, ()):
        raise Refused(
            t(
                "理由会写进审计记录，请不要写姓名、号码或邮箱。",
                "The reason goes into the audit log: leave names, numbers and addresses out.",
            )
        )


def _originals(conn: sqlite3.Connection, people: Sequence[int]) -> Iterator[Path]:
    """The sealed files of the rosters that these people came in; each holds others, too."""
    marks = _marks(people)
    rows = conn.execute(
        "select token from waiting_uploads where batch_id in ("
        f" select first_batch_id from trainees where id in ({marks})"
        f" union select batch_id from trainees where id in ({marks})"
        f" union select batch_id from batch_changes where trainee_id in ({marks}))",
        tuple(people) * 3,
    )
    folder = uploads.folder_of(_file_of(conn))
    for (token,) in rows:
        path = folder / f"{token}.sealed"
        if path.exists():
            yield path


def _words_of(conn: sqlite3.Connection, keys: identity.Keys, people: Sequence[int]) -> set[str]:
    """Name, identity number and mobile of these people, to look for elsewhere."""
    sealer, words = identity.Sealer(keys), set()
    for row in conn.execute(
        "select t.name, t.person_key, s.key_version, s.sealed from trainees as t left join"
        f" sealed_identities as s on s.trainee_id = t.id where t.id in ({_marks(people)})",
        tuple(people),
    ):
        words.add(row["name"])
        if row["sealed"]:
            if not identity.opens(keys, row["person_key"], row["key_version"], row["sealed"]):
                raise identity.KeysMissing("the keys are not this record's: restore the right file")
            opened = sealer.open(row["person_key"], row["key_version"], row["sealed"])
            words.update(word for word in opened.split("\n") if word)
    return words - {ERASED}


def _mentions(conn: sqlite3.Connection, words: set[str]) -> dict[str, int]:
    """Where else these words stand: the free tables, saved queries, the audit log, file names.

    The programme leaves them alone: they are somebody's own, or can't be changed. Rows by place.
    """
    found = {
        "audit_log.detail": _count(conn, "audit_log", "detail", words),
        "roster_batches.file_name": _count(conn, "roster_batches", "file_name", words),
    }
    for name in ("staging.db", "internal.db"):
        path = _file_of(conn).with_name(name)
        if path.exists():
            with closing(connect(path, read_only=True)) as other:
                for table, column in _text_columns(other):
                    found[f"{name}: {table}.{column}"] = _count(other, table, column, words)
    files = _file_of(conn).with_name("evidence.db")
    if files.exists():  # pictures and PDF: nothing can look for a name in them but a reader
        with closing(connect(files, read_only=True)) as other:
            found["evidence.db: files to be opened by hand"] = other.execute(
                "select count(*) from evidence_files"
            ).fetchone()[0]
    return {place: rows for place, rows in found.items() if rows}


def _text_columns(conn: sqlite3.Connection) -> list[tuple[str, str]]:
    return [
        tuple(row)
        for row in conn.execute(
            "select m.name, c.name from sqlite_master as m, pragma_table_info(m.name) as c"
            " where m.type = 'table' and m.sql not like 'create virtual%'"
        )
    ]


def _count(conn: sqlite3.Connection, table: str, column: str, words: set[str]) -> int:
    column, table = (f'"{name.replace(chr(34), chr(34) * 2)}"' for name in (column, table))
    where = " or ".join([f"instr({column}, ?) > 0"] * len(words)) or "0"
    found: int = conn.execute(
        f"select count(*) from {table} where {where}", tuple(sorted(words))
    ).fetchone()[0]
    return found


def _file_of(conn: sqlite3.Connection) -> Path:
    return Path(conn.execute("pragma database_list").fetchone()[2])


def _marks(people: Sequence[int]) -> str:
    return ", ".join("?" * len(people))
