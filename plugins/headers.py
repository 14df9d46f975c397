"""Security headers (安全响应头) on every answer, and a nonce on every inline script."""

import re
import secrets
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from datasette import hookimpl
from datasette.app import Datasette
from jinja2.ext import Extension
from training import gate

POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
)
FIXED = {
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
    b"referrer-policy": b"same-origin",
    b"cross-origin-opener-policy": b"same-origin",
    b"permissions-policy": b"camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
# What a browser or a proxy may keep: the public site, in either language, and static files.
PUBLIC = re.compile(rf"(/en)?({gate.SITE})$|/assets/|/-/static(-zh|-en|-plugins)?/|/favicon\.ico$")
SCRIPT_TAG = re.compile(r"<script\b(?![^>]*\bnonce=)")
Headers = list[tuple[bytes, bytes]]

_nonce: ContextVar[str] = ContextVar("nonce", default="")


class NonceOnScripts(Extension):
    """Lets the core's inline scripts run under the policy, without copies of its templates."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        return SCRIPT_TAG.sub('<script nonce="{{ csp_nonce() }}"', source)


def guarded_cookie(cookie: bytes, secure: bool) -> bytes:
    """A Set-Cookie value that no script can read and, behind TLS, that never travels in clear."""
    given = {part.strip().lower() for part in cookie.split(b";")}
    missing = [b"HttpOnly"] + ([b"Secure"] if secure else [])
    return b"; ".join([cookie, *(flag for flag in missing if flag.lower() not in given)])


def guarded(headers: Headers, path: str, nonce: str, secure: bool) -> Headers:
    """The headers of an answer, ours in place of any that the core or a plugin set."""
    ours = {**FIXED, b"content-security-policy": POLICY.format(nonce=nonce).encode()}
    if not PUBLIC.match(path):
        ours[b"cache-control"] = b"no-store"
    kept = [
        (name, guarded_cookie(value, secure) if name.lower() == b"set-cookie" else value)
        for name, value in headers
        if name.lower() not in ours
    ]
    return kept + list(ours.items())


@hookimpl(trylast=True)  # outermost, so that a refusal by another wrapper carries the headers too
def asgi_wrapper(datasette: Datasette) -> Callable[..., Any]:
    def wrap(app: Callable[..., Any]) -> Callable[..., Any]:
        async def with_headers(scope: dict[str, Any], receive: Any, send: Any) -> None:
            if scope["type"] != "http":
                return await app(scope, receive, send)
            nonce = secrets.token_urlsafe(16)
            secure = scope.get("scheme") == "https" or datasette.setting("force_https_urls")

            async def send_guarded(message: dict[str, Any]) -> None:
                if message["type"] == "http.response.start":
                    headers = guarded(message.get("headers", []), scope["path"], nonce, secure)
                    message = {**message, "headers": headers}
                await send(message)

            token = _nonce.set(nonce)
            try:
                return await app(scope, receive, send_guarded)
            finally:
                _nonce.reset(token)

        return with_headers

    return wrap


@hookimpl
def prepare_jinja2_environment(env: Any) -> None:
    env.globals["csp_nonce"] = _nonce.get
    env.add_extension(NonceOnScripts)
