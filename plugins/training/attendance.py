"""Attendance (出勤): a grid of people and sessions, or a list of the names of those who came.

No record is not an absence: as long as nobody is recorded for a session, it is only "not recorded".
"""

import re
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from training import audit, cells, classes, reading, teaching, texts
from training.wording import t
from training.workflow import Refused

_MOST_NAMED = 12
_CELL = re.compile(r"([0-9]{1,15}):([0-9]{1,15})")


def grid(conn: sqlite3.Connection, number: int) -> dict[tuple[int, int], bool]:
    """(session, person) → present, for each cell that is recorded."""
    rows = conn.execute(
        "select a.* from attendance as a join class_sessions as s on s.id = a.session_id"
        " where s.cohort_id = ?",
        (number,),
    )
    return {(row["session_id"], row["trainee_id"]): bool(row["present"]) for row in rows}


def save_grid(
    conn: sqlite3.Connection, number: int, ticked: Iterable[str], by: str, via: str
) -> int:
    """Record the ticked cells (``session:person``), absence in the other cells of those sessions.

    A session without a tick that was never recorded stays so. Returns how many sessions are written.
    """
    wanted = {(int(m[1]), int(m[2])) for cell in ticked if (m := _CELL.fullmatch(cell))}
    recorded = {session for session, _ in grid(conn, number)}
    sessions = [row["id"] for row in teaching.sessions_of(conn, number)]
    people = [row["id"] for row in classes.members(conn, number)]
    touched = recorded | {session for session, _ in wanted}
    written = [session for session in sessions if session in touched]
    for session in written:
        _record(conn, session, people, [p for p in people if (session, p) in wanted])
    audit.record(conn, by, via, "attendance", "cohorts", number, sessions=len(written))
    return len(written)


def save_names(
    conn: sqlite3.Connection, number: int, session: int, names: Sequence[str], by: str, via: str
) -> tuple[int, int]:
    """Record the people named as present and all others absent; return how many of each.

    Raises :class:`Refused` with every line that is wrong, and stores nothing then.
    """
    people = classes.members(conn, number)
    present = _found(people, names)
    _record(conn, session, [row["id"] for row in people], present)
    audit.record(
        conn, by, via, "attendance", "class_sessions", session, present=len(present),
        absent=len(people) - len(present),
    )  # fmt: skip
    return len(present), len(people) - len(present)


def _record(
    conn: sqlite3.Connection, session: int, people: Sequence[int], present: Sequence[int]
) -> None:
    came = set(present)
    conn.executemany(
        "insert into attendance (session_id, trainee_id, present) values (?, ?, ?)"
        " on conflict do update set present = excluded.present",
        [(session, person, person in came) for person in people],
    )


def _found(people: Sequence[sqlite3.Row], names: Sequence[str]) -> list[int]:
    """The people that the lines name, each once; :class:`Refused` names every faulty line."""
    by_name: dict[str, list[int]] = {}
    for row in people:
        by_name.setdefault(texts.key(row["name"]), []).append(row["id"])
    lines = [(number, name) for number, name in enumerate(names, start=1) if texts.key(name)]
    times = Counter(texts.key(name) for _, name in lines)
    faults, present = [], []
    for number, name in lines:
        ids = by_name.get(texts.key(name), [])
        if len(ids) == 1 and times[texts.key(name)] == 1:
            present += ids
        else:
            faults.append(_fault(number, len(ids)))
    if faults:
        more = len(faults) - _MOST_NAMED
        end = [t(f"另有 {more} 处", f"and {more} more")] if more > 0 else []
        raise Refused(
            t("没有保存。", "Nothing was stored. ")
            + t("；", "; ").join([*faults[:_MOST_NAMED], *end])
            + t("。", ".")
        )
    if not present:
        raise Refused(t("请写上到课学员的姓名，一行一个。", "Write the names, one a line."))
    return present


def _fault(line: int, people: int) -> str:
    """What is wrong with a line. The name itself is not said again: it stands in her own list."""
    if people == 0:
        return t(f"第 {line} 行的姓名不在这个班", f"the name in line {line} is not in this class")
    if people == 1:
        return t(f"第 {line} 行的姓名重复", f"the name in line {line} comes more than once")
    return t(
        f"第 {line} 行：班里有 {people} 人同名，请删去这一行，保存后在表格里勾选",
        f"line {line}: {people} people have this name; remove the line and tick them in the grid",
    )


def names_in_file(content: bytes, name: str) -> list[str]:
    """The names in a CSV file or workbook: the column 姓名, else the first one.

    Raises :class:`Refused` if the file can't be read.
    """
    with tempfile.NamedTemporaryFile(suffix=Path(name).suffix) as file:
        file.write(content)
        file.flush()
        try:
            source = reading.open_source(file.name, name=name, header_vote=_is_header)
            read = list(reading.rows(source))
        except reading.Unreadable as error:
            raise Refused(t(error.problem.message("zh"), error.problem.message("en"))) from error
    for _, _, problems in read:
        for problem in problems:
            if problem.severity == "error":
                raise Refused(t(problem.message("zh"), problem.message("en")))
    rows, column = [row for _, row, _ in read], 0
    for place, row in enumerate(rows):
        keys = [texts.key(cell) for cell in row]
        if "姓名" in keys:
            column, rows = keys.index("姓名"), rows[place + 1 :]
            break
    found = (row[column] if column < len(row) else "" for row in rows)
    return [str(cells.person_name(cell)[0] or "") for cell in found]


def _is_header(row: Sequence[str]) -> int:
    return sum(texts.key(cell) == "姓名" for cell in row)
