"""考核评分: the assessor's sheet, the office's view of it, an institution's own published result."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlencode

from datasette import Forbidden, NotFound, Request, Response, hookimpl
from datasette.app import Datasette
from datasette.utils.asgi import BadRequest
from training import evidence as behind_scores
from training import evidence_files, posted, queries, tabular
from training.assessment_desk import AssessmentDesk, Refused
from training.wording import t

LIMIT = 4 * 1024 * 1024
Handler = Callable[[Datasette, Request], Awaitable[Response]]
PATH = "/-/assessment"


def desk(datasette: Datasette, request: Request, *roles: str) -> AssessmentDesk:
    """The desk of somebody of one of ``roles``; anybody else is refused."""
    actor = request.actor or {}
    if actor.get("role") not in roles:
        raise Forbidden(t("这一页不对您开放。", "This page is not open to you."))
    catalogue = queries.from_config(datasette.config)
    return AssessmentDesk(str(datasette.get_database("training").path), actor, catalogue)


def known_year(handler: Handler) -> Handler:
    """The handler, with one answer for a year that is not there or not there for this reader."""

    async def answered(datasette: Datasette, request: Request) -> Response:
        try:
            return await handler(datasette, request)
        except queries.UnknownYear as error:
            raise NotFound(t("没有这个年度。", "There is no such year.")) from error

    return answered


async def page(datasette: Datasette, request: Request) -> Response:
    if (request.actor or {}).get("role") == "institution":
        own = desk(datasette, request, "institution")
        look, template = own.result, "assessment_result.html"
    else:
        own = desk(datasette, request, "assessor", "office")
        look, template = own.sheet, "assessment.html"
    if request.method == "POST":
        return await save(datasette, request)
    found = await asyncio.to_thread(look, request.args.get("year"))
    return Response.html(await datasette.render_template(template, found, request=request))


async def again(
    datasette: Datasette, request: Request, own: AssessmentDesk, year: str | None, **more: Any
) -> Response:
    """The sheet once more, with what could not be taken and what was typed there."""
    found = await asyncio.to_thread(own.sheet, year)
    found["texts"] |= {place: more["cells"].get(place, "") for place in more["faults"]}
    html = await datasette.render_template("assessment.html", found | more, request=request)
    return Response.html(html, status=400)


async def save(datasette: Datasette, request: Request) -> Response:
    own, form = desk(datasette, request, "assessor"), await posted.fields(request)
    year = form.get("year")
    try:
        said, faults, cells = await asyncio.to_thread(own.save, form)
    except Refused as refusal:
        datasette.add_message(request, str(refusal), datasette.WARNING)
        return Response.redirect(f"{PATH}?year={year}")
    if faults:
        return await again(datasette, request, own, year, said=said, faults=faults, cells=cells)
    datasette.add_message(request, said, datasette.INFO)
    return Response.redirect(f"{PATH}?year={year}")


async def upload(datasette: Datasette, request: Request) -> Response:
    own = desk(datasette, request, "assessor")
    if request.method != "POST":
        return Response.redirect(PATH)
    try:
        form = await request.form(files=True, max_file_size=LIMIT, max_request_size=2 * LIMIT)
        file, year = form.get("file"), form.get("year")
        if not getattr(file, "filename", None):
            raise Refused(t("请先选择文件。", "Choose a file first."))
        said, faults, cells, remarks = await asyncio.to_thread(own.upload, year, await file.read())
    except BadRequest:
        datasette.add_message(request, t("文件不完整或太大。", "Incomplete or too large."), 2)
        return Response.redirect(PATH)
    except Refused as refusal:
        datasette.add_message(request, str(refusal), datasette.WARNING)
        return Response.redirect(PATH)
    if faults or remarks:
        more = {"said": said, "faults": faults, "cells": cells, "remarks": remarks}
        return await again(datasette, request, own, year, **more)
    datasette.add_message(request, said, datasette.INFO)
    return Response.redirect(f"{PATH}?year={year}")


async def evidence(datasette: Datasette, request: Request) -> Response:
    own, back = desk(datasette, request, "assessor"), PATH
    if request.method == "POST":
        try:
            form = await request.form(
                files=True, max_file_size=evidence_files.LIMIT,
                max_request_size=evidence_files.LIMIT + 1024 * 1024,
            )  # fmt: skip
            file, words = form.get("file"), {name: form.get(name) for name in form}
            named = getattr(file, "filename", None)
            sent = (named, await file.read()) if named else None
            words.pop("file", None)
            back = f"{PATH}?{urlencode({'year': words.get('year') or ''})}#evidence"
            said = await asyncio.to_thread(own.add_evidence, words, sent)
            datasette.add_message(request, said, datasette.INFO)
        except BadRequest:
            datasette.add_message(request, str(behind_scores.too_large()), datasette.WARNING)
        except Refused as refusal:
            datasette.add_message(request, str(refusal), datasette.WARNING)
    return Response.redirect(back)


async def evidence_file(datasette: Datasette, request: Request) -> Response:
    own = desk(datasette, request, "assessor", "office")
    try:
        found = await asyncio.to_thread(own.evidence, int(request.url_vars["number"]))
    except Refused as refusal:
        datasette.add_message(request, str(refusal), datasette.WARNING)
        return Response.redirect(PATH)
    if found is None:
        raise NotFound(t("没有这个文件。", "There is no such file."))
    file, media = found
    headers = {"Content-Disposition": tabular.attachment(file.name, file.plain_name)}
    return Response(file.content, content_type=media, headers=headers)


async def template(datasette: Datasette, request: Request) -> Response:
    own = desk(datasette, request, "assessor")
    year, content = await asyncio.to_thread(own.template, request.args.get("year"))
    name = tabular.attachment(f"考核评分表-{year}.csv", "assessment.csv")
    return Response(
        content, content_type="text/csv; charset=utf-8", headers={"Content-Disposition": name}
    )


async def back(datasette: Datasette, request: Request) -> Response:
    own = desk(datasette, request, "office")
    form = await posted.fields(request) if request.method == "POST" else {}
    try:
        if form:
            said = await asyncio.to_thread(own.send_back, form)
            datasette.add_message(request, said, datasette.INFO)
    except Refused as refusal:
        datasette.add_message(request, str(refusal), datasette.WARNING)
    return Response.redirect(f"{PATH}?year={form.get('year') or ''}")


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    return [
        (rf"^{PATH}$", known_year(page)),
        (rf"^{PATH}/upload$", known_year(upload)),
        (rf"^{PATH}/template\.csv$", known_year(template)),
        (rf"^{PATH}/evidence$", known_year(evidence)),
        (rf"^{PATH}/evidence/(?P<number>\d{{1,12}})$", evidence_file),
        (rf"^{PATH}/back$", known_year(back)),
    ]


@hookimpl
def menu_links(datasette: Datasette, actor: dict[str, Any] | None) -> list[dict[str, Any]]:
    if actor and actor.get("role") == "assessor":
        return [{"href": datasette.urls.path(PATH), "label": t("考核评分", "Scores"), "order": 10}]
    return []
