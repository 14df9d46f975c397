from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from training.dates import date_text
from training.markers import ExcelDate, Number


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2021-10-08", "2021-10-08"),
        ("2021/10/8", "2021-10-08"),
        ("2021.10.8", "2021-10-08"),
        ("20211008", "2021-10-08"),
        ("2021年10月8日", "2021-10-08"),
        ("2021 年 10 月 8 日", "2021-10-08"),
        ("２０２１年１０月８日", "2021-10-08"),
        ("2021-10-08 00:00:00", "2021-10-08"),
        ("2021/10/8 0:00", "2021-10-08"),
        ("2021-10-08T08:30:00", "2021-10-08"),
        ("2021年10月", "2021-10"),
        ("2021.10", "2021-10"),
        ("2021-1", "2021-01"),
        ("2021", "2021"),
        ("2021年", "2021"),
        ("二〇二一年", "2021"),
        ("二〇二一年十月八日", "2021-10-08"),
        ("二零二〇年十二月三十一日", "2020-12-31"),
        ("13/8/2021", "2021-08-13"),
        ("8/13/2021", "2021-08-13"),
        ("2020-02-29", "2020-02-29"),
        (ExcelDate("2021-10-08"), "2021-10-08"),
        (Number("44500"), "2021-10-31"),
        (Number("2021"), "2021"),
        (Number("20211008"), "2021-10-08"),
        (Number("2021.12"), "2021-12"),
    ],
)
def test_dates(text: str, expected: str) -> None:
    assert date_text(text) == (expected, ())


@pytest.mark.parametrize(
    "text",
    [
        "44500",
        "10/8/2021",
        "8/8/2021",
        "12-12-2021",
        "21.10",
        "21-10-08",
        "202110",
        Number("2021.1"),
    ],
)
def test_more_than_one_reading(text: str) -> None:
    value, (finding,) = date_text(text)
    assert (value, finding.code) == (None, "date-ambiguous")


@pytest.mark.parametrize(
    "text",
    [
        "2021-02-29",
        "2021-13-01",
        "13/13/2021",
        "20211308",
        "去年",
        "2021-10-8x",
        "十月",
        "3021",
        "1799-12-31",
        "2021年13月",
    ],
)
def test_no_dates(text: str) -> None:
    value, (finding,) = date_text(text)
    assert (value, finding.code) == (None, "date-invalid")


def test_a_serial_is_a_day_in_a_workbook_only() -> None:
    assert date_text("44500", workbook=True) == ("2021-10-31", ())
    assert date_text("44500")[0] is None


@given(st.dates(date(1900, 3, 1), date(2199, 12, 31)))
def test_every_way_of_writing_a_day_is_the_same_day(day: date) -> None:
    iso = day.isoformat()
    for text in (f"{day:%Y%m%d}", f"{day.year}/{day.month}/{day.day}", iso.replace("-", ".")):
        assert date_text(text) == (iso, ())
    serial = (day - date(1899, 12, 30)) // timedelta(days=1)
    if 10_000 <= serial <= 99_999:
        assert date_text(Number(serial)) == (iso, ())
