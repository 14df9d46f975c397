"""Files built to hurt whoever opens them, small to send and quick to make."""

import io
import random
import zipfile
from collections.abc import Callable
from functools import cache

from training.workbooks import limits

from tests.hostile.sending import crowd, grid, text
from tests.workbook_files import ole, row, sheet, xls, xlsx, zipped

_ROWS = grid(crowd(3))
_PEOPLE = "".join(row(number, *cells) for number, cells in enumerate(_ROWS, start=1))
_HEADER = _ROWS[0]
_MIB = 1 << 20


def far_cell() -> bytes:
    return xlsx(sheet(_PEOPLE + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'))


def corners() -> bytes:
    return xlsx(sheet(
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    ))  # fmt: skip


def thousandfold() -> bytes:
    return xlsx(sheet(_PEOPLE + " " * (limits.RATIO_COUNTS_FROM + 1)))


@cache
def gigabyte_cell() -> bytes:
    """1 GiB of text in one cell, 1 MB to send."""
    file = io.BytesIO()
    book = zipfile.ZipFile(io.BytesIO(xlsx(sheet(_PEOPLE + row(9, "BOMB")))))
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as bomb:
        for name in book.namelist():
            before, found, after = book.read(name).partition(b"BOMB")
            with bomb.open(name, "w", force_zip64=True) as part:
                part.write(before)
                for _ in range(1024 if found else 0):
                    part.write(b"x" * _MIB)
                part.write(after)
    return file.getvalue()


def nested_archives() -> bytes:
    content = bytes(8 * _MIB)
    for _ in range(5):
        content = zipped([("a.xlsx", content), ("b.xlsx", content)])
    return content


def many_columns() -> bytes:
    return xlsx(sheet(f'<row r="1">{"<c><v>1</v></c>" * 16_000}</row>'))


def deep_xml() -> bytes:
    deep = "<a>" * 200_000 + "</a>" * 200_000
    return xlsx(sheet(_PEOPLE + f'<row r="9">{deep}<c/></row>'))


def entities() -> bytes:
    names = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    dtd = f'<!DOCTYPE x [<!ENTITY e0 "ha">{names}]><worksheet'
    return xlsx(sheet(_PEOPLE + row(9, "&e9;")).replace("<worksheet", dtd, 1))


def many_sheets() -> bytes:
    return xlsx(*[sheet(_PEOPLE)] * 1_000)


def many_parts() -> bytes:
    return xlsx(sheet(_PEOPLE), extra=[(f"x{n}", b"") for n in range(limits.ENTRIES)])


def garbage(start: bytes) -> bytes:
    return start + random.Random(1).randbytes(2 * _MIB)


def old_garbage() -> bytes:
    return garbage(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")


def old_garbage_inside() -> bytes:
    return ole("Workbook", random.Random(2).randbytes(2 * _MIB))


def old_damaged() -> bytes:
    content = bytearray(xls({(r, c): "x" for r in range(200) for c in range(13)}))
    chance = random.Random(3)
    for _ in range(2_000):
        content[chance.randrange(600, len(content))] = chance.randrange(256)
    return bytes(content)


def long_line() -> bytes:
    return (",".join(_HEADER) + "\n" + "x" * (20 * _MIB)).encode()


def wide_text() -> bytes:
    """Sixteen thousand headers nobody knows."""
    extra = [f"列{n}" for n in range(16_000)]
    return text([_HEADER + extra, *(cells + ["x"] * 16_000 for cells in _ROWS[1:])]).encode()


def many_commas() -> bytes:
    return (",".join(_HEADER) + "\n" + ("," * 20_000 + "\n") * 400).encode()


def open_quotes() -> bytes:
    """Each line opens a quote that none closes."""
    return (",".join(_HEADER) + "\n" + (',"' + "x" * 60 + "\n") * 3_000).encode()


def only_quotes() -> bytes:
    return (",".join(_HEADER) + "\n").encode() + b'"' * (4 * _MIB)


def only_line_ends() -> bytes:
    return ",".join(_HEADER).encode() + b"\n" * (2 * _MIB)


def all_wrong() -> bytes:
    """Five thousand rows with a fault in each cell."""
    return (",".join(_HEADER) + "\n" + (",".join("?" * len(_HEADER)) + "\n") * 5_000).encode()


def slow_patterns() -> bytes:
    """Cells that take patterns the long way round."""
    header = [*_HEADER, "邮箱", "备注", "成立时间", "营业收入", "从业人数", "(" * 199]
    odd = [
        "a." * 99 + "@", "1" * 1_999, "1-" * 99, "1," * 99, "0" * 199, "(" * 199, "第1" * 99, "注(" * 99,
        "010-" * 49, "1 " * 99, "C1" * 99, "甲 " * 99, "·" * 199, "=\"" * 99, "'" * 199, "（" * 199,
        "合计(" * 66,
    ]  # fmt: skip
    rows = [[odd[(n + place) % len(odd)] for place in range(len(header))] for n in range(1_000)]
    return text([header, *rows]).encode()


#: What is to be made, and the codes one of which must be among the answer's.
BOMBS: dict[Callable[[], bytes], set[str]] = {
    far_cell: {"row-ragged"},
    corners: {"header-missing"},
    thousandfold: {"file-unsafe"},
    gigabyte_cell: {"file-unsafe"},
    nested_archives: {"file-kind", "file-unsafe"},
    many_columns: {"file-unsafe"},
    deep_xml: {"file-unsafe"},
    entities: {"file-unsafe"},
    many_sheets: {"sheet-several", "file-unsafe"},
    many_parts: {"file-unsafe"},
    old_garbage: {"file-kind"},
    old_garbage_inside: {"file-kind"},
    old_damaged: {"file-kind", "file-unsafe", "header-missing"},
    long_line: {"file-unsafe"},
    wide_text: {"header-unknown"},
    many_commas: {"file-empty"},
    open_quotes: {"row-quote"},
    only_quotes: {"row-quote", "file-unsafe", "header-missing"},
    only_line_ends: {"file-empty"},
    all_wrong: {"id-length"},
    slow_patterns: {"email-format", "row-ragged", "id-length"},
}
