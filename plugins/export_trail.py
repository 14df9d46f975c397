"""导出留痕: an export is in the audit log before it leaves; a refusal is written down, in bounds."""

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from datasette import Response, hookimpl
from datasette.app import Datasette
from datasette.views import base as core_csv
from training import audit_chain, exports, gate, safe_csv, tabular
from training.wording import t


def as_file(headers: list[tuple[bytes, bytes]], path: str) -> list[tuple[bytes, bytes]]:
    """The headers of a CSV of the core's, so that a browser keeps it as a file under its name."""
    plain = (b"content-type", b"text/plain; charset=utf-8")
    lowered = [(name.lower(), value) for name, value in headers]
    if plain not in lowered:
        return headers
    name = path.rsplit("/", 1)[-1]
    stem = name.removesuffix(".csv") or "query"
    disposition = tabular.attachment(f"{stem}.csv", "export.csv").encode()
    kept = [pair for pair in lowered if pair != plain and pair[0] != b"content-disposition"]
    return [
        *kept,
        (b"content-type", b"text/csv; charset=utf-8"),
        (b"content-disposition", disposition),
    ]


def form_asked(scope: dict[str, Any]) -> str | None:
    """The form in which this request takes data out of a database; None if it does not."""
    inside = gate.in_database(scope["path"], scope["served"])
    return exports.form_of(scope["path"], scope["query_string"]) if inside else None


class Trail:
    """The `send` of one request, which writes down what is about to leave."""

    def __init__(
        self, record: Path, scope: Any, send: Any, form: str | None, bounded: exports.Bounded
    ) -> None:
        self.record, self.scope, self.form, self.bounded = record, scope, form, bounded
        self._send, self._replaced = send, False

    async def send(self, message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            try:
                message = await self.begun(message)
            except sqlite3.OperationalError as error:
                logging.getLogger(__name__).warning("not written down: %s", error)
                self._replaced = True
                said = t(
                    "审计记录暂时写不进去，请稍后再导出。", "The audit log is busy: try again."
                )
                await Response.error([said], 503).asgi_send(self._send)
        if not self._replaced:
            await self._send(message)

    async def begun(self, message: dict[str, Any]) -> dict[str, Any]:
        """Write down an export or a refusal; return the beginning of the answer as it goes out."""
        actor, path, status = self.scope["actor"]["id"], self.scope["path"], message["status"]
        grant = self.scope["visitor"].grant
        token = grant.public_id if grant else None
        if self.form and status == 200:
            await asyncio.to_thread(exports.note_export, self.record, actor, path, self.form, token)
            if self.form == "csv":
                return {**message, "headers": as_file(message.get("headers", []), path)}
        elif status in (403, 404) and self.bounded.admits(actor):
            await asyncio.to_thread(exports.note_refusal, self.record, actor, path, status, token)
        return message


@hookimpl(tryfirst=True)  # innermost: by then it is known who asks, and that he may
def asgi_wrapper(datasette: Datasette) -> Callable[[Any], Any]:
    bounded = exports.Bounded()

    def wrap(app: Any) -> Any:
        async def noted(scope: dict[str, Any], receive: Any, send: Any) -> None:
            actor = scope.get("actor")
            if scope["type"] != "http" or not actor or "training" not in datasette.databases:
                await app(scope, receive, send)
                return
            record = Path(datasette.get_database("training").path)
            trail = Trail(record, scope, send, form_asked(scope), bounded)
            await app(scope, receive, trail.send)
            if scope["method"] == "POST":
                await asyncio.to_thread(audit_chain.keep_all, record)

        return noted

    return wrap


core_csv.csv = safe_csv.SafeCsv
