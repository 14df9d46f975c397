"""The core's walk through metadata.yml in search of permissions, left out where there are none."""

from typing import Any

import pytest
from datasette.app import Datasette
from datasette.database import Database
from datasette.default_permissions.config import ConfigPermissionProcessor

from tests.conftest import World
from tests.served import Served, configured, plugin

has_rules = plugin("config_rules").has_rules
NO = {"id": "nobody"}
WITH_A_RULE: list[dict[str, Any]] = [
    {"permissions": {"view-instance": NO}},
    {"allow": False},
    {"allow_sql": False},
    {"databases": {"d": {"permissions": {"view-table": NO}}}},
    {"databases": {"d": {"allow_sql": NO}}},
    {"databases": {"d": {"tables": {"t": {"allow": NO}}}}},
    {
        "databases": {
            "d": {"queries": {"q": {"sql": "select 1", "permissions": {"view-query": NO}}}}
        }
    },
]


def test_ours_holds_none() -> None:
    assert not has_rules(configured())
    assert not has_rules({})
    assert not has_rules({"databases": {"d": None, "e": {"queries": {"q": "select 1"}}}})


@pytest.mark.parametrize("config", WITH_A_RULE)
async def test_the_core_looks_where_there_is_one(config: dict[str, Any]) -> None:
    assert has_rules(config)
    ds = Datasette(memory=True, config=config)
    await ds.invoke_startup()
    found = [
        ConfigPermissionProcessor(ds, {"id": "x"}, action).process()
        for action in ("view-instance", "view-table", "view-query", "execute-sql")
    ]
    assert any(found), config
    ds.close()


async def test_the_walk_would_have_found_nothing(served: Served) -> None:
    for action in served.ds.actions:
        looked = ConfigPermissionProcessor(served.ds, {"id": "office"}, action)
        looked._process_root_permissions()
        looked._process_databases()
        looked._process_root_allow_blocks()
        assert looked.collector.to_permission_sql() is None, action


def test_the_core_is_wrapped_once_however_many_servers(world: World) -> None:
    found = set()
    for _ in range(3):
        made = Served(world.folder)
        found.add((Database.execute, ConfigPermissionProcessor.process))
        made.ds.close()
    assert len(found) == 1
