"""The error log (错误日志): what failed and where, never with which words, numbers or names."""

import logging
from types import SimpleNamespace

from datasette import database, hookimpl
from training.fault_trace import places

#: Loggers of the server that print a fault with its message, or with the task it happened in.
LOGGERS = ("uvicorn.error", "asyncio")


class PlacesOnly(logging.Filter):
    """Replaces a traceback, whose last line quotes the value at fault, by the places it passed."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and record.exc_info[1]:
            first = record.getMessage().partition("\n")[0]
            record.msg, record.args = f"{first} {places(record.exc_info[1])}", ()
            record.exc_info = record.exc_text = None
        return True


class WithoutWords:
    """What the core's databases have for an error stream: they print statements with their values."""

    def write(self, text: str) -> None:
        """Say that something was said."""
        kind = "a statement" if text.startswith("ERROR: conn=") else "a write"
        logging.getLogger("lingjun").error("%s failed; the page says how", kind)

    def flush(self) -> None:
        """Nothing waits."""


@hookimpl
def startup() -> None:
    for name in LOGGERS:
        log = logging.getLogger(name)
        if not any(type(one).__name__ == PlacesOnly.__name__ for one in log.filters):
            log.addFilter(PlacesOnly())


# It uses nothing else of sys: tests/plugins/test_error_log.py looks.
database.sys = SimpleNamespace(stderr=WithoutWords())
