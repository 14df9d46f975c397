from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from training.identity_numbers import IdentityNumbers, identity_number, known_counties
from training.markers import Number

from tests.people import identity_number as impossible

ON = date(2021, 12, 31)
GOOD = impossible(7000)


def born(day: str, county: str = "119999", sequence: str = "999") -> str:
    """A number with the check character of ISO 7064 MOD 11-2, worked out digit by digit."""
    head, remainder = county + day + sequence, 0
    for digit in head:
        remainder = (remainder + int(digit)) * 2 % 11
    return head + "0123456789X"[(12 - remainder) % 11]


def code(text: str, id_type: str = "resident") -> str | None:
    """The code of the fault that refuses a number; None if it is taken."""
    number, _, _, findings = identity_number(text, id_type, ON)
    return findings[0].code if number is None else None


def test_the_examples_of_the_standard() -> None:
    # GB 11643-1999 prints these two; the second is of 1880 and so only too old.
    assert identity_number("11010519491231002X", "resident", ON) == (
        "11010519491231002X", 72, "female", (),
    )  # fmt: skip
    assert code("440524188001010014") == "id-age"


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        f" {GOOD}\t",
        f"'{GOOD}",
        f'="{GOOD}"',
        f"{GOOD[:6]} {GOOD[6:14]} {GOOD[14:]}",
        f"{GOOD[:6]}-{GOOD[6:14]}－{GOOD[14:]}",
        "".join(chr(ord(digit) + 0xFEE0) for digit in GOOD),
        f"\ufeff{GOOD[:3]}\u200b{GOOD[3:]}\u00ad",
        f"\u3000{GOOD}\u00a0",
    ],
)
def test_what_programs_add_goes(text: str) -> None:
    assert identity_number(text, "resident", ON)[0] == GOOD


@pytest.mark.parametrize("last", ["X", "x", "Ｘ", "ｘ", "х", "Х", "×"])
def test_many_characters_are_the_check_character_x(last: str) -> None:
    assert identity_number("11010519491231002" + last, "resident", ON)[0] == "11010519491231002X"


@pytest.mark.parametrize("last", ["*", "＊", "Y", "."])
def test_others_are_not(last: str) -> None:
    assert code("11010519491231002" + last) == "id-characters"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.10105E+17", "id-scientific"),
        ("1.10105E+017", "id-scientific"),
        ("1.1e+17", "id-scientific"),
        ("1E+17", "id-scientific"),
        ("110105194912310000", "id-rounded"),
        (born("19790302", sequence="000")[:15] + "000", "id-rounded"),
        ("110105491231002", "id-length"),
        (GOOD[:17], "id-length"),
        (GOOD + "0", "id-length"),
        ("1101051949A231002X", "id-characters"),
        ("11010519491231X02X", "id-characters"),
        (GOOD[:17] + ("0" if GOOD[17] != "0" else "1"), "id-checksum"),
        (born("19790302", county="019999"), "id-province"),
        (born("19790302", county="909999"), "id-province"),
        (born("19790230"), "id-birthdate"),
        (born("19791302"), "id-birthdate"),
        (born("20220101"), "id-birthdate"),
        (born("20211231"), "id-age"),
    ],
)
def test_faults(text: str, expected: str) -> None:
    assert code(text) == expected


def test_a_rounded_number_is_refused_though_its_check_digit_fits() -> None:
    fitting = next(
        number
        for sequence in range(1000)
        for number in [born("19790302", county=f"11{sequence:04d}", sequence="900")]
        if number.endswith("000")
    )
    assert code(fitting) == "id-rounded"
    neighbour = born("19790302", sequence="001")
    assert code(neighbour) is None


@pytest.mark.parametrize(
    ("day", "age"),
    [("20051231", 16), ("19310101", 90), ("19311231", 90), ("19791231", 42), ("19800101", 41)],
)
def test_ages_that_count_on_the_last_day_of_selection(day: str, age: int) -> None:
    assert identity_number(born(day), "resident", ON)[1] == age


@pytest.mark.parametrize("day", ["20060101", "19301231", "18800101"])
def test_ages_beyond(day: str) -> None:
    assert code(born(day)) == "id-age"


@pytest.mark.parametrize(("sequence", "sex"), [("999", "male"), ("998", "female")])
def test_the_last_digit_but_one_tells_the_sex(sequence: str, sex: str) -> None:
    assert identity_number(born("19790302", sequence=sequence), "resident", ON)[2] == sex


@pytest.mark.parametrize("county", ["110105", "659001", "659012", "810000", "440524"])
def test_known_counties(county: str) -> None:
    assert county in known_counties()
    assert identity_number(born("19790302", county=county), "resident", ON)[3] == ()


@pytest.mark.parametrize("county", ["119999", "449999"])
def test_an_unknown_county_is_only_a_warning(county: str) -> None:
    number, _, _, findings = identity_number(born("19790302", county=county), "resident", ON)
    assert number is not None
    assert [finding.code for finding in findings] == ["id-county"]


def test_a_figure_in_a_workbook_has_lost_its_end() -> None:
    assert code(Number("110105194912310020")) == "id-rounded"
    assert code(Number(GOOD)) == "id-rounded"
    assert code(Number("1.10105E+17")) == "id-scientific"


@pytest.mark.parametrize(
    ("id_type", "text", "expected"),
    [
        ("hk_macao_resident", born("19790302", county="810000"), None),
        ("taiwan_resident", born("19790302", county="830000"), None),
        ("taiwan_resident", GOOD, "id-province"),
        ("hk_macao_resident", born("19790302", county="810000")[:17], "id-length"),
        ("passport", "E12345678", None),
        ("passport", "e1234 5678", None),
        ("passport", "E123", "id-characters"),
        ("passport", "护照12345", "id-characters"),
        ("hk_macao_pass", "H12345678", None),
        ("hk_macao_pass", "H1234567", "id-characters"),
        ("hk_macao_pass", "A12345678", "id-characters"),
        ("taiwan_pass", "12345678", None),
        ("taiwan_pass", "1234567", "id-characters"),
        ("taiwan_pass", Number("12345678"), None),
        ("foreign_permanent", "ABC123456789012", None),
        ("foreign_permanent", "911123199001019991", None),
        ("foreign_permanent", "811123199001019991", "id-characters"),
        ("foreign_permanent", Number("911123199001019991"), "id-rounded"),
        ("passport", "1.10105E+17", "id-scientific"),
    ],
)
def test_other_documents(id_type: str, text: str, expected: str | None) -> None:
    assert code(text, id_type) == expected


@given(
    st.dates(date(1931, 1, 1), date(2005, 12, 31)),
    st.integers(1, 999).filter(lambda sequence: sequence % 100),
    st.sampled_from(sorted(county for county in known_counties() if county[:2] < "70")),
)
def test_every_number_of_the_standard_is_taken_with_age_and_sex(
    birth: date, sequence: int, county: str
) -> None:
    number = born(f"{birth:%Y%m%d}", county, f"{sequence:03d}")
    had_birthday = (birth.month, birth.day) <= (12, 31)
    assert had_birthday
    expected = (number, 2021 - birth.year, "male" if sequence % 2 else "female", ())
    assert identity_number(number, "resident", ON) == expected


@given(st.integers(0, 20_000), st.integers(0, 17), st.sampled_from("0123456789X"))
def test_one_wrong_character_never_passes(n: int, place: int, character: str) -> None:
    number = impossible(n)
    assume(number[place] != character and (character != "X" or place == 17))
    assert code(number[:place] + character + number[place + 1 :]) is not None


@given(st.text(max_size=20))
def test_looking_again_says_the_same(text: str) -> None:
    rule = IdentityNumbers(ON)
    assert rule.check(text) == rule.check(text) == identity_number(text, "resident", ON)
