"""固定查询审核: the office reviews what others saved and shared, and accepts it for metadata.yml."""

import asyncio
from typing import Any

from datasette import Forbidden, Request, Response, hookimpl
from datasette.app import Datasette
from training import posted, promotion
from training.promotion_desk import PromotionDesk, Refused
from training.wording import t

PATH = "/-/promote"


async def page(request: Request, datasette: Datasette) -> Response:
    actor = request.actor or {}
    if actor.get("role") != "office":
        raise Forbidden(t("只有协调小组办公室可以审核。", "Only the coordination office reviews."))
    saved = await datasette.get_internal_database().execute_fn(promotion.saved)
    desk = PromotionDesk(datasette.get_database("training").path, actor, saved)
    sent = request.method == "POST"
    form = await posted.fields(request) if sent else {"query": request.args.get("query") or ""}
    context: dict[str, Any] = {"shared": desk.shared, "form": form, "sent": sent, "refused": ""}
    try:
        if sent or form["query"]:
            context |= await asyncio.to_thread(desk.review, form)
        if form.get("act") == "accept":
            await asyncio.to_thread(desk.accept, form, context)
            context["accepted"] = True
    except Refused as refusal:
        context["refused"] = str(refusal)
    html = await datasette.render_template("promote.html", context, request=request)
    return Response.html(html, status=400 if context["refused"] else 200)


@hookimpl
def register_routes(datasette: Datasette) -> list[tuple[str, Any]]:
    return [(rf"^{PATH}$", page)] if "training" in datasette.databases else []
