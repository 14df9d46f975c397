"""The example notebook (示例笔记本): as it is kept, as it is handed out, and run cell by cell.

It lies in templates/notebooks as a notebook of Jupyter's (nbformat 4.5), in both languages, with what
its cells said about the demonstration. Its first cell of code is the reader of
:mod:`training.notebook_code`, made anew for the server that hands it out.
"""

import ast
import io
import json
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

from training import notebook_code

EXAMPLE = Path(__file__).resolve().parents[2] / "templates" / "notebooks" / "quota.ipynb"
#: Where `make demo` serves: what the kept notebook asks.
USUAL_SITE = "http://127.0.0.1:8001"

Notebook = dict[str, Any]


class CellFailed(Exception):
    """A cell of code raised something; the text says which and what."""


def load(path: Path = EXAMPLE) -> Notebook:
    """The notebook in a file."""
    notebook: Notebook = json.loads(path.read_text(encoding="utf-8"))
    return notebook


def save(notebook: Notebook, path: Path = EXAMPLE) -> None:
    """Write a notebook as Jupyter does."""
    text = json.dumps(notebook, ensure_ascii=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8")


def handed_out(notebook: Notebook, site: str, language: str) -> Notebook:
    """The notebook for a reader of ``language`` at the server ``site``."""
    cells = [
        cell for cell in notebook["cells"] if cell["metadata"].get("lang", language) == language
    ]
    reader = next(cell for cell in cells if cell["cell_type"] == "code")
    made = {**reader, "source": lines(notebook_code.reader(site, language))}
    return {**notebook, "cells": [made if cell is reader else cell for cell in cells]}


def run(notebook: Notebook) -> Notebook:
    """The notebook with what its cells of code say now, run in order as one programme.

    Raises :class:`CellFailed` for the first one that fails.
    """
    names: dict[str, Any] = {"__name__": "__main__"}
    cells, count = [], 0
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            count += 1
            try:
                said = _run_cell("".join(cell["source"]), names, count)
            except Exception as error:
                raise CellFailed(f"cell {count}: {type(error).__name__}: {error}") from error
            cell = {**cell, "execution_count": count, "outputs": said}
        cells.append(cell)
    return {**notebook, "cells": cells}


def _run_cell(source: str, names: dict[str, Any], count: int) -> list[dict[str, Any]]:
    """What one cell prints and, as Jupyter shows it, the value of its last expression."""
    tree, value = ast.parse(source), None
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    printed = io.StringIO()
    with redirect_stdout(printed):
        exec(compile(tree, f"<cell {count}>", "exec"), names)  # noqa: S102 - that is the task
        if isinstance(last, ast.Expr):
            expression = ast.Expression(last.value)
            value = eval(compile(expression, f"<cell {count}>", "eval"), names)  # noqa: S307
    outputs: list[dict[str, Any]] = []
    if printed.getvalue():
        text = lines(printed.getvalue())
        outputs.append({"name": "stdout", "output_type": "stream", "text": text})
    if value is not None:
        shown = {"data": {"text/plain": [repr(value)]}, "execution_count": count, "metadata": {}}
        outputs.append({**shown, "output_type": "execute_result"})
    return outputs


def with_outputs(notebook: Notebook, done: Notebook) -> Notebook:
    """The notebook with what its cells said when they were run as ``done``; texts stay as they are."""
    ran = {cell["id"]: cell for cell in done["cells"]}
    cells = [
        cell | {key: ran[cell["id"]][key] for key in ("outputs", "execution_count")}
        if cell["cell_type"] == "code"
        else cell
        for cell in notebook["cells"]
    ]
    return {**notebook, "cells": cells}


def outputs(notebook: Notebook) -> list[str]:
    """What the cells of code say, a text for each."""
    return [
        "\n".join("".join(one.get("text") or one["data"]["text/plain"]) for one in cell["outputs"])
        for cell in notebook["cells"]
        if cell["cell_type"] == "code"
    ]


def lines(text: str) -> list[str]:
    """A text as notebooks keep it, without a break at the end."""
    return text.rstrip("\n").splitlines(keepends=True)


def shown(notebook: Notebook) -> list[dict[str, str]]:
    """The cells for a page: heading and text, or code and output."""
    said = iter(outputs(notebook))
    found = []
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "code":
            found.append({"code": source, "output": next(said).rstrip("\n")})
        else:
            heading, _, text = source.partition("\n")
            found.append({"heading": heading.lstrip("# "), "text": text.strip()})
    return found
