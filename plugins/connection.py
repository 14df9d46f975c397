"""How Datasette's connections behave, and whose name stands in the history of what they write."""

import sqlite3
from collections.abc import Callable, Iterator

from datasette import Request, hookimpl
from training import caps
from training.database import acting, full_disk_in_words, prepare
from training.sessions import present_actor


@hookimpl
def prepare_connection(conn: sqlite3.Connection, database: str) -> None:
    prepare(conn)
    if database != "training":
        caps.cap(conn)
    if database == "staging":
        # A free table is written in very many small steps; what a power cut takes of one can be
        # uploaded again. The record keeps the default, which loses nothing it has confirmed.
        conn.execute("pragma synchronous = normal")


@hookimpl
def write_wrapper(
    database: str, request: Request | None, transaction: bool
) -> Callable[[sqlite3.Connection], Iterator[None]] | None:
    """Say who writes to the record, inside the transaction, for the triggers that write history."""
    # Some writes carry no request, those of background tasks for one: the task knows whose it is.
    actor = (request.actor if request else None) or present_actor.get()
    if database != "training" or not transaction or not actor:
        return None

    def as_this_actor(conn: sqlite3.Connection) -> Iterator[None]:
        with full_disk_in_words(), acting(conn, str(actor["id"]), "web"):
            yield

    return as_this_actor
