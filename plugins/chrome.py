"""The frame (页面框架) round every page: navigation, account, static files, error pages."""

import logging
import sqlite3
from collections.abc import Awaitable, Callable
from typing import Any

from datasette import Request, Response, hookimpl
from datasette import handle_exception as core_handler
from datasette.app import Datasette
from datasette.utils.asgi import Base400
from datasette.views.base import DatasetteError
from training.fault_trace import places
from training.wording import t


def role_in_words(actor: dict[str, Any] | None) -> str:
    """The role of an actor in the current language, '' when it has none of ours."""
    roles = {
        "office": t("协调小组办公室", "Coordination office"),
        "institution": t("培训承担机构", "Training institution"),
        "province": t("省级主管部门", "Provincial authority"),
        "assessor": t("第三方考核机构", "Assessor"),
        "analyst": t("数据分析", "Analyst"),
        "auditor": t("安全审计", "Auditor"),
    }
    return roles.get((actor or {}).get("role") or "", "")


def navigation(links: list[dict[str, Any]], path: str) -> list[dict[str, Any]]:
    """The menu links of all plugins by their `order`, with `current` on that of this page."""
    ordered = sorted(links, key=lambda link: link.get("order", 100))
    above = [link["href"] for link in ordered if is_under(path, link["href"])]
    current = max(above, key=len, default=None)
    return [{**link, "current": link["href"] == current} for link in ordered]


def is_under(path: str, href: str) -> bool:
    """Whether a page belongs to a menu link: it is the page itself or above it."""
    return path == href or (href != "/" and path.startswith(href.rstrip("/") + "/"))


def told(exception: Exception, request: Request) -> tuple[int, str | None, str]:
    """Status, title and text for people. Of a fault of ours nothing: it may hold personal data."""
    if isinstance(exception, (ValueError, sqlite3.OperationalError)) and asks_by_hand(request):
        text = t(
            "网址里的参数不对，请从页面上的链接重新打开。",
            "A parameter of this address makes no sense: open the page again by its links.",
        )
        return 400, None, text
    if type(exception) is sqlite3.DatabaseError and "prohibited" in str(exception):
        return 400, None, t("这个表不能查询。", "That table can't be queried.")
    if isinstance(exception, (sqlite3.ProgrammingError, sqlite3.Warning)):
        text = t(
            "一次只能运行一条 SQL 语句，参数要填全。",
            "One SQL statement at a time, with all its parameters.",
        )
        return 400, None, text
    if isinstance(exception, DatasetteError):
        # The core's text with markup has one without beside it.
        return exception.status, exception.title, exception.plain_message or exception.message
    if isinstance(exception, Base400):
        no_route = str(exception) == "404"
        text = t("页面不存在。", "There is no such page.") if no_route else str(exception)
        return exception.status, None, text
    if (
        request.method == "POST"
        and isinstance(exception, KeyError)
        and exception.args == ("table",)
    ):
        # The core takes a POST to its page of free SQL for one to a canned query.
        return 405, None, t("这个页面不接收表单。", "This page takes no form.")
    if "disk is full" in str(exception):
        text = t(
            "服务器磁盘已满，什么都没有保存；查看不受影响。请联系管理员，稍后再试。",
            "The server's disk is full: nothing was stored. Reading goes on. Tell the administrator.",
        )
        return 507, None, text
    return 500, None, t("系统出错，已记入日志。", "Something went wrong; it is in the log.")


def asks_by_hand(request: Request) -> bool:
    """Whether the address has parameters of the core's (?_facet=, ?_timelimit=), unchecked by it."""
    return request.method == "GET" and any(name.startswith("_") for name in request.args)


@hookimpl(tryfirst=True)  # the core's own answer has no request: no account, no navigation
def handle_exception(
    datasette: Datasette, request: Request, exception: Exception
) -> Callable[[], Awaitable[Response | None]]:
    async def answer() -> Response | None:
        status, title, text = told(exception, request)
        if status >= 500:
            logging.getLogger("lingjun").error("a page failed: %s", places(exception))
        if request.path.endswith((".json", ".csv")):
            # The core answers these well, but for a fault it would tell too much.
            known = isinstance(exception, (DatasetteError, Base400))
            return None if known else Response.error(text, status)
        context = {"status": status, "title": title, "error": text}
        html = await datasette.render_template("error.html", context, request=request)
        return Response.html(html, status=status)

    return answer


@hookimpl
def prepare_jinja2_environment(env: Any, datasette: Datasette) -> None:
    def asset(name: str) -> str:
        """URL of a file in plugins/static; without its hash when the server has no such mount."""
        try:
            return datasette.static(name, mount="assets")
        except FileNotFoundError:
            return datasette.urls.path(f"/assets/{name}")

    env.globals.update(asset=asset, navigation=navigation, role_in_words=role_in_words)


# Where the library rich happens to be installed, the core would print each error with every local
# variable: forms, cookies, people. No log of ours holds that.
core_handler.rich = None
