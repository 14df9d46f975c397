"""Code to paste into a notebook (笔记本代码): it reads an address of this server with a token.

Nothing but the standard library is needed. The token comes from the environment or is asked for; it
never stands in the code or in an address. All pages of a table are read; a query that was cut short
is an error and not a shorter answer.
"""

import json
from urllib.parse import parse_qsl, urlsplit

#: The function that reads, with its imports; the example notebook begins with it.
READER = '''\
import json
import os
import time
from getpass import getpass
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

SITE = {site}
TOKEN = os.environ.get("LINGJUN_TOKEN") or getpass("LINGJUN_TOKEN: ")


def read(path, *asked):
    """All rows at a path of the server, as a list of dictionaries."""
    rows, after = [], None
    while True:
        page_of = [("_size", "max"), *([("_next", after)] if after else [])]
        query = urlencode([*asked, *page_of, ("_lang", "{language}")])
        request = Request(f"{{SITE}}{{path}}?{{query}}", headers={{"Authorization": f"Bearer {{TOKEN}}"}})
        try:
            with urlopen(request, timeout=60) as answer:
                page = json.load(answer)
        except HTTPError as error:
            if error.code == 429:  # {slowly}
                time.sleep(int(error.headers["Retry-After"]))
                continue
            raise RuntimeError(json.load(error)["error"]) from None
        rows += page["rows"]
        if page["truncated"]:
            raise RuntimeError({too_long})
        after = page.get("next")
        if not after:
            return rows
'''
_JAVASCRIPT = """\
const SITE = {site};
const TOKEN = process.env.LINGJUN_TOKEN;

// {what}
async function read(path, asked = []) {{
  const rows = [];
  for (let after = null; ; ) {{
    const pageOf = [["_size", "max"], ...(after ? [["_next", after]] : []), ["_lang", "{language}"]];
    const query = new URLSearchParams([...asked, ...pageOf]);
    const answer = await fetch(`${{SITE}}${{path}}?${{query}}`, {{
      headers: {{ Authorization: `Bearer ${{TOKEN}}` }},
    }});
    const page = await answer.json();
    if (answer.status === 429) {{  // {slowly}
      await new Promise((done) => setTimeout(done, 1000 * answer.headers.get("Retry-After")));
      continue;
    }}
    if (!answer.ok) throw new Error(page.error);
    if (page.truncated) throw new Error({too_long});
    rows.push(...page.rows);
    after = page.next;
    if (!after) return rows;
  }}
}}

const rows = await read({path}, {asked});
process.stdout.write(JSON.stringify(rows));
"""
PANDAS = "import pandas\n\ntable = pandas.DataFrame(rows)\ntable"
_WORDS = {
    "zh": {
        "slowly": "短时间内请求太多：按服务器说的时间等待",
        "too_long": "结果太长，服务器没有给全。请加上条件，或者改为读取数据表。",
        "what": "服务器某个地址的全部行",
    },
    "en": {
        "slowly": "too many requests at once: wait as long as the server says",
        "too_long": "The result is too long and was cut: ask for less, or read a table.",
        "what": "All rows at a path of the server",
    },
}
#: Which rows of a page, and in which shape: that is the code's own affair.
_PAGING = frozenset({"_size", "_next", "_shape", "_nl", "_lang", "_stream", "_dl"})


def asked_of(url: str) -> tuple[str, str, list[tuple[str, str]]]:
    """Site, path and arguments of the address of some rows, without what is about its pages."""
    parts = urlsplit(url)
    asked = [pair for pair in parse_qsl(parts.query, True) if pair[0] not in _PAGING]
    return f"{parts.scheme}://{parts.netloc}", parts.path, asked


def reader(site: str, language: str = "zh") -> str:
    """The function ``read`` for the server at ``site``."""
    words = _WORDS[language]
    # ascii(): a literal that is right in whatever encoding the code is pasted or saved.
    return READER.format(
        site=_quoted(ascii(site)), language=language, slowly=words["slowly"],
        too_long=_quoted(repr(words["too_long"])),
    )  # fmt: skip


def python(url: str, language: str = "zh") -> str:
    """Python that reads the rows of an address (of JSON) into ``rows``."""
    site, path, asked = asked_of(url)
    arguments = ", ".join(ascii(value) for value in (path, *asked))
    return f"{reader(site, language)}\n\nrows = read({arguments})\nlen(rows)"


def javascript(url: str, language: str = "zh") -> str:
    """The same as a module for Node, which is what a data loader of Observable Framework is."""
    site, path, asked = asked_of(url)
    words = dict(_WORDS[language])
    words["too_long"] = json.dumps(words["too_long"], ensure_ascii=False)
    return _JAVASCRIPT.format(
        site=json.dumps(site), path=json.dumps(path), asked=json.dumps(asked), language=language,
        **words,
    )  # fmt: skip


def _quoted(literal: str) -> str:
    """A literal without quotes in it, in double ones as a formatter has them."""
    return f'"{literal[1:-1]}"' if literal[0] == "'" and '"' not in literal else literal
