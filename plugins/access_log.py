"""The access log (访问日志): who asked for which address and what came of it, never for whom."""

import logging
from typing import Any

from datasette import hookimpl
from datasette.database import Database
from training.api_grants import without_tokens
from training.wrapping import wrap


class WithoutQuery(logging.Filter):
    """Search terms are names of people, and they stand in the query string: it is left out."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple) and len(record.args) == 5:
            client, method, path, *rest = record.args
            record.args = (client, method, without_tokens(str(path).partition("?")[0]), *rest)
        return True


@hookimpl
def startup() -> None:
    # uvicorn configures its loggers later than this, and leaves the filters of a logger alone.
    log = logging.getLogger("uvicorn.access")
    if not any(type(one).__name__ == WithoutQuery.__name__ for one in log.filters):
        log.addFilter(WithoutQuery())


# The core would print each statement that fails, with its parameters: they hold what was searched
# for. Whoever asked reads in the answer what was wrong.
def _unsaid(execute: Any) -> Any:
    async def unsaid(self: Database, *words: Any, **more: Any) -> Any:
        return await execute(self, *words, **{**more, "log_sql_errors": False})

    return unsaid


wrap(Database, "execute", _unsaid)
