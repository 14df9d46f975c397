"""What a roster means for the record (比对): who of it is new, changed, unchanged or refused.

Everything here is SQL over whole tables inside the transaction that :func:`roster.run` opened; a
row is never touched one by one, so two thousand rows cost little more than two.
"""

import sqlite3

from training.judging import COMPARED
from training.problems import Problem
from training.roster_report import Change, Order, Outcome, Report

#: After approval who somebody is can be changed by the office alone.
LOCKED = ("name", "sex", "id_type")

#: Rows of these states are history: they neither count as the person's row nor can be changed.
_STANDING = "t.state not in ('rejected', 'withdrawn', 'revoked')"

CHANGES_SHOWN = 1_000


def begin(conn: sqlite3.Connection, order: Order, report: Report) -> None:
    """Remember whom the record has of the sender, before anything of this file is stored."""
    report.already_imported = same_file_batch(conn, order, report.sha256)
    mine = (
        "t.institution = :sender and t.state <> 'nominated'"
        if order.sender.institution
        else "t.recommending_authority = :sender"
    )
    conn.execute(
        "insert into temp.standing select t.id, t.person_key, t.track"
        f" from trainees as t where t.year = :year and {mine} and {_STANDING}",
        {"year": order.year, "sender": order.sender.institution or order.sender.province},
    )


def settle(conn: sqlite3.Connection, order: Order, report: Report) -> None:
    """Decide for each staged row whether it is new, changed, unchanged or refused; fill the report.

    What is staged may be the whole file or a part of it; each part adds to the report.
    """
    conn.execute(
        "update temp.incoming set trainee_id = t.id from trainees as t"
        f" where t.year = ? and t.person_key = incoming.person_key and {_STANDING}",
        (order.year,),
    )
    _refuse_people_of_others(conn, report)
    _keep_to_mode(conn, order, report)
    _both_origins(conn, order)
    _find_differences(conn, report)
    if not order.office:
        _refuse_locked(conn, report)
    counts = dict(
        conn.execute("select outcome, count(*) from temp.incoming group by outcome").fetchall()
    )
    report.new += counts.get("new", 0)
    report.changed += counts.get("changed", 0)
    report.unchanged += counts.get("unchanged", 0) + counts.get("kept", 0)
    report.rejected += counts.get("rejected", 0)
    report.outcomes += [
        Outcome(*row)
        for row in conn.execute(
            "select row, name, iif(outcome = 'kept', 'unchanged', outcome) from temp.incoming"
            " order by row limit ?",
            (CHANGES_SHOWN - len(report.outcomes),),
        )
    ]
    conn.execute(
        "insert into temp.seen select trainee_id, outcome from temp.incoming"
        " where trainee_id is not null"
    )
    conn.execute("insert or ignore into temp.named_tracks select distinct track from temp.incoming")


def _refuse_people_of_others(conn: sqlite3.Connection, report: Report) -> None:
    """A person has one place a year: another institution's or track's roster keeps him."""
    found = conn.execute(
        "select i.row from temp.incoming as i join trainees as t on t.id = i.trainee_id"
        " where t.institution <> i.institution or t.track <> i.track"
    )
    _refuse(conn, report, [row["row"] for row in found], "id_number", "duplicate-in-year")


def _keep_to_mode(conn: sqlite3.Connection, order: Order, report: Report) -> None:
    """Adding only leaves those alone who are on this roster already; updating only adds nobody."""
    if order.mode == "add":
        # Whom an authority recommends is on no institution's roster yet, and is added by it.
        conn.execute(
            "update temp.incoming set outcome = 'kept' where outcome = 'new'"
            " and exists (select 1 from trainees as t where t.id = incoming.trainee_id"
            " and (? or t.state <> 'nominated'))",
            (order.sender.institution is None,),
        )
    elif order.mode == "update":
        found = conn.execute(
            "select row from temp.incoming where trainee_id is null and outcome = 'new'"
        )
        _refuse(conn, report, [row["row"] for row in found], "id_number", "person-unknown")


def _refuse(
    conn: sqlite3.Connection, report: Report, rows: list[int], column: str, code: str
) -> None:
    report.problems += [Problem(row, column, code) for row in rows]
    conn.executemany(
        "update temp.incoming set outcome = 'rejected' where row = ?", [(row,) for row in rows]
    )


def _both_origins(conn: sqlite3.Connection, order: Order) -> None:
    """An authority recommends whom an institution selected, or the reverse: that person is both."""
    other = "province" if order.sender.institution else "institution"
    conn.execute(
        "update temp.incoming set origin = 'both' from trainees as t"
        " join roster_batches as b on b.id = t.first_batch_id"
        " where t.id = incoming.trainee_id and incoming.outcome = 'new'"
        " and incoming.origin <> t.origin"
        f" and b.{other} is not null"
    )


def _find_differences(conn: sqlite3.Connection, report: Report) -> None:
    """Cells that differ. Blank keeps the stored value; a cell in ``cleared`` empties it."""
    known = (
        " from temp.incoming as i join trainees as t on t.id = i.trainee_id"
        " where i.outcome = 'new' and i.trainee_id is not null and "
    )
    differs = {
        column: f"((i.{column} is not null and i.{column} is not t.{column})"
        f" or (i.cleared like '%\"{column}\"%' and t.{column} is not null))"
        for column in COMPARED
    }
    other_mobile = "i.mobile_key <> t.mobile_key"
    # Most people differ in nothing: one look at a row, and the columns only of those that do.
    conn.execute(
        "update temp.incoming set outcome = 'unchanged' where outcome = 'new'"
        " and trainee_id is not null and row not in"
        f" (select i.row{known}({' or '.join(differs.values())} or {other_mobile}))"
    )
    for column, condition in differs.items():
        conn.execute(
            "insert into temp.differences"
            f" select i.row, t.id, '{column}', t.{column}, i.{column}{known}{condition}"
        )
    conn.execute(
        "insert into temp.differences"
        f" select i.row, t.id, 'mobile', t.mobile_masked, i.mobile_masked{known}{other_mobile}"
    )
    conn.execute(
        "update temp.incoming set outcome = 'changed'"
        " where outcome = 'new' and trainee_id is not null"
    )
    report.changes += [
        Change(*row)
        for row in conn.execute(
            'select d.row, i.name, d."column", d.old, d.new from temp.differences as d'
            " join temp.incoming as i on i.row = d.row order by d.row limit ?",
            (CHANGES_SHOWN - len(report.changes),),
        )
    ]


def _refuse_locked(conn: sqlite3.Connection, report: Report) -> None:
    marks = ", ".join("?" * len(LOCKED))
    found = conn.execute(
        'select d.row, d."column" from temp.differences as d'
        " join trainees as t on t.id = d.trainee_id"
        " join trainee_states as s on s.code = t.state"
        f' where s.is_counted and d."column" in ({marks})',
        LOCKED,
    ).fetchall()
    for row, column in found:
        _refuse(conn, report, [row], column, "cell-locked")
    conn.execute(
        "delete from temp.differences where row in"
        " (select row from temp.incoming where outcome = 'rejected')"
    )


def guard(conn: sqlite3.Connection, order: Order, report: Report) -> None:
    """Count who is missing, and ask before a file changes or misses too many of the sender's people."""
    existing, absent, changed = conn.execute(
        "select count(*), count(*) filter (where id not in (select trainee_id from temp.seen)"
        " and person_key not in (select person_key from temp.refused where person_key is not null)),"
        " count(*) filter (where id in"
        " (select trainee_id from temp.seen where outcome = 'changed'))"
        " from temp.standing where track in (select track from temp.named_tracks)"
    ).fetchone()
    report.absent = absent
    limit = conn.execute(
        "select batch_change_limit_percent from programme_years where key = ?", (order.year,)
    ).fetchone()[0]
    # Only a file that says how the whole roster should be misses anybody.
    different = changed + (absent if order.mode == "upsert" else 0)
    if different * 100 > existing * limit and not order.force and report.already_imported is None:
        details = (("different", str(different)), ("existing", str(existing)))
        report.problems.append(Problem(None, None, "batch-too-different", details))


def same_file_batch(conn: sqlite3.Connection, order: Order, sha256: str) -> int | None:
    """The sender's last batch of the year, if it was this very file, taken alike, and still stands.

    A batch that was returned or undone does not stand: sending the file again is an answer to it.
    """
    last = conn.execute(
        "select id, sha256, mode from roster_batches where year = ? and institution is ?"
        " and province is ? and kind <> 'selection' and status not in ('returned', 'undone')"
        " order by id desc limit 1",
        (order.year, order.sender.institution, order.sender.province),
    ).fetchone()
    return last["id"] if last and tuple(last)[1:] == (sha256, order.mode) else None
