"""公开数据: the last release in every format, the feed of releases, and what search engines read."""

import json
from collections.abc import Callable
from pathlib import PurePath
from typing import Any

from datasette import NotFound, Request, Response, hookimpl
from datasette.app import Datasette
from training import dataset, feeds, public_site, site_address, tabular
from training.publishing import UnknownYear
from training.wording import t

CACHE = {"Cache-Control": "public, max-age=60"}
TYPES = {
    ".csv": "text/csv; charset=utf-8",
    ".xlsx": tabular.XLSX,
    ".json": "application/json; charset=utf-8",
    ".ndjson": "application/x-ndjson; charset=utf-8",
    ".sqlite": "application/vnd.sqlite3",
    "": "text/plain; charset=utf-8",
}
XML, ATOM = "application/xml; charset=utf-8", "application/atom+xml; charset=utf-8"


async def read(datasette: Datasette, ask: Callable[[Any], Any]) -> Any:
    """What ``ask`` reads of the public file; 404 while nothing has been released."""
    try:
        found = await datasette.get_database("public").execute_fn(ask)
    except UnknownYear:
        found = None
    if not found:
        raise NotFound(t("没有这个文件。", "There is no such file."))
    return found


def sent(content: bytes | str, kind: str, name: str = "") -> Response:
    headers = dict(CACHE)
    if name and not name.endswith((".json", dataset.SUMS)):
        headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return Response(content, headers=headers, content_type=kind)


async def data_file(datasette: Datasette, request: Request) -> Response:
    name = request.url_vars["name"]
    if name == "openapi.json":
        text = json.dumps(
            feeds.openapi(site_address.of_request(request)), ensure_ascii=False, indent=2
        )
        return sent(text + "\n", TYPES[".json"])
    if name not in dataset.NAMES:
        raise NotFound(t("没有这个文件。", "There is no such file."))
    last = (await read(datasette, public_site.releases))[0]
    text = await read(datasette, lambda conn: public_site.content(conn, last.number))
    made = dataset.files(json.loads(text), public_site.about(last))
    return sent(made[name], TYPES[PurePath(name).suffix], name)


async def release_file(datasette: Datasette, request: Request) -> Response:
    number = int(request.url_vars["release"])
    text = await read(datasette, lambda conn: public_site.content(conn, number))
    return sent(text, TYPES[".json"])


async def atom(datasette: Datasette, request: Request) -> Response:
    found = await read(datasette, public_site.releases)
    return sent(feeds.atom(found, site_address.of_request(request)), ATOM)


async def sitemap(datasette: Datasette, request: Request) -> Response:
    found = await read(datasette, public_site.releases)
    paths = await read(datasette, public_site.paths)
    return sent(feeds.sitemap(paths, site_address.of_request(request), found[0].released_at), XML)


async def robots(request: Request) -> Response:
    return sent(feeds.robots(site_address.of_request(request)), TYPES[""])


@hookimpl
def register_routes(datasette: Datasette) -> list[tuple[str, Any]]:
    if "public" not in datasette.databases:
        return []
    return [
        (r"^/data/(?P<name>[A-Za-z0-9.-]+)$", data_file),
        (r"^/releases/(?P<release>\d{1,9})\.json$", release_file),
        (r"^/releases\.atom$", atom),
        (r"^/sitemap\.xml$", sitemap),
        (r"^/robots\.txt$", robots),
    ]
