"""Write the office's periodical report as a workbook: figures, checks, tables, definitions."""

from pathlib import Path

import click
from training import configuration, queries, report
from training.system_user import system_user
from training.wording import speaking

HERE = Path(__file__).resolve().parent.parent


@click.command(help=__doc__)
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--year", help="Programme year, e.g. 2021-2022; the current one by default.")
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
@click.option(
    "--db",
    type=click.Path(dir_okay=False, exists=True, path_type=Path),
    default=HERE / "db" / "training.db",
    show_default="db/training.db",
)
def write(out: Path, year: str | None, lang: str, db: Path) -> None:
    config = configuration.load()
    try:
        with speaking(lang):
            made = report.export(
                db, queries.from_config(config), report.labels_from(config), year,
                system_user(), "script",
            )  # fmt: skip
    except queries.UnknownYear as error:
        raise click.UsageError(f"the record has no programme year {error}") from error
    out.write_bytes(made[1])
    click.echo(f"{out}: {made[0]}, {len(made[1])} bytes")


if __name__ == "__main__":
    write()
