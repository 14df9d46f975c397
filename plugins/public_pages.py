"""公开页面: one page per institution, per authority and per release, and what there is to download."""

from typing import Any

from datasette import NotFound, Request, Response, hookimpl
from datasette.app import Datasette
from training import dataset, feeds, public_site, publishing, site_address
from training.wording import t

CACHE = {"Cache-Control": "public, max-age=60"}


async def show(datasette: Datasette, request: Request, template: str, **found: Any) -> Response:
    words = {"words": publishing, "says": public_site, "feeds": feeds}
    html = await datasette.render_template(template, {**words, **found}, request=request)
    return Response.html(html, headers=CACHE)


async def read(datasette: Datasette, ask: Any) -> Any:
    """What ``ask`` reads of the public file; 404 while nothing has been released."""
    try:
        return await datasette.get_database("public").execute_fn(ask)
    except publishing.UnknownYear as empty:
        raise NotFound(t("还没有公布名单。", "Nothing has been published yet.")) from empty


async def institution(datasette: Datasette, request: Request) -> Response:
    years = await read(
        datasette, lambda conn: public_site.of_institution(conn, request.url_vars["slug"])
    )
    if not years:
        raise NotFound(t("名单里没有这家机构。", "No such institution is on a list."))
    places = await read(
        datasette, lambda conn: public_site.authorities(conn, public_site.last(conn))
    )
    one = years[0][1]
    data = feeds.institution_data(one, site_address.of_request(request))
    place = places.get(one.authority or "")
    return await show(
        datasette, request, "public_institution.html", one=one, years=years, place=place, data=data
    )


async def authority(datasette: Datasette, request: Request) -> Response:
    code = request.url_vars["code"]
    found = await read(datasette, lambda conn: public_site.of_authority(conn, code))
    if not found:
        raise NotFound(t("没有这个主管部门。", "There is no such authority."))
    places = await authority_list(datasette)
    one, institutions = found
    children = [place for place in places.values() if place.parent == one.code]
    parent, data = (
        places.get(one.parent or ""),
        feeds.authority_data(one, site_address.of_request(request)),
    )
    return await show(
        datasette, request, "public_authority.html", one=one, institutions=institutions,
        children=children, parent=parent, data=data,
    )  # fmt: skip


async def authority_list(datasette: Datasette) -> dict[str, public_site.Authority]:
    return await read(datasette, lambda conn: public_site.authorities(conn, public_site.last(conn)))


async def authorities(datasette: Datasette, request: Request) -> Response:
    places = await authority_list(datasette)
    return await show(datasette, request, "public_authorities.html", places=places.values())


async def releases(datasette: Datasette, request: Request) -> Response:
    found = await read(datasette, public_site.releases)
    asked = request.url_vars.get("release")
    if asked:
        found = [one for one in found if one.number == int(asked)]
        if not found:
            raise NotFound(t("没有这次发布。", "There is no such release."))
        listed = await read(
            datasette, lambda conn: publishing.public_list(conn, release=int(asked))
        )
        return await show(
            datasette, request, "public_release.html", release=found[0], years=listed.years
        )
    return await show(datasette, request, "public_releases.html", releases=found)


async def data(datasette: Datasette, request: Request) -> Response:
    found = await read(datasette, public_site.releases)
    if not found:
        raise NotFound(t("还没有公布名单。", "Nothing has been published yet."))
    listed = await read(datasette, publishing.public_list)
    return await show(
        datasette, request, "public_data.html", release=found[0], names=dataset.NAMES,
        found=listed, base=site_address.of_request(request),
    )  # fmt: skip


@hookimpl
def register_routes(datasette: Datasette) -> list[tuple[str, Any]]:
    if "public" not in datasette.databases:
        return []
    return [
        (r"^/institution/(?P<slug>[a-z][a-z0-9-]*)$", institution),
        (r"^/authority/(?P<code>\d{6})$", authority),
        (r"^/authorities$", authorities),
        (r"^/releases(/(?P<release>\d{1,9}))?$", releases),
        (r"^/data$", data),
    ]
