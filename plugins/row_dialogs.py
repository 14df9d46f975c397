"""The office's row dialogs (行编辑): what a field may hold, and why a row was refused, in words."""

import json
import re
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from datasette import hookimpl
from datasette.app import Datasette
from datasette.column_types import ColumnType
from datasette.utils import tilde_decode
from training import field_types, write_faults
from training.migrations import OFFICE_TABLES

Message = dict[str, Any]
WRITES = re.compile(r"/training/([^/]+)(?:/[^/]+)?/-/(insert|upsert|update|delete)")
#: Beyond this the core refuses the body; it is handed on unread.
MOST_BYTES = 4 * 1024 * 1024


def column_type(kind: field_types.FieldType) -> type[ColumnType]:
    """A type of ours as the core wants it: a class."""

    async def validate(self: ColumnType, value: Any, datasette: Datasette) -> str | None:
        return kind.fault(value)

    given = {"name": kind.name, "description": kind.description, "validate": validate}
    return type(f"Field_{kind.name}", (ColumnType,), given)


@hookimpl
def register_column_types() -> list[type[ColumnType]]:
    return [column_type(kind) for kind in field_types.TYPES]


async def whole_body(receive: Any) -> tuple[bytes, list[Message]]:
    """What was sent, and the messages it came in, for whoever reads next."""
    body, messages = b"", []
    while True:
        message = await receive()
        messages.append(message)
        body += message.get("body", b"")
        if not message.get("more_body") or len(body) > MOST_BYTES:
            return body, messages


def rows_of(sent: Any) -> list[dict[str, Any]]:
    """The rows in the body of an insert, an upsert or an update."""
    if not isinstance(sent, dict):
        return []
    many = sent.get("rows") if isinstance(sent.get("rows"), list) else []
    found = [sent.get("row"), sent.get("update"), *(many or [])]
    return [row for row in found if isinstance(row, dict)]


async def read(
    receive: Any, nullable: set[str]
) -> tuple[list[dict[str, Any]], Callable[[], Awaitable[Message]]]:
    """The rows of the request, and a `receive` that hands it on with emptied fields as null."""
    body, messages = await whole_body(receive)
    try:
        sent = json.loads(body)
    except ValueError:
        sent = None
        # Bytes that are no text are a fault of the core's; as text they are bad JSON, and it says so.
        messages = [{"type": "http.request", "body": body.decode(errors="replace").encode()}]
    rows = rows_of(sent)
    if rows:
        for row in rows:
            row.update(write_faults.without_blanks(row, nullable))
        messages = [{"type": "http.request", "body": json.dumps(sent).encode()}]

    async def again() -> Message:
        return messages.pop(0) if messages else await receive()

    return rows, again


async def explained(
    datasette: Datasette, table: str, act: str, rows: list[dict[str, Any]], body: bytes
) -> bytes:
    """The core's JSON with its errors as sentences."""
    told = json.loads(body)
    db = datasette.get_database("training")
    label = partial(labels(datasette), database="training", table=table)
    columns = await db.table_columns(table)
    said = [
        write_faults.explain(one, act, columns, label)
        for one in told.get("errors") or [told.get("error", "")]
    ]
    if rows and str(told.get("error")).startswith("FOREIGN KEY"):
        for row in rows:
            missing = await db.execute_fn(partial(write_faults.unknown, table=table, row=row))
            if missing:
                said = [write_faults.names_nothing(missing, label)]
                break
    return json.dumps({**told, "error": " ".join(said), "errors": said}).encode()


def labels(datasette: Datasette) -> Callable[..., str]:
    """The label of a column; its name where no labels are loaded."""
    known = datasette.get_jinja_environment().globals.get("column_label")
    return known or (lambda name, **_: name)


def explaining(send: Any, explain: Callable[[bytes], Awaitable[bytes]]) -> Any:
    """A `send` that hands the body of a 400 to `explain` and changes no other answer."""
    start: Message | None = None
    body = b""

    async def send_explained(message: Message) -> None:
        nonlocal start, body
        if message["type"] == "http.response.start" and message["status"] == 400:
            start = message
        elif start is None:
            await send(message)
        else:
            body += message.get("body", b"")
            if not message.get("more_body"):
                body = await explain(body)
                kept = [(k, v) for k, v in start["headers"] if k.lower() != b"content-length"]
                length = (b"content-length", str(len(body)).encode())
                await send({**start, "headers": [*kept, length]})
                await send({"type": "http.response.body", "body": body})

    return send_explained


@hookimpl(tryfirst=True)  # innermost: the doorkeeper and the language come before
def asgi_wrapper(datasette: Datasette) -> Callable[[Any], Any]:
    def wrap(app: Any) -> Any:
        async def in_words(scope: Message, receive: Any, send: Any) -> None:
            match = WRITES.fullmatch(scope.get("path", "")) if scope["type"] == "http" else None
            table = tilde_decode(match[1]) if match else ""
            office = (scope.get("actor") or {}).get("role") == "office"
            if not match or not office or table not in OFFICE_TABLES:
                await app(scope, receive, send)
                return
            details = await datasette.get_database("training").table_column_details(table)
            nullable = {one.name for one in details if not one.notnull and not one.is_pk}
            rows, receive = await read(receive, nullable)
            explain = partial(explained, datasette, table, match[2], rows)
            await app(scope, receive, explaining(send, explain))

        return in_words

    return wrap
