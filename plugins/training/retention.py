"""What is kept no longer (留存期限): people past the term of their year, originals, old uploads."""

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from training import audit, erasure, queries, uploads
from training.database import acting, connect, transaction


@dataclass(frozen=True)
class Due:
    """What has reached its term: rows of people, sealed files, uploads that nobody confirmed."""

    people: list[int]
    files: list[Path]
    forgotten: list[str]

    def __bool__(self) -> bool:
        return bool(self.people or self.files or self.forgotten)


def due(record: Path) -> Due:
    """What has reached its term by now; nothing is changed.

    Whose term has come is what the query ``find_retention_due`` says, year by year.
    """
    known = queries.load()
    with closing(connect(record, read_only=True)) as conn:
        years = [row[0] for row in conn.execute("select key from programme_years order by key")]
        people = [
            int(row["id"])
            for year in years
            for row in queries.run_named(conn, known, "find_retention_due", year=year)
        ]
        files = uploads.overdue(conn, uploads.folder_of(record))
        return Due(sorted(people), files, uploads.forgotten(conn))


def enforce(record: Path, found: Due, by: str, via: str) -> None:
    """Erase and delete what was found, with an entry in the audit log for each kind."""
    with closing(connect(record)) as conn:
        conn.execute("pragma secure_delete = on")
        uploads.sweep(conn, uploads.folder_of(record))
        if found.files or found.forgotten:
            with transaction(conn), acting(conn, by, via):
                uploads.forget(conn, found.forgotten)
                audit.record(
                    conn, by, via, "expire", "waiting_uploads",
                    files=len(found.files), forgotten=len(found.forgotten),
                )  # fmt: skip
    if found.people:
        reason = "the term of the year has ended"
        erasure.erase(record, found.people, by, via, reason=reason, ground="overdue")
