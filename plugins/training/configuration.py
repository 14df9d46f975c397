"""metadata.yml, read: the one file that says what there is to ask and how everything is called."""

from pathlib import Path
from typing import Any

import yaml

METADATA = Path(__file__).resolve().parents[2] / "metadata.yml"
# The same answer from C takes a tenth of the time, which every command line waits for.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load(path: Path = METADATA) -> dict[str, Any]:
    """The configuration in the file at ``path``, as dictionaries, lists and text."""
    return parse(path.read_text(encoding="utf-8"))


def parse(text: str) -> dict[str, Any]:
    """The configuration that ``text`` is."""
    found: dict[str, Any] = yaml.load(text, _LOADER)  # noqa: S506
    return found
