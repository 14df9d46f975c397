"""One request to the app itself, byte for byte as an attacker writes it: no client tidies the path."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlencode

from training import sessions

#: What differs from one answer to the next and says nothing.
NONCE = re.compile(rb"nonce(-|=\")[\w-]{22}|\d+\.\d+ ms")  # and how long the queries took


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes

    @property
    def everything(self) -> bytes:
        """Headers and body, to be searched."""
        if self.body[:4] in (b"PK\x03\x04", b"SQLi"):
            return self.body
        return b"\n".join([*(name + b": " + value for name, value in self.headers), self.body])

    def header(self, name: str) -> str:
        """A header, or an empty text."""
        return dict(self.headers).get(name.encode(), b"").decode("latin-1")

    def shape(self, *said: str) -> tuple[Any, ...]:
        """Status, headers and body without nonces and without what the request itself said."""

        def plain(text: bytes) -> bytes:
            text = NONCE.sub(b"", text)
            for word in said:
                text = text.replace(word.encode(), b"")
            return text

        skipped = (b"content-length", b"content-disposition", b"location", b"link")
        kept = sorted((n, plain(value)) for n, value in self.headers if n not in skipped)
        # A page repeats its own address, in links to the other language and back from signing in.
        lines = self.body.split(b"\n") if self.body.lstrip().startswith(b"<") else []
        spoken = [word.encode() for word in said if len(word) > 3]
        body = plain(b"\n".join(line for line in lines if not any(word in line for word in spoken)))
        kept.append((b"location", self.header("location").split("=")[0].encode()))
        if not lines:
            body = plain(self.body)
        return self.status, tuple(kept), body


async def ask(
    app: Any,
    method: str,
    target: str,
    *,
    token: str | None = None,
    headers: Mapping[str, str] | None = None,
    form: Mapping[str, Any] | None = None,
    json_body: Any = None,
    address: str = "127.0.0.1",
) -> Answer:
    """The answer of ``app`` to one request."""
    path, _, query = target.partition("?")
    sent = {"host": "localhost", **{name.lower(): value for name, value in (headers or {}).items()}}
    body = b""
    if form is not None:
        body = urlencode(form, doseq=True).encode()
        sent.setdefault("content-type", "application/x-www-form-urlencoded")
    elif json_body is not None:
        body = json.dumps(json_body).encode()
        sent.setdefault("content-type", "application/json")
    if token:
        sent["cookie"] = f"{sessions.COOKIE}={token}; {sent.get('cookie', '')}".rstrip("; ")
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote(path),
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [(n.encode(), v.encode("utf-8")) for n, v in sent.items()],
        "client": (address, 5),
        "server": ("localhost", 80),
        "root_path": "",
    }
    came: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        came.append(message)

    await app(scope, receive, send)
    start = next(message for message in came if message["type"] == "http.response.start")
    parts = (m.get("body", b"") for m in came if m["type"] == "http.response.body")
    return Answer(start["status"], [(n.lower(), v) for n, v in start["headers"]], b"".join(parts))
