"""The gate in front of every address: what is not listed in :data:`ROUTES` is closed.

Permissions decide about databases, tables and queries; the gate decides which addresses exist at
all, and for whom. A plugin that adds a route adds a line here, or nobody reaches it.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import Enum
from urllib.parse import quote

from training import api_grants
from training.accounts import ROLES
from training.api_grants import Grant
from training.second_factor import COOKIE as PENDING_COOKIE
from training.sessions import COOKIE, Visitor

ANYBODY = frozenset({*ROLES, "anonymous"})
SIGNED_IN = frozenset(ROLES)
OFFICE = frozenset({"office"})
READERS_OF_AUDIT = frozenset({"auditor", "office"})
ASSESSED = frozenset({"office", "assessor", "institution"})
SENDERS = frozenset({"office", "institution", "province"})
LOCAL = frozenset({"office", "province"})
TEACHING = frozenset({"office", "institution"})
FREE_TABLES = frozenset({"office", "analyst"})
PROGRAMMERS = api_grants.ROLES

#: The public site (plugins/public_*.py): each page has an English twin below /en.
SITE = (
    r"/(institutions|authorities|releases|data)([./].*)?|/(institution|authority)/[^/]+"
    r"|/sitemap\.xml|/robots\.txt"
)
#: Address (a regular expression for the whole path) and the roles it answers.
ROUTES: tuple[tuple[str, frozenset[str]], ...] = (
    (SITE, ANYBODY),
    (r"/verify(/key(\.json)?|/offline)?", ANYBODY),
    (r"/assets/.+", ANYBODY),
    (r"/-/static(-zh|-en)?/.+", ANYBODY),
    (r"/favicon\.ico", ANYBODY),
    (r"/-/login(/code)?", ANYBODY),
    (r"/", SIGNED_IN),
    (r"/-/logout|/-/password|/-/account(/totp)?", SIGNED_IN),
    (r"/-/tokens|/-/notebook(\.ipynb)?", PROGRAMMERS),
    (r"/-/dictionary(\.csv)?", frozenset({"analyst"})),
    (r"/-/accounts(/[a-z][a-z0-9._-]{2,31})?", frozenset({"auditor"})),
    (r"/-/(jump|queries|actor)(\.json)?", SIGNED_IN),
    (r"/-/schema(\.json|\.md)?", SIGNED_IN),
    (r"/-/checks(/.*)?", SIGNED_IN),
    (r"/-/roster(/.*)?", SENDERS),
    (r"/-/office(/.*)?", OFFICE),
    (r"/-/classes(/.*)?|/-/retraining", TEACHING),
    (r"/-/plans", SENDERS),
    (r"/-/contact-form|/-/commissioned|/-/support", LOCAL),
    (r"/-/people(/.*)?|/-/little-giants(/[0-9]{1,3})?", SENDERS),
    (r"/-/release|/-/promote", OFFICE),
    (r"/-/audit(/.*)?", READERS_OF_AUDIT),
    (r"/-/certificates(/.*)?", OFFICE),
    (r"/-/assessment", ASSESSED),
    (r"/-/assessment/(upload|template\.csv|evidence)", frozenset({"assessor"})),
    (r"/-/assessment/evidence/[0-9]{1,12}", frozenset({"assessor", "office"})),
    (r"/-/assessment/(decision|back)", OFFICE),
    (r"/-/report(\.xlsx)?", OFFICE),
    (r"/-/upload-csvs", FREE_TABLES),
)
#: The one form that anybody may send: it asks about a certificate and changes nothing.
PUBLIC_FORM = "/verify"
#: What is posted to by who is nobody yet.
SIGN_IN_PAGES = frozenset({"/-/login", "/-/login/code"})
#: What somebody with a one-time password reaches before choosing one, beside the public pages.
PASSWORD_FIRST = frozenset({"/-/password", "/-/logout"})
#: The same for somebody whose role must have a second factor and who has none.
SET_UP_FIRST = frozenset({"/-/account/totp", "/-/password", "/-/logout"})
#: The cookies this site sets; no other one reaches Datasette, its own `ds_actor` least of all.
COOKIES = frozenset({COOKIE, PENDING_COOKIE, "lang", "ds_messages"})

_COMPILED = tuple((re.compile(pattern), roles) for pattern, roles in ROUTES)
_OF_DATABASE = re.compile(r"/([^/.]+)(\.\w+|/.*)?")
_DATA_FILE = re.compile(r"\.\w+$")
_COOKIE = re.compile(r"\s*([\w-]+)=([^\s;,\"]*)\s*")
_LOCAL = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")
_HOST = re.compile(r"(\[[0-9a-f:]+\]|[a-z0-9.-]+?)\.?(:\d{1,5})?")


class Answer(Enum):
    """What the gate says to a request."""

    LET_IN = "let it through"
    PUBLIC_HOME = "send it to the public list"
    SIGN_IN = "ask who it is"
    FIRST_SIGN_IN = "ask for a password of one's own first"
    SET_UP = "ask for a second factor first"
    REFUSE = "say no, in the same words whatever is behind the address"


@dataclass(frozen=True)
class Knock:
    """A request as the gate sees it. ``role`` is ``anonymous`` without a session."""

    method: str
    path: str
    role: str = "anonymous"
    must_change_password: bool = False
    must_set_up: bool = False
    query: bytes = b""
    grant: Grant | None = None

    @property
    def is_page(self) -> bool:
        """Somebody at a browser who can be sent elsewhere: no form, no file of data, no token."""
        return (
            not self.grant and self.method in ("GET", "HEAD") and not _DATA_FILE.search(self.path)
        )

    @property
    def is_public(self) -> bool:
        """Something that anybody may read."""
        asks = self.method in ("GET", "HEAD") or self.path == PUBLIC_FORM
        return _listed(self.path, "anonymous") and asks


def knock_of(method: str, path: str, visitor: Visitor | None, query: bytes = b"") -> Knock:
    """The request of ``visitor``, who is None without a session or a token."""
    if visitor is None:
        return Knock(method, path)
    role, must_change = str(visitor.actor["role"]), visitor.must_change_password
    return Knock(method, path, role, must_change, visitor.must_set_up, query, visitor.grant)


def answer(knock: Knock, databases: Collection[str], *, accounts: bool = True) -> Answer:
    """The one decision. ``databases`` are the first path parts of those that are served.

    ``accounts`` is False in the process that serves the public list alone: nobody signs in there.
    """
    if knock.grant:
        opened = knock.grant.opens(knock.method, knock.path, knock.query)
        return Answer.LET_IN if opened and in_database(knock.path, databases) else Answer.REFUSE
    if knock.path == "/" and knock.role == "anonymous" and knock.is_page:
        return Answer.PUBLIC_HOME
    if not accounts:
        open_here = knock.is_public and knock.path not in SIGN_IN_PAGES
        return Answer.LET_IN if open_here else Answer.REFUSE
    if knock.is_public or knock.path in SIGN_IN_PAGES:
        return Answer.LET_IN
    if knock.role == "anonymous":
        return Answer.SIGN_IN if knock.is_page else Answer.REFUSE
    if knock.must_change_password and knock.path not in PASSWORD_FIRST:
        return Answer.FIRST_SIGN_IN if knock.is_page else Answer.REFUSE
    if knock.must_set_up and knock.path not in SET_UP_FIRST:
        return Answer.SET_UP if knock.is_page else Answer.REFUSE
    open_here = _listed(knock.path, knock.role) or in_database(knock.path, databases)
    return Answer.LET_IN if open_here else Answer.REFUSE


def is_site(path: str) -> bool:
    """Whether ``path`` is a page or file of the public site."""
    return bool(re.fullmatch(SITE, path))


def in_database(path: str, databases: Collection[str]) -> bool:
    """Whether ``path`` belongs to a database that is served, where permissions decide."""
    match = _OF_DATABASE.fullmatch(path)
    return bool(match and match[1] in databases)


def _listed(path: str, role: str) -> bool:
    return path.isascii() and any(
        role in roles and pattern.fullmatch(path) for pattern, roles in _COMPILED
    )


Headers = Iterable[tuple[bytes, bytes]]


def own_cookies(headers: Headers) -> dict[str, str]:
    """The cookies of a request that this site set itself, well-formed ones only."""
    lines = (value.decode("latin-1") for name, value in headers if name.lower() == b"cookie")
    matches = (_COOKIE.fullmatch(part) for line in lines for part in line.split(";"))
    return {match[1]: match[2] for match in matches if match and match[1] in COOKIES}


def without_credentials(headers: Headers) -> list[tuple[bytes, bytes]]:
    """The headers without any second way to be somebody: Authorization and foreign cookies."""
    headers = list(headers)
    kept = [(k, v) for k, v in headers if k.lower() not in (b"authorization", b"cookie")]
    cookies = "; ".join(f"{name}={value}" for name, value in own_cookies(headers).items())
    return [*kept, (b"cookie", cookies.encode("latin-1"))] if cookies else kept


def bearer(headers: Headers) -> str | None:
    """The token that a request shows, '' for one that can't be read; None if it shows none.

    Whoever shows one comes with that and nothing else: a cookie beside it is not looked at.
    """
    shown = [value.strip().split(None, 1) for k, value in headers if k.lower() == b"authorization"]
    if not any(words and words[0].lower() == b"bearer" for words in shown):
        return None
    words = shown[0]
    return words[1].decode("latin-1") if len(shown) == 1 and len(words) == 2 else ""


def with_token_alone(headers: Headers) -> list[tuple[bytes, bytes]]:
    """The headers of a request with a token: no cookie. What Datasette asks of itself shows it again."""
    return [(name, value) for name, value in headers if name.lower() != b"cookie"]


def host_allowed(headers: Headers, named: str) -> bool:
    """Whether a request names exactly one host, and one that is ours.

    ``named`` is the setting ``LINGJUN_HOSTS``, names parted by commas or blanks; this machine's
    own names are always allowed. A foreign name may belong to a page that plays with DNS.
    """
    hosts = [value.decode("latin-1") for name, value in headers if name.lower() == b"host"]
    match = _HOST.fullmatch(hosts[0].strip().lower()) if len(hosts) == 1 else None
    return bool(match) and match[1] in {  # type: ignore[index]
        "127.0.0.1",
        "localhost",
        "[::1]",
        *re.split(r"[,\s]+", named.strip().lower()),
    }


def sign_in_url(path: str, query: str) -> str:
    """The address of the sign-in page that leads back to ``path`` afterwards."""
    target = f"{path}?{query}" if query else path
    return f"/-/login?next={quote(target, safe='/')}"


def code_url(target: str) -> str:
    """The address of the page that asks for the code and leads to ``target`` afterwards."""
    return "/-/login/code" if target == "/" else f"/-/login/code?next={quote(target, safe='/')}"


def local_target(target: str | None) -> str:
    """``target`` if it is a path on this very site and not part of signing in, otherwise ``/``."""
    if not target or not _LOCAL.fullmatch(target):
        return "/"
    return "/" if re.match(r"/-/(login|logout|password|account/totp)\b", target) else target
