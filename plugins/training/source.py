"""What is known of a file that is read, and the three ways reading it can end early."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from training.problems import Details, Problem

Kind = Literal["csv", "xlsx", "xls"]


@dataclass
class Source:
    """One file, opened: what it is, and how it is to be read.

    `sha256` is of its bytes, in hexadecimal; `size` counts them. `encoding` (the contract's word)
    and `delimiter` are None for a workbook, `sheet` is None for a text file.
    """

    path: Path
    name: str
    kind: Kind | None = None
    sha256: str = ""
    size: int = 0
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    sheets: list[str] = field(default_factory=list)
    #: What the reader of this kind needs besides (`encodings.Encoded`, `workbooks.Contents`).
    reader: Any = field(default=None, repr=False)


class Unreadable(Exception):
    """The file as a whole is refused; `problem` says why, `source` holds what was known by then."""

    def __init__(self, code: str, details: Details = ()) -> None:
        super().__init__(code)
        self.problem = Problem(None, None, code, details)
        self.source: Source | None = None


class UnknownEncoding(ValueError):
    """The caller named an encoding that does not exist."""


class UnknownSheet(ValueError):
    """The caller named a sheet that the file does not have."""
