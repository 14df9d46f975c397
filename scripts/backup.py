"""Back the record up to the new folder OUT, while it is served. The keys are not in it."""

import os
import sqlite3
from pathlib import Path

import click
from training import backups, identity
from training.system_user import system_user

HERE = Path(__file__).resolve().parent.parent


@click.command(help=__doc__)
@click.argument("out", type=click.Path(path_type=Path))
@click.option(
    "--db",
    type=click.Path(dir_okay=False, exists=True, path_type=Path),
    default=HERE / "db" / "training.db",
    show_default="db/training.db",
)
def backup(out: Path, db: Path) -> None:
    os.umask(0o077)
    try:
        manifest = backups.take(db.resolve(), out, system_user())
    except FileExistsError as error:
        raise click.UsageError(f"there is something at {out}: name a new folder") from error
    except (backups.NotRestored, sqlite3.DatabaseError, OSError) as error:
        raise click.ClickException(f"no backup was made: {error}") from error
    for name, described in manifest["files"].items():
        click.echo(f"{described['sha256']}  {name}  {described['bytes']} bytes")
    record = manifest["files"][manifest["record"]]
    click.echo(f"head of the audit chain: {record['head']}")
    keys = identity.keys_path(db)
    click.echo(f"NOT included: the keys ({keys.name}, signing.keys, verify.keys): keep them apart.")
    click.echo("NOT included: uploaded originals, and the files made from the record.")


if __name__ == "__main__":
    backup()
