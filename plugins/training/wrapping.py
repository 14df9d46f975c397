"""Wrapping a function of a library, once: each server of a process loads the plugin files anew."""

from collections.abc import Callable
from typing import Any


def wrap(owner: Any, name: str, make: Callable[[Any], Any]) -> None:
    """Let ``owner.name`` be ``make(what it was)``; a second time changes nothing."""
    found = getattr(owner, name)
    if not hasattr(found, "wrapped_by_lingjun"):
        made = make(found)
        made.wrapped_by_lingjun = True
        setattr(owner, name, made)
