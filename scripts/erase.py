"""Erase one person, or whatever has reached the end of its term. Without --yes it only says what."""

import os
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TypeVar

import click
from training import erasure, identity, retention
from training.database import connect
from training.system_user import system_user
from training.wording import speaking
from training.workflow import Refused

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
def erase(context: click.Context, db: Path) -> None:
    os.umask(0o077)
    context.obj = db.resolve()
    context.with_resource(speaking("en"))


def or_refuse(act: Callable[[], T]) -> T:
    try:
        return act()
    except (Refused, identity.KeysMissing) as refusal:
        raise click.ClickException(str(refusal)) from refusal
    except FileNotFoundError as error:
        raise click.UsageError("There is no record there: run scripts/build.py.") from error


@erase.command(help="Erase the person that row ID of the trainees is about, in every year.")
@click.argument("trainee", metavar="ID", type=int)
@click.option("--reason", required=True, help="Why, without saying who: it is kept for good.")
@click.option("--yes", is_flag=True, help="Do it; it can't be undone.")
@click.pass_obj
def person(db: Path, trainee: int, reason: str, yes: bool) -> None:
    with closing(or_refuse(lambda: connect(db))) as conn:
        people = or_refuse(lambda: erasure.same_person(conn, trainee))
        plan = or_refuse(lambda: erasure.plan(conn, identity.load_keys(db), people))
    if yes:
        plan = or_refuse(lambda: erasure.erase(db, people, system_user(), "script", reason=reason))
    tell(plan, "erased" if yes else "would erase")
    if yes:
        scrub_and_say(db)
    else:
        click.echo("nothing was changed; --yes does it")


@erase.command(
    help="Erase what is due: people past the term of their year, originals, old uploads."
)
@click.option("--yes", is_flag=True, help="Do it; it can't be undone.")
@click.pass_obj
def due(db: Path, yes: bool) -> None:
    found = or_refuse(lambda: retention.due(db))
    word = "erased" if yes else "would erase"
    if yes and found:
        or_refuse(lambda: retention.enforce(db, found, system_user(), "script"))
    click.echo(f"{word}: {len(found.people)} people past the term of their year")
    click.echo(f"{word}: {len(found.files)} uploaded files past their term")
    click.echo(f"{word}: {len(found.forgotten)} uploads never confirmed")
    if yes and found:
        scrub_and_say(db)
    elif found:
        click.echo("nothing was changed; --yes does it")


@erase.command(help="Write the record anew, so that nothing deleted is left in its bytes.")
@click.pass_obj
def scrub(db: Path) -> None:
    scrub_and_say(db)


def tell(plan: erasure.Plan, word: str) -> None:
    """What goes, what stays, and where to look by hand; no name, no number."""
    for place, rows in plan.removed.items():
        click.echo(f"{word}: {rows} in {place}")
    click.echo(f"{word}: {len(plan.files)} uploaded originals that hold the person among others")
    for number in plan.certificates:
        click.echo(f"kept: certificate {number}, without the name")
    for place, rows in plan.mentions.items():
        click.echo(f"look by hand: {rows} rows of {place} hold the name or a number")


def scrub_and_say(db: Path) -> None:
    """Clean the free pages, or say what to do if the server is in the way."""
    if or_refuse(lambda: erasure.scrub(db)):
        click.echo("the record was written anew: nothing deleted is left in its bytes")
        click.echo("older backups still hold it: restore.py erases it again; delete them in time")
    else:
        click.echo("a reader is in the way: stop the server and run `erase.py scrub`", err=True)
        sys.exit(1)


if __name__ == "__main__":
    erase()
