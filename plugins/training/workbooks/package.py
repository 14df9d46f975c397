"""The zip file around an .xlsx workbook: looked at before it is unpacked, and its parts found.

Standard: ECMA-376 part 2 (Open Packaging Conventions).
"""

import posixpath
import zipfile
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from training.workbooks import limits, markup

BLOCK = 1 << 18
_WORKBOOK_TYPES = (
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.template.main+xml",
)


class Relation(NamedTuple):
    """A link from one part to another; `kind` is the last word of its type."""

    kind: str
    part: str


class Package:
    """The parts of an .xlsx file. Raises `limits.Refused` for what is too large or no workbook."""

    def __init__(self, file: BinaryIO) -> None:
        self._zip = zipfile.ZipFile(file)
        entries = self._zip.infolist()
        _check_size(entries)
        # Part names are compared without regard to case (ECMA-376 part 2, 6.2.2.3).
        self._entries = {entry.filename.lower().lstrip("/"): entry for entry in entries}
        self.workbook = self._find_workbook()

    def __contains__(self, part: str) -> bool:
        return part.lower() in self._entries

    def blocks(self, part: str) -> Iterator[bytes]:
        """The unpacked bytes of ``part``, a block at a time."""
        entry = self._entries.get(part.lower())
        if entry is None:
            raise limits.not_a_workbook()
        with self._zip.open(entry) as stream:
            while block := stream.read(BLOCK):
                yield block

    def relations(self, part: str) -> dict[str, Relation]:
        """The links of ``part`` to other parts of the package, by their id."""
        folder, name = posixpath.split(part)
        found: dict[str, Relation] = {}

        def start(element: str, attributes: dict[str, str]) -> None:
            if element == "Relationship" and attributes.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/", folder, attributes["Target"]))
                kind = attributes["Type"].rpartition("/")[2]
                found[attributes["Id"]] = Relation(kind, target.lstrip("/"))

        links = posixpath.join(folder, "_rels", f"{name}.rels")
        if links in self:
            self.parse(links, start)
        return found

    def parse(
        self,
        part: str,
        start: markup.Start,
        end: markup.Named | None = None,
        characters: markup.Named | None = None,
    ) -> None:
        """Read all of an XML part."""
        parser = markup.parser(start, end, characters)
        for block in self.blocks(part):
            parser.Parse(block)
        parser.Parse(b"", True)

    def _find_workbook(self) -> str:
        main = (link.part for link in self.relations("").values() if link.kind == "officeDocument")
        part = next(main, None)
        if part is None or part not in self or self._type_of(part) not in _WORKBOOK_TYPES:
            raise limits.not_a_workbook()
        return part

    def _type_of(self, part: str) -> str:
        """The content type of ``part``; macros and binary workbooks have their own."""
        own: dict[str, str] = {}
        by_ending: dict[str, str] = {}

        def start(element: str, attributes: dict[str, str]) -> None:
            if element == "Override":
                own[attributes["PartName"].lower()] = attributes["ContentType"]
            elif element == "Default":
                by_ending[attributes["Extension"].lower()] = attributes["ContentType"]

        self.parse("[Content_Types].xml", start)
        ending = part.rpartition(".")[2].lower()
        return own.get(f"/{part.lower()}") or by_ending.get(ending, "")


def _check_size(entries: list[zipfile.ZipInfo]) -> None:
    """Judge by the sizes that the zip file claims; no more than those is ever unpacked."""
    if len(entries) > limits.ENTRIES:
        raise limits.unsafe()
    if sum(entry.file_size for entry in entries) > limits.UNZIPPED_BYTES:
        raise limits.unsafe()
    for entry in entries:
        large = entry.file_size > limits.RATIO_COUNTS_FROM
        if large and entry.file_size > limits.RATIO * max(entry.compress_size, 1):
            raise limits.unsafe()
