"""A sender's own people as a roster (导出名单): sent again as it is, it changes nothing.

The one place that opens sealed numbers by the hundred. It does so only for whoever sent them, and
each time says in the audit log who took how many.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from typing import Literal

from training import audit, identity, roster_template, roster_words, tabular
from training.context import Sender
from training.database import transaction
from training.wording import t

Format = Literal["csv", "xlsx"]

#: People whom an authority named are its own as long as its files brought them; what an
#: institution selected by itself is not, even if the authority stands beside it as recommender.
_OWN = {
    "institution": "t.institution = :sender and t.state <> 'nominated'",
    "province": "t.first_batch_id in (select id from roster_batches where province = :sender)",
}


def export(
    conn: sqlite3.Connection,
    keys: identity.Keys,
    year: str,
    sender: Sender,
    by: str,
    via: str,
    kind: Format,
) -> bytes:
    """The sender's standing people of ``year`` as a file of ``kind``, with an audit entry."""
    rows = list(people(conn, keys, year, sender))
    with transaction(conn):
        audit.record(
            conn, by, via, "export", "trainees", None, year=year,
            sender=sender.institution or sender.province, people=len(rows), kind=kind,
        )  # fmt: skip
    header = roster_template.header()
    if kind == "csv":
        return tabular.csv_text(header, rows).encode()
    return tabular.xlsx_bytes(t("名单", "Roster"), header, rows)


def people(
    conn: sqlite3.Connection, keys: identity.Keys, year: str, sender: Sender
) -> Iterator[Sequence[str]]:
    """One row of cells for each person, in the order of the template's columns."""
    words, sealer = roster_words.words_of(conn), identity.Sealer(keys)
    own = _OWN["institution" if sender.institution else "province"]
    found = conn.execute(
        "select t.*, s.key_version, s.sealed from trainees as t"
        " join sealed_identities as s on s.trainee_id = t.id"
        f" where t.year = :year and {own} and t.state not in ('rejected', 'withdrawn', 'revoked')"
        " order by t.id",
        {"year": year, "sender": sender.institution or sender.province},
    )
    for number, row in enumerate(found, start=1):
        opened = sealer.open(row["person_key"], row["key_version"], row["sealed"])
        id_number, mobile = opened.split("\n")
        cells = {"row_no": str(number), "id_number": id_number, "mobile": mobile}
        yield [
            cells[name] if name in cells else roster_words.written(words, name, row[name])
            for name in roster_template.ORDER
        ]
