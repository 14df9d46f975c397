"""检查: every requirement of the notice with its figure, status, definition and SQL."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from datasette import Forbidden, NotFound, Request, Response, hookimpl
from datasette.app import Datasette
from datasette.resources import QueryResource
from training import queries
from training.wording import t

#: Whoever may see one of these has something to look at here.
DOORS = ("quota_headcount", "check_assessment_coverage")


async def checks(datasette: Datasette, request: Request) -> Response:
    """The checks that this visitor may run as canned queries, and no other."""
    page = await datasette.allowed_resources(
        "view-query", request.actor, parent="training", limit=1000
    )
    allowed = {resource.child for resource in page.resources}
    catalogue = queries.from_config(datasette.config)
    chosen = [query for query in queries.checks(catalogue) if query.name in allowed]
    if not chosen:
        raise Forbidden(t("无权查看检查结果。", "The checks are not yours to see."))
    path, year = Path(datasette.get_database("training").path), request.args.get("year")
    office = (request.actor or {}).get("role") == "office"
    try:
        report = await asyncio.to_thread(queries.report, path, chosen, year, office=office)
    except queries.UnknownYear as error:
        raise NotFound(t("没有这个年度。", "There is no such year.")) from error
    context = {"report": report, "catalogue": catalogue, "allowed": allowed, "words": queries}
    return Response.html(await datasette.render_template("checks.html", context, request=request))


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Awaitable[Response]]]]:
    return [(r"^/-/checks$", checks)]


@hookimpl
def menu_links(
    datasette: Datasette, actor: dict[str, Any] | None
) -> Callable[[], Awaitable[list[dict[str, Any]]]]:
    async def links() -> list[dict[str, Any]]:
        for door in DOORS if actor and "training" in datasette.databases else ():
            resource = QueryResource("training", door)
            if await datasette.allowed(action="view-query", resource=resource, actor=actor):
                href = datasette.urls.path("/-/checks")
                return [{"href": href, "label": t("完成情况", "Checks"), "order": 30}]
        return []

    return links
