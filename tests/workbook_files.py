"""Workbooks made byte by byte, for what no writer would write."""

import io
import struct
import zipfile
from collections.abc import Iterable
from xml.sax.saxutils import quoteattr

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"


def sheet(rows: str, *, root: str = f'<worksheet xmlns="{_MAIN}">') -> str:
    """A worksheet's XML around the XML of its rows."""
    return (
        f"<?xml version='1.0' encoding='UTF-8'?>\n{root}<sheetData>{rows}</sheetData></worksheet>"
    )


def row(number: int, *texts: str) -> str:
    """A row of inline texts from column A on."""
    cells = "".join(
        f'<c r="{chr(65 + place)}{number}" t="inlineStr"><is><t>{text}</t></is></c>'
        for place, text in enumerate(texts)
    )
    return f'<row r="{number}">{cells}</row>'


def xlsx(
    *sheets: str | tuple[str, str] | tuple[str, str, str],
    strings: str | None = None,
    styles: str | None = None,
    properties: str = "",
    workbook_type: str = SHEET_TYPE,
    extra: Iterable[tuple[str, bytes]] = (),
) -> bytes:
    """An .xlsx file of the given sheets: XML, or name and XML, or name, XML and state."""
    parts: dict[str, str | bytes] = dict(extra)
    tabs, links = [], []
    for place, given in enumerate(sheets, 1):
        name, xml, state = (*((f"Sheet{place}", given) if isinstance(given, str) else given), "")[
            :3
        ]
        parts[f"xl/worksheets/sheet{place}.xml"] = xml
        shown = f' state="{state}"' if state else ""
        tabs.append(f'<sheet name={quoteattr(name)} sheetId="{place}"{shown} r:id="rId{place}"/>')
        links.append((f"rId{place}", "worksheet", f"worksheets/sheet{place}.xml"))
    for kind, xml in (("sharedStrings", strings), ("styles", styles)):
        if xml is not None:
            parts[f"xl/{kind}.xml"] = f'<?xml version="1.0" encoding="UTF-8"?>{xml}'
            links.append((kind, kind, f"{kind}.xml"))
    parts["xl/workbook.xml"] = (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}">{properties}'
        f"<sheets>{''.join(tabs)}</sheets></workbook>"
    )
    parts["xl/_rels/workbook.xml.rels"] = _links(links)
    parts["_rels/.rels"] = _links([("rId1", "officeDocument", "xl/workbook.xml")])
    parts["[Content_Types].xml"] = (
        f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="xml"'
        f' ContentType="application/xml"/><Override PartName="/xl/workbook.xml"'
        f' ContentType="{workbook_type}"/></Types>'
    )
    return zipped(parts.items())


def zipped(parts: Iterable[tuple[str, str | bytes]]) -> bytes:
    """A zip file of the given parts."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts:
            archive.writestr(name, content)
    return file.getvalue()


def _links(links: Iterable[tuple[str, str, str]]) -> str:
    items = "".join(
        f'<Relationship Id="{key}" Type="{_RELATIONS}/{kind}" Target="{target}"/>'
        for key, kind, target in links
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{items}</Relationships>'


def xls(cells: dict[tuple[int, int], str | float], *, name: str = "Sheet1") -> bytes:
    """An .xls file (BIFF8) of one sheet with texts and numbers at (row, column), from 0."""
    sheet_start = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0x0DBB, 0x07CC, 0, 6))
    body = [sheet_start]
    for (line, column), value in sorted(cells.items()):
        place = struct.pack("<HHH", line, column, 0)
        if isinstance(value, str):
            text = struct.pack("<HB", len(value), 1) + value.encode("utf-16-le")
            body.append(_record(0x0204, place + text))
        else:
            body.append(_record(0x0203, place + struct.pack("<d", value)))
    body.append(_record(0x000A))
    start = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0x0DBB, 0x07CC, 0, 6))
    pages = _record(0x0042, struct.pack("<H", 1200))
    label = struct.pack("<BB", len(name), 1) + name.encode("utf-16-le")
    end = _record(0x000A)
    offset = len(start) + len(pages) + 4 + 6 + len(label) + len(end)
    bound = _record(0x0085, struct.pack("<IH", offset, 0) + label)
    return ole("Workbook", start + pages + bound + end + b"".join(body))


def ole(stream: str, content: bytes) -> bytes:
    """An OLE2 container with one stream."""
    size = max(len(content), 4096)
    sectors = -(-size // 512)
    content = content.ljust(sectors * 512, b"\0")
    entries = sectors + 1
    tables = -(-(entries + 1) // 127)
    end, free, table = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
    chain = [*range(1, sectors), end, end, *[table] * tables]
    chain += [free] * (tables * 128 - len(chain))
    difat = [sectors + 1 + place for place in range(tables)]
    header = struct.pack(
        "<8s16sHHHHH6sIIIIIIIII109I",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 0x3E, 3, 0xFFFE, 9, 6, b"",
        0, tables, sectors, 0, 4096, end, 0, end, 0, *difat, *[free] * (109 - tables),
    )  # fmt: skip
    folder = _entry("Root Entry", 5, 1, end, 0) + _entry(stream, 2, free, 0, size)
    folder += _entry("", 0, free, 0, 0) * 2
    return header + content + folder + struct.pack(f"<{len(chain)}I", *chain)


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    text = name.encode("utf-16-le")
    length = len(text) + 2 if name else 0
    none = 0xFFFFFFFF
    return struct.pack(
        "<64sHBBIII16sIQQIQ", text, length, kind, 1, none, none, child, b"", 0, 0, 0, start, size
    )


def _record(kind: int, data: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(data)) + data
