"""Preview a roster, or store it with --commit. Exit status: 0 clean or stored, 1 faults, 2 wrong call."""

import os
import sqlite3
import sys
from pathlib import Path

import click
from training import identity, roster
from training.database import connect
from training.problems import Language
from training.roster import Mode
from training.rows import Sender
from training.system_user import system_user

HERE = Path(__file__).resolve().parent.parent


@click.command(help=__doc__)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--year", required=True, help="Programme year, e.g. 2021-2022.")
@click.option("--institution", help="The sender, by its slug, e.g. tsinghua.")
@click.option("--province", help="The sender, where an authority recommends, e.g. 110000.")
@click.option("--commit", is_flag=True, help="Store the rows; without it nothing changes.")
@click.option(
    "--mode",
    type=click.Choice(["add", "upsert", "update"]),
    default="upsert",
    show_default=True,
    help="Add new people only, add and update, or update only those already there.",
)
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
@click.option(
    "--report",
    "report_path",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Write the sheet with its faults marked to this .xlsx, to be corrected and sent again.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--language", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
def import_roster(
    file: Path,
    year: str,
    institution: str | None,
    province: str | None,
    commit: bool,
    mode: Mode,
    only_valid: bool,
    force: bool,
    encoding: str | None,
    sheet: str | None,
    by: str | None,
    db: Path,
    report_path: Path | None,
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
        mode=mode,
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
    except (sqlite3.OperationalError, OSError) as error:
        raise click.ClickException(
            f"nothing was stored, the disk refused ({error}): make room, then run this again"
        ) from error
    finally:
        conn.close()
    if report_path:
        _write_marked(report_path, order, report, language)
    if as_json:
        sys.stdout.writelines(report.json_lines(language))
    else:
        _print(report, language)
    raise SystemExit(1 if report.errors and not report.committed else 0)


def _write_marked(
    path: Path, order: roster.Order, report: roster.Report, language: Language
) -> None:
    # Writing workbooks is another library to load, which most calls don't wait for.
    from training import fault_report

    try:
        marked = fault_report.of_file(
            order.path, report, encoding=order.encoding, language=language
        )
    except (fault_report.Unreadable, fault_report.TooManyRows):
        click.echo(f"no report: {order.path.name} has no rows to mark", err=True)
        return
    descriptor = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(marked)


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
