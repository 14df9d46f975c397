"""What was judged becomes rows of temporary tables, to be compared with the record as a whole."""

import sqlite3

from training.judging import STAGED, Part


def open_stage(conn: sqlite3.Connection) -> None:
    """Make the temporary tables empty; they are this connection's own and never reach the record."""
    for table in ("incoming", "refused", "differences", "standing", "seen", "named_tracks"):
        conn.execute(f"drop table if exists temp.{table}")
    columns = ", ".join(f"{name} integer primary key" if name == "row" else name for name in STAGED)
    conn.execute(f"create temp table incoming ({columns}, trainee_id, outcome default 'new')")
    # Few rows of a first roster are known, and few of a second one differ: only those are visited.
    conn.execute(
        "create index temp.incoming_known on incoming (outcome, trainee_id)"
        " where trainee_id is not null"
    )
    conn.execute("create temp table refused (person_key)")
    conn.execute('create temp table differences (row, trainee_id, "column", old, new)')
    # What a comparison of the whole file needs when its people have been compared part by part.
    conn.execute("create temp table standing (id integer primary key, person_key, track)")
    conn.execute("create temp table seen (trainee_id integer primary key, outcome)")
    conn.execute("create temp table named_tracks (track primary key)")


def put(conn: sqlite3.Connection, part: Part) -> None:
    """Add the people of a part to ``temp.incoming``, and its rejected ones to ``temp.refused``."""
    conn.executemany("insert into temp.refused values (?)", ((person,) for person in part.refused))
    if part.people:
        marks = ", ".join("?" * len(part.columns))
        conn.executemany(
            f"insert into temp.incoming ({', '.join(part.columns)}) values ({marks})", part.people
        )


def clear(conn: sqlite3.Connection) -> None:
    """Forget the people of a part that has been compared and stored."""
    conn.execute("delete from temp.incoming")
    conn.execute("delete from temp.differences")
