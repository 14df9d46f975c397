"""Bring the public file up to date, and with OUT write the whole public site there as static files."""

from pathlib import Path

import click
from training import bake, publishing, register
from training.releases import NotReleased
from training.site_address import VARIABLE, public_url
from training.system_user import system_user
from training.wording import speaking

HERE = Path(__file__).resolve().parent.parent


@click.command(help=__doc__)
@click.argument("out", type=click.Path(file_okay=False, path_type=Path), required=False)
@click.option(
    "--db",
    type=click.Path(dir_okay=False, path_type=Path),
    default=HERE / "db" / "training.db",
    show_default="db/training.db",
    help="The record.",
)
@click.option("--url", envvar=VARIABLE, help="The address of the site, e.g. https://example.cn.")
@click.pass_context
def publish(context: click.Context, out: Path | None, db: Path, url: str | None) -> None:
    context.with_resource(speaking("en"))
    public = db.with_name("public.db")
    try:
        changed = publishing.publish(db, public)
        register.publish(db, db.with_name("certificates.db"))
    except FileNotFoundError:
        raise click.ClickException(f"There is no record at {db}: run scripts/build.py.") from None
    click.echo(f"{'made' if changed else 'up to date'}: {public}")
    if out is None:
        return
    if not url:
        raise click.UsageError(f"The site needs its address: --url or {VARIABLE}.")
    try:
        count = bake.bake(db, out.absolute(), public_url(url), system_user())
    except (bake.NotBaked, NotReleased, ValueError) as refusal:
        raise click.ClickException(str(refusal)) from refusal
    click.echo(f"baked: {count} files in {out}")


if __name__ == "__main__":
    publish()
