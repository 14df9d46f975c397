"""The printed certificate: one A4 page, landscape, made from the record whenever it is asked for.

The same facts make the same bytes: nothing in the file depends on when or where it is made.
"""

from datetime import UTC, date, datetime

import segno
from fpdf import FPDF

from training import certificate_font
from training.certificate_tokens import Facts
from training.site_address import public_url

_WIDTH, _HEIGHT = 297.0, 210.0
_INK, _QUIET, _RED, _GOLD = (28, 28, 32), (105, 105, 112), (150, 24, 30), (178, 140, 74)
_PROGRAMME = "中小企业经营管理领军人才培训"
_PROGRAMME_EN = "National Training Programme for Leading Managers of SMEs"
_ISSUER = "中小企业经营管理领军人才培训协调小组办公室"
_QR = 30.0


def verify_url(token: str) -> str:
    """The link in the QR code. The token stands behind ``#``, which no browser sends to a server."""
    return f"{public_url()}/verify#{token}"


def render(facts: Facts, token: str) -> bytes:
    """The PDF of one certificate with its font embedded (only the characters used)."""
    pdf = FPDF("landscape", "mm", "A4")
    pdf.set_auto_page_break(False)
    pdf.set_creation_date(
        datetime.combine(date.fromisoformat(facts.issued_on), datetime.min.time(), UTC)
    )
    pdf.set_title(f"结业证书 {facts.number}")
    pdf.set_lang("zh-CN")
    pdf.add_font("noto", "", certificate_font.PATH, collection_font_number=certificate_font.FACE)
    pdf.add_page()
    _frame(pdf)
    _line(pdf, 31, 13, _PROGRAMME, _QUIET, spacing=1.2)
    _line(pdf, 46, 44, "结业证书", _RED, spacing=14)
    _line(pdf, 69, 11, "CERTIFICATE OF COMPLETION", _GOLD, spacing=1.6)
    _line(pdf, 84, 30, facts.name, _INK, spacing=4)
    _rule(pdf, 102)
    for place, text in enumerate(_body(facts)):
        _line(pdf, 109 + 10.5 * place, 15.5, text, _INK)
    _line(pdf, 146, 9, _PROGRAMME_EN, _QUIET)
    _foot(pdf, facts, token)
    return bytes(pdf.output())


def _body(facts: Facts) -> list[str]:
    attended = "参加"
    if facts.studied_from and facts.studied_to:
        attended = f"于 {_day(facts.studied_from)}至 {_day(facts.studied_to)}参加"
    return [
        attended,
        f"{facts.year} 年度{_PROGRAMME}（{facts.institution}，{facts.track}），",
        "按规定完成学业，准予结业。",
    ]


def _day(text: str) -> str:
    day = date.fromisoformat(text)
    return f"{day.year} 年 {day.month} 月 {day.day} 日"


def _frame(pdf: FPDF) -> None:
    pdf.set_draw_color(*_RED)
    pdf.set_line_width(0.9)
    pdf.rect(10, 10, _WIDTH - 20, _HEIGHT - 20)
    pdf.set_draw_color(*_GOLD)
    pdf.set_line_width(0.3)
    pdf.rect(12.5, 12.5, _WIDTH - 25, _HEIGHT - 25)


def _rule(pdf: FPDF, top: float) -> None:
    pdf.set_draw_color(*_GOLD)
    pdf.set_line_width(0.3)
    pdf.line(_WIDTH / 2 - 55, top, _WIDTH / 2 + 55, top)


def _line(
    pdf: FPDF, top: float, size: float, text: str, colour: tuple[int, int, int], spacing: float = 0
) -> None:
    """A centred line, made smaller if it would touch the frame."""
    pdf.set_text_color(*colour)
    pdf.set_char_spacing(spacing)
    pdf.set_font("noto", size=size)
    while pdf.get_string_width(text) > _WIDTH - 50 and size > 7:
        size -= 0.5
        pdf.set_font("noto", size=size)
    # The space behind the last character would push the line to the left.
    pdf.set_xy(spacing / 2 * 0.3528, top)
    pdf.cell(_WIDTH, size * 0.5, text, align="C")
    pdf.set_char_spacing(0)


def _foot(pdf: FPDF, facts: Facts, token: str) -> None:
    top = 160.0
    url = verify_url(token)
    _qr(pdf, url, 24, top - 2)
    pdf.link(24, top - 2, _QR, _QR, url)
    for place, text in enumerate(
        (f"证书编号　{facts.number}", "扫描二维码核验真伪　Scan to verify")
    ):
        _text(pdf, 58, top + 14 + 7 * place, 10.5 - 2 * place, text, (_INK, _QUIET)[place], "L")
    _text(pdf, 150, top + 5, 13.5, _ISSUER, _INK, "R")
    _text(pdf, 150, top + 16, 13.5, _day(facts.issued_on), _INK, "R")


def _text(
    pdf: FPDF, left: float, top: float, size: float, text: str, colour: tuple[int, int, int],
    align: str,
) -> None:  # fmt: skip
    pdf.set_text_color(*colour)
    pdf.set_font("noto", size=size)
    pdf.set_xy(left, top)
    pdf.cell(_WIDTH - 26 - left, size * 0.5, text, align=align)


def _qr(pdf: FPDF, text: str, left: float, top: float) -> None:
    """The code as filled squares, so that it prints sharp at any size."""
    rows = list(segno.make_qr(text, error="m").matrix)
    side = _QR / len(rows)
    pdf.set_fill_color(*_INK)
    for y, row in enumerate(rows):
        x = 0
        while x < len(row):
            run = 0
            while x + run < len(row) and row[x + run]:
                run += 1
            if run:
                pdf.rect(left + x * side, top + y * side, run * side, side, style="F")
            x += max(run, 1)
