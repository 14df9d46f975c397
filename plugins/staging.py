"""Free tables (自由表): our page in front of datasette-upload-csvs, for the staging database alone.

The plugin's worker writes the rows. Its pages and links are taken off the server: they offer every
database, guess encodings and types, and speak English.
"""

import asyncio
import json
import tempfile
from pathlib import Path
from typing import Any

import datasette_upload_csvs
from datasette import Forbidden, Request, Response, hookimpl
from datasette.app import Datasette
from datasette.permissions import Action
from datasette.plugins import pm
from datasette.utils.asgi import BadRequest
from training import landing, reading
from training.form_body import BLOCK, FormBody
from training.landing import NotLanded
from training.wording import t

ACTION, PATH = "upload-csvs", "/-/upload-csvs"


class StagingAlone:
    """Datasette as the plugin may see it: one database, whatever a form asks for."""

    def __init__(self, datasette: Datasette) -> None:
        self._datasette = datasette
        self.databases = {"staging": datasette.get_database("staging")}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._datasette, name)


async def hand_over(datasette: Datasette, request: Request, file: Path, table: str) -> str:
    """Give a clean file to the plugin's own view, as the form it expects; return its task."""
    body = FormBody({"table": table, "xhr": "1"}, "csv", file)
    scope = {**request.scope, "query_string": b"", "headers": body.headers}
    clean = Request(scope, body.receive)
    response = await datasette_upload_csvs.upload_csvs(
        scope, body.receive, StagingAlone(datasette), clean
    )
    return str(json.loads(response.body)["task_id"])


async def form_of(request: Request) -> Any:
    """The posted form; raises NotLanded for what is too large or no form."""
    most = reading.MAX_BYTES + BLOCK
    length = request.headers.get("content-length", "")
    if length.isdigit() and int(length) > most:
        # A browser shows no answer before it has sent everything, so read on and keep nothing.
        unread = min(int(length), 8 * most)
        while unread > 0 and (message := await request.receive()).get("more_body"):
            unread -= len(message.get("body", b""))
        raise landing.too_large()
    try:
        return await request.form(
            files=True, max_file_size=reading.MAX_BYTES, max_request_size=most
        )
    except BadRequest as error:
        if "too large" in str(error):
            raise landing.too_large() from error
        raise NotLanded("没有收到完整的表单。", "The form did not arrive in full.") from error


async def land(datasette: Datasette, request: Request) -> str:
    """Make a table of the posted file; the task that writes its rows. Raises NotLanded."""
    form = await form_of(request)
    upload, db = form.get("file"), datasette.get_database("staging")
    if not getattr(upload, "filename", None):
        raise NotLanded("请先选择文件。", "Choose a file first.")
    wanted, encoding = (form.get(key) or "" for key in ("table", "encoding"))
    with tempfile.TemporaryDirectory() as folder:
        source, clean = Path(folder, "sent"), Path(folder, "table.csv")
        with source.open("wb") as file:
            while block := await upload.read(BLOCK):
                file.write(block)
        ready = await asyncio.to_thread(
            landing.prepare, source, upload.filename, clean, str(encoding)
        )
        by = request.actor["id"]
        table = await db.execute_write_fn(lambda c: landing.reserve(c, ready, str(wanted), by))
        task = await hand_over(datasette, request, clean, table)
    await db.execute_write_fn(lambda conn: landing.under_way(conn, table, task))
    return task


async def upload(request: Request, datasette: Datasette) -> Response:
    if not await datasette.allowed(action=ACTION, actor=request.actor):
        raise Forbidden(t("无权上传。", "You may not upload."))
    said, status, task = "", 200, request.args.get("task")
    if request.method == "POST":
        try:
            return Response.redirect(f"{PATH}?task={await land(datasette, request)}")
        except NotLanded as refusal:
            said, status = t(refusal.zh, refusal.en), refusal.status
    staging = datasette.get_database("staging")
    tables = await staging.execute_fn(lambda conn: landing.recent(conn, task))
    found = {"said": said, "tables": tables, "task": task}
    html = await datasette.render_template("landing.html", found, request=request)
    writing = task and any(table["state"] == "writing" for table in tables)
    return Response.html(html, status=status, headers={"Refresh": "1"} if writing else {})


@hookimpl
def register_actions() -> list[Action]:
    return [Action(name=ACTION, description="Land free tables in the staging database")]


@hookimpl
def register_routes(datasette: Datasette) -> list[tuple[str, Any]]:
    return [(rf"^{PATH}$", upload)] if "staging" in datasette.databases else []


@hookimpl
def menu_links(datasette: Datasette, actor: dict[str, Any] | None) -> Any:
    async def links() -> list[dict[str, Any]]:
        if not await datasette.allowed(action=ACTION, actor=actor):
            return []
        return [{"href": datasette.urls.path(PATH), "label": t("自由表", "Tables"), "order": 60}]

    return links if "staging" in datasette.databases else None


datasette_upload_csvs.TypeTracker = landing.TextOnly
# What it is given has been written by us.
datasette_upload_csvs.detect = lambda _: {"encoding": "utf-8"}
if pm.is_registered(datasette_upload_csvs):
    pm.unregister(datasette_upload_csvs)
