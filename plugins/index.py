"""The home page at `/`: the core's own template, with what its reader may open, and nothing counted.

The core's view asks every table for its columns, keys and rows, some 250 questions for the office's
60 tables; that took longer than everything else on the page.
"""

from typing import Any

from datasette import Request, Response, hookimpl
from datasette.app import Datasette
from datasette.utils import make_slot_function

#: As many tables as the core names; more are on the page of the database.
NAMED = 5


async def index(datasette: Datasette, request: Request) -> Response:
    """The page, for whoever the guard lets in."""
    await datasette.ensure_permission(action="view-instance", actor=request.actor)
    allowed = [
        [one async for one in (await datasette.allowed_resources(
            action, request.actor, include_is_private=True)).all()]
        for action in ("view-database", "view-table")
    ]  # fmt: skip
    listed = [
        await _listed(
            datasette, database, [one for one in allowed[1] if one.parent == database.parent]
        )
        for database in allowed[0]
    ]
    html = await datasette.render_template(
        "index.html",
        {
            "databases": listed,
            "metadata": await datasette.get_instance_metadata(),
            "private": not await datasette.allowed(action="view-instance", actor=None),
            "top_homepage": make_slot_function("top_homepage", datasette, request),
            "homepage_actions": [],
        },
        request=request,
        view_name="index",
    )
    return Response.html(html)


async def _listed(datasette: Datasette, allowed: Any, inside: list[Any]) -> dict[str, Any]:
    """A database and what is allowed inside it, as the core's template wants them."""
    database = datasette.get_database(allowed.parent)
    views, hidden = set(await database.view_names()), set(await database.hidden_table_names())
    shown = [one for one in inside if one.child not in hidden | views]
    seen = [one for one in inside if one.child in views]
    named = [{"name": one.child, "private": one.private} for one in (*shown, *seen)]
    return {
        "name": database.name,
        "color": database.color,
        "private": allowed.private,
        "tables_and_views_truncated": named[:NAMED],
        "tables_and_views_more": len(named) > NAMED,
        "tables_count": len(shown),
        "hidden_tables_count": len(inside) - len(named),
        "views_count": len(seen),
    }


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    return [(r"^/$", index)]
