"""Permissions in metadata.yml: there are none, so nobody needs to look for them.

The core walks through every table and query of the configuration for each permission it checks,
some forty times for a table page, a quarter of its time. Where no rule stands in the file the
answer is known beforehand; where one does, the core looks as it always would.
"""

from typing import Any
from weakref import WeakKeyDictionary

from datasette.app import Datasette
from datasette.default_permissions.config import ConfigPermissionProcessor
from training.wrapping import wrap

#: Where the core reads rules: at the top, in a database, a table or a query.
RULES = {"permissions", "allow", "allow_sql"}

_has_rules: WeakKeyDictionary[Datasette, bool] = WeakKeyDictionary()


def has_rules(config: dict[str, Any]) -> bool:
    """Whether the core would find a rule in this configuration."""
    databases = list((config.get("databases") or {}).values())
    inside = [
        one
        for database in databases
        for kind in ("tables", "queries")
        for one in ((database or {}).get(kind) or {}).values()
    ]
    return any(
        isinstance(one, dict) and RULES & one.keys() for one in (config, *databases, *inside)
    )


def _if_any(process: Any) -> Any:
    def process_if_any(self: ConfigPermissionProcessor) -> Any:
        if self.datasette not in _has_rules:
            _has_rules[self.datasette] = has_rules(self.config)
        return process(self) if _has_rules[self.datasette] else None

    return process_if_any


wrap(ConfigPermissionProcessor, "process", _if_any)
