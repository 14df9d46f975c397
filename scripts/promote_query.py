"""Look at queries that people saved, and make one official: print it for metadata.yml, or put it in.

Exit status: 0 in order, 1 something stands against it (each is named), 2 the call is wrong.
"""

import sys
from contextlib import closing
from pathlib import Path

import click
from training import accounts, configuration, promotion, promotion_file
from training.database import connect
from training.wording import speaking

HERE = Path(__file__).resolve().parent.parent


@click.command(help=__doc__)
@click.argument("query", required=False)
@click.option("--database", default="analysis", show_default=True, help="Where it was saved.")
@click.option("--name", help="Its official name, report_… or find_…; its own by default.")
@click.option("--title", help="中文 | English")
@click.option("--description", help="What it counts, as a pair: 中文 | English")
@click.option("--reviewer", help="Account of the office that read it; needed with --into.")
@click.option(
    "--into",
    type=click.Path(dir_okay=False, exists=True, path_type=Path),
    help="Put it into this metadata.yml instead of printing it.",
)
@click.option(
    "--db",
    type=click.Path(dir_okay=False, path_type=Path),
    default=HERE / "db" / "training.db",
    show_default="db/training.db",
)
def promote(
    query: str | None, database: str, name: str | None, title: str | None,
    description: str | None, reviewer: str | None, into: Path | None, db: Path,
) -> None:  # fmt: skip
    internal = db.parent / "internal.db"
    if not internal.exists():
        raise click.UsageError(f"nobody has saved a query: there is no {internal}")
    with closing(connect(internal, read_only=True)) as conn:
        listed = promotion.saved(conn)
    if query is None:
        for one in listed:
            kind = "shared" if one.shared else "private"
            click.echo(f"{one.database}/{one.name}  {kind}, {one.owner}")
        return
    found = next((one for one in listed if (one.database, one.name) == (database, query)), None)
    if found is None or not found.shared:
        raise click.UsageError(f"no shared query {query} in {database}: its owner shares it first")
    official = promotion.Official(
        name or query, title or "", description or "", promotion.tidy(found.sql)
    )
    config = configuration.load(into or configuration.METADATA)
    with speaking("en"):
        file = promotion.file_of(db, database)
        faults = promotion.faults(official, database, file, config)
        if into:
            faults += _faults_of(reviewer, found.owner, db)
        for fault in faults:
            click.echo(fault, err=True)
        if faults:
            sys.exit(1)
        if into is None or reviewer is None:
            click.echo(promotion_file.block(official), nl=False)
            return
        try:
            promotion_file.put(db, into, found, official, reviewer)
        except promotion_file.Refused as error:
            raise click.ClickException(str(error)) from error
    click.echo(f"{official.name} is official in {into}; restart the server to offer it")


def _faults_of(reviewer: str | None, owner: str, db: Path) -> list[str]:
    if not reviewer:
        return ["--reviewer: say who of the office has read it"]
    with closing(accounts.open(accounts.beside(db))) as conn:
        fault = promotion.reviewer_fault(conn, reviewer, owner)
    return [f"--reviewer: {fault}"] if fault else []


if __name__ == "__main__":
    promote()
