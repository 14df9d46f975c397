"""Charts (图表): Vega-Lite specifications, and their rendering to SVG on the server.

A chart shows rows that a canned query gave and computes nothing. Its words stay text, in the page's
own fonts; whoever does not see it reads its title, its description and the table beneath.
"""

import html
import logging
import re
import threading
from collections.abc import Sequence
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
_rendering = threading.Lock()


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
        "scale": {"domain": [0, top], "range": ["#eef3f8", BRAND], "clamp": True},
    }  # fmt: skip
    ink = {"condition": {"test": f"datum.value > {top * 0.45}", "value": "#fff"}, "value": INK}
    text = {"type": "text", "limit": 44}
    layers = [
        {"mark": {"type": "rect", "stroke": RULE}, "encoding": {"x": x, "y": y, "color": shade}},
        {
            "mark": {**text, "dy": -7, "fontSize": 11},
            "encoding": {"x": x, "y": y, "text": {"field": "label"}, "color": ink},
        },
        {
            "mark": {**text, "dy": 9, "fontSize": 12},
            "encoding": {"x": x, "y": y, "text": {"field": "shown"}, "color": ink},
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


def render(spec: Spec, name: str, title: str, description: str) -> str:
    """The chart as an SVG element for a page, '' if it can't be drawn: its table says the same.

    ``name`` makes its ids its own among the charts of the page.
    """
    try:
        svg = _drawn(spec)
    except Exception:
        logging.getLogger(__name__).exception("chart %s not drawn", name)
        return ""
    svg = _ID.sub(rf"\g<1>{name}-", svg[svg.index("<svg") :])
    head, rest = svg.split(">", 1)
    head = re.sub(r'\s(width|height)="[^"]*"', "", head)
    return (
        f'{head} role="img" aria-labelledby="{name}-title {name}-desc">'
        f'<title id="{name}-title">{html.escape(title)}</title>'
        f'<desc id="{name}-desc">{html.escape(description)}</desc>{rest}'
    )


def warm() -> None:
    """Draw once and forget: the first chart of a process takes more than a second."""
    render(bars([], ""), "warm", "", "")


def _drawn(spec: Spec) -> str:
    # Not at the top: loading it takes as long as drawing, and a process may never draw.
    import vl_convert

    with _rendering:
        return str(vl_convert.vegalite_to_svg(spec, vl_version=_VEGA_LITE))
