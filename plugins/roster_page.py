"""名单报送: a sender's pages. Upload, read every fault, confirm, find the people again."""

import asyncio
from typing import Any

from datasette import Forbidden, NotFound, Request, Response, hookimpl
from datasette.app import Datasette
from training import desk
from training.wording import t

SENDERS = ("institution", "province")
LIMIT = 64 * 1024 * 1024


def sender_desk(datasette: Datasette, request: Request) -> desk.SenderDesk:
    """The desk of the signed-in sender; anybody else is refused."""
    actor = request.actor or {}
    if actor.get("role") not in SENDERS:
        raise Forbidden(t("只有承担机构和主管部门可以报送名单。", "Only senders of rosters."))
    return desk.SenderDesk(datasette.get_database("training").path, actor)


async def render(
    datasette: Datasette, request: Request, template: str, found: dict[str, Any]
) -> Response:
    return Response.html(await datasette.render_template(template, found, request=request))


def say(datasette: Datasette, request: Request, refusal: desk.Refused) -> Response:
    """Back to the sender's page, with what stood in the way."""
    datasette.add_message(request, str(refusal), datasette.WARNING)
    return Response.redirect("/-/roster")


async def roster_home(datasette: Datasette, request: Request) -> Response:
    own = sender_desk(datasette, request)
    page = request.args.get("page") or "1"
    found = await asyncio.to_thread(own.home, int(page) if page.isdigit() else 1)
    return await render(datasette, request, "roster.html", found)


async def upload(datasette: Datasette, request: Request) -> Response:
    own = sender_desk(datasette, request)
    if request.method != "POST":
        return Response.redirect("/-/roster")
    form = await request.form(
        files=True, max_file_size=LIMIT, max_request_size=LIMIT + 1024 * 1024,
        max_memory_file_size=LIMIT,
    )  # fmt: skip
    file = form.get("file")
    try:
        if not getattr(file, "filename", None):
            raise desk.Refused(t("请先选择名单文件。", "Choose a roster file first."))
        token = await asyncio.to_thread(
            own.keep, await file.read(), file.filename, form.get("year"), form.get("encoding")
        )
    except desk.Refused as refusal:
        return say(datasette, request, refusal)
    return Response.redirect(f"/-/roster/check/{token}")


async def check(datasette: Datasette, request: Request) -> Response:
    own = sender_desk(datasette, request)
    found = await asyncio.to_thread(own.check, request.url_vars["token"])
    if found is None:
        raise NotFound(t("没有这份待核对的名单。", "There is no such file waiting."))
    if found.get("batch"):
        return Response.redirect(f"/-/roster/batch/{found['batch']}")
    return await render(datasette, request, "roster_check.html", found)


async def confirm(datasette: Datasette, request: Request) -> Response:
    own = sender_desk(datasette, request)
    token = request.url_vars["token"]
    if request.method != "POST":
        return Response.redirect(f"/-/roster/check/{token}")
    form = await request.post_vars()
    if form.get("act") == "cancel":
        await asyncio.to_thread(own.cancel, token)
        return Response.redirect("/-/roster")
    batch = await asyncio.to_thread(
        own.confirm, token, bool(form.get("only_valid")), bool(form.get("force"))
    )
    return Response.redirect(f"/-/roster/batch/{batch}" if batch else f"/-/roster/check/{token}")


async def select(datasette: Datasette, request: Request) -> Response:
    own = sender_desk(datasette, request)
    form = await request.form() if request.method == "POST" else None
    people = [int(p) for p in form.getlist("person") if p.isdigit()] if form else []
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
        (r"^/-/roster/check/(?P<token>[\w-]{32})$", check),
        (r"^/-/roster/confirm/(?P<token>[\w-]{32})$", confirm),
        (r"^/-/roster/select$", select),
    ]


@hookimpl
def menu_links(datasette: Datasette, actor: dict[str, Any] | None) -> list[dict[str, Any]]:
    if actor and actor.get("role") in SENDERS:
        href = datasette.urls.path("/-/roster")
        return [{"href": href, "label": t("名单报送", "Rosters"), "order": 10}]
    return []
