"""Which encoding a file is in: every one of the contract, short files, damage, wrong names."""

import codecs
import io
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opencc import OpenCC
from training import encodings
from training.encodings import Encoded
from training.source import UnknownEncoding, Unreadable

HEADERS = (
    "姓名",
    "性别",
    "身份证号",
    "手机",
    "单位名称",
    "职务",
    "姓名",
    "身分證號",
    "手機",
    "單位名稱",
)
ROSTER = (
    "姓名,身份证号,手机,单位名称,职务\r\n"
    "李娜,11999919800101999X,13800000001,某某科技有限公司,经理\r\n"
)

_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾"
_GIVEN = "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂兰鹏飞宇浩欣怡梓涵轩佳琪志国建"
_RARE = "喆堃镕赟昇翀骞珺烜玥垚淼焱鑫犇晗翊湉珩璟甯祎玹煜頔䶮"


def vote(text: str) -> int:
    return max(sum(header in line for header in HEADERS) for line in text.split("\n")[:20])


def detect(data: bytes) -> Encoded:
    return encodings.detect(io.BytesIO(data), vote)


def lines(data: bytes) -> list[str]:
    file = io.BytesIO(data)
    return [line for block in encodings.lines(file, encodings.detect(file, vote)) for line in block]


def names(seed: int, count: int, *, rare: float = 0.0) -> str:
    """Names of people who don't exist, a line each."""
    chance = random.Random(seed)
    people = []
    for _ in range(count):
        given = "".join(chance.choices(_GIVEN, k=chance.choice((1, 2))))
        if chance.random() < rare:
            given = given[:-1] + chance.choice(_RARE)
        people.append(chance.choice(_SURNAMES) + given)
    return "\r\n".join(people)


@pytest.mark.parametrize(
    ("codec", "mark", "word"),
    [
        ("utf-8", b"", "utf-8"),
        ("utf-8", codecs.BOM_UTF8, "utf-8"),
        ("utf-16-le", codecs.BOM_UTF16_LE, "utf-16-le"),
        ("utf-16-be", codecs.BOM_UTF16_BE, "utf-16-be"),
        ("utf-16-le", b"", "utf-16-le"),
        ("utf-16-be", b"", "utf-16-be"),
        ("gbk", b"", "gb18030"),
        ("gb2312", b"", "gb18030"),
        ("gb18030", b"", "gb18030"),
        ("gb18030", b"\x84\x31\x95\x33", "gb18030"),
    ],
)
def test_each_encoding_of_the_contract(codec: str, mark: bytes, word: str) -> None:
    data = mark + ROSTER.encode(codec)
    assert detect(data).word == word
    assert lines(data) == ROSTER.splitlines()


@pytest.mark.parametrize("codec", ["big5", "cp950", "big5hkscs"])
def test_big5(codec: str) -> None:
    text = OpenCC("s2t").convert(ROSTER).replace("身份證號", "身分證號")
    assert detect(text.encode(codec)).word == "big5"
    assert lines(text.encode(codec)) == text.splitlines()


def test_hong_kong_characters() -> None:
    text = "姓名,單位名稱\n陳㗎喺,深水埗啲公司\n"
    assert lines(text.encode("big5hkscs")) == text.splitlines()


def test_ascii_alone_is_utf_8() -> None:
    assert detect(b"name,mobile\nx,1\n").word == "utf-8"
    assert detect("name,mobile\nx,1\n".encode("utf-16-be")).word == "utf-16-be"


@pytest.mark.parametrize("people", [2, 3, 5, 8])
def test_short_lists_of_names_alone(people: int) -> None:
    for seed in range(150):
        text = names(seed, people)
        assert detect(text.encode("gbk")).word == "gb18030", text


def test_lists_with_rare_names_under_a_header_nobody_knows() -> None:
    for seed in range(150):
        text = "name,company,title\r\n" + names(seed, 8, rare=0.3).replace(
            "\r\n", ",某某科技有限公司,总经理\r\n"
        )
        assert detect(text.encode("gb18030")).word == "gb18030", text


def test_traditional_names_under_a_header_nobody_knows() -> None:
    to_traditional = OpenCC("s2t").convert
    for seed in range(100):
        text = "name,title\r\n" + to_traditional(names(seed, 8))
        assert detect(text.encode("cp950")).word == "big5", text


def test_a_known_header_outweighs_the_characters() -> None:
    # Traditional characters in GBK: everyday in no table of GB 2312.
    text = "姓名,身分證號,手機\r\n" + OpenCC("s2t").convert(names(1, 5, rare=0.5))
    assert detect(text.encode("gbk")).word == "gb18030"


@pytest.mark.parametrize(
    "data",
    [
        "ありがとうございます、東京".encode("shift_jis"),
        "José,André,Müller,François\n".encode("cp1252"),
        # One byte of a UTF-8 file lost in the middle.
        ROSTER.encode()[:50] + ROSTER.encode()[51:],
        # A mark that the rest does not keep to.
        codecs.BOM_UTF8 + ROSTER.encode("gbk"),
        codecs.BOM_UTF16_LE + b"\x00\xd8\x41\x00",
        codecs.BOM_UTF32_LE + ROSTER.encode("utf-32-le"),
        # One byte of a GBK file that no double byte starts with.
        ROSTER.encode("gbk").replace(b",", b",\xff", 1),
    ],
)
def test_what_fits_nothing_is_refused(data: bytes) -> None:
    with pytest.raises(Unreadable) as refusal:
        detect(data)
    assert refusal.value.problem[:3] == (None, None, "encoding-unknown")


def test_the_whole_file_decides() -> None:
    """A beginning in ASCII says nothing: the first name may come after the first block."""
    text = "name,mobile\r\n" + "x,1\r\n" * encodings.BLOCK + "李娜,2\r\n"
    assert detect(text.encode("gbk")).word == "gb18030"
    assert detect(text.encode()).word == "utf-8"


@pytest.mark.parametrize("codec", ["utf-8", "gb18030", "utf-16-le"])
def test_a_file_cut_inside_a_character_is_read_up_to_there(codec: str) -> None:
    text = ROSTER + "王五,1,2,公司,经理"
    data = text.encode(codec)[:-1]
    assert detect(data).is_cut
    assert lines(data) == text[:-1].splitlines()


@pytest.mark.parametrize("trace", ["\ufffd", "锟斤拷", "ï»¿"])
def test_traces_of_an_earlier_conversion(trace: str) -> None:
    assert not detect(ROSTER.encode()).is_garbled
    assert detect((ROSTER + trace).encode()).is_garbled


def test_one_nul_does_not_make_utf_16() -> None:
    for codec, word in (("utf-8", "utf-8"), ("gbk", "gb18030")):
        data = ROSTER.replace("李", "李\0").encode(codec)
        assert detect(data).word == word
        assert lines(data)[1].startswith("李\0娜,")


@pytest.mark.parametrize(
    ("data", "characters"),
    [
        # GBK places that GB 18030-2022 has moved out of the private-use area.
        (b"\xfe\x59\xfe\x61\xfe\x66\xfe\x67\xfe\x6d\xfe\x7e\xfe\x90\xfe\xa0", "龴龵龶龷龸龹龺龻"),
        (b"\xfe\x51\xfe\x91\xa6\xd9\xa8\xbc", "\U00020087\U000241fe\ufe10\u1e3f"),
        ("䶮㛃𠅤𬭎·".encode("gb18030"), "䶮㛃𠅤𬭎·"),
    ],
)
def test_rare_characters(data: bytes, characters: str) -> None:
    assert lines("姓名,手机\n李".encode("gbk") + data + b",1\n")[1] == f"李{characters},1"


def test_other_private_characters_stay_for_the_rules_to_name() -> None:
    assert lines("姓名,手机\n李".encode("gbk") + b"\xaa\xa1,1\n")[1] == "李\ue000,1"


@given(st.lists(st.sampled_from(["李", "x", "", "a" * 7]), max_size=30), st.data())
def test_line_ends_of_every_kind_at_every_block(parts: list[str], data: st.DataObject) -> None:
    ends = data.draw(st.lists(st.sampled_from(["\r\n", "\n", "\r"]), min_size=30, max_size=30))
    text = "".join(part + end for part, end in zip(parts, ends, strict=False))
    file = io.BytesIO(text.encode())
    encoded = Encoded("utf-8", 0, False, False, False, False)
    before = encodings.BLOCK
    try:
        encodings.BLOCK = data.draw(st.integers(1, 9))
        found = [line for block in encodings.lines(file, encoded) for line in block]
    finally:
        encodings.BLOCK = before
    expected = io.StringIO(text, newline=None).read().split("\n")
    assert found == (expected[:-1] if expected[-1] == "" else expected)


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("UTF8", "utf-8"), ("utf-8-sig", "utf-8"), ("GBK", "gb18030"), ("gb2312", "gb18030"),
        ("cp936", "gb18030"), ("Big5", "cp950"), ("utf-16", "utf-16"), ("shift_jis", "shift_jis"),
    ],
)  # fmt: skip
def test_names_of_encodings(name: str, codec: str) -> None:
    assert encodings.codec_of(name) == codec


@pytest.mark.parametrize(
    "name", ["no-such", "", "base64", "rot13", "idna", "unicode_escape", "a\0b", "汉"]
)
def test_names_of_no_encoding(name: str) -> None:
    with pytest.raises(UnknownEncoding):
        encodings.codec_of(name)


@pytest.mark.parametrize(
    ("data", "codec", "word"),
    [
        (ROSTER.encode("gbk"), "gb18030", "gb18030"),
        (codecs.BOM_UTF8 + ROSTER.encode(), "utf-8", "utf-8"),
        (codecs.BOM_UTF16_BE + ROSTER.encode("utf-16-be"), "utf-16", "utf-16-be"),
        (ROSTER.encode("utf-16-le"), "utf-16", "utf-16-le"),
        ("姓名".encode("big5"), "cp950", "big5"),
    ],
)
def test_an_encoding_that_was_named(data: bytes, codec: str, word: str) -> None:
    found = encodings.named(io.BytesIO(data), codec)
    assert found.word == word
    assert encodings.head_text(io.BytesIO(data), found)[:2] == "姓名"


@pytest.mark.parametrize(
    ("data", "codec"),
    [
        (ROSTER.encode("gbk"), "utf-8"),
        (ROSTER.encode("gbk"), "ascii"),
        (codecs.BOM_UTF8 + ROSTER.encode(), "gb18030"),
        (codecs.BOM_UTF16_BE + ROSTER.encode("utf-16-be"), "utf-16-le"),
    ],
)
def test_a_named_encoding_that_does_not_fit(data: bytes, codec: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        encodings.named(io.BytesIO(data), codec)
    assert refusal.value.problem.code == "encoding-unknown"
