"""Make the public list db/public.db from the record; nothing is done when it is up to date."""

from pathlib import Path

import click
from training import publishing

HERE = Path(__file__).resolve().parent.parent


@click.command(help=__doc__)
@click.option(
    "--db",
    type=click.Path(dir_okay=False, path_type=Path),
    default=HERE / "db" / "training.db",
    show_default="db/training.db",
    help="The record.",
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    show_default="public.db beside the record",
    help="The public file; it may be served meanwhile.",
)
def publish(db: Path, out: Path | None) -> None:
    out = out or db.with_name("public.db")
    try:
        changed = publishing.publish(db, out)
    except FileNotFoundError:
        raise click.ClickException(f"There is no record at {db}: run scripts/build.py.") from None
    click.echo(f"{'made' if changed else 'up to date'}: {out}")


if __name__ == "__main__":
    publish()
