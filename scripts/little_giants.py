"""Check one of the ministry's lists of 专精特新“小巨人”, and store it as its batch with --commit.

Exit status: 0 in order or stored, 1 the list has faults (each is named), 2 the call is wrong.
"""

import sys
from datetime import datetime
from pathlib import Path

import click
from training import little_giants, reading
from training.database import connect
from training.system_user import system_user

HERE = Path(__file__).resolve().parent.parent


@click.command(help=__doc__)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--batch", type=click.IntRange(1, 99), required=True, help="Number of the batch.")
@click.option("--year", type=click.IntRange(2019, 2099), required=True, help="Year of the list.")
@click.option("--source", required=True, help="Where it was published.")
@click.option("--valid-until", type=click.DateTime(["%Y-%m-%d"]), help="Last day it holds.")
@click.option("--commit", is_flag=True, help="Store it, in place of what this batch was before.")
@click.option(
    "--db",
    type=click.Path(dir_okay=False, path_type=Path),
    default=HERE / "db" / "training.db",
    show_default="db/training.db",
)
def import_list(
    file: Path, batch: int, year: int, source: str, valid_until: datetime | None, commit: bool,
    db: Path,
) -> None:  # fmt: skip
    try:
        listed = little_giants.read(file)
    except reading.Unreadable as error:
        raise click.UsageError(error.problem.message("en")) from error
    for row, zh, en in listed.faults:
        click.echo(f"row {row}: {zh} | {en}")
    if listed.faults:
        sys.exit(1)
    if not commit:
        click.echo(f"{len(listed.enterprises)} enterprises in order; nothing stored, see --commit")
        return
    until = valid_until.date().isoformat() if valid_until else None
    chosen = little_giants.Batch(batch, year, source, until)
    try:
        conn = connect(db)
    except FileNotFoundError as error:
        raise click.UsageError(f"there is no record at {db}: run scripts/build.py") from error
    try:
        stored, gone = little_giants.store(conn, chosen, listed, system_user(), "script")
    finally:
        conn.close()
    click.echo(f"batch {batch}: {stored} enterprises stored, {gone} replaced")


if __name__ == "__main__":
    import_list()
