"""scripts/little_giants.py: a dry run first, then the batch."""

from pathlib import Path

from click.testing import CliRunner

from scripts.little_giants import import_list
from tests.conftest import World
from tests.people import credit_code

CALL = ["--batch", "3", "--year", "2021", "--source", "示例"]


def test_a_dry_run_a_faulty_list_and_a_stored_one(world: World, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(f"企业名称,统一社会信用代码\n示例甲,{credit_code(1)}\n", encoding="utf-8")
    call = [str(path), *CALL, "--db", str(world.db)]
    runner = CliRunner()
    done = runner.invoke(import_list, call)
    assert (done.exit_code, "nothing stored" in done.output) == (0, True)
    assert count(world) == 0
    done = runner.invoke(import_list, [*call, "--commit", "--valid-until", "2024-12-31"])
    assert (done.exit_code, "1 enterprises stored" in done.output) == (0, True)
    assert count(world) == 1
    path.write_text("企业名称,统一社会信用代码\n示例甲,1\n", encoding="utf-8")
    done = runner.invoke(import_list, [*call, "--commit"])
    assert (done.exit_code, "row 2" in done.output) == (1, True)
    assert count(world) == 1
    missing = [*call[:-1], str(tmp_path / "none.db"), "--commit"]
    path.write_text(f"企业名称,统一社会信用代码\n示例甲,{credit_code(1)}\n", encoding="utf-8")
    assert runner.invoke(import_list, missing).exit_code == 2


def count(world: World) -> int:
    return int(world.connect().execute("select count(*) from little_giants").fetchone()[0])
