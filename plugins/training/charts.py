"""Charts (图表): Vega-Lite specifications, and their rendering to SVG on the server.

A chart shows rows that a canned query gave and computes nothing. Its words stay text, in the page's
own fonts; whoever does not see it reads its title, its description and the table beneath.
"""

import html
import json
import logging
import os
import re
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from training.tile_map import PLACES

Spec = dict[str, Any]
Rows = Sequence[dict[str, Any]]

#: As wide as a telephone shows it, so that words keep their size there.
WIDTH = 420
FONT = "-apple-system, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif"
INK, MUTED, RULE, BRAND, PALE, REQUIRED = (
    "#1b2733", "#55616e", "#d6dce3", "#17406d", "#9db9d6", "#a32020",
)  # fmt: skip
#: The darkest square of a map, on which ink is still read.
TINT = "#7fa6cc"
_VEGA_LITE = "5.21"
_CONFIG: Spec = {
    "font": FONT,
    "background": None,
    "view": {"stroke": None},
    "axis": {
        "labelColor": INK, "titleColor": MUTED, "gridColor": RULE, "domainColor": RULE,
        "labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal", "labelLimit": 170,
    },
}  # fmt: skip
_ID = re.compile(r'(\bid="|url\(#|href="#)')
#: So long a child may take for all charts of a page.
_SECONDS = 120
_one_at_a_time = threading.Lock()


@dataclass(frozen=True)
class Chart:
    """A chart to draw. ``name`` makes its ids its own among the charts of the page."""

    spec: Spec
    name: str
    title: str
    description: str


def bars(rows: Rows, axis: str, threshold: float | None = None, limit: float | None = None) -> Spec:
    """A bar for each row (``label``, ``value``, and ``upper`` where the figure has two bounds).

    ``axis`` says what is counted, ``threshold`` draws the line of a requirement.
    """
    scale: Spec = {"domainMin": 0, **({"domainMax": limit} if limit else {})}
    across = {"type": "quantitative", "scale": scale}
    x = {
        "field": "value", "title": axis, **across,
        "axis": {"tickCount": 5, "tickMinStep": 1, "format": "~r" if limit == 100 else "d"},
    }  # fmt: skip
    y = {"field": "label", "type": "nominal", "sort": None, "title": None}
    layers: list[Spec] = [
        {"mark": {"type": "bar", "color": BRAND}, "encoding": {"x": x, "y": y}},
        {
            "transform": [{"filter": "isValid(datum.upper) && datum.upper > datum.value"}],
            "mark": {"type": "bar", "color": PALE, "stroke": BRAND, "strokeWidth": 1},
            "encoding": {"x": x, "x2": {"field": "upper"}, "y": y},
        },
    ]
    if threshold is not None:
        layers.append({
            "data": {"values": [{"threshold": threshold}]},
            "mark": {"type": "rule", "color": REQUIRED, "strokeWidth": 2, "strokeDash": [5, 3]},
            "encoding": {"x": {"field": "threshold", **across}},
        })  # fmt: skip
    return _chart(rows, layers) | {"width": WIDTH, "height": {"step": 24}}


def tiles(rows: Rows) -> Spec:
    """The tile map: ``scope`` (an authority's code), ``label``, ``value`` and ``shown``, its text."""
    placed = [
        {**row, "column": PLACES[row["scope"]].column, "row": PLACES[row["scope"]].row}
        for row in rows
        if row["scope"] in PLACES
    ]
    top = max([row["value"] or 0 for row in placed], default=0) or 1
    x = {"field": "column", "type": "ordinal", "axis": None, "scale": {"paddingInner": 0.06}}
    y = {"field": "row", "type": "ordinal", "axis": None, "scale": {"paddingInner": 0.06}}
    shade = {
        "field": "value", "type": "quantitative", "legend": None,
        "scale": {"domain": [0, top], "range": ["#f3f6fa", TINT], "clamp": True},
    }  # fmt: skip
    text = {"type": "text", "limit": 44, "color": INK}
    layers: list[Spec] = [
        {"mark": {"type": "rect", "stroke": RULE}, "encoding": {"x": x, "y": y, "color": shade}},
        {
            "mark": {**text, "dy": -7, "fontSize": 11},
            "encoding": {"x": x, "y": y, "text": {"field": "label"}},
        },
        {
            "mark": {**text, "dy": 9, "fontSize": 12},
            "encoding": {"x": x, "y": y, "text": {"field": "shown"}},
        },
    ]
    return _chart(placed, layers) | {"width": WIDTH, "height": {"step": 46}}


def _chart(rows: Rows, layers: list[Spec]) -> Spec:
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "autosize": {"type": "fit-x", "contains": "padding"},
        "data": {"values": list(rows)},
        "layer": layers,
        "config": _CONFIG,
    }


def render(wanted: Sequence[Chart]) -> list[str]:
    """Each chart as an SVG element for a page, '' if it can't be drawn: its table says the same."""
    try:
        drawn = _drawn([chart.spec for chart in wanted]) if wanted else []
    except (OSError, subprocess.SubprocessError, ValueError):
        logging.getLogger(__name__).exception("no charts drawn")
        drawn = [""] * len(wanted)
    return [_for_page(svg, chart) if svg else "" for svg, chart in zip(drawn, wanted, strict=True)]


def _for_page(svg: str, chart: Chart) -> str:
    """The SVG as wide as its place, with ids of its own and words for who does not see it."""
    name = chart.name
    head, rest = _ID.sub(rf"\g<1>{name}-", svg[svg.index("<svg") :]).split(">", 1)
    head = re.sub(r'\s(width|height)="[^"]*"', "", head)
    return (
        f'{head} role="img" aria-labelledby="{name}-title {name}-desc">'
        f'<title id="{name}-title">{html.escape(chart.title)}</title>'
        f'<desc id="{name}-desc">{html.escape(chart.description)}</desc>{rest}'
    )


def _drawn(specs: list[Spec]) -> list[str]:
    """Draw in a child process: the library keeps every other thread waiting while it draws."""
    with _one_at_a_time:
        child = subprocess.run(
            [sys.executable, "-m", "training.charts"], input=json.dumps(specs),
            capture_output=True, text=True, check=True, timeout=_SECONDS, encoding="utf-8",
        )  # fmt: skip
    return [str(svg) for svg in json.loads(child.stdout)]


def _draw_all() -> None:
    """What the child does: a list of specifications comes in, a list of SVG texts goes out."""
    import vl_convert  # the child's alone: 86 MB

    found = []
    for spec in json.load(sys.stdin):
        try:
            found.append(vl_convert.vegalite_to_svg(spec, vl_version=_VEGA_LITE))
        except ValueError:
            found.append("")
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    os.nice(5)
    _draw_all()
