"""The signed text (签名文本) in the QR code of a certificate, which can be verified without a server.

``LJ1.<facts>.<signature>``: the facts are a JSON list in base64url, the order of :class:`Facts`; the
signature is Ed25519 over ``LJ1.<facts>`` as written.
"""

import base64
import json
import re
from collections.abc import Iterable
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from training import certificate_keys

VERSION = "LJ1"
_TOKEN = re.compile(rf"{VERSION}\.[\w-]{{20,2000}}\.[\w-]{{86}}", re.ASCII)


class Facts(NamedTuple):
    """What is printed on a certificate, in Chinese. Dates are ISO 8601; a class may have none."""

    number: str
    name: str
    year: str
    institution: str
    track: str
    studied_from: str
    studied_to: str
    issued_on: str


def sign(key: Ed25519PrivateKey, facts: Facts) -> str:
    """The token of these facts; the same facts and key always make the same token."""
    body = f"{VERSION}.{_encode(json.dumps(facts, ensure_ascii=False, separators=(',', ':')))}"
    return f"{body}.{_base64(key.sign(body.encode()))}"


def find(text: str) -> str | None:
    """The token in a link, in the text of a PDF or in its bytes read as Latin-1."""
    match = _TOKEN.search(text)
    return match[0] if match else None


def verify(token: str, public_keys: Iterable[str]) -> Facts | None:
    """The facts, if one of the keys signed exactly these; else None."""
    if not _TOKEN.fullmatch(token):
        return None
    body, _, signature = token.rpartition(".")
    try:
        signed = base64.urlsafe_b64decode(signature + "==")
        if not any(_signed(key, signed, body) for key in public_keys):
            return None
        facts = json.loads(_decode(body.partition(".")[2]))
        return Facts(*facts) if all(isinstance(fact, str) for fact in facts) else None
    except (ValueError, TypeError):
        return None


def _signed(key: str, signature: bytes, body: str) -> bool:
    try:
        certificate_keys.public_key(key).verify(signature, body.encode())
    except InvalidSignature:
        return False
    return True


def _encode(text: str) -> str:
    return _base64(text.encode())


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _decode(text: str) -> str:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
