"""Bytes to rows of text: the first stage of a roster's way.

The kind of a file is told from its bytes. A text file is decoded as a whole (`encodings`) and cut
into records (`delimited`); a workbook is opened in a process of its own (`workbooks`). Every cell
is text; nothing is inferred from it here.
"""

import hashlib
import os
import re
import stat
from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO, NamedTuple

from training import characters, delimited, encodings
from training.delimited import HeaderVote, Layout
from training.encodings import Encoded
from training.problems import Problem
from training.source import Source, UnknownEncoding, UnknownSheet, Unreadable
from training.tables import column_letters
from training.workbooks.parent import Contents, open_workbook

__all__ = [
    "MAX_BYTES", "Row", "Source", "UnknownEncoding", "UnknownSheet", "Unreadable", "open_source", "rows",
]  # fmt: skip

MAX_BYTES = 64 << 20
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
#: Web pages, XML, RTF and PDF under a table's name; many sites call such files ".xls".
_OTHER_KINDS = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|head|meta|style|table|\?xml)|\{\\rtf|%PDF",
    re.IGNORECASE,
)
_CONTROLS = bytes({*range(0x20), 0x7F} - set(b"\t\n\v\f\r"))
#: Random bytes have a share of 0.11; a text has a few by damage.
_MOST_CONTROLS = 0.05
_SOME_CONTROLS = 4

Row = tuple[int, list[str], list[Problem]]


class _Text(NamedTuple):
    """How the text of a source is to be read."""

    encoded: Encoded
    layout: Layout


def open_source(
    path: str | Path,
    *,
    name: str | None = None,
    encoding: str | None = None,
    sheet: str | None = None,
    header_vote: HeaderVote,
) -> Source:
    """Find out what the file at ``path`` is and how to read it; its sender calls it ``name``.

    ``header_vote(cells)`` says how many cells of a row are known headers; it settles encoding,
    delimiter and sheet where ``encoding`` and ``sheet`` do not. Raises :class:`Unreadable` with
    the fault and what was known by then, :class:`UnknownEncoding` and :class:`UnknownSheet`.
    """
    codec = encodings.codec_of(encoding) if encoding else None
    path = Path(path)
    source = Source(path, name or path.name)
    try:
        with path.open("rb") as file:
            head = _identify(source, file)
            if source.kind != "csv":
                open_workbook(file, source, sheet, header_vote)
            elif sheet:
                raise UnknownSheet(f"a text file has no sheet {sheet!r}")
            else:
                _open_text(source, file, head, codec, header_vote)
    except Unreadable as refusal:
        refusal.source = source
        raise
    return source


def rows(source: Source) -> Iterator[Row]:
    """Row number, cells and faults of each row that is not blank; may be called again.

    Rows are numbered as Excel shows them, line ends inside cells are \\n. The faults: `row-quote`,
    `row-ragged` for workbook cells too far right to be read (they are left out of the cells), and
    once for the whole file `encoding-damaged`, beside the row where it shows.
    """
    if isinstance(source.reader, Contents):
        return _naming_damage(_sheet_rows(source.reader))
    encoded = source.reader.encoded
    found = _text_rows(source)
    return _naming_damage(found, encoded.is_cut) if encoded.is_damaged else found


def _identify(source: Source, file: BufferedReader) -> bytes:
    """Fill in size, hash and kind; return the first bytes."""
    status = os.fstat(file.fileno())
    if not stat.S_ISREG(status.st_mode):
        raise Unreadable("file-kind")
    source.size = status.st_size
    if source.size > MAX_BYTES:
        raise Unreadable("file-too-large")
    source.sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    if source.size == 0:
        raise Unreadable("file-empty")
    file.seek(0)
    head = file.read(encodings.HEAD)
    if _OTHER_KINDS.match(head):
        raise Unreadable("file-kind")
    source.kind = "xlsx" if head.startswith(_ZIP) else "xls" if head.startswith(_OLE) else "csv"
    return head


def _open_text(
    source: Source, file: BinaryIO, head: bytes, codec: str | None, header_vote: HeaderVote
) -> None:
    """Fill in encoding and delimiter."""

    def layout_of(text: str) -> Layout:
        return delimited.layout(encodings.split_lines(text), header_vote)

    if codec:
        encoded = encodings.named(file, codec)
    else:
        try:
            encoded = encodings.detect(file, lambda text: layout_of(text).votes)
        except Unreadable:
            raise Unreadable("file-kind" if _is_binary(head) else "encoding-unknown") from None
    text = encodings.head_text(file, encoded)
    if _is_binary(text.encode("utf-8", "replace")):
        raise Unreadable("file-kind")
    if encoded.is_blank:
        raise Unreadable("file-empty")
    if encoded.is_overlong:
        raise Unreadable("file-unsafe")
    layout = layout_of(text)
    source.encoding, source.delimiter = encoded.word, layout.delimiter
    source.reader = _Text(encoded, layout)


def _is_binary(head: bytes) -> bool:
    controls = len(head) - len(head.translate(None, _CONTROLS))
    return controls > _SOME_CONTROLS + len(head) * _MOST_CONTROLS


def _text_rows(source: Source) -> Iterator[Row]:
    encoded, layout = source.reader
    with source.path.open("rb") as file:
        lines = encodings.lines(file, encoded)
        for number, cells, is_broken in delimited.records(lines, layout.delimiter, layout.width):
            yield number, cells, [Problem(number, None, "row-quote")] if is_broken else []


def _sheet_rows(contents: Contents) -> Iterator[Row]:
    for number, cells, far in contents.rows():
        where = (("where", "、".join(far[:3])),)
        yield number, cells, [Problem(number, None, "row-ragged", where)] if far else []


def _naming_damage(found: Iterator[Row], is_cut: bool = False) -> Iterator[Row]:
    """``found``, with `encoding-damaged` at the first row that shows it (at once if ``is_cut``)."""
    for number, cells, problems in found:
        if is_cut or characters.is_garbled("\t".join(cells)):
            traces = [place for place, cell in enumerate(cells) if characters.is_garbled(cell)]
            where = (("where", f"{column_letters(traces[0])}{number}"),) if traces else ()
            problems.append(Problem(None, None, "encoding-damaged", where))
            yield number, cells, problems
            break
        yield number, cells, problems
    yield from found
