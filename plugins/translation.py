"""Datasette's own pages and scripts (界面) in the language of the request."""

import functools
import hashlib
from pathlib import Path
from typing import Any

import datasette as core
from datasette import Request, Response, hookimpl
from datasette.app import Datasette
from jinja2.ext import Extension
from markupsafe import Markup
from training.translation import Catalogue, change, read_changes
from training.wording import current_language, label

STATIC = Path(core.__file__).parent / "static"
SCRIPTS = (
    "autocomplete.js",
    "column-chooser.js",
    "edit-tools.js",
    "mobile-column-actions.js",
    "navigation-search.js",
    "table.js",
)

changes = functools.cache(read_changes)


@functools.cache
def catalogue(name: str) -> Catalogue:
    return Catalogue.read(name)


@functools.cache
def script(name: str, language: str) -> tuple[str, str]:
    """A core script in a language, and the hash in its URL. Made once, when first asked for."""
    source = change((STATIC / name).read_text(encoding="utf-8"), changes().get(name, ()))
    text = catalogue("scripts.po").script(source) if language == "zh" else source
    return text, hashlib.sha256(text.encode()).hexdigest()[:12]


class SpeakBothLanguages(Extension):
    """Changes and translates the templates that are not ours, as they are loaded."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        ours = self.environment.own_templates  # type: ignore[attr-defined]
        if filename and Path(filename).resolve().is_relative_to(ours):
            return source  # they call t() and label themselves
        changed = change(source, changes().get(Path(name or "").name, ()))
        return catalogue("core.po").template(changed)


def localised(text: Any) -> Any:
    """A text of the core, or a pair of ours, in the current language. Other values pass through."""
    if not isinstance(text, str):
        return text
    own = label(text)
    return catalogue("core.po").value(own) if current_language() == "zh" else own


def row_link(html: Markup) -> Markup:
    """The first cell of a row: its link, and the buttons that change it."""
    if current_language() != "zh":
        return html
    return Markup(catalogue("core.po").markup(str(html)))  # noqa: S704 - it was markup before


def translated_script(request: Request) -> Response:
    name, language = request.url_vars["name"], request.url_vars["language"]
    if name not in SCRIPTS:
        return Response.text("404", status=404)
    text, hash_value = script(name, language)
    # As the core does: what is asked for with its hash never changes.
    fresh = request.args.get("_hash") == hash_value
    headers = {"Cache-Control": "max-age=31536000, immutable, public"} if fresh else {}
    return Response(text, headers=headers, content_type="text/javascript; charset=utf-8")


# The core calls every answer personal to which a cookie came, static files excepted: this is one.
translated_script._datasette_static = True  # type: ignore[attr-defined]


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    return [(r"^/-/static-(?P<language>zh|en)/(?P<name>[a-z-]+\.js)$", translated_script)]


@hookimpl
def prepare_jinja2_environment(env: Any, datasette: Datasette) -> None:
    def static(path: str, plugin: str | None = None, mount: str | None = None) -> str:
        if plugin or mount or path not in SCRIPTS:
            return datasette.static(path, plugin=plugin, mount=mount)
        language = current_language()
        hash_value = script(path, language)[1]
        return datasette.urls.path(f"/-/static-{language}/{path}?_hash={hash_value}")

    env.globals.update(static=static, localised=localised, row_link=row_link)
    env.extend(own_templates=Path(datasette.template_dir or "templates").resolve())
    env.add_extension(SpeakBothLanguages)
