"""数据字典 and examples of SQL, for who reads the analysis file."""

from typing import Any

from datasette import Request, Response, hookimpl
from datasette.app import Datasette
from training import dictionary, tabular
from training.scopes import ANALYSIS
from training.wording import label, t

PATH = "/-/dictionary"


async def entries(datasette: Datasette) -> list[dictionary.Entry]:
    about = (datasette.plugin_config("lingjun") or {}).get("dictionary") or {}
    column_label = datasette.get_jinja_environment().globals["column_label"]

    def labelled(table: str, column: str) -> str:
        return str(column_label(column, ANALYSIS, table))

    return await datasette.get_database(ANALYSIS).execute_fn(
        lambda conn: list(dictionary.entries(conn, about, labelled))
    )


async def page(request: Request, datasette: Datasette) -> Response:
    tables: dict[str, list[dictionary.Entry]] = {}
    for entry in await entries(datasette):
        tables.setdefault(entry.table, []).append(entry)
    html = await datasette.render_template(
        "dictionary.html", {"tables": tables, "database": ANALYSIS}, request=request
    )
    return Response.html(html)


async def file(datasette: Datasette) -> Response:
    rows = [dictionary.row(entry) for entry in await entries(datasette)]
    return Response(
        tabular.csv_text(dictionary.header(), rows),
        headers={
            "Content-Disposition": tabular.attachment(
                t("数据字典.csv", "dictionary.csv"), "dictionary.csv"
            )
        },
        content_type="text/csv; charset=utf-8",
    )


async def _examples(datasette: Datasette, request: Request, database: str) -> str:
    if database != ANALYSIS:
        return ""
    found = (datasette.plugin_config("lingjun") or {}).get("examples") or []
    shown = [{"title": label(one["title"]), "sql": one["sql"]} for one in found]
    return await datasette.render_template(
        "_examples.html", {"examples": shown, "path": datasette.urls.database(database)},
        request=request,
    )  # fmt: skip


@hookimpl
def top_database(datasette: Datasette, request: Request, database: str) -> Any:
    return lambda: _examples(datasette, request, database)


@hookimpl
def top_query(datasette: Datasette, request: Request, database: str) -> Any:
    return lambda: _examples(datasette, request, database)


@hookimpl
def menu_links(actor: dict[str, Any] | None) -> list[dict[str, Any]]:
    if (actor or {}).get("role") != "analyst":
        return []
    return [{"href": PATH, "label": t("数据字典", "Dictionary"), "order": 45}]


@hookimpl
def register_routes(datasette: Datasette) -> list[tuple[str, Any]]:
    if "training" not in datasette.databases:
        return []
    return [(rf"^{PATH}$", page), (rf"^{PATH}\.csv$", file)]
