"""What programmes read of the public site (供程序读取): Atom feed, site map, robots, schema.org, OpenAPI.

``base`` is the address of the site without a slash at its end, e.g. ``https://lingjun.example.cn``.
"""

from typing import Any
from xml.etree import ElementTree as xml

from training import dataset, public_site
from training.public_site import Authority, Release
from training.publishing import Institution, PublicList
from training.wording import label, t

ATOM = "http://www.w3.org/2005/Atom"
SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
XHTML = "http://www.w3.org/1999/xhtml"
ORGANISER = {
    "zh": "工业和信息化部中小企业经营管理领军人才培训协调小组办公室",
    "en": "Coordination office of the training programme for SME managers",
}

for _prefix, _name in (("", ATOM), ("xhtml", XHTML)):
    xml.register_namespace(_prefix, _name)


def atom(releases: list[Release], base: str) -> bytes:
    """The releases as an Atom feed (RFC 4287), the newest first."""
    feed = xml.Element(f"{{{ATOM}}}feed")
    _add(feed, "id", f"{base}/releases")
    _add(feed, "title", t("领军人才培训承担机构：更新", "Training institutions: changes"))
    _add(feed, "updated", releases[0].released_at if releases else "2021-10-29T00:00:00+08:00")
    _add(feed, "link", rel="self", href=f"{base}/releases.atom")
    _add(feed, "link", rel="alternate", href=f"{base}/releases")
    author = _add(feed, "author")
    _add(author, "name", t(ORGANISER["zh"], ORGANISER["en"]))
    for release in releases:
        entry = _add(feed, "entry")
        _add(entry, "id", f"{base}/releases/{release.number}")
        _add(entry, "title", release_title(release))
        _add(entry, "updated", release.released_at)
        _add(entry, "link", rel="alternate", href=f"{base}/releases/{release.number}")
        lines = [label(release.note), *map(public_site.said, release.changes)]
        _add(entry, "content", "\n".join(line for line in lines if line), type="text")
    return _document(feed)


def release_title(release: Release) -> str:
    """第 3 次发布（2022-11-02）."""
    day = release.released_at[:10]
    return t(f"第 {release.number} 次发布（{day}）", f"Release {release.number} ({day})")


def sitemap(paths: list[str], base: str, changed_at: str) -> bytes:
    """The pages in both languages, each naming its twin."""
    root = xml.Element(f"{{{SITEMAP}}}urlset")
    for path in paths:
        for prefix in ("", "/en"):
            url = xml.SubElement(root, f"{{{SITEMAP}}}url")
            xml.SubElement(url, f"{{{SITEMAP}}}loc").text = f"{base}{prefix}{path}"
            xml.SubElement(url, f"{{{SITEMAP}}}lastmod").text = changed_at
            for language, twin in (("zh-CN", ""), ("en", "/en")):
                href = f"{base}{twin}{path}"
                link = {"rel": "alternate", "hreflang": language, "href": href}
                xml.SubElement(url, f"{{{XHTML}}}link", link)
    return _document(root)


def robots(base: str) -> str:
    """Everything that is public may be indexed; the rest asks for a sign-in anyway."""
    return f"User-agent: *\nDisallow: /-/\nSitemap: {base}/sitemap.xml\n"


def list_data(found: PublicList, base: str) -> dict[str, Any]:
    """The list of a year as schema.org JSON-LD: a data set and its items."""
    return {
        "@context": "https://schema.org",
        "@type": "Dataset",
        "name": t(
            f"{found.name_zh}领军人才培训承担机构", f"Training institutions, {found.name_en}"
        ),
        "url": f"{base}/institutions/{found.year}",
        "version": str(found.release),
        "dateModified": found.changed_at,
        "isBasedOn": found.doc_no,
        "inLanguage": ["zh-CN", "en"],
        "publisher": {"@type": "GovernmentOrganization", "name": t(*_both(ORGANISER))},
        "distribution": [
            {
                "@type": "DataDownload",
                "contentUrl": f"{base}/institutions/{found.year}.{form}",
                "encodingFormat": kind,
            }
            for form, kind in (("csv", "text/csv"), ("json", "application/json"))
        ],
        "hasPart": [{"@id": f"{base}/institution/{one.slug}"} for one in found.institutions],
    }


def institution_data(one: Institution, base: str) -> dict[str, Any]:
    """One institution as schema.org JSON-LD."""
    kind = "CollegeOrUniversity" if one.kind == "university" else "Organization"
    found = {
        "@context": "https://schema.org",
        "@type": kind,
        "@id": f"{base}/institution/{one.slug}",
        "name": t(one.name_zh, one.name_en),
        "alternateName": t(one.name_en, one.name_zh),
        "url": one.website,
        "address": t(one.place_zh or "", one.place_en or "") or None,
    }
    return {key: value for key, value in found.items() if value is not None}


def authority_data(one: Authority, base: str) -> dict[str, Any]:
    """The area of one authority as schema.org JSON-LD."""
    return {
        "@context": "https://schema.org",
        "@type": "AdministrativeArea",
        "@id": f"{base}/authority/{one.code}",
        "identifier": one.code,
        "name": t(one.name_zh, one.name_en),
        "alternateName": t(one.name_en, one.name_zh),
    }


def openapi(base: str) -> dict[str, Any]:
    """The JSON of the public site, described for programmes (OpenAPI 3.1)."""
    types = {"date": {"type": ["string", "null"], "format": "date"}}
    fields = {
        name: {
            **types.get(kind, {"type": ["integer" if kind == "integer" else "string", "null"]}),
            "description": words,
        }
        for name, kind, words in dataset.FIELDS
    }
    institution = {"type": "object", "properties": fields, "required": list(fields)}
    several = {"type": "array", "items": {"$ref": "#/components/schemas/Institution"}}
    release = {
        "type": "object",
        "properties": {
            "number": {"type": "integer"},
            "released_at": {"type": "string", "format": "date-time"},
            "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
            "note": {"type": "string"},
        },
    }
    both = {"type": "object", "properties": {"zh": _TEXT, "en": _TEXT}}
    year = {
        "type": "object",
        "properties": {
            "year": {"type": "string"}, "name": both, "release": {"type": "integer"},
            "changed_at": {"type": "string", "format": "date-time"},
            "notice": {"type": "object"}, "years": {"type": "array", "items": {"type": "string"}},
            "tracks": {"type": "array"}, "institutions": {"type": "array"},
            "offices": {"type": "array"},
        },
        "required": ["year", "name", "release", "institutions", "offices"],
    }  # fmt: skip
    number = {"name": "number", "in": "path", "required": True, "schema": {"type": "integer"}}
    key = {"name": "year", "in": "path", "required": True, "schema": {"type": "string"}}
    whole = {
        "type": "object",
        "properties": {
            "release": {"$ref": "#/components/schemas/Release"},
            "institutions": several,
        },
        "required": ["release", "institutions"],
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "领军人才培训承担机构 | Training institutions for SME managers",
            "version": "1",
            "description": "The public list of training institutions. No person is in it.",
        },
        "servers": [{"url": base}],
        "paths": {
            "/data/institutions.json": _get("All institutions of all years", whole),
            "/institutions.json": _get("The latest year", year),
            "/institutions/{year}.json": _get("One year", year, key),
            "/releases/{number}.json": _get(
                "A release as it was published", {"type": "object"}, number
            ),
        },
        "components": {"schemas": {"Institution": institution, "Release": release}},
    }


_TEXT = {"type": ["string", "null"]}


def _get(summary: str, schema: dict[str, Any], *parameters: dict[str, Any]) -> dict[str, Any]:
    answer = {"description": summary, "content": {"application/json": {"schema": schema}}}
    missing = {"description": "There is no such year or release"}
    responses = {"200": answer, **({"404": missing} if parameters else {})}
    return {"get": {"summary": summary, "parameters": list(parameters), "responses": responses}}


def _both(named: dict[str, str]) -> tuple[str, str]:
    return named["zh"], named["en"]


def _add(parent: xml.Element, name: str, text: str | None = None, **attributes: str) -> xml.Element:
    element = xml.SubElement(parent, f"{{{ATOM}}}{name}", attributes)
    element.text = text
    return element


def _document(root: xml.Element) -> bytes:
    xml.indent(root)
    return (
        b'<?xml version="1.0" encoding="utf-8"?>\n' + xml.tostring(root, encoding="utf-8") + b"\n"
    )
