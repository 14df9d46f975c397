"""Signing in and out (登录、退出) and one's own password (修改密码); sessions are on the server."""

import asyncio
import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import datasette_auth_passwords
from datasette import Request, Response, hookimpl
from datasette.app import Datasette
from datasette.plugins import pm
from training import accounts, gate, passwords, posted, second_factor, sessions
from training.account_faults import AccountFault
from training.wording import current_language, t


def path_of(datasette: Datasette) -> Path:
    return accounts.beside(datasette.get_database("training").path)


async def apart(datasette: Datasette, work: Callable[..., Any], *words: Any, **more: Any) -> Any:
    """Do work that hashes on the threads for it, with that thread's own connection."""
    path = path_of(datasette)
    return await passwords.apart(lambda: work(accounts.at(path), *words, **more))


def session_of(request: Request) -> tuple[str | None, str | None]:
    """The token of the session, and the address it is used from."""
    token = gate.own_cookies(request.scope["headers"]).get(sessions.COOKIE)
    return token, (request.scope.get("client") or [None])[0]


def redirect_with(target: str, token: str) -> Response:
    """Off to `target`, with the session of `token`; without any for an empty one."""
    response = Response.redirect(target)
    response.set_cookie(**sessions.cookie(token))
    return response


async def page(
    datasette: Datasette, request: Request, template: str, status: int = 200, **found: Any
) -> Response:
    html = await datasette.render_template(template, found, request=request)
    return Response.html(html, status=status)


async def sign_in(request: Request, datasette: Datasette) -> Response:
    target = gate.local_target(request.args.get("next"))
    if request.method != "POST":
        shown = Response.redirect(target) if request.actor else None
        return shown or await page(datasette, request, "login.html")
    form, (old, address) = await posted.fields(request), session_of(request)
    name, word = form.get("username") or "", form.get("password") or ""
    again = partial(page, datasette, request, "login.html", username=name)
    try:
        token = await apart(datasette, sessions.sign_in, name, word, address=address, replacing=old)
    except sessions.SecondStep as step:
        response = Response.redirect(gate.code_url(target))
        response.set_cookie(**sessions.cookie(step.token, second_factor.COOKIE))
        return response
    except (passwords.Busy, sqlite3.OperationalError):
        return await again(status=503, said=t("服务器正忙，请稍后再试。", "Busy. Try again soon."))
    if token:
        return redirect_with(target, token)
    said = t(
        "用户名或密码不正确；连续 5 次失败后须等待 15 分钟。",
        "Wrong user name or password; after five failures there is a wait of 15 minutes.",
    )
    return await again(status=403, said=said)


async def sign_out(request: Request, datasette: Datasette) -> Response:
    if request.method != "POST":
        return await page(datasette, request, "logout.html")
    path, (token, _) = path_of(datasette), session_of(request)
    # Not behind the hashing: leaving must work while others crowd in.
    await asyncio.to_thread(lambda: sessions.end_session(accounts.at(path), token))
    return redirect_with("/-/login", "")


async def password(request: Request, datasette: Datasette) -> Response:
    again = partial(
        page, datasette, request, "password.html",
        forced=request.scope["visitor"].must_change_password,
        old=request.scope["visitor"].password_old,
    )  # fmt: skip
    if request.method != "POST":
        return await again()
    form, (_, address) = await posted.fields(request), session_of(request)
    words = [form.get(key) or "" for key in ("current", "new", "again")]
    try:
        token = await apart(
            datasette, sessions.change_password, request.actor["id"], *words, address=address
        )
    except AccountFault as fault:
        return await again(status=400, said=fault.message(current_language()))
    except (passwords.Busy, sqlite3.OperationalError):
        return await again(status=503, said=t("服务器正忙，请稍后再试。", "Busy. Try again soon."))
    datasette.add_message(request, t("密码已修改。", "Password changed."), datasette.INFO)
    return redirect_with("/", token)


@hookimpl
def actor_from_request(request: Request) -> dict[str, str | None] | None:
    # The doorkeeper has looked the session up already; it stands before every request.
    known = request.scope.get("visitor")
    return known.actor if known else None


@hookimpl
def register_routes(datasette: Datasette) -> list[tuple[str, Any]]:
    if "training" not in datasette.databases:
        return []
    return [
        (r"^/-/login$", sign_in),
        (r"^/-/logout$", sign_out),
        (r"^/-/password$", password),
    ]


@hookimpl
def menu_links(datasette: Datasette, actor: dict[str, Any] | None) -> list[dict[str, Any]]:
    if actor or "training" not in datasette.databases:
        return []
    return [{"href": datasette.urls.path("/-/login"), "label": t("登录", "Sign in"), "order": 95}]


# Its hashing is used and nothing else: no second sign-in page, no Basic authentication.
if pm.is_registered(datasette_auth_passwords):
    pm.unregister(datasette_auth_passwords)
