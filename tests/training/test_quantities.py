import pytest
from hypothesis import given
from hypothesis import strategies as st
from training.quantities import amount_wan, plain_amount, whole_number


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1,200", 1200), ("２００", 200), ("200.0", 200), ("200人", 200), ("0", 0), ("1，200", 1200),
        ("200 ", 200), ("9999999", 9_999_999),
    ],
)  # fmt: skip
def test_people(text: str, expected: int) -> None:
    assert whole_number(text) == (expected, ())


@pytest.mark.parametrize(
    "text",
    [
        "约200人",
        "200-300",
        "200左右",
        "200+",
        "-5",
        "200.5",
        "1,2",
        "12,00",
        "二百",
        "10000000",
        "1E3",
    ],
)
def test_no_number_of_people(text: str) -> None:
    value, (finding,) = whole_number(text)
    assert (value, finding.code) == (None, "number-invalid")


@pytest.mark.parametrize(
    ("text", "unit", "expected"),
    [
        ("1200", "万元", 1200.0),
        ("1,200.5", "万元", 1200.5),
        ("12000000", "元", 1200.0),
        ("0.12", "亿元", 1200.0),
        ("1200万元", None, 1200.0),
        ("1200万", None, 1200.0),
        ("１２００萬元", None, 1200.0),
        ("0.5亿", None, 5000.0),
        ("1200元", None, 0.12),
        ("人民币1200万元", None, 1200.0),
        ("1200万元人民币", None, 1200.0),
        ("12000000元", "万元", 1200.0),
        ("1", "元", 0.0001),
        ("0", "万元", 0.0),
    ],
)
def test_amounts(text: str, unit: str | None, expected: float) -> None:
    assert amount_wan(text, unit) == (expected, ())


@pytest.mark.parametrize(
    ("text", "unit", "expected"),
    [
        ("1200", None, "number-unit"),
        ("1200美元", "万元", "number-unit"),
        ("1200千元", "万元", "number-unit"),
        ("约1200万元", "万元", "number-invalid"),
        ("1200万元左右", "万元", "number-invalid"),
        ("1000-2000", "万元", "number-invalid"),
        ("-5", "万元", "number-invalid"),
        ("盈利", "万元", "number-invalid"),
    ],
)
def test_no_amounts(text: str, unit: str | None, expected: str) -> None:
    value, (finding,) = amount_wan(text, unit)
    assert (value, finding.code) == (None, expected)


@given(st.decimals(0, 10**9, places=4))
def test_the_quick_reading_is_the_close_one(amount: object) -> None:
    assert plain_amount(str(amount)) == amount_wan(str(amount), "万元")[0]
