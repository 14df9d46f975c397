"""Releases of the public list: show what would change, prepare one, confirm or withdraw it."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click
from training import public_site, publishing, releases
from training.database import now
from training.system_user import system_user
from training.wording import speaking

T = TypeVar("T")
HERE = Path(__file__).resolve().parent.parent


@click.group(help=__doc__)
@click.option(
    "--db",
    type=click.Path(dir_okay=False, path_type=Path),
    default=HERE / "db" / "training.db",
    show_default="db/training.db",
)
@click.pass_context
def release(context: click.Context, db: Path) -> None:
    context.obj = db
    context.with_resource(speaking("en"))


@release.command(help="What is public, what waits, and what the record has changed since.")
@click.pass_obj
def show(db: Path) -> None:
    found = _or_refuse(lambda: releases.standing(db))
    for one in found.published:
        click.echo(f"release {one.number}: published {one.confirmed_at}, sha256 {one.sha256}")
    if found.waiting:
        click.echo(
            f"release {found.waiting.number}: prepared by {found.waiting.prepared_by}, waits"
        )
    for change in found.pending:
        click.echo(f"not public yet: {public_site.said(change)}")
    for leak in found.found:
        click.echo(f"would not be published: {leak.in_words} in {leak.file}")
    click.echo(f"as of {now()}")


@release.command(help="Freeze the record's present list as the next release.")
@click.option("--note", default="", help="What the public is told about it.")
@click.pass_obj
def prepare(db: Path, note: str) -> None:
    number = _or_refuse(lambda: releases.prepare(db, system_user(), "script", note))
    click.echo(f"release {number}: prepared; another person confirms it")


@release.command(help="Publish a prepared release; not by whoever prepared it.")
@click.argument("number", type=int)
@click.pass_obj
def confirm(db: Path, number: int) -> None:
    made = _or_refuse(lambda: releases.confirm(db, number, system_user(), "script"))
    publishing.publish(db, db.with_name("public.db"))
    click.echo(f"release {number}: published as {len(made)} files")


@release.command(help="Take a prepared release back.")
@click.argument("number", type=int)
@click.pass_obj
def withdraw(db: Path, number: int) -> None:
    _or_refuse(lambda: releases.withdraw(db, number, system_user(), "script"))
    click.echo(f"release {number}: withdrawn")


def _or_refuse(act: Callable[[], T]) -> T:
    try:
        return act()
    except releases.NotReleased as refusal:
        raise click.ClickException(str(refusal)) from refusal
    except FileNotFoundError as error:
        raise click.UsageError("There is no record there: run scripts/build.py.") from error


if __name__ == "__main__":
    release()
