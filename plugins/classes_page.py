"""班级: the classes of an institution, or of all for the office, with their sessions and accounts."""

import asyncio
from typing import Any

from datasette import Forbidden, NotFound, Request, Response, hookimpl
from datasette.app import Datasette
from datasette.utils.asgi import BadRequest
from training.class_desk import TABS, ClassDesk, Refused
from training.queries import UnknownYear
from training.wording import t

LIMIT = 8 * 1024 * 1024
FIELDS = 20_000  # the attendance of a large class is one box a person and session


def class_desk(datasette: Datasette, request: Request) -> ClassDesk:
    """The desk of the signed-in institution or office; anybody else is refused."""
    actor = request.actor or {}
    if actor.get("role") not in ("institution", "office"):
        raise Forbidden(t("只有承担机构和办公室管理班级。", "For institutions and the office."))
    return ClassDesk(datasette.get_database("training").path, actor)


async def sent(request: Request) -> dict[str, Any]:
    """The fields of a form by name; a file as its content and name."""
    form = await request.form(
        files=True, max_fields=FIELDS, max_file_size=LIMIT, max_request_size=LIMIT + 1024 * 1024
    )
    found: dict[str, Any] = {}
    for name in form:
        values = form.getlist(name)
        files = [value for value in values if hasattr(value, "filename")]
        if not files:
            found[name] = values
        elif files[0].filename:
            found[name] = (await files[0].read(), files[0].filename)
    return found


async def page(
    datasette: Datasette,
    request: Request,
    name: str,
    found: Any,
    refused: str = "",
    form: Any = None,
) -> Response:
    """A page of classes; after a refusal it says why and keeps what was typed."""
    typed = {key: values[0] for key, values in (form or {}).items() if isinstance(values, list)}
    context = found | {"refused": refused, "typed": typed, "ticked": form or {}}
    html = await datasette.render_template(name, context, request=request)
    return Response.html(html, status=400 if refused else 200)


async def classes(datasette: Datasette, request: Request) -> Response:
    own, refused, form = class_desk(datasette, request), "", None
    year = request.args.get("year")
    try:
        if request.method == "POST":
            form = await sent(request)
            year = form.get("year", [None])[0]
            number = await asyncio.to_thread(own.create, form)
            return Response.redirect(f"/-/classes/{number}")
    except (Refused, BadRequest) as refusal:
        refused = str(refusal)
    except UnknownYear:
        year = None
    try:
        found = await asyncio.to_thread(own.home, year)
    except UnknownYear as error:
        raise NotFound(t("没有这个年度。", "There is no such year.")) from error
    return await page(datasette, request, "classes.html", found, refused, form)


async def one_class(datasette: Datasette, request: Request) -> Response:
    own, refused, form = class_desk(datasette, request), "", None
    number, tab = int(request.url_vars["cohort"]), request.url_vars["tab"] or ""
    if request.method == "POST":
        try:
            form = await sent(request)
            said = await asyncio.to_thread(own.act, number, form)
            datasette.add_message(request, said, datasette.INFO)
            return Response.redirect(request.path)
        except (Refused, BadRequest) as refusal:
            refused = str(refusal)
    found = await asyncio.to_thread(own.page, number, tab)
    if found is None:
        raise NotFound(t("没有这个班级。", "There is no such class."))
    name = f"class_{tab}.html" if tab else "class.html"
    return await page(datasette, request, name, found, refused, form)


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    tabs = "|".join(tab for tab in TABS if tab)
    return [
        (r"^/-/classes$", classes),
        (rf"^/-/classes/(?P<cohort>\d{{1,12}})(?:/(?P<tab>{tabs}))?$", one_class),
    ]


@hookimpl
def menu_links(datasette: Datasette, actor: dict[str, Any] | None) -> list[dict[str, Any]]:
    if actor and actor.get("role") in ("institution", "office"):
        href = datasette.urls.path("/-/classes")
        return [{"href": href, "label": t("班级", "Classes"), "order": 15}]
    return []
