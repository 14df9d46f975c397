"""核对名单: a waiting file's preview, its progress, its confirmation."""

import asyncio
from typing import Any

from datasette import Forbidden, NotFound, Request, Response, hookimpl
from datasette.app import Datasette
from training import check_desk
from training.batches import page_number
from training.wording import t


def sender_desk(datasette: Datasette, request: Request) -> check_desk.CheckDesk:
    """The desk of the signed-in sender, or of the office with a file that it took itself."""
    actor = request.actor or {}
    if actor.get("role") not in ("institution", "province", "office"):
        raise Forbidden(t("只有承担机构和主管部门可以报送名单。", "Only senders of rosters."))
    return check_desk.CheckDesk(datasette.get_database("training").path, actor)


async def check(datasette: Datasette, request: Request) -> Response:
    own = sender_desk(datasette, request)
    args, token = request.args, request.url_vars["token"]
    show, page = args.get("show") or "all", page_number(args.get("page"))
    try:
        found = await asyncio.to_thread(own.check, token, show, page)
    except check_desk.Refused as refusal:
        datasette.add_message(request, str(refusal), datasette.WARNING)
        return Response.redirect(own.place)
    if found is None:
        raise NotFound(t("没有这份待核对的名单。", "There is no such file waiting."))
    if found.get("batch"):
        return Response.redirect(f"/-/roster/batch/{found['batch']}")
    running = "running" in found
    template = "roster_running.html" if running else "roster_check.html"
    html = await datasette.render_template(template, found, request=request)
    return Response.html(html, headers={"Refresh": "2"} if running else {})


async def confirm(datasette: Datasette, request: Request) -> Response:
    own, token = sender_desk(datasette, request), request.url_vars["token"]
    place = f"/-/roster/check/{token}"
    if request.method != "POST":
        return Response.redirect(place)
    # A bare POST confirms as it stands; whatever needs a tick is refused then.
    form = await request.form() if request.headers.get("content-type") else {}
    try:
        if form.get("act") == "cancel":
            batch = await asyncio.to_thread(own.cancel, token)
            place = own.place
        else:
            only_valid, force = bool(form.get("only_valid")), bool(form.get("force"))
            batch = await asyncio.to_thread(own.confirm, token, only_valid, force)
    except check_desk.Refused as refusal:
        datasette.add_message(request, str(refusal), datasette.WARNING)
        return Response.redirect(place)
    return Response.redirect(f"/-/roster/batch/{batch}" if batch else place)


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    file = r"(?P<token>[\w-]{32})"
    return [(rf"^/-/roster/check/{file}$", check), (rf"^/-/roster/confirm/{file}$", confirm)]
