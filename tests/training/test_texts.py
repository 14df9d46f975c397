from collections.abc import Callable

import opencc
import pytest
from hypothesis import given
from hypothesis import strategies as st
from training import texts

#: Text as rosters have it at their worst: Han, blanks of all kinds, dots, wrappings, invisible.
ODD = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from(
            "白晓 　\u00a0\t\n\r\u2028\u200b\ufeff\u00ad'\"=·•・．.‧∙（）①ﾞ\ue81e\U000e0100"
        ),
    ),
    max_size=12,
)


@pytest.mark.parametrize("form", [texts.clean, texts.line, texts.proper_name])
def test_what_is_canonical_stays_as_it_is(form: Callable[[str], str]) -> None:
    @given(ODD)
    def twice_is_once(text: str) -> None:
        once = form(text)
        assert form(once) == once

    twice_is_once()


@given(ODD)
def test_clean_text_is_known_at_once(text: str) -> None:
    assert not texts.is_clean(text) or texts.clean(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  王伟\t", "王伟"),
        ("\u3000王伟\u00a0", "王伟"),
        ("王\u200b伟", "王伟"),
        ("王\u00ad伟", "王伟"),
        ("\ufeff王伟", "王伟"),
        ("\u202a13800000000\u202c", "13800000000"),
        ("'王伟", "王伟"),
        ('="王伟"', "王伟"),
        ('="a""b"', 'a"b'),
        ("ＡＢＣ１２３", "ABC123"),
        ("（中国）", "(中国)"),
        ("豈", "豈"),  # a compatibility ideograph is the character itself
        ("一\r\n二\r三\u2028四", "一\n二\n三\n四"),
        ("\ue81e", "龴"),  # FE59 of GB18030-2005, as Python decodes it
        ("\ue864", "\u9fbb"),
        ("\ue816", "\U00020087"),
        ("䶮㛃𠅤𬭎", "䶮㛃𠅤𬭎"),
        ("=1+1", "=1+1"),
    ],
)
def test_clean(text: str, expected: str) -> None:
    assert texts.clean(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("白\u3000晓", "白晓"),
        ("白 晓", "白晓"),
        ("白\n晓", "白晓"),
        ("阿卜杜•买买提", "阿卜杜·买买提"),
        ("阿卜杜．买买提", "阿卜杜·买买提"),
        ("阿卜杜 ・ 买买提", "阿卜杜·买买提"),
        ("阿卜杜‧买买提∙艾力", "阿卜杜·买买提·艾力"),
        ("阿卜杜·买买提", "阿卜杜·买买提"),
        ("John  Q. Smith", "John Q. Smith"),
        ("J.Smith", "J.Smith"),
        ("北京（集团） 有限公司", "北京(集团) 有限公司"),
        ("欧阳 Anna", "欧阳 Anna"),
    ],
)
def test_proper_names(text: str, expected: str) -> None:
    assert texts.proper_name(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("总\u3000经\u3000理", "总经理"),
        ("总  经  理", "总经理"),
        ("董事长 总经理", "董事长 总经理"),
        ("董事长\n总经理", "董事长 总经理"),
        ("董事长 \r\n 总经理", "董事长 总经理"),
        ("研发\t生产", "研发 生产"),
        ("R & D", "R & D"),
    ],
)
def test_one_line(text: str, expected: str) -> None:
    assert texts.line(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("王\x00伟", True),
        ("王\x7f", True),
        ("\ue000", True),
        ("\U000f0000", True),
        ("\ufffe", True),
        ("\ud800", True),
        ("一\n二\t三", False),
        ("𱍐", False),  # newer than this Python's tables, but a character
        ("", False),
    ],
)
def test_characters_that_nobody_can_read(text: str, expected: bool) -> None:
    assert texts.has_forbidden(text) is expected


def test_numbers_lose_blanks_and_hyphens() -> None:
    assert texts.compact(" 138-0000\u30000000 ") == "13800000000"


def test_traditional_words_become_simplified() -> None:
    traditional = opencc.OpenCC("s2t").convert("专精特新")
    assert traditional != "专精特新"
    assert texts.simplified(traditional) == "专精特新"
