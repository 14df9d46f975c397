"""结业证书: the office's register of certificates, issuing with a preview, printing."""

import asyncio
from typing import Any

from datasette import Forbidden, NotFound, Request, Response, hookimpl
from datasette.app import Datasette
from training import certificate_desk, tabular
from training.certificate_desk import Refused
from training.wording import t

PLACE = "/-/certificates"
ASKED = ("year", "institution", "issued_on")


def office_desk(datasette: Datasette, request: Request) -> certificate_desk.CertificateDesk:
    """The desk of the signed-in coordination office; anybody else is refused."""
    actor = request.actor or {}
    if actor.get("role") != "office":
        raise Forbidden(t("结业证书由协调小组办公室颁发。", "Only the coordination office."))
    return certificate_desk.CertificateDesk(datasette.get_database("training").path, actor)


async def page(datasette: Datasette, request: Request, name: str, found: Any) -> Response:
    return Response.html(await datasette.render_template(name, found, request=request))


async def register(datasette: Datasette, request: Request) -> Response:
    own, args = office_desk(datasette, request), request.args
    typed = (args.get("number") or "").strip()
    found = await asyncio.to_thread(own.register, args.get("year"), typed)
    return await page(datasette, request, "certificates.html", found)


async def issue(datasette: Datasette, request: Request) -> Response:
    own = office_desk(datasette, request)
    if request.method != "POST":
        asked = [request.args.get(name) or "" for name in (*ASKED, "waive")]
        found = await asyncio.to_thread(own.preview, *asked)
        return await page(datasette, request, "certificates_issue.html", found)
    form = await request.form()
    names = (*ASKED, "mark", "waiver")
    try:
        said = await asyncio.to_thread(own.issue, *(form.get(name) or "" for name in names))
    except Refused as refusal:
        datasette.add_message(request, str(refusal), datasette.WARNING)
        return Response.redirect(f"{PLACE}/issue")
    datasette.add_message(request, said, datasette.INFO)
    return Response.redirect(PLACE)


async def certificate(datasette: Datasette, request: Request) -> Response:
    own, number = office_desk(datasette, request), request.url_vars["number"]
    if request.method == "POST":
        form, new = await request.form(), number
        try:
            if form.get("act") == "revoke":
                await asyncio.to_thread(own.revoke, number, form.get("reason") or "")
            else:
                asked = form.get("issued_on") or "", form.get("reason") or ""
                new = await asyncio.to_thread(own.reissue, number, *asked)
        except Refused as refusal:
            datasette.add_message(request, str(refusal), datasette.WARNING)
        return Response.redirect(f"{PLACE}/{new}")
    found = await asyncio.to_thread(own.certificate, number)
    if found is None:
        raise NotFound(t("没有这个编号的证书。", "There is no such certificate."))
    return await page(datasette, request, "certificate.html", found)


def download(content: bytes, name: str, kind: str) -> Response:
    headers = {"Content-Disposition": tabular.attachment(name, name)}
    return Response(content, content_type=kind, headers=headers)


async def pdf(datasette: Datasette, request: Request) -> Response:
    own, number = office_desk(datasette, request), request.url_vars["number"]
    try:
        file = await asyncio.to_thread(own.pdf, number)
    except Refused as refusal:
        datasette.add_message(request, str(refusal), datasette.WARNING)
        return Response.redirect(f"{PLACE}/{number}")
    if file is None:
        raise NotFound(t("没有这个编号的证书。", "There is no such certificate."))
    return download(file.content, file.plain_name, "application/pdf")


async def zipped(datasette: Datasette, request: Request) -> Response:
    own = office_desk(datasette, request)
    try:
        if request.method == "POST":
            form = await request.form()
            if form.get("act") == "stop":
                await asyncio.to_thread(own.drop_zip)
                return Response.redirect(PLACE)
            year, institution = form.get("year") or "", form.get("institution") or ""
            await asyncio.to_thread(own.zip, year, institution)
            return Response.redirect(f"{PLACE}/zip")
        job = await asyncio.to_thread(own.waiting_zip)
        if job is None:
            return Response.redirect(PLACE)
        if not job.running:
            made = certificate_desk.outcome(job)
            if request.args.get("download"):
                return download(
                    made, f"certificates-{certificate_desk.order(job)[0]}.zip", "application/zip"
                )
    except Refused as refusal:
        datasette.add_message(request, str(refusal), datasette.WARNING)
        return Response.redirect(PLACE)
    found = {"job": job, "total": len(certificate_desk.order(job)[2])}
    answer = await page(datasette, request, "certificates_zip.html", found)
    if job.running:
        answer.headers["Refresh"] = "2"
    return answer


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    number = r"(?P<number>[A-Z]{1,8}-[\dX-]{1,20})"
    return [
        (rf"^{PLACE}$", register),
        (rf"^{PLACE}/issue$", issue),
        (rf"^{PLACE}/zip$", zipped),
        (rf"^{PLACE}/{number}\.pdf$", pdf),
        (rf"^{PLACE}/{number}$", certificate),
    ]


@hookimpl
def menu_links(datasette: Datasette, actor: dict[str, Any] | None) -> list[dict[str, Any]]:
    if actor and actor.get("role") == "office":
        href = datasette.urls.path(PLACE)
        return [{"href": href, "label": t("结业证书", "Certificates"), "order": 40}]
    return []
