"""Issue, print, reissue and revoke certificates from the command line, as the office does on its page."""

from pathlib import Path

import click
from training.certificate_desk import CertificateDesk, Refused
from training.database import now
from training.system_user import system_user

HERE = Path(__file__).resolve().parent.parent

db_option = click.option(
    "--db",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=HERE / "db" / "training.db",
    show_default="db/training.db",
)


def desk(db: Path) -> CertificateDesk:
    return CertificateDesk(db, {"id": system_user(), "role": "office"}, via="script")


@click.group(help=__doc__)
def certificates() -> None:
    pass


@certificates.command()
@click.option("--year", required=True, help="Programme year, e.g. 2021-2022.")
@click.option("--institution", default="", help="One institution only (its slug).")
@click.option("--issued-on", default=lambda: now()[:10], show_default="today")
@click.option("--yes", is_flag=True, help="Issue; without it nothing is stored (--dry-run).")
@click.option("--dry-run", is_flag=True, help="Only say who would be certified.")
@click.option("--waive-consent", default="", help="Why people without recorded consent get one.")
@db_option
def issue(
    year: str, institution: str, issued_on: str, yes: bool, dry_run: bool, waive_consent: str,
    db: Path,
) -> None:  # fmt: skip
    """Certify everybody who has completed; first say how many, and why others are left out."""
    own = desk(db)
    shown = own.preview(year, institution, issued_on, waive_consent)
    found = shown["found"]
    if found is None or shown["year"] != year:
        raise click.UsageError(shown["said"] or f"there is no year {year}")
    click.echo(f"would be certified: {len(found.given)}")
    for reason, words in shown["hindrances"].items():
        count = sum(one.hindrance == reason for one in found.left_out)
        if count:
            click.echo(f"left out: {count}  {words}")
    if not yes or dry_run:
        click.echo("nothing stored")
        return
    try:
        click.echo(own.issue(year, institution, issued_on, found.mark, waive_consent))
    except Refused as refusal:
        raise click.ClickException(str(refusal)) from refusal


@certificates.command()
@click.argument("number")
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
@db_option
def pdf(number: str, out: Path, db: Path) -> None:
    """Write the PDF of one certificate."""
    try:
        file = desk(db).pdf(number)
    except Refused as refusal:
        raise click.ClickException(str(refusal)) from refusal
    if file is None:
        raise click.ClickException(f"there is no certificate {number}")
    out.write_bytes(file.content)
    click.echo(f"written: {out}")


@certificates.command()
@click.argument("number")
@click.option("--reason", required=True)
@click.option("--issued-on", default=lambda: now()[:10], show_default="today")
@db_option
def reissue(number: str, reason: str, issued_on: str, db: Path) -> None:
    """Put a new certificate with the record's present facts in the place of one."""
    try:
        new = desk(db).reissue(number, issued_on, reason)
    except Refused as refusal:
        raise click.ClickException(str(refusal)) from refusal
    click.echo(f"replaced: {number}\nissued: {new}")


@certificates.command()
@click.argument("number")
@click.option("--reason", required=True)
@db_option
def revoke(number: str, reason: str, db: Path) -> None:
    """Revoke a certificate; it can't be undone."""
    try:
        desk(db).revoke(number, reason)
    except Refused as refusal:
        raise click.ClickException(str(refusal)) from refusal
    click.echo(f"revoked: {number}")


if __name__ == "__main__":
    certificates()
