"""Names people read (显示名称) for columns, tables and databases.

They come from metadata.yml, where every title and column label is a pair '中文 | English'.
"""

from collections import Counter
from collections.abc import Iterable, Mapping

from training.scopes import audience_of
from training.wording import label, t

ColumnKey = tuple[str, str, str]  # database, table, column
PlaceKey = tuple[str, str | None]  # database, table or None for the database itself


class Labels:
    """The label of every column, table and database; a name without one shows itself."""

    def __init__(
        self,
        columns: Mapping[ColumnKey, str],
        titles: Mapping[PlaceKey, str],
        anywhere: Mapping[str, str],
    ):
        self._columns = columns
        self._titles = titles
        self._anywhere = {**_most_used(columns), **anywhere}

    def column(self, name: str, database: str | None = None, table: str | None = None) -> str:
        """Label of a column of a table; of a query's column when there is no table.

        `anywhere` speaks for columns of query results; without it the label that most tables
        give to a column of this name.
        """
        place = (audience_of(database or ""), table or "", name)
        own = self._columns.get(place) if database and table else None
        return label(own or self._anywhere.get(name, name))

    def columns(self, names: Iterable[str], database: str, table: str) -> dict[str, str]:
        """Column name -> label, for the scripts of a table page."""
        return {name: self.column(name, database, table) for name in names}

    def table(self, database: str, table: str) -> str:
        """Label of a table or view."""
        return label(self._titles.get((audience_of(database), table), table))

    def database(self, database: str) -> str:
        """Label of a database."""
        return label(self._titles.get((audience_of(database), None), database))

    def filters(
        self,
        clauses: Iterable[tuple[str, str, str | None]],
        sort: str | None,
        sort_desc: str | None,
        place: tuple[str, str],
    ) -> str:
        """What a table page shows, in words.

        `clauses` are (column, comparison in words, value or None when it takes none).
        """
        shown = [
            f"{self.column(column, *place)} {words}" + ("" if value is None else f" “{value}”")
            for column, words, value in clauses
        ]
        order = sort or sort_desc
        if order:
            direction = t("降序", "descending") if sort_desc else t("升序", "ascending")
            by = self.column(order, *place)
            shown.append(t(f"按 {by} {direction}", f"sorted by {by} {direction}"))
        return t("；", "; ").join(shown)


def _most_used(columns: Mapping[ColumnKey, str]) -> dict[str, str]:
    """Column name -> the pair that most tables give it."""
    counts: dict[str, Counter[str]] = {}
    for (_, _, column), pair in columns.items():
        counts.setdefault(column, Counter())[pair] += 1
    return {column: pairs.most_common(1)[0][0] for column, pairs in counts.items()}
