"""定期报告: the office's periodical report, to print on A4 or to take as a workbook."""

import asyncio
from pathlib import Path
from typing import Any

from datasette import Forbidden, NotFound, Request, Response, hookimpl
from datasette.app import Datasette
from training import posted, queries, report, tabular
from training.wording import t


def record_for(datasette: Datasette, request: Request) -> Path:
    """The record, for the coordination office alone."""
    if (request.actor or {}).get("role") != "office":
        raise Forbidden(t("报告供协调小组办公室使用。", "The report is the office's."))
    return Path(datasette.get_database("training").path)


async def page(datasette: Datasette, request: Request) -> Response:
    record, catalogue = record_for(datasette, request), queries.from_config(datasette.config)
    by = f"{request.actor.get('name') or ''} {request.actor['id']}".strip()
    try:
        found = await asyncio.to_thread(
            report.make, record, catalogue, request.args.get("year"), by
        )
    except queries.UnknownYear as error:
        raise NotFound(t("没有这个年度。", "There is no such year.")) from error
    context = {"found": found, "words": queries, "columns": report.columns}
    return Response.html(await datasette.render_template("report.html", context, request=request))


async def workbook(datasette: Datasette, request: Request) -> Response:
    record, catalogue = record_for(datasette, request), queries.from_config(datasette.config)
    if request.method != "POST":
        return Response.redirect("/-/report")
    form = await posted.fields(request)
    try:
        year, content = await asyncio.to_thread(
            report.export, record, catalogue, report.labels_from(datasette.config),
            form.get("year"), request.actor["id"], "web",
        )  # fmt: skip
    except queries.UnknownYear as error:
        raise NotFound(t("没有这个年度。", "There is no such year.")) from error
    name = tabular.attachment(f"定期报告-{year}-{report.stamp()}.xlsx", "report.xlsx")
    return Response(content, content_type=tabular.XLSX, headers={"Content-Disposition": name})


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    return [(r"^/-/report$", page), (r"^/-/report\.xlsx$", workbook)]
