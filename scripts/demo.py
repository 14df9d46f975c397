"""Fill the record with two synthetic years, accounts and rosters; a second time adds nothing."""

from pathlib import Path

import click
from training import demo, identity

HERE = Path(__file__).resolve().parent.parent


@click.command(help=__doc__)
@click.option(
    "--db",
    type=click.Path(dir_okay=False, path_type=Path),
    default=HERE / "db" / "training.db",
    show_default="db/training.db",
    help="The record; accounts and rosters are made beside it.",
)
def make_demo(db: Path) -> None:
    try:
        for line in demo.make(db):
            click.echo(line)
    except FileNotFoundError as error:
        raise click.UsageError(f"there is no record at {db}: run scripts/build.py") from error
    except identity.KeysMissing as error:
        raise click.UsageError(str(error)) from error
    except demo.NotEmpty as error:
        raise click.ClickException(
            f"{db} holds people of its own; build another record for the demonstration with --db"
        ) from error


if __name__ == "__main__":
    make_demo()
