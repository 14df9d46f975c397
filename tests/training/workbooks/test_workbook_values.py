"""Numbers and dates of workbook cells as the text that Excel shows."""

import pytest
from training.workbooks.values import date_text, number_text, precision_of


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("13800000001", "13800000001"),
        ("110105194912310000", "110105194912310000"),
        # Excel keeps 15 digits, whatever another writer has stored.
        ("110105194912310021", "110105194912310000"),
        ("1.1010519491231E+17", "110105194912310000"),
        ("200.0", "200"),
        ("1200.50", "1200.5"),
        ("0.30000000000000004", "0.3"),
        ("1E-7", "0.0000001"),
        ("-5", "-5"),
        ("0", "0"),
        ("007", "7"),
        ("1E+300", "1e+300"),
        ("not a number", "not a number"),
    ],
)
def test_numbers_are_written_out(raw: str, text: str) -> None:
    assert number_text(raw) == text


@pytest.mark.parametrize(
    ("format_id", "code", "precision"),
    [
        (0, None, None),
        (14, None, "day"),
        (57, None, "month"),
        (46, None, "time"),
        (49, None, None),
        (164, "yyyy-mm-dd", "day"),
        (164, 'yyyy"年"m"月"d"日";@', "day"),
        (164, "yyyy\\年m\\月", "month"),
        (164, "[$-804]yyyy.mm", "month"),
        (164, "yyyy", "year"),
        (164, "m/d", "day"),
        (164, "[h]:mm:ss", "time"),
        (164, "yyyy-mm-dd hh:mm", "day"),
        (164, "General", None),
        (164, "G/通用格式", None),
        (164, "0.00E+00", None),
        (164, "[Red]0;[Blue]-0", None),
        (164, '0"m"', None),
        (164, "@", None),
        (164, "0_);(0)", None),
    ],
)
def test_what_a_format_shows_of_a_date(format_id: int, code: str | None, precision: str) -> None:
    assert precision_of(format_id, code) == precision


@pytest.mark.parametrize(
    ("serial", "precision", "text"),
    [
        (44500, "day", "2021-10-31"),
        (44500, "month", "2021-10"),
        (44500, "year", "2021"),
        (44500.75, "day", "2021-10-31T18:00:00"),
        (44500.999999999, "day", "2021-11-01"),
        (0.5, "time", "12:00:00"),
        (1, "day", "1900-01-01"),
        (59, "day", "1900-02-28"),
        (60, "day", None),
        (61, "day", "1900-03-01"),
        (2_958_465, "day", "9999-12-31"),
        (2_958_465.999999999, "day", None),
        (2_958_466, "day", None),
        (0, "day", None),
        (-1, "day", None),
        (float("nan"), "day", None),
        (1e300, "day", None),
    ],
)
def test_serial_dates(serial: float, precision: str, text: str | None) -> None:
    assert date_text(serial, precision) == text


def test_days_from_1904() -> None:
    assert date_text(44500 - 1462, "day", from_1904=True) == "2021-10-31"
    assert date_text(0, "day", from_1904=True) == "1904-01-01"
