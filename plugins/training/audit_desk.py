"""What the audit page shows: entries, the lists to choose from, and whether the chain holds."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from training import account_store, audit_chain, audit_log, identity
from training.audit_log import Wanted
from training.database import connect

READERS = ("auditor", "office")
#: The arguments of the page.
ASKED = ("log", "actor", "action", "subject", "key", "since", "until", "before")


def address(subject: str, key: str) -> str:
    """The address of the history of one row."""
    return f"/-/audit?{urlencode({'subject': subject, 'key': key})}"


def key_of(primary_keys: Sequence[str], row: Mapping[str, Any]) -> str:
    """A row's key as the triggers spell it in the log: ``2021-2022/pku``."""
    return "/".join(str(row[name]) for name in primary_keys)


def page(record: Path, role: str, asked: Mapping[str, str]) -> dict[str, Any]:
    """One page of the log that was asked for: of the record, or (the auditor's) of accounts."""
    wanted = Wanted(**{name: asked.get(name, "") for name in Wanted.__dataclass_fields__})
    of_accounts = asked.get("log") == "accounts" and role == "auditor"
    before = asked.get("before", "")
    older = int(before) if before.isascii() and before.isdigit() and len(before) < 16 else None
    with closing(connect(record, read_only=True)) as conn:
        choices = audit_log.choices(conn)
        if not of_accounts:
            rows = audit_log.entries(conn, wanted, before=older)
    if of_accounts:
        with closing(account_store.open(account_store.beside(record))) as conn:
            rows = audit_log.account_entries(conn, wanted, before=older)
    for row in rows:
        row["changes"] = audit_log.differences(row["detail"])
    more = {**{k: v for k, v in asked.items() if v}, "before": rows[-1]["id"] if rows else 0}
    return {
        "rows": rows,
        "choices": choices,
        "asked": asked,
        "of_accounts": of_accounts,
        "may_see_accounts": role == "auditor",
        "older": f"?{urlencode(more)}" if len(rows) == audit_log.PAGE else "",
        "chain": chain(record) if role == "auditor" else [],
    }


def chain(record: Path) -> list[dict[str, Any]]:
    """For each log: the faults of its chain, and its head to write down.

    ``faults`` is None without the key of the chain: then nothing can be said about it.
    """
    found = []
    with (
        closing(connect(record, read_only=True)) as entries,
        closing(account_store.open(account_store.beside(record))) as accounts,
    ):
        for conn, log in ((entries, audit_chain.AUDIT), (accounts, audit_chain.ACCOUNTS)):
            try:
                faults = list(audit_chain.faults(conn, log, audit_chain.kept(record, log)))
            except identity.KeysMissing:
                faults = None
            found.append({
                "log": log.entries,
                "faults": faults,
                "head": audit_chain.head(conn, log),
            })  # fmt: skip
    return found
