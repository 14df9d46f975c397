"""信息表、培训方案、联合委托培养、地方支持、复训: the procedures between the three sides."""

import asyncio
from typing import Any

from datasette import Forbidden, NotFound, Request, Response, hookimpl
from datasette.app import Datasette
from training.procedure_desk import Refused
from training.procedure_pages import DESKS
from training.queries import UnknownYear
from training.wording import t


async def procedure(datasette: Datasette, request: Request) -> Response:
    kind = DESKS[request.url_vars["procedure"]]
    actor = request.actor or {}
    if actor.get("role") not in kind.roles:
        raise Forbidden(t("这一页不对您开放。", "This page is not open to you."))
    desk = kind(datasette.get_database("training").path, actor)
    year, refused, form = request.args.get("year"), "", {}
    try:
        if request.method == "POST":
            sent = await request.form()
            form = {name: sent.getlist(name) for name in sent}
            year = form.get("year", [None])[0]
            if form.get("act") != ["find"]:  # a search has a name in it: no address, no redirect
                said = await asyncio.to_thread(desk.act, form)
                datasette.add_message(request, said, datasette.INFO)
                return Response.redirect(f"{request.path}?year={year}" if year else request.path)
    except Refused as refusal:
        refused = str(refusal)
    except UnknownYear as error:
        raise NotFound(t("没有这个年度。", "There is no such year.")) from error
    typed = {name: values[0] for name, values in form.items()}
    try:
        found = await asyncio.to_thread(desk.home, year, typed)
    except UnknownYear as error:
        raise NotFound(t("没有这个年度。", "There is no such year.")) from error
    context = found | {"refused": refused, "typed": typed, "page_path": request.path}
    template = f"procedure_{kind.path.replace('-', '_')}.html"
    html = await datasette.render_template(template, context, request=request)
    return Response.html(html, status=400 if refused else 200)


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    return [(rf"^/-/(?P<procedure>{'|'.join(DESKS)})$", procedure)]


@hookimpl
def menu_links(datasette: Datasette, actor: dict[str, Any] | None) -> list[dict[str, Any]]:
    role = (actor or {}).get("role")
    if role == "office":  # has all of them, as cards on the home page
        return []
    return [
        {"href": datasette.urls.path(f"/-/{path}"), "label": t(*desk.title), "order": 20}
        for path, desk in DESKS.items()
        if role in desk.roles
    ]
