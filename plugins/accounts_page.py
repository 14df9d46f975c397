"""账号管理 for the auditor, and 我的账号 for everybody who is signed in."""

import asyncio
from typing import Any

from datasette import Forbidden, NotFound, Request, Response, hookimpl
from datasette.app import Datasette
from training import account_desk, gate, passwords, posted, sessions
from training.account_desk import AccountDesk
from training.account_faults import AccountFault
from training.wording import current_language, t

PATH, OWN = "/-/accounts", "/-/account"


def desk(datasette: Datasette, request: Request, role: str | None = None) -> AccountDesk:
    """The desk of somebody signed in; of `role` alone where one is named."""
    actor = request.actor or {}
    if not actor or (role and actor.get("role") != role):
        raise Forbidden(t("账号由安全审计管理。", "Accounts are kept by the auditor."))
    return AccountDesk(datasette.get_database("training").path, actor["id"])


async def page(
    datasette: Datasette, request: Request, template: str, found: dict[str, Any], status: int = 200
) -> Response:
    html = await datasette.render_template(template, found, request=request)
    return Response.html(html, status=status)


async def everybody(request: Request, datasette: Datasette) -> Response:
    own, status = desk(datasette, request, "auditor"), 200
    more: dict[str, Any] = {}
    if request.method == "POST":
        form = await posted.fields(request)
        try:
            if form.get("act") == "duty":
                on = form.get("on") == "1"
                await asyncio.to_thread(own.require, form.get("role") or "", on)
                datasette.add_message(request, t("已更改。", "Changed."), datasette.INFO)
                return Response.redirect(PATH)
            name, password = await passwords.apart(lambda: own.create(form))
            more = {"given": {"username": name, "password": password}}
        except AccountFault as fault:
            more, status = {"said": fault.message(current_language()), "form": form}, 400
        except passwords.Busy:
            more, status = {"said": t("服务器正忙，请稍后再试。", "Busy. Try again soon.")}, 503
    asked = request.args.get("role"), request.args.get("state")
    found = await asyncio.to_thread(own.everybody, *asked)
    return await page(datasette, request, "accounts.html", found | more, status)


async def one(request: Request, datasette: Datasette) -> Response:
    own, name = desk(datasette, request, "auditor"), request.url_vars["name"]
    more: dict[str, Any] = {}
    status = 200
    if request.method == "POST":
        form = await posted.fields(request)
        act = form.get("act") or ""
        apart = passwords.apart if act in account_desk.HASHING else asyncio.to_thread
        try:
            password = await apart(lambda: own.act(name, act, form))
            if password is None:
                datasette.add_message(request, t("已完成。", "Done."), datasette.INFO)
                return Response.redirect(f"{PATH}/{name}")
            more = {"given": {"username": name, "password": password}}
        except AccountFault as fault:
            more, status = {"said": fault.message(current_language())}, 400
        except passwords.Busy:
            more, status = {"said": t("服务器正忙，请稍后再试。", "Busy. Try again soon.")}, 503
    found = await asyncio.to_thread(own.one, name)
    if found is None:
        raise NotFound(AccountFault("username-unknown").message(current_language()))
    return await page(datasette, request, "account_of.html", found | more, status)


async def mine(request: Request, datasette: Datasette) -> Response:
    own = desk(datasette, request)
    token = gate.own_cookies(request.scope["headers"]).get(sessions.COOKIE)
    if request.method == "POST":
        form = await posted.fields(request)
        try:
            await asyncio.to_thread(own.end, own.by, form, token)
            datasette.add_message(request, t("已结束。", "Ended."), datasette.INFO)
        except AccountFault as fault:
            datasette.add_message(request, fault.message(current_language()), datasette.WARNING)
        return Response.redirect(OWN)
    return await page(datasette, request, "account.html", await asyncio.to_thread(own.own, token))


@hookimpl
def register_routes(datasette: Datasette) -> list[tuple[str, Any]]:
    if "training" not in datasette.databases:
        return []
    return [
        (rf"^{PATH}$", everybody),
        (rf"^{PATH}/(?P<name>[a-z][a-z0-9._-]{{2,31}})$", one),
        (rf"^{OWN}$", mine),
    ]


@hookimpl
def menu_links(datasette: Datasette, actor: dict[str, Any] | None) -> list[dict[str, Any]]:
    if not actor or "training" not in datasette.databases:
        return []
    links = [{"href": datasette.urls.path(OWN), "label": t("我的账号", "My account"), "order": 95}]
    if actor.get("role") == "auditor":
        accounts = {"href": datasette.urls.path(PATH), "label": t("账号管理", "Accounts")}
        links.append(accounts | {"order": 10})
    return links
