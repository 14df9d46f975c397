"""本单位数据: the file of an institution, an authority or the analysts, served to its owner alone.

It is attached when its owner first comes, and never taken off while the server runs. Whose a request
is has been settled by the doorkeeper, which stands outside of this.
"""

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from typing import Any

from datasette import Request, Response, hookimpl
from datasette.app import Datasette
from datasette.database import Database
from training import scopes
from training.scopes import Scope
from training.wording import t

# What metadata.yml says of an audience, said of one file of that audience.
SAY_THE_SAME = (
    "insert or replace into metadata_databases (database_name, key, value)"
    " select :name, key, value from metadata_databases where database_name = :audience",
    "insert or replace into metadata_resources (database_name, resource_name, key, value)"
    " select :name, resource_name, key, value from metadata_resources"
    " where database_name = :audience",
    "insert or replace into metadata_columns"
    " (database_name, resource_name, column_name, key, value)"
    " select :name, resource_name, column_name, key, value from metadata_columns"
    " where database_name = :audience",
    "delete from queries where database_name = :name and source = 'config'",
    "insert or ignore into queries (database_name, name, sql, title, description,"
    " description_html, options, parameters, is_write, is_private, is_trusted, source)"
    " select :name, name, sql, title, description, description_html, options, parameters,"
    " is_write, is_private, is_trusted, source from queries"
    " where database_name = :audience and source = 'config'",
)
KNOWN = "select 1 from catalog_databases where database_name = ?"


async def attach(datasette: Datasette, own: Scope, record: str) -> None:
    """Offer the file as a database, with the titles, labels and queries of its audience."""
    internal = datasette.get_internal_database()

    def say_the_same(conn: sqlite3.Connection) -> None:
        for statement in SAY_THE_SAME if own.name != own.audience else ():
            conn.execute(statement, {"name": own.name, "audience": own.audience})

    await internal.execute_write_fn(say_the_same)
    if own.name not in datasette.databases:
        database = Database(datasette, path=str(own.path(record)), is_mutable=True)
        datasette.add_database(database, name=own.name)
    # Somebody else's look at the databases may be under way, and miss this one.
    while not (await internal.execute(KNOWN, [own.name])).first():
        await datasette.refresh_schemas(force=True)
        await asyncio.sleep(0)


async def busy(datasette: Datasette, request: Request) -> Response:
    """Better no answer than one from yesterday: who is in the file may have moved away."""
    said = t(
        "数据正在更新，暂时打不开。请稍候刷新；一直不行，请联系管理员。",
        "The data is being brought up to date. Try again shortly, or tell the administrator.",
    )
    if request.path.endswith((".json", ".csv")):
        return Response.error([said], 503)
    html = await datasette.render_template("closed.html", {"said": said}, request=request)
    return Response.html(html, status=503)


@hookimpl
def startup(datasette: Datasette) -> None:
    config = datasette.config or {}
    if "databases" in config:
        datasette.config = {**config, "databases": scopes.ByAudience(config["databases"])}


@hookimpl(tryfirst=True)  # the first is the innermost: by then the request is known and let in
def asgi_wrapper(datasette: Datasette) -> Callable[[Any], Any]:
    def wrap(app: Any) -> Any:
        attached: set[str] = set()
        attaching = asyncio.Lock()

        async def make_ready(own: Scope) -> None:
            record = datasette.get_database("training").path
            if own.name in attached and scopes.is_fresh(record, own):
                return
            await asyncio.to_thread(scopes.refresh, record, own)
            async with attaching:
                if own.name not in attached:
                    await attach(datasette, own, record)
                    attached.add(own.name)

        async def with_own_file(scope: dict[str, Any], receive: Any, send: Any) -> None:
            own = scopes.of(scope.get("actor")) if scope["type"] == "http" else None
            if own and own.concerns(Request(scope, receive).path):
                try:
                    await make_ready(own)
                except (OSError, sqlite3.Error):
                    logging.getLogger(__name__).exception("scope %s not refreshed", own.name)
                    answer = await busy(datasette, Request(scope, receive))
                    return await answer.asgi_send(send)
            await app(scope, receive, send)
            return None

        return with_own_file

    return wrap


@hookimpl
def menu_links(datasette: Datasette, actor: dict[str, Any] | None) -> list[dict[str, Any]]:
    own = scopes.of(actor)
    if own is None:
        return []
    label = (
        t("分析数据", "Analysis")
        if own.audience == scopes.ANALYSIS
        else t("本单位数据", "Our data")
    )
    return [{"href": datasette.urls.path(f"/{own.name}"), "label": label, "order": 20}]
