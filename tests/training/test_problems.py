import re
import string

import pytest
from training.codes import ALL, Code
from training.columns import COLUMNS
from training.problems import CODES, Finding, Problem, markdown_table

from tests.conftest import ROOT

#: The vocabulary of the roster contract: its fault table and its fine points.
_CONTRACT = """
file-empty file-too-large file-kind file-unsafe encoding-unknown encoding-damaged header-missing
header-duplicate header-unknown column-missing column-forbidden column-dropped row-ragged row-quote
cell-required cell-too-long cell-control id-length id-characters id-checksum id-birthdate id-age
id-province id-county id-scientific id-rounded uscc-length uscc-characters uscc-checksum
uscc-scientific mobile-format mobile-landline province-unknown institution-unknown
institution-other institution-suspended track-unknown track-institution kind-unknown origin-unknown
industry-unknown industry-mismatch date-invalid date-ambiguous number-invalid number-unit
sex-mismatch recommender-missing thematic-recommended duplicate-in-file duplicate-in-year
same-mobile enterprise-many id-type-unknown sex-unknown srdi-unknown email-format note-personal
uscc-sole uscc-rounded recommender-other mobile-several footer-skipped sheet-several cell-formula
batch-too-different
"""

_WARNINGS = """
header-unknown column-dropped id-county mobile-landline industry-unknown sex-mismatch
thematic-recommended same-mobile enterprise-many sex-unknown srdi-unknown email-format
note-personal uscc-sole footer-skipped
"""

CONTRACT, WARNINGS = (set(re.findall(r"\S+", text)) for text in (_CONTRACT, _WARNINGS))


def test_every_code_of_the_contract_is_known() -> None:
    assert CODES.keys() >= CONTRACT


def test_no_code_has_two_entries() -> None:
    assert len(ALL) == len(CODES)


def test_only_the_warnings_of_the_contract_are_warnings() -> None:
    assert {code.code for code in ALL if code.severity == "warning"} == WARNINGS


@pytest.mark.parametrize("code", ALL, ids=lambda code: code.code)
def test_a_message_fills_its_places_and_never_one_for_the_value(code: Code) -> None:
    for text in (code.zh, code.en):
        places = {name for _, name, _, _ in string.Formatter().parse(text) if name}
        assert places <= {
            "column", "different", "existing", "header", "length", "limit", "place", "row", "rows",
        }  # fmt: skip


@pytest.mark.parametrize("code", CODES)
def test_a_message_needs_no_details(code: str) -> None:
    problem = Problem(5, "name", code)
    assert re.search("[\u4e00-\u9fff]", problem.message("zh"))
    assert "{" not in problem.message("zh") + problem.message("en")


def test_a_message_names_the_column_in_the_readers_language() -> None:
    problem = Problem(5, "position", "cell-required")
    assert COLUMNS["position"].label_zh in problem.message("zh")
    assert COLUMNS["position"].label_en in problem.message("en")


def test_a_message_ends_with_what_is_nearest() -> None:
    problem = Problem(5, "province", "province-unknown", (("nearest", "河北省 / 河南省"),))
    assert problem.message("zh").endswith("最接近的有：河北省 / 河南省。")
    assert problem.message("en").endswith("Nearest: 河北省 / 河南省.")


def test_details_are_shown_as_they_are() -> None:
    problem = Problem(1, None, "header-unknown", (("header", "{column}{0}"), ("place", "C")))
    assert "{column}{0}" in problem.message()


def test_the_json_has_the_five_keys_of_the_contract() -> None:
    found = Problem(17, "id_number", "id-checksum").as_json("en")
    assert list(found) == ["row", "column", "code", "severity", "message"]
    assert (found["row"], found["column"], found["code"]) == (17, "id_number", "id-checksum")
    assert found["severity"] == "error"


def test_a_finding_may_weigh_more_than_its_code() -> None:
    finding = Finding("mobile-landline", (), "error")
    assert Problem(2, "mobile", *finding).severity == "error"
    assert Problem(2, "mobile", "mobile-landline").severity == "warning"


def test_the_table_has_a_line_for_every_code() -> None:
    lines = markdown_table().splitlines()
    assert [line.split("`")[1] for line in lines[2:]] == [code.code for code in ALL]
    assert all(line.count("|") == 6 for line in lines)


def test_the_modules_use_no_code_that_is_not_in_the_vocabulary() -> None:
    used = set()
    for path in (ROOT / "plugins" / "training").glob("*.py"):
        source = path.read_text(encoding="utf-8")
        used |= set(re.findall(r'Finding\(\s*"([a-z]+-[a-z-]+)"', source))
        used |= set(re.findall(r'Problem\([^()]*?"([a-z]+-[a-z-]+)"', source))
    assert used
    assert used <= CODES.keys()
