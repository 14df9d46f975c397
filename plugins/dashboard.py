"""概况: figures and charts on the home page, beneath what its reader came to do."""

import asyncio
import logging
import sqlite3
from typing import Any

from datasette import Request, hookimpl
from datasette.app import Datasette
from training import boards, queries


async def shown(datasette: Datasette, actor: dict[str, Any] | None) -> boards.Board | None:
    """The dashboard of this reader; None where there is none, or none yet."""
    record = datasette.get_database("training").path
    config = datasette.config or {}
    source = boards.source_of(record, actor, lambda name: queries.from_config(config, name))
    if source is None:
        return None
    return boards.ready(source) or await asyncio.to_thread(boards.board, source)


@hookimpl(trylast=True)
def top_homepage(datasette: Datasette, request: Request) -> Any:
    async def board() -> str:
        if "training" not in datasette.databases:
            return ""
        try:
            found = await shown(datasette, request.actor)
        except (OSError, sqlite3.Error):
            # The duties above are what people came for: they must not fall with the figures.
            logging.getLogger(__name__).exception("no dashboard")
            found = None
        if found is None:
            return ""
        if not found.rendered:
            html = await datasette.render_template("_dashboard.html", {"board": found})
            found.rendered.append(html)
        return found.rendered[0]

    return board
