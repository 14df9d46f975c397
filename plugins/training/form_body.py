"""A multipart form as a stream of bytes, for a view that reads its form from the network."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

BLOCK = 1 << 20


class FormBody:
    """A form with ``fields`` and one file, as an ASGI request would bring it, block by block."""

    def __init__(self, fields: Mapping[str, str], file_field: str, file: Path) -> None:
        self._boundary = secrets.token_hex(16)
        self._blocks = self._body(fields, file_field, file)

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        """The headers that go with the body."""
        kind = f"multipart/form-data; boundary={self._boundary}"
        return [(b"content-type", kind.encode())]

    async def receive(self) -> dict[str, Any]:
        """The next ASGI message of the request."""
        block = await anext(self._blocks, b"")
        return {"type": "http.request", "body": block, "more_body": bool(block)}

    async def _body(
        self, fields: Mapping[str, str], file_field: str, file: Path
    ) -> AsyncIterator[bytes]:
        start = f"--{self._boundary}\r\nContent-Disposition: form-data; name="
        for name, value in fields.items():
            yield f'{start}"{name}"\r\n\r\n{value}\r\n'.encode()
        yield f'{start}"{file_field}"; filename="{file.name}"\r\n\r\n'.encode()
        with file.open("rb") as opened:
            while block := await asyncio.to_thread(opened.read, BLOCK):
                yield block
        yield f"\r\n--{self._boundary}--\r\n".encode()
