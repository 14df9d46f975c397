"""Two institutions and two authorities with a few people each: who may read whom is plain to see."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from training import scopes
from training.database import connect
from training.scopes import Scope

from tests.conftest import World
from tests.worlds import add_people

TSINGHUA, PKU = Scope("institution", "tsinghua"), Scope("institution", "pku")
BEIJING, ZHEJIANG = Scope("province", "110000"), Scope("province", "330000")
ANALYSIS = Scope("analysis")
PLACES = (TSINGHUA, PKU, BEIJING, ZHEJIANG)
#: What only its own row has, so that it can be looked for anywhere.
MARKS = {
    "name": "学员{n}号", "email": "canary{n}@example.com", "note": "备注{n}号",
    "id_masked": "119***********{n:03}X", "mobile_masked": "138****{n:04}",
    "enterprise_name": "企业{n}号", "position": "职务{n}号", "main_business": "业务{n}号",
}  # fmt: skip


def add_person(conn: sqlite3.Connection, **columns: Any) -> int:
    """Add somebody whose every free text holds his number; return the number."""
    number = add_people(conn, **columns)[0]
    marks = {column: mark.format(n=number) for column, mark in MARKS.items()}
    sets = ", ".join(f"{column} = ?" for column in marks)
    conn.execute(f"update trainees set {sets} where id = ?", (*marks.values(), number))
    return number


def settle(conn: sqlite3.Connection) -> dict[str, int]:
    """One person of each kind; the key says institution, place of the enterprise, recommended by."""
    recommended = {"origin": "recommended", "recommending_authority": "330000"}
    return {
        "tsinghua-beijing": add_person(conn),
        "tsinghua-beijing-zhejiang": add_person(conn, **recommended),
        "tsinghua-zhejiang": add_person(conn, province="330000"),
        "pku-zhejiang-zhejiang": add_person(
            conn, institution="pku", province="330000", **recommended
        ),
    }


def opened(world: World, scope: Scope) -> sqlite3.Connection:
    """The scope file, brought up to date."""
    scopes.refresh(world.db, scope)
    return connect(scope.path(world.db), read_only=True)


def people_in(world: World, scope: Scope) -> set[int]:
    with closing(opened(world, scope)) as conn:
        return {row["id"] for row in conn.execute("select id from trainees")}


def bytes_of(path: Path) -> bytes:
    """Everything of a database that lies on the disk, its journal included."""
    return b"".join(file.read_bytes() for file in sorted(path.parent.glob(f"{path.name}*")))
