"""审核: the office's inbox, and the permanent page of each batch for its sender and the office."""

import asyncio
from typing import Any

from datasette import Forbidden, NotFound, Request, Response, hookimpl
from datasette.app import Datasette
from datasette.utils.multipart import FormData
from training import batch_desk
from training.batches import page_number, person_numbers
from training.wording import t
from training.workflow import Refused


def office_desk(datasette: Datasette, request: Request) -> batch_desk.OfficeDesk:
    """The desk of the signed-in coordination office; anybody else is refused."""
    actor = request.actor or {}
    if actor.get("role") != "office":
        raise Forbidden(t("只有协调小组办公室可以审核。", "Only the coordination office."))
    return batch_desk.OfficeDesk(datasette.get_database("training").path, actor)


def desk_of_batches(datasette: Datasette, request: Request) -> batch_desk.BatchDesk:
    """The desk of a sender or of the office; anybody else is refused."""
    actor = request.actor or {}
    if actor.get("role") not in ("office", "institution", "province"):
        raise Forbidden(t("无权查看批次。", "Batches are for their senders and the office."))
    return batch_desk.BatchDesk(datasette.get_database("training").path, actor)


async def inbox(datasette: Datasette, request: Request) -> Response:
    found = await asyncio.to_thread(office_desk(datasette, request).inbox)
    return Response.html(await datasette.render_template("inbox.html", found, request=request))


async def batch(datasette: Datasette, request: Request) -> Response:
    own, number = desk_of_batches(datasette, request), int(request.url_vars["batch"])
    pages = (page_number(request.args.get(name)) for name in ("page", "faults", "changes"))
    found = await asyncio.to_thread(own.batch, number, *pages)
    if found is None:
        raise NotFound(t("没有这个批次。", "There is no such batch."))
    return Response.html(await datasette.render_template("batch.html", found, request=request))


async def take_back(datasette: Datasette, request: Request) -> Response:
    own, number = desk_of_batches(datasette, request), int(request.url_vars["batch"])
    if request.method == "POST":
        try:
            said = await asyncio.to_thread(own.undo, number)
            datasette.add_message(request, said, datasette.INFO)
        except Refused as refusal:
            datasette.add_message(request, str(refusal), datasette.WARNING)
    return Response.redirect(f"/-/roster/batch/{number}")


async def decide(datasette: Datasette, request: Request) -> Response:
    office, number = office_desk(datasette, request), int(request.url_vars["batch"])
    sent = request.method == "POST" and request.headers.get("content-type")
    form = await request.form() if sent else FormData()
    people = person_numbers(form.getlist("person"))
    asked = form.get("act"), form.get("reason") or "", bool(form.get("enrol"))
    try:
        said = await asyncio.to_thread(office.decide, number, *asked, people)
        datasette.add_message(request, said, datasette.INFO)
    except Refused as refusal:
        datasette.add_message(request, str(refusal), datasette.WARNING)
    return Response.redirect(f"/-/roster/batch/{number}")


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    number = r"(?P<batch>\d{1,12})"
    return [
        (r"^/-/office/inbox$", inbox),
        (rf"^/-/roster/batch/{number}$", batch),
        (rf"^/-/roster/batch/{number}/undo$", take_back),
        (rf"^/-/office/batch/{number}/decide$", decide),
    ]


@hookimpl
def menu_links(datasette: Datasette, actor: dict[str, Any] | None) -> list[dict[str, Any]]:
    if actor and actor.get("role") == "office":
        href = datasette.urls.path("/-/office/inbox")
        return [{"href": href, "label": t("名单审核", "Review"), "order": 10}]
    return []
