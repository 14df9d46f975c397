"""Measure in a temporary folder, and print what it takes and the ratios within this run."""

import tempfile
from collections.abc import Iterable
from pathlib import Path

import click
from training import bench_dashboard, bench_public, bench_scopes
from training.bench import Bench, Figure


@click.command(help=__doc__)
@click.argument("what", type=click.Choice(["dashboard", "import", "public", "scopes"]))
@click.option("--rows", default=100_000, show_default=True, help="People in the large roster.")
@click.option("--few", default=2_000, show_default=True, help="People in the usual roster.")
@click.option("--repeat", default=3, show_default=True, help="Child processes for each figure.")
def bench(what: str, rows: int, few: int, repeat: int) -> None:
    if what == "import":
        imports(rows, few, repeat)
    elif what == "scopes":
        scope_files(repeat)
    elif what == "dashboard":
        dashboard(rows, few, repeat)
    else:
        public()


def scope_files(repeat: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        told(bench_scopes.costs(Path(folder), repeat))


def dashboard(rows: int, few: int, repeat: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        told(bench_dashboard.costs(Path(folder), (few, rows), repeat))


def told(costs: Iterable[bench_scopes.Cost]) -> None:
    for cost in costs:
        goal = f"  (goal {cost.goal} ms)" if cost.goal else ""
        click.echo(f"{cost.name:36} {cost.milliseconds:9.3f} ms{goal}")


def imports(rows: int, few: int, repeat: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        measured = Bench(Path(folder), rows, few, repeat)
        measured.prepare()
        found: dict[str, Figure] = {}
        for figure in measured.figures():
            found[figure.name] = figure
            goal = f"  (goal {figure.goal})" if figure.goal else ""
            click.echo(f"{figure.name:36} {figure.seconds:7.2f} s {figure.megabytes:6.0f} MB{goal}")
        ours, shell = (found.get(f"{word} {rows} rows") for word in ("commit", ".import"))
        if ours and shell:
            ratio = f"{ours.seconds / shell.seconds:.1f} times .import  (goal <= 4)"
        else:
            ratio = "no ratio: the sqlite3 command is missing"
        click.echo(f"{f'commit {rows} rows':36} {ratio}")
        click.echo(
            f"\nprocessor time of the commit of {rows} rows, storing beside the other parts:"
        )
        for part, seconds in measured.breakdown():
            click.echo(f"{part:36} {seconds:7.2f} s")


def public() -> None:
    with tempfile.TemporaryDirectory() as folder:
        found = list(bench_public.rates(Path(folder)))
    for rate in found:
        click.echo(f"{rate.name:36} {rate.per_second:9.0f} pages a second")
    if len(found) == 2:
        ratio = found[1].per_second / found[0].per_second
        click.echo(f"{'ratio':36} {ratio:9.0f} times  (goal >= 100)")
    else:
        click.echo("no ratio: Debian's package nginx-light is missing")


if __name__ == "__main__":
    bench()
