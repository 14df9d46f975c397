"""A form made of parts comes out of a real form parser as it went in."""

from pathlib import Path

from starlette.requests import Request
from training.form_body import FormBody


async def test_what_goes_in_comes_out(tmp_path: Path) -> None:
    file = tmp_path / "table.csv"
    content = "a,b\r\n1,一\r\n".encode() * 200_000
    file.write_bytes(content)
    body = FormBody({"table": "名单", "xhr": "1"}, "csv", file)
    scope = {"type": "http", "method": "POST", "headers": body.headers}
    form = await Request(scope, body.receive).form()
    assert (form["table"], form["xhr"]) == ("名单", "1")
    assert form["csv"].filename == "table.csv"
    assert await form["csv"].read() == content
    await form.close()
