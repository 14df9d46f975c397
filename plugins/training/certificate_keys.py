"""The two keys of certificates: one signs them, one hides the names in the public register.

``signing.keys`` is for the office's server alone; ``verify.keys`` may be read by the public process.
Either may come from the environment instead (``LINGJUN_SIGNING_KEY``, ``LINGJUN_VERIFY_KEY``, 64
hexadecimal digits). Neither opens anything in the record.
"""

import base64
import hmac
import os
import secrets
import sqlite3
import stat
import unicodedata
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from training.database import now
from training.identity import KeysMissing

_FILES = {"LINGJUN_SIGNING_KEY": "signing.keys", "LINGJUN_VERIFY_KEY": "verify.keys"}
_DOTS = str.maketrans(dict.fromkeys("•・‧∙⋅．.", "·"))


def create(folder: Path) -> list[str]:
    """Make what is missing in ``folder``, for its owner alone; the names of the files made."""
    made = []
    for variable, name in _FILES.items():
        path = folder / name
        if os.environ.get(variable) or path.exists():
            continue
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(32) + "\n")
        made.append(name)
    return made


def signing_key(folder: Path) -> Ed25519PrivateKey:
    """The key that signs certificates; raises :class:`KeysMissing`."""
    return Ed25519PrivateKey.from_private_bytes(_read(folder, "LINGJUN_SIGNING_KEY"))


def verify_key(folder: Path) -> bytes:
    """The key of the hashes in the register; raises :class:`KeysMissing`."""
    return _read(folder, "LINGJUN_VERIFY_KEY")


def announce(conn: sqlite3.Connection, folder: Path) -> None:
    """Enter the public half of the signing key in the record, where it stays."""
    public = public_text(signing_key(folder).public_key())
    conn.execute(
        "insert into certificate_keys (public_key, since) values (?, ?) on conflict do nothing",
        (public, now()),
    )


def public_text(key: Ed25519PublicKey) -> str:
    """A public key as 43 characters of base64url, as in a JWK's ``x``."""
    return base64.urlsafe_b64encode(key.public_bytes_raw()).rstrip(b"=").decode()


def public_key(text: str) -> Ed25519PublicKey:
    """The public key in :func:`public_text`; ``ValueError`` if it is none."""
    return Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(text + "="))


def pem(text: str) -> str:
    """The public key in :func:`public_text` as PEM."""
    info = serialization.PublicFormat.SubjectPublicKeyInfo
    return public_key(text).public_bytes(serialization.Encoding.PEM, info).decode()


def jwk(text: str) -> dict[str, str]:
    """The public key in :func:`public_text` as a JSON Web Key (RFC 8037)."""
    return {"kty": "OKP", "crv": "Ed25519", "use": "sig", "x": text}


def from_text(text: str) -> str:
    """The public key in a PEM file or in :func:`public_text`; ``ValueError`` if it is none."""
    if "BEGIN PUBLIC KEY" in text:
        key = serialization.load_pem_public_key(text.encode())
        if not isinstance(key, Ed25519PublicKey):
            raise ValueError("not an Ed25519 key")
        return public_text(key)
    return public_text(public_key(text.strip()))


def holder_key(key: bytes, number: str, name: str) -> str:
    """32 hex digits for a number and a name together, alike for all ways to write the name."""
    plain = unicodedata.normalize("NFKC", name[:200]).translate(_DOTS).casefold()
    text = f"{number}\0{''.join(plain.split())}"
    return hmac.digest(key, text.encode(errors="replace"), "sha256")[:16].hex()


def _read(folder: Path, variable: str) -> bytes:
    text, name = os.environ.get(variable), _FILES[variable]
    if not text:
        path = folder / name
        if not path.exists():
            raise KeysMissing(f"no {name}: run scripts/build.py, or restore the file")
        if path.stat().st_mode & (stat.S_IRWXO | stat.S_IWGRP):
            raise KeysMissing(f"others can read {name}: run chmod 600 on it")
        text = path.read_text()
    try:
        key = bytes.fromhex(text.strip())
    except ValueError:
        key = b""
    if len(key) != 32:
        raise KeysMissing(f"{name} can't be read: restore the file from its backup")
    return key
