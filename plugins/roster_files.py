"""名单文件: a sender's downloads. Template, own people, and the own sheet with its faults marked."""

import asyncio
from collections.abc import Callable
from typing import Any

from datasette import Forbidden, NotFound, Request, Response, hookimpl
from datasette.app import Datasette
from training import files_desk, posted, tabular
from training.wording import t
from training.workflow import Refused

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": tabular.XLSX,
}
Made = Callable[[], files_desk.File | None]


def sender_files(datasette: Datasette, request: Request) -> files_desk.FilesDesk:
    """The downloads of the signed-in sender; anybody else is refused."""
    actor = request.actor or {}
    if actor.get("role") not in ("institution", "province"):
        raise Forbidden(t("只有承担机构和主管部门可以下载。", "Only senders of rosters."))
    return files_desk.FilesDesk(datasette.get_database("training").path, actor)


async def send(datasette: Datasette, request: Request, make: Made) -> Response:
    """The file as a download; back to the sender's page if it can't be made."""
    try:
        file = await asyncio.to_thread(make)
    except Refused as refusal:
        datasette.add_message(request, str(refusal), datasette.WARNING)
        return Response.redirect("/-/roster")
    if file is None:
        raise NotFound(t("没有这个文件，或已过保存期限。", "No such file, or kept no longer."))
    disposition = tabular.attachment(file.name, file.plain_name)
    headers = {"Content-Disposition": disposition}
    return Response(file.content, content_type=TYPES[file.kind], headers=headers)


async def template(datasette: Datasette, request: Request) -> Response:
    own, kind = sender_files(datasette, request), request.url_vars["kind"]
    return await send(datasette, request, lambda: own.template(kind, request.args.get("year")))


async def export(datasette: Datasette, request: Request) -> Response:
    own, kind = sender_files(datasette, request), request.url_vars["kind"]
    if request.method != "POST":
        return Response.redirect("/-/roster")
    year = (await posted.fields(request)).get("year")
    return await send(datasette, request, lambda: own.export(kind, year))


async def faults(datasette: Datasette, request: Request) -> Response:
    own, token = sender_files(datasette, request), request.url_vars["token"]
    return await send(datasette, request, lambda: own.faults(token))


async def batch_faults(datasette: Datasette, request: Request) -> Response:
    own, number = sender_files(datasette, request), int(request.url_vars["batch"])
    return await send(datasette, request, lambda: own.batch_faults(number))


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    return [
        (r"^/-/roster/template\.(?P<kind>csv|xlsx)$", template),
        (r"^/-/roster/export\.(?P<kind>csv|xlsx)$", export),
        (r"^/-/roster/faults/(?P<token>[\w-]{32})\.xlsx$", faults),
        (r"^/-/roster/batch/(?P<batch>\d{1,12})/faults\.xlsx$", batch_faults),
    ]
