"""The account of a class (班级经费, 三(三) 强化资金管理): items in whole fen, closed once in order."""

import sqlite3
from collections.abc import Mapping
from typing import Any, NamedTuple

from training.database import now
from training.wording import t
from training.workflow import Refused

DIRECTIONS = ("received", "spent")


class Balance(NamedTuple):
    """What a class received and spent, in fen, and how many items lack a voucher number."""

    received: int
    spent: int
    no_voucher: int

    @property
    def rest(self) -> int:
        """What is left, below zero if more was spent than received."""
        return self.received - self.spent


def items_of(conn: sqlite3.Connection, number: int) -> list[sqlite3.Row]:
    """The items of a class in the order of their dates."""
    return conn.execute(
        "select * from fund_items where cohort_id = ? order by booked_on, id", (number,)
    ).fetchall()


def balance_of(conn: sqlite3.Connection, number: int) -> Balance:
    """The sums of a class."""
    row = conn.execute(
        "select coalesce(sum(amount_fen) filter (where direction = 'received'), 0),"
        " coalesce(sum(amount_fen) filter (where direction = 'spent'), 0),"
        " count(*) filter (where trim(coalesce(voucher_no, '')) = '')"
        " from fund_items where cohort_id = ?",
        (number,),
    ).fetchone()
    return Balance(*row)


def book(conn: sqlite3.Connection, number: int, values: Mapping[str, Any]) -> None:
    """Add an item to an account that is open."""
    names, marks = ", ".join(values), ", ".join("?" * len(values))
    conn.execute(
        f"insert into fund_items (cohort_id, {names}) values (?, {marks})",
        (number, *values.values()),
    )


def remove(conn: sqlite3.Connection, number: int, item: int | None) -> None:
    """Remove an item; the audit log keeps what it said."""
    conn.execute("delete from fund_items where id = ? and cohort_id = ?", (item, number))


def add_voucher(conn: sqlite3.Connection, number: int, item: int | None, voucher: str) -> None:
    """Write the voucher number of an item that was booked without one."""
    conn.execute(
        "update fund_items set voucher_no = ? where id = ? and cohort_id = ?",
        (voucher, item, number),
    )


def close(conn: sqlite3.Connection, number: int, by: str) -> None:
    """Close the account (结清). Raises :class:`Refused` while something is wrong with it (Q20)."""
    balance = balance_of(conn, number)
    if not balance.received and not balance.spent:
        raise Refused(t("还没有任何收支。", "Nothing has been booked yet."))
    if balance.no_voucher:
        raise Refused(
            t(
                f"有 {balance.no_voucher} 笔没有凭证号，请补上再结清。",
                f"{balance.no_voucher} items lack a voucher number: add it first.",
            )
        )
    if balance.rest < 0:
        raise Refused(
            t("支出大于收入，请核对后再结清。", "More was spent than received: check it first.")
        )
    conn.execute("insert into cohort_accounts values (?, ?, ?)", (number, now(), by))
