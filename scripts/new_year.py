"""Prepare the next programme year from the one before it. Without --commit nothing is written.

Targets, deadlines a year later, institutions, tracks and indicators are copied; who is suspended is
marked. The year stays planned until the office opens it on its row page. A list given with
--institutions is a CSV with the columns institution (slug) and source; an addition needs a source.
"""

from pathlib import Path

import click
from training import new_year
from training.database import connect
from training.system_user import system_user
from training.wording import speaking
from training.workflow import Refused

HERE = Path(__file__).resolve().parent.parent


@click.command(help=__doc__)
@click.argument("year")
@click.option("--institutions", type=click.Path(dir_okay=False, exists=True, path_type=Path))
@click.option("--commit", is_flag=True, help="Write it.")
@click.option(
    "--db",
    type=click.Path(dir_okay=False, exists=True, path_type=Path),
    default=HERE / "db" / "training.db",
    show_default="db/training.db",
)
def prepare(year: str, institutions: Path | None, commit: bool, db: Path) -> None:
    conn = connect(db)
    try:
        with speaking("en"):
            listed = new_year.read_list(institutions) if institutions else None
            made = new_year.turn(conn, year, system_user(), "script", listed, commit=commit)
    except Refused as refusal:
        raise click.ClickException(str(refusal)) from refusal
    finally:
        conn.close()
    click.echo("\n".join(made.lines()))
    click.echo("written; edit it at /training/programme_years" if commit else "nothing was written")


if __name__ == "__main__":
    prepare()
