"""Every text for people in a template or script, found without the catalogue's help."""

import re
from collections.abc import Iterator

from babel.messages.jslexer import tokenize

_UNSEEN = re.compile(
    r"<!--.*?-->|\{#.*?#\}|<(script|style|pre|code)\b.*?</\1>"
    r"|\{%-?\s*block body_class\s*-?%\}.*?\{%-?\s*endblock\s*-?%\}",
    re.DOTALL,
)
_PART = re.compile(
    r"(?P<code>\{\{.*?\}\}|\{%.*?%\})"
    r"|(?P<tag></?[a-zA-Z!](?:\{\{.*?\}\}|\{%.*?%\}|[^<>{]|\{(?![{%]))*>)"
    r"|(?P<text>[^<{]+|.)",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(r'\b(?:title|aria-label|placeholder|alt)="([^"{]+)"')
_SUBMIT = re.compile(r'type="submit"[^>]*\bvalue="([^"{]+)"')
_SCRIPT = re.compile(r"<script\b[^>]*>(.*?)</script>", re.DOTALL)
_WORD = re.compile(r"[A-Za-z]{2}")
_ENTITY = re.compile(r"&\w+;")


def of_html(source: str) -> Iterator[str]:
    """Texts between tags, and attributes that people see or hear."""
    for part in _PART.finditer(_UNSEEN.sub(" ", source)):
        if part["text"]:
            yield part["text"].strip()
        elif part["tag"]:
            yield from _ATTRIBUTE.findall(part["tag"])
            yield from _SUBMIT.findall(part["tag"])


def of_script(source: str) -> Iterator[str]:
    """String literals that look like a text: they begin with a capital or hold a blank."""
    for token in tokenize(source):
        content = token.value[1:-1]
        if token.type == "template_string":
            inner = re.sub(r"\$\{[^}]*\}", " ", content)
            yield from of_html(inner) if "<" in inner else filter(looks_like_text, [inner.strip()])
        elif token.type == "string" and looks_like_text(content):
            yield content


def looks_like_text(content: str) -> bool:
    if re.search(r"^:|[#.\[\]=]|^[a-z]+-|-[a-z]+$", content) and not re.search(
        r"[a-z]{2}[.] |[a-z][.]$", content
    ):
        return False  # a selector, a class, a path
    return content[:1].isupper() or " " in content


def in_latin(texts: Iterator[str]) -> set[str]:
    """Those that still hold a word in Latin letters."""
    return {text for text in texts if _WORD.search(_ENTITY.sub("", text))}


def of_template(source: str) -> set[str]:
    """Every text of a template, inline scripts included, that holds a word in Latin letters."""
    found = in_latin(of_html(source))
    for script in _SCRIPT.findall(source):
        found |= in_latin(of_script(script))
    return found
