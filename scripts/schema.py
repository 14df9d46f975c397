"""Write the picture of the schema to db/schema.sql; with --check only say whether it is true."""

import sys
import tempfile
from pathlib import Path

import click
from training import migrations
from training.database import connect

PICTURE = Path(__file__).resolve().parent.parent / "db" / "schema.sql"


@click.command(help=__doc__)
@click.option("--check", is_flag=True, help="Change nothing; exit 1 if the picture is out of date.")
def schema(check: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "training.db"
        migrations.migrate(path)
        conn = connect(path)
        picture = migrations.schema_picture(conn)
        conn.close()
    if check:
        sys.exit(PICTURE.read_text(encoding="utf-8") != picture)
    PICTURE.write_text(picture, encoding="utf-8")
    click.echo(f"wrote {PICTURE.name}")


if __name__ == "__main__":
    schema()
