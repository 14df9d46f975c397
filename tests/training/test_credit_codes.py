import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from training.credit_codes import credit_code, is_credit_code
from training.markers import Number

from tests.people import credit_code as impossible

GOOD = impossible(7)
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def checked(head: str) -> str:
    """17 characters with the check character of GB 32100."""
    total = sum(ALPHABET.index(char) * 3**place for place, char in enumerate(head))
    return head + ALPHABET[-total % 31]


def code(text: str) -> str | None:
    value, findings = credit_code(text)
    return findings[0].code if value is None else None


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        GOOD.lower(),
        f" {GOOD[:8]} {GOOD[8:]}",
        f"{GOOD[:8]}-{GOOD[8:]}",
        f"'{GOOD}",
        "".join(chr(ord(char) + 0xFEE0) for char in GOOD),
    ],
)
def test_good_codes(text: str) -> None:
    assert credit_code(text) == (GOOD, ())


def test_a_published_code() -> None:
    assert is_credit_code("91110000600037341L")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("9.11E+17", "uscc-scientific"),
        (Number("9.11199990000001E+17"), "uscc-scientific"),
        (Number("911199990000000071"), "uscc-rounded"),
        ("911199990000000000", "uscc-rounded"),
        ("110108001234567", "uscc-length"),
        (GOOD[:17], "uscc-length"),
        (GOOD + "0", "uscc-length"),
        ("I" + GOOD[1:], "uscc-characters"),
        (GOOD[:4] + "A" + GOOD[5:], "uscc-characters"),
        (GOOD[:17] + "*", "uscc-characters"),
        (GOOD[:17] + ("1" if GOOD[17] == "0" else "0"), "uscc-checksum"),
    ],
)
def test_faults(text: str, expected: str) -> None:
    assert code(text) == expected


def test_a_code_that_ends_in_000_but_has_letters_was_not_rounded() -> None:
    fitting = next(
        candidate
        for n in range(1000)
        for candidate in [checked(f"91119999MA{n:05d}00")]
        if candidate.endswith("000")
    )
    assert credit_code(fitting) == (fitting, ())


def test_a_sole_trader_is_taken_with_a_warning() -> None:
    sole = checked("92119999MA0000001")
    value, findings = credit_code(sole)
    assert (value, [finding.code for finding in findings]) == (sole, ["uscc-sole"])


@given(st.text(ALPHABET, min_size=9, max_size=9), st.integers(0, 17), st.sampled_from(ALPHABET))
def test_one_wrong_character_never_passes(tail: str, place: int, character: str) -> None:
    good = checked("91119999" + tail)
    assert is_credit_code(good)
    assume(good[place] != character)
    assert not is_credit_code(good[:place] + character + good[place + 1 :])
