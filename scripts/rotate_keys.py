"""Give what is sealed a new key: without an option, say how much is under which; nothing changes."""

from pathlib import Path

import click
from training import identity, key_rotation
from training.system_user import system_user

HERE = Path(__file__).resolve().parent.parent


@click.command(help=__doc__)
@click.option(
    "--db",
    type=click.Path(dir_okay=False, exists=True, path_type=Path),
    default=HERE / "db" / "training.db",
    show_default="db/training.db",
)
@click.option("--new-key", is_flag=True, help="Add a new key first, then reseal.")
@click.option(
    "--reseal", is_flag=True, help="Reseal what is under an older key; also after a kill."
)
@click.option("--drop-old", is_flag=True, help="Take older keys out of the file; back it up first.")
def rotate(db: Path, new_key: bool, reseal: bool, drop_old: bool) -> None:
    try:
        if new_key:
            click.echo(
                f"key file: version {key_rotation.add_version(db)} added; restart the server"
            )
        if new_key or reseal:
            counts: dict[str, int] = {}
            for name, moved in key_rotation.reseal(db, system_user()):
                counts[name] = counts.get(name, 0) + moved
            click.echo(f"resealed: {counts or 'nothing was left'}")
        if drop_old:
            click.echo(f"dropped: versions {key_rotation.drop_old(db, system_user())}")
        for name, count in key_rotation.left(db).items():
            click.echo(f"{name}: {count} under an older key")
    except (key_rotation.NotRotated, identity.KeysMissing) as refusal:
        raise click.ClickException(str(refusal)) from refusal


if __name__ == "__main__":
    rotate()
