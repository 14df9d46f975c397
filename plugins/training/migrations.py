"""The history of the record's schema: each step is SQL from ``schema_history/``, applied once.

A step that has run anywhere is never edited; a change is a new step. ``db/schema.sql`` is the
picture of the result and a test keeps it true.
"""

import os
import sqlite3
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from training import scope_triggers
from training.database import prepare

migrations = Migrations("training")

#: The office's tables as step m004 found them; a step that has run is never edited.
_AUDITED_IN_M004 = (
    "programme_years",
    "institutions",
    "institution_years",
    "institution_tracks",
    "cohorts",
    "province_contacts",
    "contact_forms",
    "training_plans",
    "commissioned_trainings",
    "assessment_indicators",
    "suspensions",
)

#: Tables the office edits in Datasette's own row dialogs; each edit is written to the audit log. A
#: step that makes another one, or gives one another column, calls :func:`_audit` for it.
OFFICE_TABLES = (
    *_AUDITED_IN_M004,
    *("course_modules", "class_sessions", "retraining", "province_supports", "fund_items"),
    *("cohort_accounts", "partner_organisations", "management_words", "consents"),
)

#: Who a contact is stays out of the audit log, which people read who may see no personal data: an
#: edit of these columns shows there as made, without the values.
PERSONAL = {"province_contacts": ("name", "phone", "email", "mobile")}


def statements(script: str) -> Iterator[str]:
    """Split SQL into statements; ``executescript`` would commit the migration's transaction."""
    pending = ""
    for line in script.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            yield pending
            pending = ""
    if pending.strip() and not all(line.startswith("--") for line in pending.strip().splitlines()):
        raise ValueError(f"unfinished statement: {pending.strip()[:80]}")


def _run(db: Database, file_name: str) -> None:
    script = resources.files("training").joinpath("schema_history", file_name)
    for statement in statements(script.read_text(encoding="utf-8")):
        db.conn.execute(statement)


@migrations()
def m001_reference(db: Database) -> None:
    """Closed lists and the programme year: what the notice fixes before anybody is named."""
    _run(db, "m001_reference.sql")


@migrations()
def m002_people(db: Database) -> None:
    """Enterprises, rosters, trainees and what happens to them."""
    _run(db, "m002_people.sql")


@migrations()
def m003_procedures(db: Database) -> None:
    """Contacts, plans, commissioned trainings, assessment, suspensions, certificates."""
    _run(db, "m003_procedures.sql")


@migrations()
def m004_laws(db: Database) -> None:
    """What must never happen, and who did what: triggers."""
    _run(db, "m004_laws.sql")
    _audit(db, *_AUDITED_IN_M004)


@migrations()
def m005_scopes(db: Database) -> None:
    """Which audience's file a change concerns: the log that keeps projections fresh."""
    _run(db, "m005_scopes.sql")


@migrations()
def m006_bulk(db: Database) -> None:
    """Acts on very many rows, which keep the books once for all of them."""
    _run(db, "m006_bulk.sql")


@migrations()
def m008_scope_files(db: Database) -> None:
    """One log entry per act and scope; triggers for every table that a scope file shows."""
    _run(db, "m008_scope_files.sql")
    mark_scopes(db, *scope_triggers.WATCHED_IN_M008)


@migrations()
def m013_certificates(db: Database) -> None:
    """Certificates: number, printed facts, signature keys, and the laws of their register."""
    _run(db, "m013_certificates.sql")
    _audit(db, "programme_years")


@migrations()
def m010_audit_chain(db: Database) -> None:
    """The chain over the audit log."""
    _run(db, "m010_audit_chain.sql")


@migrations()
def m014_releases(db: Database) -> None:
    """What is public is a release that two people have looked at."""
    _run(db, "m014_releases.sql")


@migrations()
def m011_teaching(db: Database) -> None:
    """Sessions, attendance, funds, retraining, support, size classes, little giants, consent."""
    _run(db, "m011_teaching.sql")
    _audit(db, "programme_years", "cohorts", "training_plans", "province_contacts", "contact_forms")
    _audit(db, "course_modules", "class_sessions", "retraining", "province_supports", "fund_items")
    _audit(db, "cohort_accounts", "partner_organisations", "management_words")
    _audit(db, "consents")


@migrations()
def m012_assessment(db: Database) -> None:
    """What happened to an assessment, its evidence, and the decision on the lowest ranked."""
    _run(db, "m012_assessment.sql")


def mark_scopes(db: Database, *watches: scope_triggers.Watch) -> None:
    """From now on mark the scope files that a change of these tables concerns."""
    for statement in scope_triggers.triggers(watches):
        db.conn.execute(statement)


@migrations()
def m015_erasures(db: Database) -> None:
    """Who has been erased, and the laws that keep it so."""
    _run(db, "m015_erasures.sql")


@migrations()
def m007_starts(db: Database) -> None:
    """A new trainee: the law and its note apart, and an index less to keep."""
    _run(db, "m007_starts.sql")


@migrations()
def m020_evidence_files(db: Database) -> None:
    """Files behind the scores of the assessment."""
    _run(db, "m020_evidence_files.sql")


def _audit(db: Database, *tables: str) -> None:
    """Write each edit of ``tables`` to the audit log from now on, with the columns they have now."""
    for table in tables:
        for event in ("insert", "update", "delete"):
            db.conn.execute(f"drop trigger if exists audit_{table}_{event}")
        for statement in _audit_triggers(db, table):
            db.conn.execute(statement)


def _audit_triggers(db: Database, table: str) -> Iterator[str]:
    """Triggers that copy each edit of ``table`` into the audit log, old and new values."""
    columns = [column.name for column in db.table(table).columns]
    keys = db.table(table).pks
    for event, image in (("insert", "new"), ("update", "new"), ("delete", "old")):
        subject_key = " || '/' || ".join(f"{image}.{key}" for key in keys)
        values = {
            column: (
                "null" if event == "insert" else f"old.{column}",
                "null" if event == "delete" else f"new.{column}",
            )
            for column in columns
        }
        pairs = ", ".join(f"'{column}', json_array({a}, {b})" for column, (a, b) in values.items())
        hidden = ", ".join(f"'{column}'" for column in PERSONAL.get(table, ()))
        shown = f"iif(key in ({hidden}), json_array('***', '***'), json(value))"
        changed = (
            f"(select json_group_object(key, {shown}) from json_each(json_object({pairs}))"
            " where json_extract(value, '$[0]') is not json_extract(value, '$[1]'))"
        )
        yield f"""
            create trigger audit_{table}_{event} after {event} on {table}
            begin
                insert into audit_log (at, actor, via, action, subject, subject_key, detail)
                select now_at, actor, via, '{event}', '{table}', {subject_key}, {changed}
                from acting_now;
            end"""


def migrate(path: str | Path) -> list[str]:
    """Create or bring up to date the record at ``path``; return the names of the steps applied.

    The file is made private (0600) before the first byte of content is written.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    conn = sqlite3.connect(path)
    try:
        conn.execute("pragma journal_mode = wal")
        prepare(conn)
        db = Database(conn)
        migrations.ensure_migrations_table(db)
        pending = [step.name for step in migrations.pending(db)]
        migrations.apply(db)
        conn.commit()
    finally:
        conn.close()
    return pending


def waiting(path: str | Path) -> list[str]:
    """The steps that the record at ``path`` has not seen; nothing is changed."""
    conn = sqlite3.connect(f"{Path(path).absolute().as_uri()}?mode=ro", uri=True)
    try:
        return [step.name for step in migrations.pending(Database(conn))]
    finally:
        conn.close()


def schema_picture(conn: sqlite3.Connection) -> str:
    """The schema as SQL text, tables first, for ``db/schema.sql``."""
    rows = conn.execute(
        "select sql from sqlite_master where sql is not null and name not like 'sqlite_%'"
        " and name not like '_sqlite_migrations%' and name not like 'idx__sqlite_migrations%'"
        " order by case type when 'table' then 0 when 'index' then 1 when 'view' then 2 else 3 end,"
        " rowid"
    )
    head = "-- The schema of the record, generated by `make schema`; edit the migrations instead.\n"
    return head + "".join(f"\n{row[0].strip()};\n" for row in rows)
