"""A sender's browser: upload, look, confirm, and wait for what takes longer."""

import asyncio
import re
import time
from typing import Any

from tests.conftest import YEAR, World
from tests.served import Served, configured

UPLOADED = re.compile(r"/-/roster/check/([\w-]{32})")
BATCH = re.compile(r"/-/roster/batch/(\d+)")


async def served(world: World) -> Served:
    """The real site over this record, with an account for each role."""
    made = Served(world.folder, config=configured())
    made.hire()
    await made.ds.invoke_startup()
    return made


async def upload(site: Served, content: bytes, who: str = "institution", name: str = "a") -> str:
    """Upload a file; its token."""
    answer = await site.post(
        "/-/roster/upload", who,
        files={"file": (name, content, "text/csv")}, data={"year": YEAR, "encoding": ""},
    )  # fmt: skip
    found = UPLOADED.fullmatch(answer.headers.get("location", ""))
    assert found, (answer.status_code, answer.headers.get("location"))
    return found[1]


async def settled(site: Served, token: str, who: str = "institution", seconds: float = 30) -> Any:
    """The page of a waiting file once it no longer says that it is being checked."""
    end = time.monotonic() + seconds
    while True:
        answer = await site.get(f"/-/roster/check/{token}", who)
        if "refresh" not in answer.headers:
            return answer
        assert time.monotonic() < end, "no answer in time"
        await asyncio.sleep(0.2)


async def confirm(site: Served, token: str, who: str = "institution", **fields: str) -> int | None:
    """Press the button; the batch that came of it, or None if something stood against it."""
    answer = await site.post(f"/-/roster/confirm/{token}", who, data={"act": "confirm"} | fields)
    assert answer.status_code == 302
    place = answer.headers["location"]
    if not BATCH.fullmatch(place):
        place = (await settled(site, token, who)).headers.get("location", "")
    found = BATCH.fullmatch(place)
    return int(found[1]) if found else None
