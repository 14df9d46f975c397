"""Kill imports at points spread evenly over one, until so many were hit while they ran, and look at
what each leaves. Exit status: 0 all whole or absent, 1 half a roster or a promise not kept. It works
on copies in a temporary folder."""

import sys
import tempfile
from collections import Counter
from pathlib import Path

import click

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.hostile import crashing


@click.command(help=__doc__)
@click.option("--points", default=100, show_default=True, help="Real kills: of running imports.")
@click.option("--rows", default=20_000, show_default=True, help="People in the roster.")
def crash(points: int, rows: int) -> None:
    found: Counter[str] = Counter()
    killed = 0
    with tempfile.TemporaryDirectory(prefix="lingjun-crash-") as folder:
        scene = crashing.Scene(Path(folder), rows)
        try:
            for left in crashing.kills(scene, points):
                found[left.word] += 1
                killed += left.was_killed
                click.echo(f"\r{killed} of {points}", nl=False, err=True)
        except crashing.Half as half:
            click.echo(f"\nafter {killed} kills: {half}", err=True)
            raise SystemExit(1) from half
    click.echo(err=True)
    words = ", ".join(f"{count} {word}" for word, count in sorted(found.items()))
    click.echo(f"{killed} kills over an import of {rows} rows: {words}; 0 half, 0 lost")


if __name__ == "__main__":
    crash()
