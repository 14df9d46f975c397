"""The audit log from the shell: verify its chain, show its entries, print its head to write down."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import click
from training import accounts, audit_chain, audit_log, identity
from training.database import connect

HERE = Path(__file__).resolve().parent.parent


@click.group(help=__doc__)
@click.option(
    "--db",
    type=click.Path(dir_okay=False, path_type=Path),
    default=HERE / "db" / "training.db",
    show_default="db/training.db",
)
@click.pass_context
def audit(context: click.Context, db: Path) -> None:
    context.obj = db


def opened(db: Path) -> sqlite3.Connection:
    """The record, read only; a call without one is told what to do."""
    try:
        return connect(db, read_only=True)
    except FileNotFoundError as error:
        raise click.UsageError(f"There is no record at {db}: run scripts/build.py.") from error


@contextmanager
def logs(db: Path) -> Iterator[list[tuple[sqlite3.Connection, audit_chain.Log]]]:
    """Both logs, each with an open connection to its file; that of accounts if there are any."""
    beside = accounts.beside(db)
    with closing(opened(db)) as record:
        found = [(record, audit_chain.AUDIT)]
        if beside.exists():
            with closing(accounts.open(beside)) as people:
                yield [*found, (people, audit_chain.ACCOUNTS)]
        else:
            yield found


@audit.command(help="Look at every link; exit status 1 and the entries if one does not hold.")
@click.option("--head", "heads", multiple=True, help="A head that was written down: log=ENTRY:MAC.")
@click.pass_obj
def verify(db: Path, heads: tuple[str, ...]) -> None:
    written = [text.partition("=") for text in heads]
    count = 0
    with logs(db) as found:
        for conn, log in found:
            try:
                own = [audit_chain.Head.of(end) for name, _, end in written if name == log.entries]
                known = (*audit_chain.kept(db, log), *own)
                faults = list(audit_chain.faults(conn, log, known))
            except (identity.KeysMissing, ValueError) as error:
                raise click.UsageError(str(error)) from error
            for fault in faults:
                click.echo(f"{fault.log} entry {fault.entry}: {fault.kind}")
            count += len(faults)
            end = audit_chain.head(conn, log)
            click.echo(f"{log.entries}: {'intact' if not faults else 'NOT INTACT'}, head {end}")
    raise SystemExit(1 if count else 0)


@audit.command(help="The last entries, the newest last, as JSON lines.")
@click.option("--last", default=50, show_default=True)
@click.option("--actor", help="Only what this account did.")
@click.option("--action", help="Only acts of this kind, e.g. import.")
@click.pass_obj
def show(db: Path, last: int, actor: str | None, action: str | None) -> None:
    wanted = audit_log.Wanted(actor=actor or "", action=action or "")
    with closing(opened(db)) as conn:
        for row in reversed(audit_log.entries(conn, wanted, size=last)):
            click.echo(json.dumps(row, ensure_ascii=False))


if __name__ == "__main__":
    audit()
