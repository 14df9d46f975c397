"""Where a fault happened, without what it was about: messages and values may be people's."""

import traceback
from pathlib import Path


def places(exception: BaseException) -> str:
    """The kind of the exception and the way to it, e.g. ``ValueError at rows.py:88 read, …``.

    Nothing of its message, for that quotes the value at fault: ``int('张三')`` does.
    """
    frames = traceback.extract_tb(exception.__traceback__)
    way = ", ".join(f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in frames)
    return f"{type(exception).__name__} at {way or 'no line'}"
