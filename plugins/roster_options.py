"""读取方式: how a waiting file is to be read, and what its unknown headers mean."""

import asyncio
from collections.abc import Callable
from typing import Any

from datasette import Forbidden, Request, Response, hookimpl
from datasette.app import Datasette
from datasette.utils.multipart import FormData
from training import check_desk
from training.wording import t


def sender_desk(datasette: Datasette, request: Request) -> check_desk.CheckDesk:
    """The desk of the signed-in sender, or of the office with a file that it took itself."""
    actor = request.actor or {}
    if actor.get("role") not in ("institution", "province", "office"):
        raise Forbidden(t("只有承担机构和主管部门可以报送名单。", "Only senders of rosters."))
    return check_desk.CheckDesk(datasette.get_database("training").path, actor)


async def fields(request: Request) -> Any:
    """The form that was sent; empty where there is none, so that a bare POST does nothing."""
    sent = request.method == "POST" and request.headers.get("content-type")
    return await request.form() if sent else FormData()


async def done(
    datasette: Datasette, request: Request, place: str, act: Callable[[], Any], said: str = ""
) -> Response:
    """Do it and go on to ``place``, saying what was done or what stood in the way."""
    try:
        if await asyncio.to_thread(act) and said:
            datasette.add_message(request, said, datasette.INFO)
    except check_desk.Refused as refusal:
        datasette.add_message(request, str(refusal), datasette.WARNING)
    return Response.redirect(place)


async def choose(datasette: Datasette, request: Request) -> Response:
    own, token = sender_desk(datasette, request), request.url_vars["token"]
    form = await fields(request)
    chosen = {name: form.get(name) or "" for name in ("encoding", "sheet", "mode")}
    place = f"/-/roster/check/{token}"
    return await done(datasette, request, place, lambda: own.choose(token, chosen))


async def mapping(datasette: Datasette, request: Request) -> Response:
    own, token = sender_desk(datasette, request), request.url_vars["token"]
    form = await fields(request)
    pairs = zip(form.getlist("header"), form.getlist("column"), strict=False)
    chosen = {header: column for header, column in pairs if column}
    said = t("已记住列的对应关系。", "Remembered what these headers mean.")
    return await done(
        datasette, request, f"/-/roster/check/{token}", lambda: own.remember(chosen), said
    )


async def forget(datasette: Datasette, request: Request) -> Response:
    own = sender_desk(datasette, request)
    form = await fields(request)
    header = form.get("header") or ""
    said = t("已不再记住这个列名。", "That header is forgotten.")
    return await done(datasette, request, own.place, lambda: own.forget(header), said)


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    file = r"(?P<token>[\w-]{32})"
    return [
        (rf"^/-/roster/options/{file}$", choose),
        (rf"^/-/roster/mapping/{file}$", mapping),
        (r"^/-/roster/mapping/forget$", forget),
    ]
