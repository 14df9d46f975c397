"""Which encoding a text is in: decided by rules over the whole file, never by a guesser.

Byte order mark, then NUL bytes, then strict UTF-8, then GB18030 or Big5 by known headers and by
the share of everyday characters. A text that fits none of these is not read.
"""

import codecs
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO

from training import characters
from training.source import UnknownEncoding, Unreadable

BLOCK = 1 << 18
HEAD = 1 << 16
#: Characters. A longer line is no row of a roster, and would have to be held in memory whole.
MAX_LINE = 1 << 20
#: The share below which a reading without one known header is noise. Right readings of lists of
#: three ordinary names start at 0.5, Japanese or UTF-8 read as GB18030 stays under 0.2.
PLAUSIBLE = 0.5

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, None),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"\x84\x31\x95\x33", "gb18030"),
)
#: Names that a caller may give, and the codec that reads what such files hold. GB18030 contains
#: GBK and GB2312; Python's gb2312 would turn the dot of minority names into a Katakana dot.
_CODECS = {"gbk": "gb18030", "gb2312": "gb18030", "utf-8-sig": "utf-8", "big5": "cp950"}
_WORDS = {"ascii": "utf-8", "cp950": "big5", "big5hkscs": "big5"}
#: Python calls these encodings too, but no file is in them.
_NOT_OF_FILES = frozenset(
    ("idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined", "mbcs", "oem")
)
#: Counts the known headers in the beginning of a text.
TextVote = Callable[[str], int]


@dataclass(frozen=True, slots=True)
class Encoded:
    """An encoding that a whole file fits.

    `start` is the length of the byte order mark. The text `is_garbled` if it shows traces of an
    earlier wrong conversion, `is_cut` if it ends inside a character, `is_blank` if it is white
    space only, `is_overlong` if a line has more than :data:`MAX_LINE` characters.
    """

    codec: str
    start: int
    is_garbled: bool
    is_cut: bool
    is_blank: bool
    is_overlong: bool

    @property
    def is_damaged(self) -> bool:
        """Whether some of the text is lost."""
        return self.is_garbled or self.is_cut

    @property
    def word(self) -> str:
        """The contract's name of the encoding."""
        return _WORDS.get(self.codec, self.codec)


def detect(file: BinaryIO, vote: TextVote) -> Encoded:
    """The encoding of ``file``; raises :class:`Unreadable` (`encoding-unknown`) if none fits."""
    file.seek(0)
    head = file.read(HEAD)
    for mark, codec in _MARKS:
        if head.startswith(mark):
            found = _fits(file, codec, len(mark)) if codec else None
            break
    else:
        found = _without_mark(file, head, vote)
    if found is None:
        raise Unreadable("encoding-unknown")
    return found


def named(file: BinaryIO, codec: str) -> Encoded:
    """``file`` in the encoding that the caller chose; :class:`Unreadable` if it does not fit."""
    file.seek(0)
    head = file.read(4)
    marks = {known: mark for mark, known in _MARKS if head.startswith(mark)}
    if codec == "utf-16":
        codec = "utf-16-be" if "utf-16-be" in marks else "utf-16-le"
    found = None
    if not marks or codec in marks:
        found = _fits(file, codec, len(marks.get(codec, b"")))
    if found is None:
        raise Unreadable("encoding-unknown")
    return found


def codec_of(name: str) -> str:
    """The codec that an encoding's name stands for; raises :class:`UnknownEncoding`."""
    try:
        info = codecs.lookup(name)
    except (LookupError, ValueError) as error:
        raise UnknownEncoding(f"no such encoding: {name!r}") from error
    # Python counts base64 and rot13 as encodings too; this is how it tells them apart itself.
    if not info._is_text_encoding or info.name in _NOT_OF_FILES:
        raise UnknownEncoding(f"no encoding of text files: {name!r}")
    return _CODECS.get(info.name, info.name)


def lines(file: BinaryIO, encoded: Encoded) -> Iterator[list[str]]:
    """The text's lines without their ends (CRLF, LF or CR), a block at a time."""
    carry = ""
    for text in _texts(file, encoded.codec, encoded.start):
        text = carry + text
        # A CR at the end of a block may be the first half of a CRLF.
        half = "\r" if text.endswith("\r") else ""
        *whole, carry = split_lines(text.removesuffix("\r"))
        carry += half
        yield whole
    if carry:
        yield split_lines(carry.removesuffix("\r"))


def head_text(file: BinaryIO, encoded: Encoded) -> str:
    """The first characters of the text, enough for its header."""
    return next(_texts(file, encoded.codec, encoded.start), "")[:HEAD]


def split_lines(text: str) -> list[str]:
    """The lines of ``text``, which may end in CRLF, LF or CR."""
    # str.splitlines would also split at characters that belong into a cell (U+2028, U+0085).
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _texts(file: BinaryIO, codec: str, start: int) -> Iterator[str]:
    """The decoded text in blocks; a character that the end of the file cuts is left out."""
    decoder = codecs.getincrementaldecoder(codec)("strict")
    file.seek(start)
    for data in iter(partial(file.read, BLOCK), b""):
        text = decoder.decode(data)
        yield characters.modern(text) if codec == "gb18030" else text


def _fits(file: BinaryIO, codec: str, start: int = 0) -> Encoded | None:
    """Decode the whole file strictly; None if it is not in this encoding."""
    decoder = codecs.getincrementaldecoder(codec)("strict")
    file.seek(start)
    garbled, blank, line, longest, before = False, True, 0, 0, ""
    try:
        for data in iter(partial(file.read, BLOCK), b""):
            text = decoder.decode(data)
            garbled = garbled or characters.is_garbled(before + text)
            before = text[-2:]
            blank = blank and not text.strip()
            tail = len(text) - 1 - max(text.rfind("\n"), text.rfind("\r"))
            line = tail if tail < len(text) else line + tail
            longest = max(longest, line)
    except UnicodeError:
        # Windows' Big5 comes first; Hong Kong's contains nearly all of it.
        return _fits(file, "big5hkscs", start) if codec == "cp950" else None
    return Encoded(codec, start, garbled, _is_cut(decoder), blank, longest > MAX_LINE)


def _is_cut(decoder: codecs.IncrementalDecoder) -> bool:
    try:
        decoder.decode(b"", final=True)
    except UnicodeError:
        return True
    return False


def _without_mark(file: BinaryIO, head: bytes, vote: TextVote) -> Encoded | None:
    # Text in UTF-16 has a NUL beside every digit and comma; other text has none but by damage.
    wide = ("utf-16-le", "utf-16-be") if b"\0" in head else ()
    if head.count(0) * 4 < len(head):
        utf8 = _fits(file, "utf-8")
        if utf8:
            return utf8
    scored = [
        (_score(head, found.codec, vote), found)
        for codec in (*wide, "gb18030", "cp950")
        if (found := _fits(file, codec))
    ]
    score, best = max(scored, key=lambda pair: pair[0], default=(0.0, None))
    return best if score >= PLAUSIBLE else None


def _score(head: bytes, codec: str, vote: TextVote) -> float:
    """How much a reading looks like a roster: known headers (at most 3) + everyday characters."""
    text = codecs.getincrementaldecoder(codec)("strict").decode(head)
    return min(vote(text), 3) + characters.share_of_everyday(text, codec)
