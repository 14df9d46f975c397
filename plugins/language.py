"""The language (语言) of every answer: ?_lang=zh|en, the path /en/…, the cookie, else Chinese."""

from collections.abc import Callable
from typing import Any

from datasette import Request, hookimpl
from datasette.app import Datasette
from training import gate
from training.wording import (
    DEFAULT_LANGUAGE,
    ENGLISH,
    below,
    current_language,
    label,
    language_in_cookie,
    site,
    speaking,
    t,
    take_language,
)

ONE_YEAR = 365 * 24 * 3600


def other_language_url(request: Request | None) -> str:
    """This page in the other language; the home page where there is no request to look at."""
    other = t("en", "zh")
    if request is None:
        return f"/?_lang={other}"
    query = f"{request.query_string}&" if request.query_string else ""
    path = request.path
    if gate.is_site(path):
        # These have an English twin at an address of its own; the cookie is for everything else.
        return f"{path}?_lang=zh" if other == "zh" else ENGLISH + path
    return f"{path}?{query}_lang={other}"


def without_prefix(scope: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """'/en' and the request without it, if it is for the English twin of a public page."""
    path = scope["path"].removeprefix(ENGLISH)
    if path == scope["path"] or not gate.is_site(path):
        return "", scope
    raw = scope.get("raw_path", b"").removeprefix(ENGLISH.encode())
    return ENGLISH, {**scope, "path": path, "raw_path": raw}


def remembering(send: Callable[..., Any], language: str, secure: bool) -> Callable[..., Any]:
    """A `send` that adds the language cookie; such an answer is for one person's browser only."""
    cookie = f"lang={language}; Path=/; Max-Age={ONE_YEAR}; HttpOnly; SameSite=Lax"
    added = [
        (b"set-cookie", (cookie + ("; Secure" if secure else "")).encode()),
        (b"cache-control", b"private, no-store"),
    ]

    async def send_with_cookie(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            kept = [(k, v) for k, v in message.get("headers", []) if k.lower() != b"cache-control"]
            message = {**message, "headers": kept + added}
        await send(message)

    return send_with_cookie


@hookimpl(trylast=True)  # outside the other wrappers: what they answer is in the language too
def asgi_wrapper(datasette: Datasette) -> Callable[..., Any]:
    def wrap(app: Callable[..., Any]) -> Callable[..., Any]:
        async def in_language(scope: dict[str, Any], receive: Any, send: Any) -> None:
            if scope["type"] != "http":
                return await app(scope, receive, send)
            asked, query = take_language(scope.get("query_string", b""))
            if asked:
                secure = scope.get("scheme") == "https" or datasette.setting("force_https_urls")
                send = remembering(send, asked, secure)
            cookies = b"; ".join(value for name, value in scope["headers"] if name == b"cookie")
            prefix, scope = without_prefix(scope)
            language = asked or ("en" if prefix else language_in_cookie(cookies))
            with speaking(language or DEFAULT_LANGUAGE), below(prefix):
                return await app({**scope, "query_string": query}, receive, send)

        return in_language

    return wrap


@hookimpl
def prepare_jinja2_environment(env: Any) -> None:
    # Globals, not template variables: macros imported without context see them too.
    env.globals.update(t=t, site=site, chinese=lambda: current_language() == "zh")
    env.filters["label"] = label


@hookimpl
def extra_template_vars(request: Request | None) -> dict[str, str]:
    return {"lang": current_language(), "other_language_url": other_language_url(request)}
