"""发布: what the public would see next, and its release by two people of the coordination office."""

import asyncio
from pathlib import Path
from typing import Any

from datasette import Forbidden, Request, Response, hookimpl
from datasette.app import Datasette
from training import posted, public_site, releases
from training.wording import t

PATH = "/-/release"


def record_for(datasette: Datasette, request: Request) -> Path:
    """The record, for the coordination office alone."""
    if (request.actor or {}).get("role") != "office":
        raise Forbidden(
            t("只有协调小组办公室可以发布。", "Only the coordination office publishes.")
        )
    return Path(datasette.get_database("training").path)


async def page(request: Request, datasette: Datasette) -> Response:
    record = record_for(datasette, request)
    if request.method == "POST":
        return await act(datasette, request, record)
    found = await asyncio.to_thread(releases.standing, record)
    context = {"found": found, "says": public_site, "me": request.actor["id"]}
    html = await datasette.render_template("release.html", context, request=request)
    return Response.html(html)


async def act(datasette: Datasette, request: Request, record: Path) -> Response:
    form = await posted.fields(request)
    by, number = request.actor["id"], form.get("number") or ""
    waiting = int(number) if number.isascii() and number.isdigit() and len(number) < 10 else 0
    acts: dict[str, Any] = {
        "prepare": (releases.prepare, by, "web", (form.get("note") or "")[:500]),
        "confirm": (releases.confirm, waiting, by, "web"),
        "withdraw": (releases.withdraw, waiting, by, "web"),
    }
    said = {
        "prepare": t("已提交，请另一人确认。", "Prepared: somebody else confirms it now."),
        "confirm": t("已发布。", "Published."),
        "withdraw": t("已撤回。", "Withdrawn."),
    }
    chosen = acts.get(form.get("act") or "")
    try:
        if chosen:
            await asyncio.to_thread(chosen[0], record, *chosen[1:])
            datasette.add_message(request, said[form["act"]], datasette.INFO)
    except releases.NotReleased as refusal:
        datasette.add_message(request, str(refusal), datasette.WARNING)
    return Response.redirect(PATH)


@hookimpl
def register_routes(datasette: Datasette) -> list[tuple[str, Any]]:
    return [(rf"^{PATH}$", page)] if "training" in datasette.databases else []
