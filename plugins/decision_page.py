"""末位决定: the office's decision on the lowest ranked, and its publication by another person."""

import asyncio
from typing import Any

from datasette import Forbidden, NotFound, Request, Response, hookimpl
from datasette.app import Datasette
from training import queries
from training.assessment_desk import AssessmentDesk, Refused
from training.wording import t

PATH = "/-/assessment/decision"


async def page(datasette: Datasette, request: Request) -> Response:
    actor = request.actor or {}
    if actor.get("role") != "office":
        raise Forbidden(t("只有协调小组办公室可以决定。", "Only the coordination office decides."))
    catalogue = queries.from_config(datasette.config)
    own = AssessmentDesk(str(datasette.get_database("training").path), actor, catalogue)
    year, refused, typed = request.args.get("year"), "", {}
    try:
        if request.method == "POST":
            form = await request.form()
            typed = {name: form.get(name) for name in form}
            year = typed.get("year")
            said = await asyncio.to_thread(own.decide, typed, form.getlist("chosen"))
            if said:
                datasette.add_message(request, said, datasette.INFO)
            return Response.redirect(f"{PATH}?year={year}")
    except Refused as refusal:
        refused = str(refusal)
    except queries.UnknownYear as error:
        raise NotFound(t("没有这个年度。", "There is no such year.")) from error
    try:
        found = await asyncio.to_thread(own.decision, year)
    except queries.UnknownYear as error:
        raise NotFound(t("没有这个年度。", "There is no such year.")) from error
    context = found | {"refused": refused, "typed": typed}
    html = await datasette.render_template("assessment_decision.html", context, request=request)
    return Response.html(html, status=400 if refused else 200)


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    return [(rf"^{PATH}$", page)]
