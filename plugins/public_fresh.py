"""Nobody reads an old release: the public file is brought up to date before a page of it is served."""

import asyncio
from collections.abc import Callable
from typing import Any

from datasette import hookimpl
from datasette.app import Datasette
from training import gate, projections, publishing


async def freshen(datasette: Datasette) -> None:
    """Bring the public file up to date where the record is served by the same process."""
    record, public = (datasette.databases.get(name) for name in ("training", "public"))
    if record is None or public is None:
        return
    wanted = await record.execute_fn(lambda conn: projections.wanted(conn, publishing.AUDIENCE))
    if await public.execute_fn(projections.held) != wanted:
        await asyncio.to_thread(publishing.publish_if_possible, record.path, public.path)


@hookimpl
def asgi_wrapper(datasette: Datasette) -> Callable[[Any], Any]:
    def wrap(app: Any) -> Any:
        async def fresh(scope: dict[str, Any], receive: Any, send: Any) -> None:
            if scope["type"] == "http" and gate.is_site(scope["path"]):
                await freshen(datasette)
            await app(scope, receive, send)

        return fresh

    return wrap
