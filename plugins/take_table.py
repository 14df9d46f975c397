"""作为名单导入: the office takes a free table as the roster of a sender, through the usual check."""

import asyncio
from typing import Any
from urllib.parse import quote

from datasette import Forbidden, NotFound, Request, Response, hookimpl
from datasette.app import Datasette
from training import posted, taken
from training.taken_desk import Refused, TakenDesk
from training.wording import t

PATH = "/-/office/take-table"


async def take(datasette: Datasette, request: Request) -> Response:
    actor = request.actor or {}
    if actor.get("role") != "office":
        raise Forbidden(t("只有协调小组办公室可以这样导入。", "Only the coordination office."))
    office = TakenDesk(datasette.get_database("training").path, actor)
    staging = datasette.get_database("staging")
    if request.method == "POST":
        form = await posted.fields(request)
        try:
            content = await staging.execute_fn(
                lambda conn: taken.as_csv(conn, form.get("table") or "")
            )
            token = await asyncio.to_thread(
                office.keep, content, form["table"], form.get("year"), form.get("sender") or ""
            )
        except taken.NotLandedTable as missing:
            raise NotFound(t("没有这张表。", "There is no such table.")) from missing
        except Refused as refusal:
            datasette.add_message(request, str(refusal), datasette.WARNING)
            return Response.redirect(PATH)
        return Response.redirect(f"/-/roster/check/{token}")
    found = await asyncio.to_thread(office.choices)
    found["tables"] = await staging.execute_fn(taken.table_names)
    found["table"] = request.args.get("table")
    html = await datasette.render_template("take_table.html", found, request=request)
    return Response.html(html)


@hookimpl
def register_routes(datasette: Datasette) -> list[tuple[str, Any]]:
    served = {"training", "staging"} <= set(datasette.databases)
    return [(rf"^{PATH}$", take)] if served else []


@hookimpl
def table_actions(
    datasette: Datasette, actor: dict[str, Any] | None, database: str, table: str
) -> list[dict[str, str]]:
    if database != "staging" or (actor or {}).get("role") != "office":
        return []
    return [
        {
            "href": datasette.urls.path(f"{PATH}?table={quote(table)}"),
            "label": t("作为名单导入", "Take as a roster"),
            "description": t(
                "按名单规则核对后报送。", "Checked by the rules of a roster, then sent."
            ),
        }
    ]
