"""What the record keeps of an identity number or a mobile: a keyed hash, a mask, a sealed text.

The hash finds the same person again, the mask is shown, the sealed text can be opened by whoever
has the key. Keys come from the environment (``LINGJUN_KEYS``, the JSON itself, or
``LINGJUN_KEYS_FILE``, its path) or from a 0600 file beside the record, never from a database.
"""

import hashlib
import hmac
import json
import os
import secrets
import stat
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

#: Documents that carry the 18-character number of GB 11643 share one name space.
_EIGHTEEN = frozenset({"resident", "hk_macao_resident", "taiwan_resident"})
_NONCE = 12
#: Bytes that SHA-256 takes at a time; keys are shorter and filled up with zeros.
_BLOCK = 64


class KeysMissing(Exception):
    """There are no keys for this record, or they can't be trusted; the message says what to do."""


@dataclass(frozen=True)
class Keys:
    """The secrets of one record: for hashes, numbered ones for sealing, and for the audit chain."""

    hashing: bytes
    sealing: dict[int, bytes]
    audit: bytes

    @property
    def current(self) -> int:
        """The version that seals; older ones only open."""
        return max(self.sealing)


def keys_path(db_path: str | Path) -> Path:
    """The file that holds the keys of the record at ``db_path``, unless the environment does."""
    return Path(os.environ.get("LINGJUN_KEYS_FILE") or Path(db_path).with_suffix(".keys"))


def create_keys(db_path: str | Path) -> bool:
    """Make keys for a new record, in a file that only its owner can read; False if there are some."""
    path = keys_path(db_path)
    if os.environ.get("LINGJUN_KEYS") or path.exists():
        return False
    made = {name: secrets.token_hex(32) for name in ("hashing", "audit")}
    text = json.dumps({**made, "sealing": {"1": secrets.token_hex(32)}})
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text + "\n")
    return True


def load_keys(db_path: str | Path) -> Keys:
    """Read the keys of the record at ``db_path``; raise :class:`KeysMissing` if that can't be done."""
    text = os.environ.get("LINGJUN_KEYS")
    if not text:
        path = keys_path(db_path)
        if not path.exists():
            raise KeysMissing(f"no keys at {path.name}: run scripts/build.py, or restore the file")
        if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise KeysMissing(f"others can read {path.name}: run chmod 600 on it")
        text = path.read_text()
    try:
        found = json.loads(text)
        keys = Keys(
            bytes.fromhex(found["hashing"]),
            {int(version): bytes.fromhex(key) for version, key in found["sealing"].items()},
            # Keys that were made before there was a chain have none of its own.
            bytes.fromhex(found["audit"])
            if "audit" in found
            else hmac.digest(bytes.fromhex(found["hashing"]), b"audit chain", "sha256"),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise KeysMissing("the keys can't be read: restore the file from its backup") from error
    if len(keys.hashing) != 32 or not keys.sealing:
        raise KeysMissing("the keys are incomplete: restore the file from its backup")
    return keys


def person_key(keys: Keys, id_type: str, number: str) -> str:
    """The same 32 hex digits for the same person, whichever file names him."""
    return _digest(keys.hashing, f"person\0{_space(id_type)}\0{number}")


def mobile_key(keys: Keys, mobile: str) -> str:
    """The same 32 hex digits for the same mobile number."""
    return _digest(keys.hashing, f"mobile\0{mobile}")


def keyed_hash(keys: Keys, purpose: str, text: str) -> str:
    """32 hex digits of ``text`` that serve one ``purpose`` only: hashes of two can't be compared."""
    return _digest(keys.hashing, f"{purpose}\0{text}")


class Hasher:
    """The same keys as :func:`person_key` and :func:`mobile_key`, for many at a time.

    HMAC-SHA-256 (RFC 2104) begins each of its two hashes with the padded key. Both beginnings are
    made once and copied, which halves the time: OpenSSL's own call looks everything up anew.
    """

    def __init__(self, keys: Keys) -> None:
        padded = keys.hashing.ljust(_BLOCK, b"\0")
        self._inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in padded))
        self._outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in padded))

    def persons(
        self, kinds: Iterable[str | None], numbers: Iterable[str | None]
    ) -> list[str | None]:
        """The person key of each document, None for one without a number."""
        digest = self._digest
        return [
            digest(f"person\0{_space(kind or 'resident')}\0{number}") if number else None
            for kind, number in zip(kinds, numbers, strict=False)
        ]

    def mobiles(self, mobiles: Iterable[str]) -> list[str | None]:
        """The key of each mobile number, None for ''."""
        digest = self._digest
        return [digest("mobile\0" + mobile) if mobile else None for mobile in mobiles]

    def _digest(self, text: str) -> str:
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(text.encode())
        outer.update(inner.digest())
        return outer.hexdigest()[:32]


def _space(id_type: str) -> str:
    return "resident" if id_type in _EIGHTEEN else id_type


def _digest(key: bytes, text: str) -> str:
    return hmac.digest(key, text.encode(), "sha256")[:16].hex()


def mask_identity(number: str) -> str:
    """``110***********002X``: the first three and the last four characters."""
    if len(number) < 11:
        return number[:1] + "*" * (len(number) - 3) + number[-2:]
    return number[:3] + "*" * (len(number) - 7) + number[-4:]


def mask_mobile(mobile: str) -> str:
    """``138****8000``."""
    return mobile[:3] + "****" + mobile[-4:]


class Sealer:
    """Seals and opens texts for one owner each; the owner is bound in, so blobs can't be swapped."""

    def __init__(self, keys: Keys) -> None:
        self.version = keys.current
        self._ciphers = {version: AESGCM(key) for version, key in keys.sealing.items()}
        self._seal = self._ciphers[self.version].encrypt

    def seal(self, owner: str, text: str) -> bytes:
        """Encrypt ``text`` for ``owner`` (a person key) under the current key version."""
        return self.seal_bytes(owner, text.encode())

    def seal_bytes(self, owner: str, content: bytes) -> bytes:
        """Encrypt ``content``; the result begins with its nonce."""
        nonce = os.urandom(_NONCE)
        return nonce + self._seal(nonce, content, owner.encode())

    def seal_all(self, owners: Sequence[str], texts: Iterable[str]) -> list[bytes]:
        """What :meth:`seal` makes of each text; the nonces are drawn together."""
        seal, drawn = self._seal, os.urandom(_NONCE * len(owners))
        nonces = [drawn[start : start + _NONCE] for start in range(0, len(drawn), _NONCE)]
        return [
            nonce + seal(nonce, text.encode(), owner.encode())
            for nonce, owner, text in zip(nonces, owners, texts, strict=True)
        ]

    def open(self, owner: str, version: int, sealed: bytes) -> str:
        """Decrypt; raises ``cryptography.exceptions.InvalidTag`` if owner, key or bytes differ."""
        return self.open_bytes(owner, version, sealed).decode()

    def open_bytes(self, owner: str, version: int, sealed: bytes) -> bytes:
        """Decrypt what :meth:`seal_bytes` made for the same owner."""
        cipher = self._ciphers[version]
        return cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], owner.encode())


def opens(keys: Keys, owner: str, version: int, sealed: bytes) -> bool:
    """Whether these keys open what was sealed for ``owner``."""
    try:
        Sealer(keys).open_bytes(owner, version, sealed)
    except (InvalidTag, KeyError):
        return False
    return True
