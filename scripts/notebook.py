"""Run the example notebook against a server, with the token in LINGJUN_TOKEN."""

import sys
from pathlib import Path

import click
from training import notebooks


@click.command(help=__doc__)
@click.argument(
    "notebook",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=notebooks.EXAMPLE,
    required=False,
)
@click.option("--site", help="Address of the server; the one in the notebook by default.")
@click.option("--check", is_flag=True, help="Exit 1 if a cell says something else than is kept.")
@click.option("--store", is_flag=True, help="Keep what the cells say: of the demonstration alone.")
def notebook(notebook: Path, site: str | None, check: bool, store: bool) -> None:
    kept = notebooks.load(notebook)
    asked = notebooks.handed_out(kept, site, "zh") if site else kept
    try:
        done = notebooks.run(asked)
    except notebooks.CellFailed as failed:
        raise click.ClickException(str(failed)) from failed
    said = notebooks.outputs(done)
    for number, text in enumerate(said, 1):
        click.echo(f"[{number}] {text.rstrip()}")
    if store:
        notebooks.save(notebooks.with_outputs(kept, done), notebook)
    if check and said != notebooks.outputs(kept):
        click.echo("the cells say something else than the notebook keeps", err=True)
        sys.exit(1)


if __name__ == "__main__":
    notebook()
