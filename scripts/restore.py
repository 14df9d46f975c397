"""Verify the backup BACKUP and bring it back into an empty folder, without anybody who was erased."""

import os
import sqlite3
from pathlib import Path

import click
from training import backups, erasure_list, identity
from training.system_user import system_user

HERE = Path(__file__).resolve().parent.parent


@click.command(help=__doc__)
@click.argument("backup", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--to",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder; put the file of keys there first.",
)
@click.option(
    "--erased",
    type=click.Path(dir_okay=False, path_type=Path),
    default=HERE / "db" / "training.erased",
    show_default="db/training.erased",
    help="The list of everybody erased since, if the backup is older than that.",
)
@click.option("--verify", is_flag=True, help="Only look whether the backup is as it was written.")
def restore(backup: Path, folder: Path | None, erased: Path, verify: bool) -> None:
    os.umask(0o077)
    if not verify and folder is None:
        raise click.UsageError("name the folder to restore --to, or only --verify")
    try:
        if folder is None or verify:
            manifest = backups.verify(backup)
            click.echo(f"{len(manifest['files'])} files of {manifest['made_at']}: as written")
            return
        listed = frozenset(erasure_list.read(erased))
        for line in backups.restore(backup, folder.resolve(), system_user(), erased=listed):
            click.echo(line)
    except (
        backups.NotRestored,
        identity.KeysMissing,
        sqlite3.DatabaseError,
        OSError,
        ValueError,
    ) as error:
        raise click.ClickException(f"not restored: {error}") from error
    click.echo(f"restored to {folder}: serve it with scripts/serve.py --db {folder}/training.db")


if __name__ == "__main__":
    restore()
