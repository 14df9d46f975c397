"""公开名单: the institutions of a programme year, for anybody, as a page, as CSV and as JSON."""

import json
from typing import Any

from datasette import NotFound, Request, Response, hookimpl
from datasette.app import Datasette
from training import feeds, public_site, publishing, site_address, tabular
from training.publishing import PublicList
from training.wording import t

# The core withholds an answer from shared caches whenever a cookie came with the request.
CACHE = {"Cache-Control": "public, max-age=60"}
JSON = "application/json; charset=utf-8"


async def as_page(datasette: Datasette, request: Request, found: PublicList) -> Response:
    public = datasette.get_database("public")
    places = await public.execute_fn(lambda c: public_site.authorities(c, found.release))
    asked = {key: request.url_vars.get(key) for key in ("facet", "value")}
    choices = public_site.choices(found, places)
    chosen = next((c for c in choices if asked == {"facet": c.facet, "value": c.value}), None)
    if asked["facet"] and not chosen:
        raise NotFound(t("名单里没有这一类。", "The list has nothing of this kind."))
    shown = list(found.institutions)
    if chosen:
        shown = public_site.narrowed(shown, chosen.facet, chosen.value, places)
    context = {
        "found": found, "shown": shown, "choices": choices, "chosen": chosen, "places": places,
        "words": publishing, "programme_site": publishing.PROGRAMME_SITE,
        "past": request.url_vars.get("release"),
        "data": feeds.list_data(found, site_address.of_request(request)),
    }  # fmt: skip
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
    year = request.url_vars.get("year") or request.args.get("year")
    release = request.url_vars.get("release")
    form, public = request.url_vars.get("format"), datasette.get_database("public")
    try:
        found = await public.execute_fn(
            lambda conn: publishing.public_list(conn, year, int(release) if release else None)
        )
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
        (r"^/institutions/(?P<year>[^/.]+)(\.(?P<format>csv|json))?$", institutions),
        (r"^/institutions/(?P<year>[^/.]+)/(?P<facet>[a-z]+)/(?P<value>[a-z_]+)$", institutions),
        (r"^/releases/(?P<release>\d{1,9})/(?P<year>[^/.]+)$", institutions),
    ]


@hookimpl
def menu_links(datasette: Datasette) -> list[dict[str, Any]]:
    if "public" not in datasette.databases:
        return []
    href = datasette.urls.path("/institutions")
    return [{"href": href, "label": t("承担机构名单", "Institutions"), "order": 90}]
