"""审核: the office's inbox, and the permanent page of each batch for its sender and the office."""

import asyncio
from typing import Any

from datasette import Forbidden, NotFound, Request, Response, hookimpl
from datasette.app import Datasette
from training import desk
from training.wording import t


def office_desk(datasette: Datasette, request: Request) -> desk.OfficeDesk:
    """The desk of the signed-in coordination office; anybody else is refused."""
    actor = request.actor or {}
    if actor.get("role") != "office":
        raise Forbidden(t("只有协调小组办公室可以审核。", "Only the coordination office."))
    return desk.OfficeDesk(datasette.get_database("training").path, actor)


async def inbox(datasette: Datasette, request: Request) -> Response:
    found = await asyncio.to_thread(office_desk(datasette, request).inbox)
    return Response.html(await datasette.render_template("inbox.html", found, request=request))


async def batch(datasette: Datasette, request: Request) -> Response:
    actor = request.actor or {}
    if actor.get("role") not in ("office", "institution", "province"):
        raise Forbidden(t("无权查看批次。", "Batches are for their senders and the office."))
    path = datasette.get_database("training").path
    page = request.args.get("page") or "1"
    found = await asyncio.to_thread(
        desk.batch_page,
        path,
        actor,
        int(request.url_vars["batch"]),
        int(page) if page.isdigit() else 1,
    )
    if found is None:
        raise NotFound(t("没有这个批次。", "There is no such batch."))
    return Response.html(await datasette.render_template("batch.html", found, request=request))


async def decide(datasette: Datasette, request: Request) -> Response:
    office = office_desk(datasette, request)
    number = int(request.url_vars["batch"])
    form = await request.post_vars() if request.method == "POST" else {}
    try:
        said = await asyncio.to_thread(
            office.decide,
            number,
            form.get("act"),
            form.get("reason") or "",
            bool(form.get("enrol")),
        )
        datasette.add_message(request, said, datasette.INFO)
    except desk.Refused as refusal:
        datasette.add_message(request, str(refusal), datasette.WARNING)
    return Response.redirect(f"/-/roster/batch/{number}")


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    return [
        (r"^/-/office/inbox$", inbox),
        (r"^/-/roster/batch/(?P<batch>\d{1,12})$", batch),
        (r"^/-/office/batch/(?P<batch>\d{1,12})/decide$", decide),
    ]


@hookimpl
def menu_links(datasette: Datasette, actor: dict[str, Any] | None) -> list[dict[str, Any]]:
    if actor and actor.get("role") == "office":
        href = datasette.urls.path("/-/office/inbox")
        return [{"href": href, "label": t("名单审核", "Review"), "order": 10}]
    return []
