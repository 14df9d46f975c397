"""“小巨人”名单: the lists by batch. Senders look an enterprise up, the office stores a list."""

import asyncio
from typing import Any

from datasette import Forbidden, NotFound, Request, Response, hookimpl
from datasette.app import Datasette
from datasette.utils.asgi import BadRequest
from training.batches import page_number
from training.giant_desk import SHOWN, GiantDesk, Refused
from training.wording import t

PATH = "/-/little-giants"
LIMIT = 8 * 1024 * 1024


def giant_desk(datasette: Datasette, request: Request, *roles: str) -> GiantDesk:
    """The desk of somebody of one of ``roles``; anybody else is refused."""
    actor = request.actor or {}
    if actor.get("role") not in roles:
        raise Forbidden(t("这一页不对您开放。", "This page is not open to you."))
    return GiantDesk(datasette.get_database("training").path, actor)


async def home(datasette: Datasette, request: Request) -> Response:
    own = giant_desk(datasette, request, "office", "institution", "province")
    refused, faults, typed = "", [], {}
    if request.method == "POST":
        own = giant_desk(datasette, request, "office")
        try:
            form = await request.form(files=True, max_file_size=LIMIT, max_request_size=2 * LIMIT)
            typed = {name: form.getlist(name) for name in form if name != "file"}
            file = form.get("file")
            if not getattr(file, "filename", None):
                raise Refused(t("请先选择文件。", "Choose a file first."))
            checked = await asyncio.to_thread(own.store, typed, await file.read())
            if checked.said:
                datasette.add_message(request, checked.said, datasette.INFO)
                return Response.redirect(PATH)
            faults = checked.faults
        except BadRequest:
            refused = t("文件不完整，或超过 8 MiB。", "No whole file came, or one over 8 MiB.")
        except Refused as refusal:
            refused = str(refusal)
    context = await asyncio.to_thread(own.home)
    context |= {"refused": refused, "faults": faults[:SHOWN], "count": len(faults)}
    context["typed"] = {name: values[0] for name, values in typed.items()}
    html = await datasette.render_template("little_giants.html", context, request=request)
    return Response.html(html, status=400 if refused or faults else 200)


async def batch(datasette: Datasette, request: Request) -> Response:
    own = giant_desk(datasette, request, "office", "institution", "province")
    words, page = (request.args.get("q") or "").strip()[:100], page_number(request.args.get("page"))
    found = await asyncio.to_thread(own.batch, int(request.url_vars["batch"]), words, max(1, page))
    if found is None:
        raise NotFound(t("没有这个批次。", "There is no such batch."))
    html = await datasette.render_template("little_giants_batch.html", found, request=request)
    return Response.html(html)


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    return [(rf"^{PATH}$", home), (rf"^{PATH}/(?P<batch>\d{{1,3}})$", batch)]
