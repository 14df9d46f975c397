"""The process in which a workbook is opened: limited, alone with one file, and gone afterwards.

Run as `python -m training.workbooks.child KIND [INDEX]` with the workbook as standard input.
Writes one line of JSON (what was found, or why nothing is read), then, if the sheet is settled,
its rows: lines of JSON, some rows in each, compressed. JSON because the parent must not trust a
process that hostile bytes may have taken over.
"""

import json
import resource
import sys
import zlib
from collections.abc import Iterator
from itertools import chain, islice
from typing import Any, BinaryIO
from xml.parsers import expat

from training.workbooks import limits
from training.workbooks.cells import Row
from training.workbooks.xls import XlsWorkbook
from training.workbooks.xlsx import XlsxWorkbook

_HEAD_ROWS = 21
_BATCH = 200


def main() -> None:
    """Answer for the workbook on standard input.

    Whatever else goes wrong than a crossed limit ends the process with a traceback and status 1,
    which to the parent means: not a workbook that can be read.
    """
    kind, *index = sys.argv[1:]
    _limit_this_process(limits.XLS_MEMORY_BYTES if kind == "xls" else limits.MEMORY_BYTES)
    rows: list[bytes] = []
    try:
        answer = _answer(kind, sys.stdin.buffer, index, rows)
    except limits.Refused as refusal:
        answer = {"refused": refusal.code}
    except MemoryError:
        answer = {"refused": "file-unsafe"}
    except expat.ExpatError as error:
        no_memory = error.code == expat.errors.codes[expat.errors.XML_ERROR_NO_MEMORY]
        answer = {"refused": "file-unsafe" if no_memory else "file-kind"}
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n")
    if "sheet" in answer:
        sys.stdout.buffer.writelines(rows)


def _limit_this_process(memory: int) -> None:
    for limit, amount in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, limits.CPU_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        _, most = resource.getrlimit(limit)
        amount = amount if most == resource.RLIM_INFINITY else min(amount, most)
        resource.setrlimit(limit, (amount, amount))


def _answer(kind: str, file: BinaryIO, index: list[str], rows: list[bytes]) -> dict[str, Any]:
    """What to tell of the workbook; fills ``rows`` if ``index`` or a single sheet settles which."""
    workbook = XlsxWorkbook(file) if kind == "xlsx" else XlsWorkbook(file)
    answer: dict[str, Any] = {"sheets": [(sheet.name, sheet.hidden) for sheet in workbook.sheets]}
    if index or len(workbook.sheets) == 1:
        answer["sheet"] = int(index[0]) if index else 0
        found = workbook.rows(answer["sheet"])
        first = next(found, None)
        if first is None:
            raise limits.Refused("file-empty")
        rows.extend(_compressed(chain([first], found)))
    else:
        answer["heads"] = [_head(workbook.rows(place)) for place in range(len(workbook.sheets))]
    return answer


def _head(rows: Iterator[Row]) -> list[list[str]]:
    """The texts of a sheet's first rows; none of a sheet that could not be read anyway."""
    try:
        return [row.cells for row in islice(rows, _HEAD_ROWS)]
    except limits.Refused:
        return []


def _compressed(rows: Iterator[Row]) -> Iterator[bytes]:
    # The fastest level is good enough: rosters shrink to a tenth, which the parent can keep.
    squeeze = zlib.compressobj(level=1)
    while batch := list(islice(rows, _BATCH)):
        line = json.dumps(batch, ensure_ascii=False, separators=(",", ":")) + "\n"
        yield squeeze.compress(line.encode())
    yield squeeze.flush()


if __name__ == "__main__":
    main()
