"""Filling the closed lists and the programme year from ``db/seed/*.csv``, one file a table.

A row that is already there is left alone: the office may have edited it since.
"""

import csv
import sqlite3
from pathlib import Path

from training.database import acting, transaction

#: In the order foreign keys need; ``provinces.csv`` itself lists parents before their cities.
SEEDED = (
    "provinces",
    "institutions",
    "tracks",
    "industries",
    "sme_size_thresholds",
    "programme_years",
    "institution_years",
    "institution_tracks",
    "trainee_states",
    "trainee_transitions",
    "assessment_indicators",
    "management_words",
)


def seed(conn: sqlite3.Connection, folder: str | Path, actor: str) -> int:
    """Insert the rows of ``folder`` that are missing, in one transaction; return how many were."""
    inserted = 0
    with transaction(conn), acting(conn, actor, "script", "seed"):
        for table in SEEDED:
            inserted += _seed_table(conn, table, Path(folder) / f"{table}.csv")
    return inserted


def _seed_table(conn: sqlite3.Connection, table: str, path: Path) -> int:
    nullable = {
        row["name"]: not row["notnull"] and not row["pk"]
        for row in conn.execute(f"pragma table_info({table})")
    }
    with path.open(encoding="utf-8", newline="") as file:
        rows = [
            {name: None if text == "" and nullable[name] else text for name, text in row.items()}
            for row in csv.DictReader(file)
        ]
    columns = list(rows[0])
    # "on conflict do nothing" forgives a row that is there, and nothing else: a broken CHECK stays loud.
    statement = (
        f"insert into {table} ({', '.join(columns)})"
        f" values ({', '.join(':' + name for name in columns)}) on conflict do nothing"
    )
    return sum(conn.execute(statement, row).rowcount for row in rows)
