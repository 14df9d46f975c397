"""审计记录: who did what, for the auditor and the office; never a person of a roster."""

import asyncio
from pathlib import Path
from typing import Any

from datasette import Forbidden, Request, Response, hookimpl
from datasette.app import Datasette
from training import audit_desk
from training.wording import t

PATH = "/-/audit"


async def page(request: Request, datasette: Datasette) -> Response:
    actor = request.actor or {}
    if actor.get("role") not in audit_desk.READERS:
        raise Forbidden(
            t("审计记录只供安全审计和办公室查看。", "For the auditor and the office alone.")
        )
    record = Path(datasette.get_database("training").path)
    asked = {key: request.args.get(key) or "" for key in audit_desk.ASKED}
    found = await asyncio.to_thread(audit_desk.page, record, actor["role"], asked)
    html = await datasette.render_template("audit.html", found, request=request)
    return Response.html(html)


async def history(request: Request, datasette: Datasette) -> Response:
    """Every entry about one row of one table: the same page, asked by address."""
    target = audit_desk.address(request.url_vars["subject"], request.url_vars["key"])
    return Response.redirect(datasette.urls.path(target))


@hookimpl
def register_routes(datasette: Datasette) -> list[tuple[str, Any]]:
    if "training" not in datasette.databases:
        return []
    return [
        (rf"^{PATH}$", page),
        (rf"^{PATH}/(?P<subject>[a-z_]+)/(?P<key>[^/]+)$", history),
    ]


@hookimpl
def row_actions(
    datasette: Datasette, actor: dict[str, Any] | None, database: str, table: str, row: Any
) -> Any:
    """From a row of the record to its history, old → new."""
    if database != "training" or (actor or {}).get("role") not in audit_desk.READERS:
        return []

    async def links() -> list[dict[str, str]]:
        keys = await datasette.get_database(database).primary_keys(table)
        href = datasette.urls.path(audit_desk.address(table, audit_desk.key_of(keys, row)))
        told = t("谁在什么时候改了什么", "Who changed what, and when")
        return [{"href": href, "label": t("修改记录", "History"), "description": told}]

    return links


@hookimpl
def menu_links(datasette: Datasette, actor: dict[str, Any] | None) -> list[dict[str, Any]]:
    if (actor or {}).get("role") != "auditor":
        return []
    return [{"href": datasette.urls.path(PATH), "label": t("审计记录", "Audit log"), "order": 10}]
