"""证书核验: whether a certificate is genuine and valid, for whoever holds it."""

import asyncio
from pathlib import Path
from typing import Any

from datasette import Request, Response, hookimpl
from datasette.app import Datasette
from datasette.utils.multipart import FormData
from training import certificate_keys, certificate_tokens, projections, register
from training.identity import KeysMissing
from training.wording import t


async def freshen(datasette: Datasette) -> None:
    """Bring the register up to date where the record is served by the same process."""
    record, own = datasette.databases.get("training"), datasette.get_database("certificates")
    if record is None:
        return
    wanted = await record.execute_fn(lambda conn: projections.wanted(conn, register.AUDIENCE))
    if await own.execute_fn(projections.held) != wanted:
        await asyncio.to_thread(register.publish_if_possible, record.path, own.path)


async def answer(datasette: Datasette, request: Request) -> tuple[dict[str, Any], int]:
    """What to say to a question, and the status to say it with."""
    sent = request.headers.get("content-type")
    form, own = await request.form() if sent else FormData(), datasette.get_database("certificates")
    if not register.RATE.allows((request.scope.get("client") or [None])[0]):
        return {
            "said": t(
                "查询太频繁，请十分钟后再试。", "Too many questions: try again in ten minutes."
            )
        }, 429
    keys = await own.execute_fn(register.public_keys)
    token = certificate_tokens.find(form.get("token") or "")
    facts = certificate_tokens.verify(token, keys) if token else None
    number, name = (facts.number, facts.name) if facts else (form.get("number"), form.get("name"))
    try:
        key = certificate_keys.verify_key(Path(str(own.path)).parent)
    except KeysMissing:
        return {"said": t("暂时不能核验，请稍后再试。", "Verification is not available now.")}, 503
    found = await own.execute_fn(lambda conn: register.look_up(conn, key, number or "", name or ""))
    return {
        "asked": True,
        "found": found,
        "signed": bool(facts),
        "name": name if found else "",
    }, 200


async def verify(datasette: Datasette, request: Request) -> Response:
    context: dict[str, Any] = {}
    status = 200
    if request.method == "POST":
        await freshen(datasette)
        context, status = await answer(datasette, request)
    html = await datasette.render_template("verify.html", context, request=request)
    return Response.html(html, status=status)


async def offline(datasette: Datasette, request: Request) -> Response:
    await freshen(datasette)
    own = datasette.get_database("certificates")
    keys = await own.execute_fn(register.public_keys)
    html = await datasette.render_template("verify_offline.html", {"keys": keys}, request=request)
    return Response.html(html)


async def key(datasette: Datasette, request: Request) -> Response:
    await freshen(datasette)
    keys = await datasette.get_database("certificates").execute_fn(register.public_keys)
    if request.path.endswith(".json"):
        return Response.json({"keys": [certificate_keys.jwk(one) for one in keys]})
    return Response.text("".join(certificate_keys.pem(one) for one in keys))


@hookimpl
def register_routes(datasette: Datasette) -> list[tuple[str, Any]]:
    if "certificates" not in datasette.databases:
        return []
    return [
        (r"^/verify$", verify),
        (r"^/verify/offline$", offline),
        (r"^/verify/key(\.json)?$", key),
    ]


@hookimpl
def menu_links(datasette: Datasette) -> list[dict[str, Any]]:
    if "certificates" not in datasette.databases:
        return []
    href = datasette.urls.path("/verify")
    return [{"href": href, "label": t("证书核验", "Verify a certificate"), "order": 95}]
