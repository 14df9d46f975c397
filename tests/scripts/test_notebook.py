"""Code of the export page and the example notebook, really run against a real server with a token."""

import json
import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import quote

import playwright
import pytest
from training import accounts, api_tokens, notebook_code, notebooks, sessions

from tests.conftest import ROOT
from tests.demo_world import demo_folder

NODE = shutil.which("node") or str(Path(playwright.__file__).parent / "driver" / "node")


@dataclass
class Live:
    """The demonstration behind a server of its own, and an analyst who works at home."""

    folder: Path
    url: str

    @property
    def store(self) -> sqlite3.Connection:
        return accounts.at(self.folder / "accounts.db")

    def token(self, *acts: str) -> str:
        """A token for `acts` on what an analyst reads."""
        api_tokens.revoke(self.store, "analyst", actor="test")
        scope = ["training", "analysis"]
        return api_tokens.make(self.store, "analyst", "test", databases=scope, acts=acts)

    def page(self, path: str) -> str:
        """A page as the signed-in analyst reads it."""
        cookie = f"{sessions.COOKIE}={sessions.start_session(self.store, 'analyst')}"
        request = urllib.request.Request(f"{self.url}{path}", headers={"Cookie": cookie})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return str(answer.read().decode())

    def rows(self, sql: str) -> list[dict[str, Any]]:
        """What the file itself says."""
        with closing(sqlite3.connect(self.folder / "scopes" / "analysis.db")) as conn:
            conn.row_factory = sqlite3.Row
            return [dict(row) for row in conn.execute(sql)]


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    folder = tmp_path_factory.mktemp("live")
    shutil.copytree(demo_folder(tmp_path_factory), folder, dirs_exist_ok=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    call = [sys.executable, str(ROOT / "scripts" / "serve.py"), "--port", str(port)]
    with (
        (folder / "said.log").open("wb") as log,
        subprocess.Popen(
            [*call, "--db", str(folder / "training.db")],
            stdout=log, stderr=log, env=os.environ | {"LINGJUN_LIMITS": "off"},
        ) as running,
    ):  # fmt: skip
        made = Live(folder, f"http://127.0.0.1:{port}")
        made.store.execute("update accounts set must_change_password = 0 where role = 'analyst'")
        try:
            while running.poll() is None:
                try:
                    socket.create_connection(("127.0.0.1", port)).close()
                    break
                except OSError:
                    time.sleep(0.1)
            yield made
        finally:
            running.terminate()


def snippet(page: str, kind: str) -> str:
    """The code that somebody copies from the page."""
    found = re.search(rf'<pre [^>]*id="{kind}"[^>]*>(.*?)</pre>', page, re.DOTALL)
    assert found
    return unescape(found[1])


def pasted(live: Live, code: str, token: str, *call: str) -> subprocess.CompletedProcess[str]:
    """A fresh interpreter that is given the code, with the token in its environment."""
    return subprocess.run(
        list(call) or [sys.executable, "-I", "-"], input=code, cwd=live.folder, text=True,
        capture_output=True, env={"LINGJUN_TOKEN": token, "PYTHONUTF8": "1"}, timeout=60,
    )  # fmt: skip


def read_by(live: Live, page: str, kind: str, token: str) -> Any:
    """The rows that the code of a page reads."""
    code = snippet(page, kind)
    if kind == "python":
        said = pasted(live, f"{code}\nimport sys; json.dump(rows, sys.stdout)", token)
    else:
        said = pasted(live, code, token, NODE, "--input-type=module", "-")
    assert said.returncode == 0, said.stderr
    return json.loads(said.stdout)


OWN = "select province, count(*) as people, '引号\"''、😀' as words from people_by_place group by 1"
#: What is exported, and what the file says.
CASES = {
    "/analysis/people_by_place.Notebook": "select * from people_by_place order by id",
    "/analysis/people_by_place.Notebook?year=2021-2022&province=110000&_sort_desc=id&_size=3": (
        "select * from people_by_place where year = '2021-2022' and province = '110000'"
        " order by id desc"
    ),
    "/analysis/institutions.Notebook?name_zh__contains=" + quote("大学"): (
        "select * from institutions where name_zh like '%大学%' order by seq"
    ),
    "/analysis/headcount_by_year.Notebook": "select * from headcount_by_year",
    "/analysis/report_headcount.Notebook": "select * from headcount_by_year order by year desc",
    f"/analysis/-/query.Notebook?sql={quote(OWN)}": OWN,
}


@pytest.mark.parametrize("kind", ["python", "javascript"])
@pytest.mark.parametrize("path", CASES)
def test_pasted_code_reads_all_the_rows(live: Live, path: str, kind: str) -> None:
    token, page = live.token("tables", "queries", "sql", "export"), live.page(path)
    assert token not in page
    assert read_by(live, page, kind, token) == live.rows(CASES[path])


def test_a_table_of_more_than_one_page(live: Live) -> None:
    """Otherwise the first case shows nothing about paging."""
    assert len(live.rows("select 1 from people_by_place")) > 2 * 1000


def test_a_canned_query_of_the_record(live: Live) -> None:
    page = live.page("/training/quota_manufacturing_share.Notebook?year=2021-2022")
    for kind in ("python", "javascript"):
        (row,) = read_by(live, page, kind, live.token("queries", "export"))
        assert (row["check_id"], row["numerator"], row["denominator"]) == ("Q02", 595, 1992)


def test_a_saved_query(live: Live) -> None:
    """Saved as the page saves it; the core runs it for who may run SQL, and canned queries too."""
    cookie = f"{sessions.COOKIE}={sessions.start_session(live.store, 'analyst')}"
    query = {"name": "my_stages", "sql": "select code from stages order by seq", "title": "x"}
    request = urllib.request.Request(
        f"{live.url}/analysis/-/queries/store", data=json.dumps({"query": query}).encode(),
        headers={"Cookie": cookie, "Content-Type": "application/json"},
    )  # fmt: skip
    urllib.request.urlopen(request, timeout=30).close()
    page = live.page("/analysis/my_stages.Notebook")
    rows = read_by(live, page, "python", live.token("queries", "sql", "export"))
    assert rows == live.rows(query["sql"])


def test_what_goes_wrong_is_said(live: Live) -> None:
    """In the language of the page, and never as fewer rows."""
    table, query = "/analysis/people_by_place.Notebook", "select * from people_by_place"
    sql = f"/analysis/-/query.Notebook?sql={quote(query)}"
    for path, acts, said in (
        (table, (), "令牌无效、已过期或已撤销"),
        (f"{table}?_lang=en", (), "This token is unknown, expired or revoked"),
        (table, ("tables",), "令牌的范围不包括它"),
        (f"{table}?_lang=en", ("queries", "export"), "beyond this token"),
        (sql, ("sql", "export"), "结果太长"),
        (f"{sql}&_lang=en", ("sql", "export"), "too long and was cut"),
    ):
        token = live.token(*acts) if acts else "ljt_" + "a" * 43
        done = pasted(live, snippet(live.page(path), "python"), token)
        assert done.returncode == 1
        last = done.stderr.splitlines()[-1]
        assert last.startswith("RuntimeError: ")
        assert said in last


def test_the_token_is_asked_for_where_there_is_none(live: Live) -> None:
    code = snippet(live.page("/analysis/stages.Notebook"), "python")
    token = live.token("tables", "export")
    asked = f"import getpass; getpass.getpass = lambda words: {token!r} * (words == 'LINGJUN_TOKEN: ')\n"
    done = pasted(live, f"{asked}{code}\nprint(len(rows))", "")
    assert done.stdout == "6\n", done.stderr


def test_the_example_is_run_cell_by_cell(live: Live, tmp_path: Path) -> None:
    """As it is handed out, in a process of its own; it says what the kept one says it says."""
    for language in ("zh", "en"):
        text = live.page(f"/-/notebook.ipynb?_lang={language}")
        file = tmp_path / f"{language}.ipynb"
        file.write_text(text, encoding="utf-8")
        done = subprocess.run(
            [sys.executable, ROOT / "scripts" / "notebook.py", file, "--check"],
            env=os.environ | {"LINGJUN_TOKEN": live.token("tables", "queries", "export")},
            capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert "29.82 % … 30.22 %" in done.stdout
        assert done.stdout.rstrip().endswith("True")
        assert notebooks.outputs(notebooks.load(file)) == notebooks.outputs(notebooks.load())


def test_a_figure_that_has_changed_is_found(live: Live, tmp_path: Path) -> None:
    example = notebooks.load()
    example["cells"][-1]["outputs"][-1]["data"]["text/plain"] = ["False"]
    notebooks.save(example, tmp_path / "old.ipynb")
    call = [sys.executable, ROOT / "scripts" / "notebook.py", tmp_path / "old.ipynb", "--check"]
    environment = os.environ | {"LINGJUN_TOKEN": live.token("tables", "queries", "export")}
    done = subprocess.run([*call, "--site", live.url], env=environment, capture_output=True)
    assert done.returncode == 1
    environment["LINGJUN_TOKEN"] = live.token("tables")
    done = subprocess.run([*call, "--site", live.url], env=environment, capture_output=True)
    assert b"cell 2: RuntimeError" in done.stderr


def test_what_was_read_at_home_is_in_the_audit_log(live: Live) -> None:
    token = live.token("tables", "export")
    (one,) = api_tokens.tokens_of(live.store, "analyst")
    read_by(live, live.page("/analysis/stages.Notebook"), "python", token)
    with closing(sqlite3.connect(live.folder / "training.db")) as conn:
        detail = conn.execute("select detail from audit_log order by id desc limit 1").fetchone()[0]
    assert json.loads(detail) == {"form": "json", "token": one["public_id"]}
    assert token.encode() not in (live.folder / "said.log").read_bytes()


def test_the_kept_notebook_is_one() -> None:
    """nbformat 4.5: ids, and nothing but what belongs in a cell."""
    example = notebooks.load()
    assert (example["nbformat"], example["nbformat_minor"]) == (4, 5)
    ids = [cell["id"] for cell in example["cells"]]
    assert len(ids) == len(set(ids))
    for cell in example["cells"]:
        more = {"outputs", "execution_count"} if cell["cell_type"] == "code" else set()
        assert set(cell) == {"cell_type", "id", "metadata", "source"} | more
    texts = [cell["metadata"]["lang"] for cell in example["cells"] if cell["cell_type"] != "code"]
    assert texts == ["zh", "en"] * (len(texts) // 2)
    first = next(cell for cell in example["cells"] if cell["cell_type"] == "code")
    assert "".join(first["source"]) + "\n" == notebook_code.reader(notebooks.USUAL_SITE)
    assert "ljt_" not in json.dumps(example)
