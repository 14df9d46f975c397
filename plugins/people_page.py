"""学员: the people of an institution, an authority or all, and what may be done about one of them."""

import asyncio
from typing import Any

from datasette import NotFound, Request, Response, hookimpl
from datasette.app import Datasette
from training import people, posted, scopes
from training.people_desk import PeopleDesk, Refused, page_number
from training.wording import t

PATH = "/-/people"


def desk(datasette: Datasette, request: Request) -> PeopleDesk:
    """The desk of an actor who sees people; for anybody else there is no such page."""
    actor = request.actor or {}
    reader = people.Reader.of(actor)
    if reader is None:
        raise NotFound(
            t("没有这个页面，或您无权查看。", "No such page, or it is not yours to see.")
        )
    return PeopleDesk(datasette.get_database("training").path, str(actor["id"]), reader)


async def shown(
    datasette: Datasette, request: Request, status: int = 200, **found: Any
) -> Response:
    """The page of one person; after a refusal with what was typed."""
    own, number = desk(datasette, request), int(request.url_vars["person"])
    person = await asyncio.to_thread(own.person, number)
    if person is None:
        raise NotFound(t("没有这名学员。", "There is no such person."))
    # The name stays out of the title of the page: titles end up in the history of browsers.
    context = {**person, "typed": {}, "faults": {}, "refused": "", "revealed": None, **found}
    html = await datasette.render_template("person.html", context, request=request)
    return Response.html(html, status=status)


async def person(datasette: Datasette, request: Request) -> Response:
    own, number = desk(datasette, request), int(request.url_vars["person"])
    if request.method != "POST":
        return await shown(datasette, request)
    if await asyncio.to_thread(own.person, number) is None:
        raise NotFound(t("没有这名学员。", "There is no such person."))
    form = await posted.fields(request)
    faults: dict[str, list[str]] = {}
    try:
        if form.get("act") == "reveal":
            revealed = await asyncio.to_thread(own.reveal, number, form.get("reason") or "")
            return await shown(datasette, request, revealed=revealed)
        if form.get("act") == "withdraw":
            said = await asyncio.to_thread(own.withdraw, number, form)
        else:
            said, faults = await asyncio.to_thread(own.edit, number, form)
    except Refused as refusal:
        return await shown(datasette, request, 400, typed=form, refused=str(refusal))
    if faults:
        return await shown(datasette, request, 400, typed=form, faults=faults)
    datasette.add_message(request, said, datasette.INFO)
    return Response.redirect(f"{PATH}/{number}")


async def listed(datasette: Datasette, request: Request) -> Response:
    own = desk(datasette, request)
    # Names are looked for by POST: a search term in an address would be in every log.
    asked = await posted.fields(request) if request.method == "POST" else request.args
    wanted = people.Wanted(
        **{name: (asked.get(name) or "")[:60] for name in ("year", "state", "cohort", "word")}
    )
    page = page_number(asked.get("page"))
    found = await asyncio.to_thread(own.home, wanted, page)
    return Response.html(await datasette.render_template("people.html", found, request=request))


@hookimpl
def register_routes(datasette: Datasette) -> list[tuple[str, Any]]:
    if "training" not in datasette.databases:
        return []
    return [(rf"^{PATH}$", listed), (rf"^{PATH}/(?P<person>\d{{1,12}})$", person)]


@hookimpl
def row_actions(
    datasette: Datasette, actor: dict[str, Any] | None, database: str, table: str, row: Any
) -> list[dict[str, str]]:
    """From a row of the record, or of the own file, to the person's page."""
    own = scopes.of(actor)
    if table != "trainees" or database not in ("training", own.name if own else ""):
        return []
    href = datasette.urls.path(f"{PATH}/{row['id']}")
    told = t("查看经历，修改，退出", "See the history, change, withdraw")
    return [{"href": href, "label": t("学员页面", "Page of this person"), "description": told}]
