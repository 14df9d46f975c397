"""The doorkeeper (门卫) before all of Datasette: who asks, by which host name, for what."""

import os
from collections.abc import Awaitable, Callable
from typing import Any

from datasette import Request, Response, hookimpl
from datasette.app import Datasette
from datasette.utils import tilde_encode
from training import accounts, api_grants, attempts, gate, limits, scopes, sessions
from training.gate import Answer, Knock
from training.token_door import Door, TokenRefused
from training.wording import t

Message = dict[str, Any]
Send = Callable[[Message], Awaitable[None]]


def visitor(datasette: Datasette, headers: gate.Headers) -> sessions.Visitor | None:
    """Who holds the session cookie; None in a process that does not serve the record."""
    if "training" not in datasette.databases:
        return None
    path = accounts.beside(datasette.get_database("training").path)
    return sessions.visitor(accounts.at(path), gate.own_cookies(headers).get(sessions.COOKIE))


def identified(
    datasette: Datasette, request: Request, door: Door
) -> tuple[sessions.Visitor | None, list[tuple[bytes, bytes]]]:
    """Who asks, by session or by token, and the headers that go on; raises :class:`TokenRefused`."""
    headers = request.scope["headers"]
    token = gate.bearer(headers) if "training" in datasette.databases else None
    if token is None:
        return visitor(datasette, headers), gate.without_credentials(headers)
    path = accounts.beside(datasette.get_database("training").path)
    address = (request.scope.get("client") or [None])[0]
    return door.admit(accounts.at(path), token, address), gate.with_token_alone(headers)


def token_no_good(refused: TokenRefused) -> Response:
    """One answer for a token that never was, has ended, or whose account must sign in first."""
    said = t(
        "令牌无效、已过期或已撤销，或者账号须先登录（改密码、设动态口令）。请登录后到 /-/tokens 查看。",
        "This token is unknown, expired or revoked, or its account must sign in first (new password,"
        " second factor). Sign in and look at /-/tokens.",
    )
    if refused.seconds:
        wait = t(f"请在 {refused.seconds} 秒后再试。", f"Wait {refused.seconds} seconds.")
        response = Response.error([f"{said} {wait}"], 429)
        response.headers["Retry-After"] = str(refused.seconds)
    else:
        response = Response.error([said], 401)
    response.headers["WWW-Authenticate"] = 'Bearer error="invalid_token"'
    return response


def token_in_address() -> Response:
    """For a token where browsers, proxies and logs keep it, whether it is good or not."""
    said = t(
        "令牌不能写在网址里，请放在请求头 Authorization: Bearer 中；写过网址的令牌请到 /-/tokens 撤销。",
        "A token never goes into an address: send it as Authorization: Bearer, and revoke the one"
        " that was in an address at /-/tokens.",
    )
    return Response.error([said], 400)


def served_to(datasette: Datasette, known: sessions.Visitor | None) -> set[str]:
    """The first path parts of the databases there are for somebody: no scope file but his own."""
    if known and known.grant:
        return set(known.grant.databases)
    actor = known.actor if known else None
    own = scopes.of(actor) if "training" in datasette.databases else None
    names = {
        tilde_encode(database.route or name)
        for name, database in datasette.databases.items()
        if not scopes.is_scope(name)
    }
    return names | {own.name} if own else names


async def refuse(datasette: Datasette, request: Request, knock: Knock) -> Response:
    """The same no for what is closed and for what is not there."""
    said = t("没有这个页面，或您无权查看。", "No such page, or it is not yours to see.")
    if knock.grant:
        said = t(
            "没有这个地址，或令牌的范围不包括它。令牌只能读取所选数据库的 JSON、CSV 和 XLSX。",
            "No such address, or it is beyond this token: it reads JSON, CSV and XLSX of the databases"
            " chosen for it, in the ways chosen.",
        )
    if not knock.is_page:
        return Response.error([said], 403 if knock.role == "anonymous" else 404)
    html = await datasette.render_template("closed.html", {"said": said}, request=request)
    return Response.html(html, status=404)


async def slow_down(
    datasette: Datasette, request: Request, limiter: limits.Limiter
) -> Response | None:
    """429 with the time to wait, in words and in Retry-After; None if there is no need."""
    kind = limits.cost(request.method, request.path, request.query_string)
    address = attempts.of_address((request.scope.get("client") or [None])[0])
    seconds = limiter.wait(kind, (request.scope["actor"] or {}).get("id"), address)
    if not seconds:
        return None
    said = t(
        f"短时间内请求太多，请在 {seconds} 秒后再试；已保存的内容不受影响。",
        f"Too many requests at once: try again in {seconds} seconds. What is saved stays saved.",
    )
    kinds = " ".join(request.headers.get(name) or "" for name in ("accept", "content-type"))
    known = request.scope["visitor"]
    by_token = known is not None and known.grant
    if by_token or request.path.endswith(".json") or "application/json" in kinds:
        response = Response.error([said], 429)
    else:
        html = await datasette.render_template("wait.html", {"said": said}, request=request)
        response = Response.html(html, status=429)
    response.headers["Retry-After"] = str(seconds)
    return response


async def respond(
    datasette: Datasette,
    request: Request,
    knock: Knock,
    served: set[str],
    limiter: limits.Limiter,
) -> Response | None:
    """The gate's own answer; None lets the request through."""
    if not gate.host_allowed(request.scope["headers"], os.environ.get("LINGJUN_HOSTS", "")):
        said = t("本服务器不使用这个主机名。", "This server does not go by that host name.")
        return Response.text(f"{said} (LINGJUN_HOSTS)\n", status=400)
    decided = gate.answer(knock, served, accounts="training" in datasette.databases)
    if decided is Answer.LET_IN:
        return await slow_down(datasette, request, limiter)
    if decided is Answer.REFUSE:
        return await refuse(datasette, request, knock)
    targets = {
        Answer.PUBLIC_HOME: "/institutions",
        Answer.SIGN_IN: gate.sign_in_url(request.path, request.query_string),
        Answer.FIRST_SIGN_IN: "/-/password",
        Answer.SET_UP: "/-/account/totp",
    }
    return Response.redirect(targets[decided])


def one_no(send: Send, say_no: Callable[[], Awaitable[Response]]) -> Send:
    """A `send` under which 403 and 404 are one answer, so that neither tells which rows exist."""
    replaced = False

    async def send_alike(message: Message) -> None:
        nonlocal replaced
        if message["type"] == "http.response.start" and message["status"] in (403, 404):
            replaced = True
            await (await say_no()).asgi_send(send)
        elif not replaced:
            await send(message)

    return send_alike


@hookimpl
def asgi_wrapper(datasette: Datasette) -> Callable[[Any], Any]:
    limiter = limits.Limiter()
    door = Door(limiter)

    def wrap(app: Any) -> Any:
        async def guarded(scope: Message, receive: Any, send: Send) -> None:
            if scope["type"] != "http":
                return await app(scope, receive, send)
            request = Request(scope, receive)
            if api_grants.stands_in_address(request.path, request.query_string):
                return await token_in_address().asgi_send(send)
            try:
                known, headers = identified(datasette, request, door)
            except TokenRefused as refused:
                return await token_no_good(refused).asgi_send(send)
            actor = known.actor if known else None
            scope = {**scope, "headers": headers, "visitor": known, "actor": actor}
            request = Request(scope, receive)
            query = scope.get("query_string", b"")
            knock = gate.knock_of(request.method, request.path, known, query)
            scope["served"] = served = served_to(datasette, known)
            response = await respond(datasette, request, knock, served, limiter)
            if response:
                return await response.asgi_send(send)
            # The office knows what is in the record; what others keep in staging it does not.
            hiding = served - {"training"} if knock.role == "office" else served
            if gate.in_database(knock.path, hiding):
                send = one_no(send, lambda: refuse(datasette, request, knock))
            present = sessions.present_actor.set(actor)
            try:
                return await app(scope, receive, send)
            finally:
                sessions.present_actor.reset(present)

        return guarded

    return wrap
