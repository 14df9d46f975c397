"""Datasette's own pages in our frame: the plugins of the frame and no other, everything open."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from datasette.app import Datasette
from datasette.plugins import pm

from tests.conftest import ROOT

FRAME = (
    "chrome.py",
    "headers.py",
    "labels.py",
    "language.py",
    "parameters.py",
    "translation.py",
)
METADATA = {
    "title": "领军管理 | Lingjun desk",
    "databases": {
        "record": {
            "title": "培训记录 | Training record",
            "tables": {
                "people": {
                    "title": "学员 | Trainees",
                    "columns": {"name": "姓名 | Name", "age": "年龄 | Age"},
                    "facets": ["age"],
                }
            },
        }
    },
}
CONFIG = {
    "plugins": {
        "lingjun": {
            "columns": {
                "heads": "人数 | Heads",
                "least": "下限 | At least",
                "label": "名称 | label",
            }
        }
    },
    "databases": {
        "record": {
            "queries": {
                "quota_heads": {
                    "title": "各年龄人数 | Heads by age",
                    "sql": "select age, count(*) heads from people where age > :least group by age",
                },
                "report_pairs": {"sql": "select '甲 | First' label, 'a | b' other"},
            }
        }
    },
}


@contextmanager
def frame_only() -> Iterator[None]:
    """Without the other plugins of ours, which an earlier test may have loaded into the process."""
    others = [
        (plugin, name)
        for name, plugin in pm.list_name_plugin()
        if plugin and name.endswith(".py") and name not in FRAME
    ]
    for plugin, _ in others:
        pm.unregister(plugin)
    try:
        yield
    finally:
        for plugin, name in others:
            pm.register(plugin, name=name)


def framed(folder: Path, **more: Any) -> Datasette:
    """A small record of three people, with labels and one canned query."""
    plugins = folder / "plugins"
    plugins.mkdir()
    for name in FRAME:
        (plugins / name).symlink_to(ROOT / "plugins" / name)
    conn = sqlite3.connect(folder / "record.db")
    conn.execute("create table people (id integer primary key, name text, age int, note text)")
    conn.executemany(
        "insert into people (name, age) values (?, ?)", [("甲", 40), ("乙", 50), ("丙", 50)]
    )
    conn.commit()
    conn.close()
    return Datasette(
        [str(folder / "record.db")],
        metadata=METADATA,
        config=CONFIG,
        plugins_dir=str(plugins),
        template_dir=str(ROOT / "templates"),
        static_mounts=[("assets", str(ROOT / "plugins" / "static"))],
        **more,
    )
