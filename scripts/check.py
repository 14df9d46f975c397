"""Run every check of the notice. Exit status: 0 none fails, 1 one fails, 2 the call is wrong."""

import json
import sys
from pathlib import Path

import click
from training import queries

HERE = Path(__file__).resolve().parent.parent


@click.command(help=__doc__)
@click.option("--year", help="Programme year, e.g. 2021-2022; the newest open one by default.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option(
    "--db",
    type=click.Path(dir_okay=False, path_type=Path),
    default=HERE / "db" / "training.db",
    show_default="db/training.db",
)
def check(year: str | None, as_json: bool, db: Path) -> None:
    try:
        report = queries.report(db, queries.checks(queries.load()), year)
    except FileNotFoundError as error:
        raise click.UsageError(f"there is no record at {db}: run scripts/build.py") from error
    except queries.NotARecord as error:
        raise click.UsageError(f"{db} is no record: {error}") from error
    except queries.UnknownYear as error:
        raise click.UsageError(f"the record has no programme year {error}") from error
    if as_json:
        click.echo(json.dumps(report.as_json(), ensure_ascii=False, indent=2))
    else:
        click.echo(f"{report.year}  {report.as_of}")
        for outcome in report.outcomes:
            click.echo("\n".join(lines(outcome)))
    sys.exit(1 if report.failed else 0)


def lines(outcome: queries.Outcome) -> list[str]:
    """A check as text: its title, then its rows, or how many are where if it only informs."""
    query = outcome.query
    head = f"\n{query.check}  {query.title}"
    if not query.judged:
        statuses = [row["status"] for row in outcome.rows]
        counts = ", ".join(f"{word} {statuses.count(word)}" for word in dict.fromkeys(statuses))
        return [head, f"     {counts}"]
    return [head, *(line(query, row) for row in outcome.rows)]


def line(query: queries.Query, row: queries.Row) -> str:
    """One row: its status, its figure, what is required, what it is about."""
    required = queries.with_unit(query, row["threshold"])
    figure = queries.number(query, row) + (f" (required {required})" if required else "")
    more = ", ".join(f"{name} {value}" for name, value in queries.extras(query, row).items())
    return f"     {row['status']:<22}{figure:<36}{row['label']}" + (f" [{more}]" if more else "")


if __name__ == "__main__":
    check()
