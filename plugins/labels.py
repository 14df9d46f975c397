"""Labels (显示名称) of columns, tables and databases from metadata.yml on Datasette's own pages."""

from collections.abc import Awaitable, Callable
from typing import Any

from datasette import hookimpl
from datasette.app import Datasette
from datasette.filters import Filters
from training.labels import Labels
from training.wording import label, t

COLUMNS = """
select database_name, resource_name, column_name, value from metadata_columns
where key = 'description'
"""
TITLES = """
select database_name, resource_name, value from metadata_resources where key = 'title'
union all
select database_name, null, value from metadata_databases where key = 'title'
"""


@hookimpl
def startup(datasette: Datasette) -> Callable[[], Awaitable[None]]:
    async def read_labels() -> None:
        internal = datasette.get_internal_database()
        config = datasette.plugin_config("lingjun") or {}
        labels = Labels(
            {tuple(row)[:3]: row["value"] for row in await internal.execute(COLUMNS)},
            {tuple(row)[:2]: row["value"] for row in await internal.execute(TITLES)},
            config.get("columns") or {},
        )
        offer(datasette.get_jinja_environment(), labels)

    return read_labels


@hookimpl
def render_cell(value: Any, column: str, table: str | None) -> str | None:
    """The `label` of a query's row is a pair as well."""
    return label(value) if table is None and column == "label" and isinstance(value, str) else None


def offer(env: Any, labels: Labels) -> None:
    """Give the templates their label functions."""
    localised = env.globals["localised"]
    words = {key: (display, no_value) for key, display, no_value in Filters([]).lookups()}

    def crumb_label(item: dict[str, str], database: str | None, table: str | None) -> str:
        name = item["label"]
        if database and name == table:
            return labels.table(database, table)
        return labels.database(name) if name == database else t("首页", "Home")

    def filter_text(
        described: str, filters: Filters, search: str, sort: str, sort_desc: str,
        database: str, table: str,
    ) -> str:  # fmt: skip
        clauses = [
            (column, localised(words[lookup][0]), None if words[lookup][1] else value)
            for column, lookup, value in filters.selections()
            if lookup in words
        ]
        if search:
            clauses.insert(0, (t("全文搜索", "search"), t("匹配", "matches"), search))
        # What is not known here (?_through=) is still told, in the core's words.
        return labels.filters(clauses, sort, sort_desc, (database, table)) or described

    env.globals.update(
        column_label=labels.column,
        column_labels=labels.columns,
        table_label=labels.table,
        database_label=labels.database,
        crumb_label=crumb_label,
        filter_text=filter_text,
    )
