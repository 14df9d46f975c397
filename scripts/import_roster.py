"""Preview a roster, or store it with --commit. Exit status: 0 clean or stored, 1 faults, 2 wrong call."""

import json
from pathlib import Path

import click
from training import identity, roster
from training.building import system_user
from training.database import connect
from training.problems import Language
from training.rows import Sender

HERE = Path(__file__).resolve().parent.parent


@click.command(help=__doc__)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--year", required=True, help="Programme year, e.g. 2021-2022.")
@click.option("--institution", help="The sender, by its slug, e.g. tsinghua.")
@click.option("--province", help="The sender, where an authority recommends, e.g. 110000.")
@click.option("--commit", is_flag=True, help="Store the rows; without it nothing changes.")
@click.option("--only-valid", is_flag=True, help="Store the good rows and leave out the others.")
@click.option("--force", is_flag=True, help="Store even if more than 20 % of the people differ.")
@click.option("--encoding", help="Read the text as this encoding, e.g. gb18030.")
@click.option("--sheet", help="Read this sheet of a workbook.")
@click.option("--by", help="The account to name in the audit log; else the system's user.")
@click.option(
    "--db",
    type=click.Path(dir_okay=False, path_type=Path),
    default=HERE / "db" / "training.db",
    show_default="db/training.db",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--language", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
def import_roster(
    file: Path,
    year: str,
    institution: str | None,
    province: str | None,
    commit: bool,
    only_valid: bool,
    force: bool,
    encoding: str | None,
    sheet: str | None,
    by: str | None,
    db: Path,
    as_json: bool,
    language: Language,
) -> None:
    if bool(institution) == bool(province):
        raise click.UsageError("give either --institution or --province")
    order = roster.Order(
        path=file,
        year=year,
        sender=Sender(institution=institution, province=province),
        by=by or system_user(),
        encoding=encoding,
        sheet=sheet,
        only_valid=only_valid,
        force=force,
    )
    try:
        keys = identity.load_keys(db)
        conn = connect(db)
    except FileNotFoundError as error:
        raise click.UsageError(f"there is no record at {db}: run scripts/build.py") from error
    except identity.KeysMissing as error:
        raise click.UsageError(str(error)) from error
    try:
        report = roster.run(conn, order, keys, commit=commit)
    except roster.BadCall as error:
        raise click.UsageError(str(error)) from error
    finally:
        conn.close()
    if as_json:
        click.echo(json.dumps(report.as_json(language), ensure_ascii=False, indent=2))
    else:
        _print(report, language)
    raise SystemExit(1 if report.errors and not report.committed else 0)


def _print(report: roster.Report, language: Language) -> None:
    for problem in report.problems:
        place = " ".join(str(part) for part in (problem.row, problem.column) if part is not None)
        click.echo(
            f"{problem.severity:7} {place or '-':24} {problem.code:20} {problem.message(language)}"
        )
    words = ("rows", "new", "changed", "unchanged", "rejected", "absent", "skipped")
    click.echo("  ".join(f"{word} {getattr(report, word)}" for word in words))
    if report.committed:
        click.echo(f"stored as batch {report.batch}")
    elif report.already_imported is not None:
        click.echo(f"nothing stored: this file is batch {report.already_imported}")
    else:
        click.echo("nothing stored")


if __name__ == "__main__":
    import_roster()
