"""令牌 of one's own: made, shown once, listed and revoked."""

import asyncio
import sqlite3
from typing import Any

from datasette import Request, Response, hookimpl
from datasette.app import Datasette
from training import api_grants, passwords, posted
from training.account_faults import AccountFault
from training.token_desk import TokenDesk
from training.wording import current_language, t

PATH = "/-/tokens"


async def tokens(request: Request, datasette: Datasette) -> Response:
    record = datasette.get_database("training").path
    more: dict[str, Any] = {}
    form: dict[str, str] | None = None
    status = 200
    if request.method == "POST":
        form, address = await posted.fields(request), (request.scope.get("client") or [None])[0]
        try:
            if form.get("act") == "revoke":
                wanted = form
                await asyncio.to_thread(lambda: TokenDesk(record, request.actor).revoke(wanted))
                datasette.add_message(request, t("令牌已撤销。", "Token revoked."), datasette.INFO)
                return Response.redirect(PATH)
            made = form
            more["given"] = await passwords.apart(
                lambda: TokenDesk(record, request.actor).make(made, address)
            )
            form = None
        except AccountFault as fault:
            more, status = {"said": fault.message(current_language())}, 400
        except (passwords.Busy, sqlite3.OperationalError):
            more, status = {"said": t("服务器正忙，请稍后再试。", "Busy. Try again soon.")}, 503
    found = await asyncio.to_thread(lambda: TokenDesk(record, request.actor).standing(form))
    html = await datasette.render_template("tokens.html", found | more, request=request)
    return Response.html(html, status=status)


@hookimpl
def register_routes(datasette: Datasette) -> list[tuple[str, Any]]:
    return [(rf"^{PATH}$", tokens)] if "training" in datasette.databases else []


@hookimpl
def menu_links(datasette: Datasette, actor: dict[str, Any] | None) -> list[dict[str, Any]]:
    if (actor or {}).get("role") not in api_grants.ROLES:
        return []
    return [{"href": datasette.urls.path(PATH), "label": t("令牌", "Tokens"), "order": 90}]
