import pytest
from training.markers import Number
from training.mobiles import mobile


@pytest.mark.parametrize(
    "text",
    [
        "13800000000",
        "１３８００００００００",
        "138 0000 0000",
        "138-0000-0000",
        "+86 138 0000 0000",
        "+8613800000000",
        "008613800000000",
        "8613800000000",
        "(86)13800000000",
        "'13800000000",
        "\u202d13800000000\u202c",
        "13800000000/13800000000",
        "13800000000、",
        Number("13800000000"),
        Number("8613800000000"),
    ],
)
def test_one_mobile(text: str) -> None:
    assert mobile(text) == ("13800000000", ())


@pytest.mark.parametrize("text", ["13000000000", "19900000000"])
def test_first_and_last_prefix(text: str) -> None:
    assert mobile(text) == (text, ())


@pytest.mark.parametrize(
    "text",
    [
        "12800000000",
        "1380000000",
        "138000000000",
        "23800000000",
        "1.38E+10",
        "手机",
        "0",
        "++",
        "/",
    ],
)
def test_no_mobile(text: str) -> None:
    value, findings = mobile(text)
    assert (value, [finding.code for finding in findings]) == (None, ["mobile-format"])


@pytest.mark.parametrize(
    "text",
    [
        "13800000000/13900000000",
        "13800000000、13900000000",
        "13800000000；13900000000",
        "13800000000 13900000000",
        "13800000000\n13900000000",
        "1380000000013900000000",
        "13800000000或13900000000/13900000001",
        "138 0000 0000，139 0000 0000",
    ],
)
def test_several_mobiles(text: str) -> None:
    value, findings = mobile(text)
    assert value is None
    assert findings[0].code in ("mobile-several", "mobile-format")
    assert (findings[0].code == "mobile-several") == ("或" not in text)


@pytest.mark.parametrize(
    "text",
    [
        "010-68205326",
        "010-68205326/68205325",
        "(010)68205326",
        "0571 8888 8888",
        "68205326",
        "400-820-8820",
        "+86-10-68205326",
        "010-68205326-801",
        "010-68205326转801",
    ],
)
def test_a_landline_alone_is_an_error(text: str) -> None:
    value, (finding,) = mobile(text)
    assert (value, finding.code, finding.severity) == (None, "mobile-landline", "error")


@pytest.mark.parametrize(
    "text",
    ["13800000000/010-68205326", "010-68205326 13800000000", "68205326；138 0000 0000"],
)
def test_a_landline_beside_a_mobile_is_a_warning(text: str) -> None:
    value, (finding,) = mobile(text)
    assert (value, finding.code, finding.severity) == ("13800000000", "mobile-landline", None)
