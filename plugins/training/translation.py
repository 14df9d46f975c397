"""Datasette's own pages and scripts in Chinese (界面翻译), without copies of them.

The English texts of a template or script are found by exact comparison with a catalogue and put
beside their translation. Nothing is guessed: a text that is not in the catalogue stays English,
and a test names every such text, so that an upgrade of Datasette shows what is new.
"""

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from babel.messages.pofile import read_po

LOCALE = Path(__file__).resolve().parent.parent / "locale"
_SCRIPT = re.compile(r"(<script\b.*?</script>)", re.DOTALL)
# Where a text stands by itself: between two tags or Jinja blocks, or as an attribute people see.
_BEFORE_TEXT = r"\A\s*|[>}]\s*|\b(?:title|aria-label|placeholder|value)=\""
_AFTER_TEXT = r"\s*(?:<|\{[{%]|\Z)|\""
_BEFORE_LITERAL, _AFTER_LITERAL = r"[\"'`]|>\s*", r"[\"'`]|\s*<"

Key = tuple[str | None, str]  # message context, English text


class Catalogue:
    """English texts of the core with their Chinese.

    A message without context is a text that stands by itself. Context 'source' marks a piece of
    source code, replaced as it stands: phrases that the core composes from several parts.
    Context 'value' marks a text that Python hands to a template, 'markup' a piece of HTML that it
    makes itself.
    """

    def __init__(self, messages: Mapping[Key, str]):
        self._messages = dict(messages)
        texts = _any_of(english for context, english in messages if context is None)
        pieces = _any_of(english for context, english in messages if context == "source")
        self._in_template = re.compile(
            rf"(?P<source>{pieces})|(?:{_BEFORE_TEXT})(?!{pieces})(?P<text>{texts})(?={_AFTER_TEXT})"
        )
        self._in_script = re.compile(
            rf"(?P<source>{pieces})"
            rf"|(?:{_BEFORE_LITERAL})(?!{pieces})(?P<text>{texts})(?={_AFTER_LITERAL})"
        )

    @classmethod
    def read(cls, name: str, language: str = "zh_Hans") -> "Catalogue":
        """The translated messages of plugins/locale/<language>/LC_MESSAGES/<name>."""
        with (LOCALE / language / "LC_MESSAGES" / name).open("rb") as file:
            return cls(
                {
                    (message.context, str(message.id)): str(message.string)
                    for message in read_po(file, locale=language)
                    if message.id and message.string
                }
            )

    @property
    def messages(self) -> Mapping[Key, str]:
        """(context, English) -> Chinese."""
        return self._messages

    def value(self, english: str) -> str:
        """Chinese for a text that the core hands to a template; the text itself when unknown."""
        return self._messages.get(("value", english)) or self._messages.get(
            (None, english), english
        )

    def markup(self, html: str) -> str:
        """HTML of the core's Python in Chinese. Data in it is escaped: it holds no such piece."""
        for (context, english), zh in self._messages.items():
            if context == "markup":
                html = html.replace(english, zh)
        return html

    def template(self, source: str) -> str:
        """The source of a Jinja template that speaks both languages, chosen when it is rendered."""
        return "".join(
            self._replace(self._in_script if index % 2 else self._in_template, part, _either)
            for index, part in enumerate(_SCRIPT.split(source))
        )

    def script(self, source: str) -> str:
        """The source of a static script in Chinese."""
        return self._replace(self._in_script, source, lambda english, zh: zh)

    def _replace(
        self, pattern: re.Pattern[str], source: str, put: Callable[[str, str], str]
    ) -> str:
        def replacement(match: re.Match[str]) -> str:
            english = match["source"] or match["text"]
            zh = self._messages["source" if match["source"] else None, english]
            return match[0].removesuffix(english) + put(english, zh)

        return pattern.sub(replacement, source)


def _any_of(texts: Iterable[str]) -> str:
    """A pattern for any of the texts, the longest first; for none it matches nothing."""
    longest_first = sorted(texts, key=len, reverse=True)
    return "|".join(re.escape(text) for text in longest_first) or r"(?!)"


def _either(english: str, zh: str) -> str:
    return "{% if chinese() %}" + zh + "{% else %}" + english + "{% endif %}"


def read_changes(name: str = "changes.toml") -> dict[str, list[tuple[str, str]]]:
    """Template or script -> pairs of what stands there and what we put in its place."""
    tables = tomllib.loads((LOCALE / name).read_text(encoding="utf-8"))
    return {
        file: [(change["find"], change["put"]) for change in changes]
        for file, changes in tables.items()
    }


def change(source: str, changes: Iterable[tuple[str, str]]) -> str:
    """The source with each of the changes made wherever its text stands."""
    for find, put in changes:
        source = source.replace(find, put)
    return source
