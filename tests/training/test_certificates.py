"""Certificates: their number, the laws of their register, what is printed, signed and public."""

import io
import json
import sqlite3
import string
from contextlib import closing

import pypdfium2
import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader
from training import (
    certificate_font,
    certificate_keys,
    certificate_numbers,
    certificate_pdf,
    certificate_tokens,
    certificates,
    register,
)
from training.database import connect
from training.workflow import Refused

from tests.conftest import YEAR, World
from tests.worlds import add_class, add_consents, add_people

DAY = "2023-02-01"


def graduates(conn: sqlite3.Connection, count: int = 1, **columns: object) -> list[int]:
    """People of a class that has ended, who have completed."""
    if "cohort_id" not in columns:
        columns["cohort_id"] = add_class(conn)
    people = add_people(conn, count, state="completed", **columns)
    add_consents(conn)
    return people


def issue(world: World, conn: sqlite3.Connection) -> list[str]:
    shown = certificates.preview(conn, YEAR, "", DAY)
    return certificates.issue(conn, world.folder, shown, "office", "web")


def rows(conn: sqlite3.Connection, sql: str) -> list[tuple[object, ...]]:
    return [tuple(row) for row in conn.execute(sql)]


# ---- the number -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("digits", "check"),
    [("0794", "0"), ("079", "X"), ("000000021825009", "7"), ("000000021694233", "X")],
)
def test_the_check_character_is_that_of_iso_7064(digits: str, check: str) -> None:
    """The standard's own examples, and published identifiers that use it (ORCID)."""
    assert certificate_numbers.check_character(digits) == check


@given(st.text(string.digits, min_size=11, max_size=11), st.integers(0, 10), st.data())
def test_every_wrong_digit_and_every_swap_is_found(
    digits: str, place: int, data: st.DataObject
) -> None:
    whole = digits + certificate_numbers.check_character(digits)

    def right(text: str) -> bool:
        return certificate_numbers.check_character(text[:-1]) == text[-1]

    assert right(whole)
    other = data.draw(st.sampled_from(string.digits.replace(whole[place], "")))
    assert not right(whole[:place] + other + whole[place + 1 :])
    swapped = whole[:place] + whole[place + 1] + whole[place] + whole[place + 2 :]
    if swapped != whole and swapped[:-1].isdigit():
        assert not right(swapped)


def test_a_number_is_found_however_it_is_typed() -> None:
    number = certificate_numbers.number("LJRC-2021-02-", 17)
    assert number.startswith("LJRC-2021-02-00017-")
    assert certificate_numbers.well_formed(number)
    for typed in (
        number.lower(),
        number.replace("-", ""),
        f" {number} ",
        number.replace("-", "－"),
    ):
        assert certificate_numbers.canonical(typed) == number
    assert certificate_numbers.canonical("nonsense") == "NONSENSE"


# ---- issuing ----------------------------------------------------------------------------------


def test_the_preview_says_why_somebody_is_left_out(conn: sqlite3.Connection, world: World) -> None:
    graduates(conn, 2)
    graduates(conn, cohort_id=None, name="无班级")
    graduates(conn, cohort_id=add_class(conn, name="未结束", ends_on="2023-03-01"))
    graduates(conn, cohort_id=add_class(conn, name="缺字"), name="示例\U0001f600")
    add_people(conn, state="enrolled")
    found = certificates.preview(conn, YEAR, "tsinghua", DAY)
    assert len(found.given) == 2
    assert sorted(one.hindrance for one in found.left_out) == [
        "class_not_ended", "font", "no_class", "not_completed",
    ]  # fmt: skip
    issue(world, conn)
    again = certificates.preview(conn, YEAR, "", DAY)
    assert [one.hindrance for one in again.left_out].count("has_one") == 2
    assert again.given == []
    with pytest.raises(Refused):
        certificates.issue(conn, world.folder, again, "office", "web")


@pytest.mark.parametrize(
    ("year", "institution", "day"),
    [("1999-2000", "", DAY), (YEAR, "nowhere", DAY), (YEAR, "", "2999-01-01"), (YEAR, "", "x")],
)
def test_a_call_that_makes_no_sense_is_refused(
    conn: sqlite3.Connection, year: str, institution: str, day: str
) -> None:
    with pytest.raises(Refused):
        certificates.preview(conn, year, institution, day)


def test_issuing_numbers_moves_and_records_in_one_act(
    conn: sqlite3.Connection, world: World
) -> None:
    graduates(conn, 3)
    numbers = issue(world, conn)
    place = conn.execute("select seq from institutions where slug = 'tsinghua'").fetchone()[0]
    assert all(number.startswith(f"LJRC-2021-{place:02d}-") for number in numbers)
    assert all(map(certificate_numbers.well_formed, numbers))
    assert [certificate_numbers.serial(number) for number in numbers] == [1, 2, 3]
    assert rows(conn, "select distinct state from trainees") == [("certified",)]
    action, detail = rows(
        conn, "select action, detail from audit_log where subject = 'certificates'"
    )[0]
    assert (action, json.loads(str(detail))["people"]) == ("issue", 3)
    assert "示例" not in str(detail)


def test_without_consent_nobody_is_certified_unless_the_office_says_why(
    conn: sqlite3.Connection, world: World
) -> None:
    graduates(conn)
    unasked = graduates(conn, cohort_id=add_class(conn, name="第二班"))
    conn.execute("delete from consents where trainee_id = ?", unasked)
    found = certificates.preview(conn, YEAR, "", DAY, "  ")
    assert [(one.trainee, one.hindrance) for one in found.left_out] == [(unasked[0], "no_consent")]
    waived = certificates.preview(conn, YEAR, "", DAY, "纸质同意书在途")
    assert (len(waived.given), waived.left_out) == (2, [])
    assert waived.mark != found.mark
    certificates.issue(conn, world.folder, waived, "office", "web")
    entry = conn.execute("select detail from audit_log where subject = 'certificates'").fetchone()
    detail = json.loads(entry[0])
    assert (detail["without_consent"], detail["reason"]) == (1, "纸质同意书在途")


def test_other_people_than_those_shown_are_never_certified(
    conn: sqlite3.Connection, world: World
) -> None:
    graduates(conn)
    shown = certificates.preview(conn, YEAR, "", DAY)
    graduates(conn, cohort_id=add_class(conn, name="第二班"))
    with pytest.raises(Refused, match="已有变化"):
        certificates.issue(conn, world.folder, shown, "office", "web")
    assert rows(conn, "select count(*) from certificates") == [(0,)]


def test_reissue_and_revoke(conn: sqlite3.Connection, world: World) -> None:
    person = graduates(conn)[0]
    (first,) = issue(world, conn)
    conn.execute("update trainees set name = '更正' where id = ?", (person,))
    second = certificates.reissue(conn, world.folder, first, DAY, "姓名更正", "office", "web")
    old, new = certificates.find(conn, first), certificates.find(conn, second)
    assert old is not None
    assert new is not None
    assert (old["status"], old["replaced_by"], new["replaces"]) == ("replaced", second, first)
    assert (certificates.facts(old).name, certificates.facts(new).name) == (f"示例{person}", "更正")
    with pytest.raises(Refused, match="不是有效证书"):
        certificates.reissue(conn, world.folder, first, DAY, "理由", "office", "web")
    with pytest.raises(Refused, match="不是有效证书"):
        certificates.revoke(conn, first, "理由", "office", "web")
    with pytest.raises(Refused, match="理由"):
        certificates.revoke(conn, second, " ", "office", "web")
    certificates.revoke(conn, second, "弄虚作假", "office", "web")
    assert rows(conn, "select state from trainees") == [("revoked",)]
    with pytest.raises(Refused, match="没有这个编号"):
        certificates.revoke(conn, "LJRC-2021-01-99999-0", "理由", "office", "web")


@pytest.mark.parametrize(
    ("attack", "law"),
    [
        ("update certificates set number = 'X'", "不能修改"),
        ("update certificates set issued_on = '2024-01-01'", "不能修改"),
        ("update certificates set holder_key = 'ffffffffffffffffffffffffffffffff'", "不能修改"),
        ("update certificates set printed = json_set(printed, '$.name', '别人')", "不能修改"),
        ("update certificates set status = 'revoked'", "须写明理由"),
        ("delete from certificates", "不能删除"),
        ("delete from certificate_keys", "不能删除"),
        ("update certificate_keys set since = ''", "不能修改"),
    ],
)
def test_a_law_of_the_register_holds(
    conn: sqlite3.Connection, world: World, attack: str, law: str
) -> None:
    graduates(conn)
    issue(world, conn)
    with pytest.raises(sqlite3.IntegrityError, match=law):
        conn.execute(attack)


def test_no_certificate_before_the_class_has_ended(conn: sqlite3.Connection) -> None:
    person = graduates(conn)[0]
    with pytest.raises(sqlite3.IntegrityError, match="不得早于班级结束"):
        conn.execute(
            "insert into certificates (number, trainee_id, issued_on, issued_by, issuer_role)"
            " values ('x', ?, '2023-01-08', 'office', 'office')",
            (person,),
        )


def test_a_name_may_be_erased_and_the_rest_stays(conn: sqlite3.Connection, world: World) -> None:
    graduates(conn)
    (number,) = issue(world, conn)
    conn.execute(
        "update certificates set printed = json_set(printed, '$.name', ''), holder_key = null"
    )
    row = certificates.find(conn, number)
    assert row is not None
    with pytest.raises(Refused, match="不能打印"):
        certificates.facts(row)


# ---- paper and signature ----------------------------------------------------------------------


def facts(**changes: str) -> certificate_tokens.Facts:
    return certificate_tokens.Facts(
        "LJRC-2021-02-00001-9", "欧阳䶮𠅤㛃", YEAR, "清华大学", "区域发展领军人才培训", "2022-01-10",
        "2023-01-09", DAY,
    )._replace(**changes)  # fmt: skip


def test_the_paper_says_the_facts_with_its_font_inside_and_a_code_that_can_be_read(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINGJUN_PUBLIC_URL", "https://verify.example.org/")
    key = certificate_keys.signing_key(world.folder)
    token = certificate_tokens.sign(key, facts())
    paper = certificate_pdf.render(facts(), token)
    assert paper == certificate_pdf.render(facts(), token)
    page = PdfReader(io.BytesIO(paper)).pages[0]
    drawn = pypdfium2.PdfDocument(paper)[0]
    text = "".join(drawn.get_textpage().get_text_range().split())
    for fact in ("欧阳䶮𠅤㛃", "清华大学", "LJRC-2021-02-00001-9", "2023年2月1日", "结业证书"):
        assert fact in text
    fonts = page["/Resources"]["/Font"].get_object()  # type: ignore[index]
    for font in fonts.values():
        inside = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"]
        assert {"/FontFile2", "/FontFile3"} & set(inside.get_object())
    picture = drawn.render(scale=3).to_pil()
    assert [code.text for code in zxingcpp.read_barcodes(picture)] == [
        f"https://verify.example.org/verify#{token}"
    ]
    # A PDF carries its token where a program finds it without a reader of PDFs.
    assert certificate_tokens.find(paper.decode("latin-1")) == token


def test_rare_characters_are_in_the_font_and_a_missing_one_is_named() -> None:
    assert certificate_font.missing("䶮𠅤㛃·欧阳") == ""
    assert certificate_font.missing("示\U0001f600例") == "\U0001f600"


def test_a_token_is_genuine_only_as_it_was_signed(world: World) -> None:
    key = certificate_keys.signing_key(world.folder)
    public = certificate_keys.public_text(key.public_key())
    token = certificate_tokens.sign(key, facts())
    assert certificate_tokens.verify(token, [public]) == facts()
    other = certificate_tokens.sign(key, facts(name="别人"))
    body, _, _ = other.rpartition(".")
    forged = f"{body}.{token.rpartition('.')[2]}"
    flipped = token[:10] + ("A" if token[10] != "A" else "B") + token[11:]
    for bad in (forged, flipped, token[:-1], "", "LJ1.x.y"):
        assert certificate_tokens.verify(bad, [public]) is None
    assert certificate_tokens.verify(token, []) is None
    assert certificate_keys.from_text(certificate_keys.pem(public)) == public


# ---- the public register ----------------------------------------------------------------------


def test_the_register_holds_no_name_and_follows_the_record(
    conn: sqlite3.Connection, world: World
) -> None:
    graduates(conn, name="示例甲", person_key="a" * 32)
    (number,) = issue(world, conn)
    target, key = world.folder / "certificates.db", certificate_keys.verify_key(world.folder)
    assert register.publish(world.db, target)
    assert not register.publish(world.db, target)
    for secret in ("示例甲", "a" * 32, "119****"):
        assert secret.encode() not in target.read_bytes()
    certificates.revoke(conn, number, "理由在内部", "office", "web")
    assert register.publish(world.db, target)
    with closing(connect(target, read_only=True)) as public:
        found = register.look_up(public, key, number.lower(), " 示例 甲")
        assert found is not None
        assert (found["status"], found["year"]) == ("revoked", YEAR)
        assert "理由在内部".encode() not in target.read_bytes()


def test_an_answer_costs_the_same_whatever_was_wrong(
    conn: sqlite3.Connection, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    graduates(conn)
    (number,) = issue(world, conn)
    register.publish(world.db, world.folder / "certificates.db")
    hashed: list[str] = []
    usual = certificate_keys.holder_key

    def counted(key: bytes, number: str, name: str) -> str:
        hashed.append(number)
        return usual(key, number, name)

    monkeypatch.setattr(certificate_keys, "holder_key", counted)
    with closing(connect(world.folder / "certificates.db", read_only=True)) as public:
        for asked in ((number, "别人"), ("LJRC-2021-02-99999-1", "示例1"), ("", "")):
            hashed.clear()
            assert register.look_up(public, b"k" * 32, *asked) is None
            assert len(hashed) == 1


def test_an_address_that_asks_too_often_is_told_to_wait() -> None:
    rate = register.Rate()
    assert all(rate.allows("192.0.2.1") for _ in range(register.LIMIT))
    assert not rate.allows("192.0.2.1")
    assert rate.allows("192.0.2.2")
