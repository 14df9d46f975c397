"""CSV as spreadsheets need it (安全的 CSV), in place of the core's plain writer.

A byte order mark, CRLF, and no cell that starts a formula; see :mod:`training.tabular`.
"""

import csv
from collections.abc import Sequence
from typing import Any

from training.tabular import BOM, safe


class SafeWriter:
    """Writes rows to an asynchronous target; the core awaits what :meth:`writerow` returns."""

    def __init__(self, target: Any) -> None:
        self._target = target
        self._writer = csv.writer(target, lineterminator="\r\n")
        self._begun = False

    async def writerow(self, row: Sequence[Any]) -> None:
        """One row, the byte order mark before the first."""
        if not self._begun:
            self._begun = True
            await self._target.write(BOM)
        # The writer returns what its target's write returns: something to await.
        await self._writer.writerow([safe(cell) for cell in row])


class SafeCsv:
    """Stands where the core has the module :mod:`csv`, of which it uses the writer alone."""

    writer = SafeWriter
