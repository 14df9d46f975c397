"""Parameters of queries (查询参数): lists to choose from on the core's own pages of queries."""

from typing import Any

from datasette import hookimpl
from datasette.app import Datasette
from training import parameters


@hookimpl
def prepare_jinja2_environment(env: Any, datasette: Datasette) -> None:
    async def parameter_field(
        database: str, name: str, value: str, actor: dict[str, Any] | None
    ) -> parameters.Field:
        """The field for :name; its list is of the database whose page it stands on."""
        known = (datasette.plugin_config("lingjun") or {}).get("parameters") or {}
        # One of a reader's own is called as the column of this name, if there is one.
        about = known.get(name) or {"title": env.globals["column_label"](name)}
        rows = []
        if "options" in about:
            planned = (actor or {}).get("role") == "office"
            rows = await datasette.get_database(database).execute_fn(
                lambda conn: parameters.options(conn, about, planned)
            )
        return parameters.field(about, rows, value)

    env.globals["parameter_field"] = parameter_field
