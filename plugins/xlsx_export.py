"""Excel 导出: any table, canned or saved query or SQL result as a workbook (.xlsx)."""

import asyncio
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from datasette import Request, Response, hookimpl
from datasette.app import Datasette
from training import exports, tabular, workbook_export
from training.sessions import present_actor
from training.wording import t


async def all_rows(datasette: Datasette, request: Request) -> workbook_export.Result:
    """Everything behind the address, page by page, as far as a workbook of ours goes."""
    path = request.path.removesuffix(".xlsx") + ".json"
    asked = [
        (k, v) for k, v in parse_qsl(request.query_string, True) if k not in ("_size", "_next")
    ]
    found = workbook_export.Result()
    after: str | None = None
    while True:
        more = [("_size", "max"), ("_shape", "arrays"), ("_extra", "columns")]
        query = urlencode([*asked, *more, *([("_next", after)] if after else [])])
        answer = await datasette.client.get(
            f"{quote(path, safe='/~-.')}?{query}", headers=dict(request.headers)
        )
        page = json.loads(answer.content)
        if answer.status_code != 200:
            found.refused = str(page.get("error") or answer.status_code)
            return found
        found.add(page)
        after = page.get("next")
        if not after or found.full:
            found.cut = found.cut or bool(after)
            return found


async def workbook(
    datasette: Datasette, request: Request, database: str, table: str | None, query_name: str | None
) -> Response:
    with exports.noted_already():
        found = await all_rows(datasette, request)
    if found.refused:
        return Response.error([found.refused], 400)
    words = datasette.get_jinja_environment().globals
    label, titled = words["column_label"], words["table_label"]
    place = table or query_name
    title = titled(database, place) if place else words["database_label"](database)
    header = [label(column, database, table) for column in found.columns]
    who = (present_actor.get() or {}).get("id") or "-"
    made = await asyncio.to_thread(workbook_export.workbook, title, header, found, who)
    name = f"{title}{t('（部分）', ' (partial)') if found.cut else ''}.xlsx"
    headers = {"Content-Disposition": tabular.attachment(name, "export.xlsx")}
    return Response(made, headers=headers, content_type=tabular.XLSX)


@hookimpl
def register_output_renderer() -> dict[str, Any]:
    async def render(
        datasette: Datasette, request: Request, database: str, table: str | None,
        query_name: str | None,
    ) -> Response:  # fmt: skip
        return await workbook(datasette, request, database, table, query_name)

    renderer: Callable[..., Any] = render
    return {"extension": "xlsx", "render": renderer}
