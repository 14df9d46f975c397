"""The fields of a small form (表单), however broken what was sent."""

from typing import Any


async def fields(request: Any) -> dict[str, str]:
    """The fields of the posted form by name; a body that is no form has none.

    ``request`` is whatever has ``post_vars()``. Broken bytes come from no browser: they are no fault of
    ours, and no reason for one.
    """
    try:
        found: dict[str, str] = await request.post_vars()
    except UnicodeDecodeError:
        return {}
    return found
