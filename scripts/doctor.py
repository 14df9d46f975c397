"""Look at every file of the record, its keys, audit chain, schema and disk. Exit 1 on a fault."""

import sys
from pathlib import Path

import click
from training import health

HERE = Path(__file__).resolve().parent.parent


@click.command(help=__doc__)
@click.option(
    "--db",
    type=click.Path(dir_okay=False, exists=True, path_type=Path),
    default=HERE / "db" / "training.db",
    show_default="db/training.db",
)
def doctor(db: Path) -> None:
    findings = list(health.examine(db.resolve()))
    for finding in findings:
        click.echo(f"{finding.level:<9}{finding.what:<20}{finding.said}")
    faults = sum(finding.level == "fault" for finding in findings)
    click.echo(f"{faults} faults" if faults else "healthy")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    doctor()
