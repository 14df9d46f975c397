"""示例笔记本 for who may have tokens: shown as a page, and handed out for Jupyter."""

import asyncio
import json
from typing import Any

from datasette import Request, Response, hookimpl
from datasette.app import Datasette
from training import notebooks, tabular
from training.wording import current_language, t

PATH = "/-/notebook"


async def prepared(datasette: Datasette, request: Request) -> notebooks.Notebook:
    """The notebook in the reader's language, asking this very server."""
    site = datasette.absolute_url(request, "/").rstrip("/")
    kept = await asyncio.to_thread(notebooks.load)
    return notebooks.handed_out(kept, site, current_language())


async def page(request: Request, datasette: Datasette) -> Response:
    found = {"cells": notebooks.shown(await prepared(datasette, request))}
    html = await datasette.render_template("notebook.html", found, request=request)
    return Response.html(html)


async def file(request: Request, datasette: Datasette) -> Response:
    name = t("制造业占比.ipynb", "manufacturing-share.ipynb")
    headers = {"Content-Disposition": tabular.attachment(name, "notebook.ipynb")}
    text = json.dumps(await prepared(datasette, request), ensure_ascii=False, indent=1)
    return Response(text, headers=headers, content_type="application/x-ipynb+json; charset=utf-8")


@hookimpl
def register_routes(datasette: Datasette) -> list[tuple[str, Any]]:
    if "training" not in datasette.databases:
        return []
    return [(rf"^{PATH}$", page), (rf"^{PATH}\.ipynb$", file)]
