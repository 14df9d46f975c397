"""The language (语言) of an answer, and texts that come in both.

Chinese is the language of the work and the default everywhere; English is offered beside it.
The language belongs to the request being answered, so it is kept in a context variable: templates,
error pages, menu hooks and flash messages all read the same one without handing it around.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

LANGUAGES = ("zh", "en")
DEFAULT_LANGUAGE = "zh"
#: Name of the argument and of the cookie that carry a choice of language.
ARGUMENT, COOKIE = b"_lang", b"lang"
#: What stands before the path of a public page's English twin: a file on a disk knows no cookie.
ENGLISH = "/en"
_PAIR_SEPARATOR = " | "

_prefix: ContextVar[str] = ContextVar("prefix", default="")
_language: ContextVar[str] = ContextVar("language", default=DEFAULT_LANGUAGE)


def current_language() -> str:
    """'zh' or 'en': the language of the request being answered, Chinese outside any request."""
    return _language.get()


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Answer in `language` inside the with-block; an unknown language is a ValueError."""
    if language not in LANGUAGES:
        raise ValueError(f"not one of {LANGUAGES}: {language!r}")
    token = _language.set(language)
    try:
        yield
    finally:
        _language.reset(token)


def t(zh: str, en: str) -> str:
    """The one of two texts that is in the current language."""
    return en if current_language() == "en" else zh


@contextmanager
def below(prefix: str) -> Iterator[None]:
    """Links of the public site begin with ``prefix`` inside the with-block; see :func:`site`."""
    token = _prefix.set(prefix)
    try:
        yield
    finally:
        _prefix.reset(token)


def site(path: str) -> str:
    """The address of a public page or file in the tree that is being read: / or /en."""
    return _prefix.get() + path


def label(pair: str | None) -> str:
    """The part of '姓名 | Name' in the current language; a text without ' | ' serves both.

    Titles, descriptions and column labels in metadata.yml are such pairs. None gives ''.
    """
    if pair is None:
        return ""
    zh, separator, en = pair.partition(_PAIR_SEPARATOR)
    return t(zh.strip(), en.strip()) if separator else pair


def take_language(query: bytes) -> tuple[str | None, bytes]:
    """The language asked for in a raw query string (None: none of ours), and the query without it.

    Nothing behind this sees the argument, so it cannot leak into links, filters or exports.
    """
    asked, rest = None, []
    for part in query.split(b"&"):
        name, _, value = part.partition(b"=")
        if name == ARGUMENT:
            asked = value.decode("latin-1")
        else:
            rest.append(part)
    return (asked if asked in LANGUAGES else None), b"&".join(rest)


def language_in_cookie(cookies: bytes) -> str | None:
    """The language in a raw Cookie header, None without one of ours."""
    # By hand: the standard library gives up on the whole header over one cookie it cannot read.
    for part in cookies.split(b";"):
        name, _, value = part.strip().partition(b"=")
        if name == COOKIE and value.decode("latin-1") in LANGUAGES:
            return value.decode("latin-1")
    return None
