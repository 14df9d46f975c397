"""An accepted query as text of metadata.yml, put in so that nothing else of that file changes."""

import os
import textwrap
from contextlib import closing
from pathlib import Path

import yaml

from training import audit, configuration
from training.database import acting, connect, transaction
from training.promotion import Official, Saved
from training.scopes import audience_of
from training.wording import t


class Refused(Exception):
    """The query can't become an official one as it is; the message says what to mend."""


def put(record: Path, into: Path, saved: Saved, query: Official, reviewer: str) -> None:
    """Write the query into the file ``into`` and the act into the audit log of ``record``.

    Raises :class:`Refused`, with nothing written, as :func:`insert` does.
    """
    made = insert(into.read_text(encoding="utf-8"), saved.database, query)
    with closing(connect(record)) as conn, transaction(conn), acting(conn, reviewer, "script"):
        audit.record(
            conn, reviewer, "script", "promote", "queries", f"{saved.database}/{query.name}",
            saved_as=saved.name, owner=saved.owner,
        )  # fmt: skip
        beside = into.with_name(f".{into.name}.new")
        beside.write_text(made, encoding="utf-8")
        os.replace(beside, into)


def block(query: Official) -> str:
    """The query as metadata.yml has it, below ``databases: …: queries:``."""
    words = "".join(
        f"        {word}: {_scalar(text)}\n"
        for word, text in (("title", query.title), ("description", query.description))
    )
    sql = textwrap.indent(query.sql, " " * 10)
    params = f"        params: [{', '.join(query.params)}]\n"
    return f"      {query.name}:\n{words}{params}        sql: |-\n{sql}\n"


def _scalar(text: str) -> str:
    """One line of YAML for a text, in quotes where it needs them."""
    return yaml.safe_dump(text, allow_unicode=True, width=10**6).removesuffix("...\n").strip()


def insert(text: str, database: str, query: Official) -> str:
    """The text of metadata.yml with the query behind the last one of ``database``.

    Raises :class:`Refused` if anything but that query would be different.
    """
    audience, lines = audience_of(database), text.splitlines(keepends=True)
    begin = 0
    for depth, key in enumerate(("databases", audience, "queries")):
        begin = _line_after(lines, begin, depth, key)
    end = _end_of(lines, begin, 3)
    while not lines[end - 1].strip():
        end -= 1
    made = "".join([*lines[:end], "\n", block(query), *lines[end:]])
    before = configuration.parse(text)
    try:
        after = configuration.parse(made)
    except yaml.YAMLError as error:
        raise Refused(_cannot_hold()) from error
    added = after["databases"][audience]["queries"].pop(query.name, None)
    wanted = {
        "title": query.title, "description": query.description, "params": query.params,
        "sql": query.sql,
    }  # fmt: skip
    if before != after or added != wanted:
        raise Refused(_cannot_hold())
    return made


def _cannot_hold() -> str:
    return t(
        "metadata.yml 不能原样保存这段文字，未写入任何内容",
        "metadata.yml can't hold this text as it is; nothing was written",
    )


def _line_after(lines: list[str], begin: int, depth: int, key: str) -> int:
    """The line after the heading ``key`` in the section that begins at ``begin``."""
    for number in range(begin, _end_of(lines, begin, depth)):
        if lines[number].rstrip() == f"{'  ' * depth}{key}:":
            return number + 1
    raise Refused(t(f"metadata.yml 中没有 {key} 一节", f"metadata.yml has no section {key}"))


def _end_of(lines: list[str], begin: int, depth: int) -> int:
    """The first line behind the section of that depth, which its indentation shows."""
    for number in range(begin, len(lines)):
        said = lines[number].lstrip()
        if said and len(lines[number]) - len(said) < 2 * depth:
            return number
    return len(lines)
