"""The language of an answer, and texts that come in both."""

import asyncio

import pytest
from training.wording import (
    current_language,
    label,
    language_in_cookie,
    speaking,
    t,
    take_language,
)


def test_chinese_until_told_otherwise() -> None:
    assert (current_language(), t("名单", "roster")) == ("zh", "名单")


def test_speaking_ends_with_its_block_even_when_that_fails() -> None:
    def fail() -> None:
        with speaking("en"):
            assert t("名单", "roster") == "roster"
            with speaking("zh"):
                assert t("名单", "roster") == "名单"
            raise KeyError(t("名单", "roster"))

    with pytest.raises(KeyError, match="roster"):
        fail()
    assert current_language() == "zh"


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ValueError, match="fr"), speaking("fr"):
        pass


async def test_tasks_do_not_share_a_language() -> None:
    async def ask(language: str) -> str:
        with speaking(language):
            await asyncio.sleep(0)
            return current_language()

    assert await asyncio.gather(*map(ask, ["zh", "en", "zh", "en"])) == ["zh", "en", "zh", "en"]


@pytest.mark.parametrize(
    ("pair", "zh", "en"),
    [
        ("姓名 | Name", "姓名", "Name"),
        ("name", "name", "name"),
        ("a|b", "a|b", "a|b"),
        ("年度 | Year | of the programme", "年度", "Year | of the programme"),
        ("", "", ""),
        (None, "", ""),
    ],
)
def test_the_part_of_a_pair(pair: str | None, zh: str, en: str) -> None:
    assert label(pair) == zh
    with speaking("en"):
        assert label(pair) == en


@pytest.mark.parametrize(
    ("query", "asked", "rest"),
    [
        (b"", None, b""),
        (b"_lang=en", "en", b""),
        (b"a=1&_lang=zh&b=%E5%AD%A6", "zh", b"a=1&b=%E5%AD%A6"),
        (b"_lang=fr&a=1", None, b"a=1"),
        (b"_lang=en&_lang=zh", "zh", b""),
        (b"x_lang=en&_language=en", None, b"x_lang=en&_language=en"),
        (b"_lang", None, b""),
    ],
)
def test_the_argument_is_taken_out_of_the_query(query: bytes, asked: str, rest: bytes) -> None:
    assert take_language(query) == (asked, rest)


@pytest.mark.parametrize(
    ("cookies", "language"),
    [
        (b"", None),
        (b"lang=en", "en"),
        (b"session=x; lang=zh; other=y", "zh"),
        (b"{broken; lang=en; a b=c", "en"),
        (b"lang=fr", None),
        (b"slang=en", None),
    ],
)
def test_the_cookie(cookies: bytes, language: str | None) -> None:
    assert language_in_cookie(cookies) == language
