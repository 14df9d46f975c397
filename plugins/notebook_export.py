"""导出到笔记本: datasette-export-notebook's page, with code that shows a token and reads every page."""

from typing import Any

from datasette import Request, Response, hookimpl
from datasette.app import Datasette
from training import api_grants, notebook_code
from training.wording import current_language


class WithCode:
    """What the plugin asks of Datasette; its page gets the request, for the frame, and our code.

    Its own code sends no credential, so it reads nothing here.
    """

    def __init__(self, datasette: Datasette, request: Request) -> None:
        self._datasette, self._request = datasette, request

    def __getattr__(self, name: str) -> Any:
        return getattr(self._datasette, name)

    async def render_template(self, template: str, found: dict[str, Any]) -> str:
        """The page; ``found`` is what the plugin knows of the rows."""
        url, language = found["json_url"], current_language()
        more = {
            "python": notebook_code.python(url, language),
            "javascript": notebook_code.javascript(url, language),
            "pandas": notebook_code.PANDAS,
            "may_have_tokens": (self._request.actor or {}).get("role") in api_grants.ROLES,
        }
        page: str = await self._datasette.render_template(
            template, found | more, request=self._request
        )
        return page


@hookimpl
def startup(datasette: Datasette) -> None:
    of_the_plugin, can_render = datasette.renderers["Notebook"]

    async def render(datasette: Datasette, request: Request, data: Any, rows: Any) -> Response:
        answer: Response = await of_the_plugin(WithCode(datasette, request), request, data, rows)
        return answer

    datasette.renderers["Notebook"] = render, can_render
