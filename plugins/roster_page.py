"""名单报送: a sender's own page. Upload a roster, find batches and people again, select nominees."""

import asyncio
from typing import Any

from datasette import Forbidden, Request, Response, hookimpl
from datasette.app import Datasette
from datasette.utils.asgi import BadRequest
from training import desk
from training.batches import page_number, person_numbers
from training.wording import t

SENDERS = ("institution", "province")
LIMIT = 64 * 1024 * 1024


def sender_desk(datasette: Datasette, request: Request) -> desk.SenderDesk:
    """The desk of the signed-in sender; anybody else is refused."""
    actor = request.actor or {}
    if actor.get("role") not in SENDERS:
        raise Forbidden(t("只有承担机构和主管部门可以报送名单。", "Only senders of rosters."))
    return desk.SenderDesk(datasette.get_database("training").path, actor)


def say(datasette: Datasette, request: Request, refusal: desk.Refused) -> Response:
    """Back to the sender's page, with what stood in the way."""
    datasette.add_message(request, str(refusal), datasette.WARNING)
    return Response.redirect("/-/roster")


async def roster_home(datasette: Datasette, request: Request) -> Response:
    own = sender_desk(datasette, request)
    number, year = page_number(request.args.get("page")), request.args.get("year")
    found = await asyncio.to_thread(own.home, number, year)
    return Response.html(await datasette.render_template("roster.html", found, request=request))


async def upload(datasette: Datasette, request: Request) -> Response:
    own = sender_desk(datasette, request)
    if request.method != "POST":
        return Response.redirect("/-/roster")
    try:
        form = await request.form(
            files=True, max_file_size=LIMIT, max_request_size=LIMIT + 1024 * 1024,
            max_memory_file_size=LIMIT,
        )  # fmt: skip
        file = form.get("file")
        if not getattr(file, "filename", None):
            raise desk.Refused(t("请先选择名单文件。", "Choose a roster file first."))
        token = await asyncio.to_thread(
            own.keep, await file.read(), file.filename, form.get("year"), form.get("encoding")
        )
    except BadRequest:
        said = t(
            "没有收到完整的文件，或文件超过 64 MiB。", "No whole file came, or one over 64 MiB."
        )
        return say(datasette, request, desk.Refused(said))
    except desk.Refused as refusal:
        return say(datasette, request, refusal)
    return Response.redirect(f"/-/roster/check/{token}")


async def select(datasette: Datasette, request: Request) -> Response:
    own = sender_desk(datasette, request)
    sent = request.method == "POST" and request.headers.get("content-type")
    form = await request.form() if sent else None
    people = person_numbers(form.getlist("person")) if form else []
    try:
        batch = await asyncio.to_thread(own.select, (form or {}).get("year"), people)
    except desk.Refused as refusal:
        return say(datasette, request, refusal)
    return Response.redirect(f"/-/roster/batch/{batch}")


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    return [
        (r"^/-/roster$", roster_home),
        (r"^/-/roster/upload$", upload),
        (r"^/-/roster/select$", select),
    ]


@hookimpl
def menu_links(datasette: Datasette, actor: dict[str, Any] | None) -> list[dict[str, Any]]:
    if actor and actor.get("role") in SENDERS:
        href = datasette.urls.path("/-/roster")
        return [{"href": href, "label": t("名单报送", "Rosters"), "order": 10}]
    return []
