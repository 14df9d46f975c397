"""Verify the signature of a certificate without a server. Exit status: 0 genuine, 1 not, 2 wrong call.

WHAT is the text of the QR code or the path of a PDF. A later revocation is known to the register alone.
"""

from pathlib import Path

import click
from training import certificate_keys, certificate_tokens


@click.command(help=__doc__)
@click.argument("what")
@click.option(
    "--key",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    required=True,
    help="The public key, as /verify/key gives it (PEM).",
)
def verify_certificate(what: str, key: Path) -> None:
    try:
        public = certificate_keys.from_text(key.read_text())
    except ValueError as error:
        raise click.UsageError(f"{key.name} is no public key: {error}") from error
    path = Path(what) if what.lower().endswith(".pdf") else None
    if path and not path.exists():
        raise click.UsageError(f"there is no file {what}")
    token = certificate_tokens.find(path.read_bytes().decode("latin-1") if path else what)
    facts = certificate_tokens.verify(token, [public]) if token else None
    if facts is None:
        click.echo("NOT genuine: no signature, or not one of this key")
        raise SystemExit(1)
    click.echo("genuine")
    for name, fact in facts._asdict().items():
        click.echo(f"{name:14}{fact}")
    click.echo("signed as shown; whether it was revoked or replaced since, ask /verify online")


if __name__ == "__main__":
    verify_certificate()
