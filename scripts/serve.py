"""Serve the record with Datasette, or with --public the institution list alone, from its own process."""

import os
import sys
from pathlib import Path

import click
from training import health

HERE = Path(__file__).resolve().parent.parent

#: Facet suggestion is what makes a table page slow; downloads, signed tokens and free SQL stay shut
#: unless a rule of plugins/access.py opens them.
SETTINGS = {
    "suggest_facets": "off",
    "allow_download": "off",
    "allow_signed_tokens": "off",
    "default_allow_sql": "off",
    "sql_time_limit_ms": "2000",
    "max_returned_rows": "2000",
    "default_page_size": "50",
    "default_facet_size": "40",
}


def command(db: Path, host: str, port: int, public: bool) -> list[str]:
    """The ``datasette serve`` call, so that tests and deployments start the very same server."""
    folder = db.parent
    # The register of certificates is public, too: number and name together find one entry.
    files = [folder / "public.db", folder / "certificates.db"]
    if not public:
        files = [db, *files, folder / "staging.db"]
    frame = {
        "--plugins-dir": "plugins",
        "--template-dir": "templates",
        "-m": "metadata.yml",
        "-c": "metadata.yml",
    }
    call = [sys.executable, "-m", "datasette", "serve", *map(str, files)]
    for option, name in frame.items():
        call += [option, str(HERE / name)]
    call += ["--static", f"assets:{HERE / 'plugins' / 'static'}", "--default-deny"]
    for name, value in SETTINGS.items():
        call += ["--setting", name, value]
    if not public:
        call += ["--internal", str(folder / "internal.db")]
    return [*call, "--host", host, "--port", str(port)]


@click.command(help=__doc__)
@click.option(
    "--db",
    type=click.Path(dir_okay=False, path_type=Path),
    default=HERE / "db" / "training.db",
    show_default="db/training.db",
)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8001, show_default=True)
@click.option("--public", is_flag=True, help="Serve public.db and certificates.db alone.")
def serve(db: Path, host: str, port: int, public: bool) -> None:
    call = command(db.resolve(), host, port, public)
    missing = [Path(part).name for part in call if part.endswith(".db") and not Path(part).exists()
               and Path(part).name != "internal.db"]  # fmt: skip
    if missing:
        raise click.UsageError(f"missing {', '.join(missing)}: run scripts/build.py first")
    damaged = health.damaged(Path(part) for part in call if part.endswith(".db"))
    if damaged:
        said = "; ".join(f"{path.name} is damaged ({words})" for path, words in damaged.items())
        raise click.ClickException(f"{said}: restore it from a backup with scripts/restore.py")
    # What Datasette itself makes (saved queries, journals) is its owner's alone, too.
    os.umask(0o077)
    os.execv(call[0], call)  # noqa: S606


if __name__ == "__main__":
    serve()
