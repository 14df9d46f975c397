"""The search for people (泄露检查) in what is about to be public: nothing that finds one goes out.

Looked for are identity numbers, mobiles, e-mail addresses and the names of trainees and contacts,
in every kind of file that is published: text, workbooks, databases. A finding says where and of what
kind, never what was found.
"""

import io
import re
import sqlite3
import tempfile
import zipfile
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from training import identity_numbers
from training.wording import t

# Digits that are part of a longer run (a hash, a code) are no identity number and no mobile.
_IDENTITY = re.compile(r"(?<![0-9A-Za-z])\d{17}[\dXx](?![0-9A-Za-z])")
_MOBILE = re.compile(r"(?<![0-9A-Za-z.])(?:\+?86[- ]?)?1[3-9]\d(?:[- ]?\d{4}){2}(?![0-9A-Za-z])")
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_HAN = r"\u3400-\u9fff\U00020000-\U0003ffff"
#: A name this short also happens inside other words (王兰 in 国王兰花), so it counts as a whole word.
SHORT = 2


@dataclass(frozen=True, slots=True)
class Leak:
    """One finding: in which file, and whether it is an identity number, a mobile, …"""

    file: str
    kind: str

    @property
    def in_words(self) -> str:
        """The kind in the reader's language."""
        return {
            "identity": t("证件号码", "an identity number"),
            "mobile": t("手机号", "a mobile number"),
            "email": t("邮箱地址", "an e-mail address"),
            "name": t("学员或联系人姓名", "the name of a trainee or contact"),
        }[self.kind]


def names_in(conn: sqlite3.Connection) -> frozenset[str]:
    """The names that must not be public: of every trainee and every contact of the record."""
    rows = conn.execute("select name from trainees union select name from province_contacts")
    return frozenset(name for (name,) in rows if len(name) >= SHORT)


def search(files: Mapping[str, bytes], names: Collection[str]) -> list[Leak]:
    """Every kind of finding in each of ``files`` (path to content), once per file and kind."""
    patterns = _patterns(names)
    found = {
        Leak(path, kind)
        for path, content in files.items()
        for text in texts(content)
        for kind in _kinds(text, patterns)
    }
    return sorted(found, key=lambda leak: (leak.file, leak.kind))


def _kinds(text: str, names: list[re.Pattern[str]]) -> Iterator[str]:
    if any(identity_numbers.checksum_fits(m[0].upper()) for m in _IDENTITY.finditer(text)):
        yield "identity"
    if _MOBILE.search(text):
        yield "mobile"
    if _EMAIL.search(text):
        yield "email"
    if any(pattern.search(text) for pattern in names):
        yield "name"


def _patterns(names: Collection[str]) -> list[re.Pattern[str]]:
    """Few patterns for many names: one of thousands of words is what takes the time."""
    short = sorted(re.escape(name) for name in names if len(name) <= SHORT)
    long = sorted(re.escape(name) for name in names if len(name) > SHORT)
    made = []
    for start in range(0, len(short), 2000):
        words = "|".join(short[start : start + 2000])
        made.append(re.compile(f"(?<![{_HAN}])(?:{words})(?![{_HAN}])"))
    made += [
        re.compile("|".join(long[start : start + 2000])) for start in range(0, len(long), 2000)
    ]
    return made


def texts(content: bytes) -> Iterator[str]:
    """What can be read in a file: its text, or that of the parts of a workbook or a database."""
    if content.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                yield from texts(archive.read(name))
    elif content.startswith(b"SQLite format 3\x00"):
        yield from _dump(content)
    else:
        yield content.decode("utf-8", "replace")


def _dump(content: bytes) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "file.db")
        path.write_bytes(content)
        conn = sqlite3.connect(path)
        try:
            yield "\n".join(conn.iterdump())
        finally:
            conn.close()
    # What was deleted may still lie in a page.
    yield content.decode("utf-8", "replace")
