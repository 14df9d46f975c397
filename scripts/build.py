"""Build the record from the seed files, or bring it up to date; running it again changes nothing."""

from pathlib import Path

import click
from training import building

HERE = Path(__file__).resolve().parent.parent


@click.command(help=__doc__)
@click.option(
    "--db",
    type=click.Path(dir_okay=False, path_type=Path),
    default=HERE / "db" / "training.db",
    show_default="db/training.db",
    help="The record; its keys, accounts and public list are made beside it.",
)
def build(db: Path) -> None:
    for line in building.build(db, HERE / "db" / "seed"):
        click.echo(line)


if __name__ == "__main__":
    build()
