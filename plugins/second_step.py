"""动态口令: the code after the password, and setting it up for oneself."""

import asyncio
import sqlite3
from functools import partial
from pathlib import Path
from typing import Any

import segno
from datasette import Request, Response, hookimpl
from datasette.app import Datasette
from training import accounts, gate, identity, passwords, posted, second_factor, sessions
from training.account_faults import AccountFault
from training.second_factor_desk import FactorDesk
from training.wording import current_language, t


async def page(
    datasette: Datasette, request: Request, template: str, status: int = 200, **found: Any
) -> Response:
    html = await datasette.render_template(template, found, request=request)
    return Response.html(html, status=status)


async def code(request: Request, datasette: Datasette) -> Response:
    """After the password; the cookie names who it was, and opens nothing by itself."""
    record = datasette.get_database("training").path
    cookies = gate.own_cookies(request.scope["headers"])
    pending, target = cookies.get(second_factor.COOKIE), gate.local_target(request.args.get("next"))
    store = partial(accounts.at, accounts.beside(record))
    if not await asyncio.to_thread(lambda: second_factor.waiting(store(), pending)):
        return Response.redirect(gate.sign_in_url(target, ""))
    if request.method != "POST":
        return await page(datasette, request, "code.html")
    given = (await posted.fields(request)).get("code") or ""
    address = (request.scope.get("client") or [None])[0]
    more = {"address": address, "replacing": cookies.get(sessions.COOKIE)}
    try:
        token = await asyncio.to_thread(
            lambda: sessions.sign_in_with_code(
                store(), identity.load_keys(record), pending, given, **more
            )
        )
    except sqlite3.OperationalError:
        said = t("服务器正忙，请稍后再试。", "Busy. Try again soon.")
        return await page(datasette, request, "code.html", 503, said=said)
    if not token:
        said = t(
            "口令不正确或已用过，请等下一个再试；连续 5 次失败后须等待 15 分钟。",
            "That code is wrong or used: wait for the next one. Five failures mean 15 minutes.",
        )
        return await page(datasette, request, "code.html", 403, said=said)
    response = Response.redirect(target)
    response.set_cookie(**sessions.cookie(token))
    response.set_cookie(**sessions.cookie("", second_factor.COOKIE))
    return response


async def own(request: Request, datasette: Datasette) -> Response:
    record = Path(datasette.get_database("training").path)
    desk = partial(FactorDesk, record, request.actor)
    more: dict[str, Any] = {}
    status = 200
    if request.method == "POST":
        form, address = await posted.fields(request), (request.scope.get("client") or [None])[0]
        act = form.get("act") or ""
        try:
            more["codes"] = await passwords.apart(lambda: desk().act(act, form, address))
        except AccountFault as fault:
            more, status = {"said": fault.message(current_language())}, 400
        except (passwords.Busy, sqlite3.OperationalError):
            more, status = {"said": t("服务器正忙，请稍后再试。", "Busy. Try again soon.")}, 503
    found = await asyncio.to_thread(lambda: desk().standing())
    if found["address"]:
        qr = segno.make(found["address"], error="m")
        more["qr"] = qr.svg_inline(scale=5, border=2, dark="#000", light="#fff")
    return await page(datasette, request, "totp.html", status, **found, **more)


@hookimpl
def register_routes(datasette: Datasette) -> list[tuple[str, Any]]:
    if "training" not in datasette.databases:
        return []
    return [(r"^/-/login/code$", code), (r"^/-/account/totp$", own)]
