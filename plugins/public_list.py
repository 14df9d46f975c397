"""公开名单: the institutions of a programme year, for anybody, as a page, as CSV and as JSON."""

import asyncio
import json
from typing import Any

from datasette import Request, Response, hookimpl
from datasette.app import Datasette
from training import projections, publishing, tabular
from training.publishing import PublicList
from training.wording import t

# The core withholds an answer from shared caches whenever a cookie came with the request.
CACHE = {"Cache-Control": "public, max-age=60"}
JSON = "application/json; charset=utf-8"


async def freshen(datasette: Datasette) -> None:
    """Bring the public file up to date where the record is served by the same process."""
    record, public = datasette.databases.get("training"), datasette.get_database("public")
    if record is None:
        return
    wanted = await record.execute_fn(lambda conn: projections.wanted(conn, publishing.AUDIENCE))
    if await public.execute_fn(projections.held) != wanted:
        await asyncio.to_thread(publishing.publish_if_possible, record.path, public.path)


async def as_page(datasette: Datasette, request: Request, found: PublicList) -> Response:
    context = {"found": found, "site": publishing.PROGRAMME_SITE, "words": publishing}
    html = await datasette.render_template("public_list.html", context, request=request)
    return Response.html(html, headers=CACHE)


async def as_csv(datasette: Datasette, request: Request, found: PublicList) -> Response:
    name = t(f"{found.year}年度领军人才培训承担机构名单", f"Training institutions {found.year}")
    disposition = tabular.attachment(f"{name}.csv", f"institutions-{found.year}.csv")
    text = tabular.csv_text(*publishing.as_table(found))
    headers = {"Content-Disposition": disposition, **CACHE}
    return Response(text, headers=headers, content_type="text/csv; charset=utf-8")


async def as_json(datasette: Datasette, request: Request, found: PublicList) -> Response:
    text = json.dumps(publishing.as_json(found), ensure_ascii=False, indent=2)
    return Response(text, headers=CACHE, content_type=JSON)


FORMATS = {None: as_page, "csv": as_csv, "json": as_json}


async def institutions(datasette: Datasette, request: Request) -> Response:
    """The list asked for, by path or by ?year=; the latest one otherwise."""
    await freshen(datasette)
    year = request.url_vars.get("year") or request.args.get("year")
    form, public = request.url_vars.get("format"), datasette.get_database("public")
    try:
        found = await public.execute_fn(lambda conn: publishing.public_list(conn, year))
    except publishing.UnknownYear as unknown:
        if form == "json":
            text = json.dumps({"error": "unknown year", "years": unknown.years})
            return Response(text, status=404, content_type=JSON)
        context = {"years": unknown.years}
        html = await datasette.render_template("public_unknown_year.html", context, request=request)
        return Response.html(html, status=404)
    return await FORMATS[form](datasette, request, found)


@hookimpl
def register_routes(datasette: Datasette) -> list[tuple[str, Any]]:
    if "public" not in datasette.databases:
        return []
    return [
        (r"^/institutions(\.(?P<format>csv|json))?$", institutions),
        (r"^/institutions/(?P<year>[^/]+)$", institutions),
    ]


@hookimpl
def menu_links(datasette: Datasette) -> list[dict[str, Any]]:
    if "public" not in datasette.databases:
        return []
    href = datasette.urls.path("/institutions")
    return [{"href": href, "label": t("承担机构名单", "Institutions"), "order": 90}]
