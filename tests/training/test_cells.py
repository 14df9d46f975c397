import pytest
from training import cells

from tests.people import identity_number

NUMBER = identity_number(3)


@pytest.mark.parametrize("text", ["", "无", "無", "/", "-", "暂无", "暫無", "—", "——", "--"])
def test_words_for_nothing(text: str) -> None:
    assert cells.is_blank(text)


@pytest.mark.parametrize("text", ["0", "无锡", "无名", "A-B", "(清空)", "否", "."])
def test_words_for_something(text: str) -> None:
    assert not cells.is_blank(text)


@pytest.mark.parametrize("text", ["同上", "〃", '"'])
def test_words_that_point_up(text: str) -> None:
    assert cells.is_ditto(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("白\u3000晓", "白晓"),
        ("买买提•艾力", "买买提·艾力"),
        (
            "阿不都热依木江·买买提明·阿布都拉·吐尔逊尼亚孜",
            "阿不都热依木江·买买提明·阿布都拉·吐尔逊尼亚孜",
        ),
        ("𠅤䶮㛃", "𠅤䶮㛃"),
        ("李\ue81e", "李龴"),
        ("林志玲女士", "林志玲女士"),
    ],
)
def test_names_of_any_length_and_script(text: str, expected: str) -> None:
    assert cells.person_name(text) == (expected, ())


def test_names_of_enterprises_have_ascii_brackets() -> None:
    assert cells.enterprise_name("示例（北京） 有限公司") == ("示例(北京) 有限公司", ())


@pytest.mark.parametrize(
    "text", ["a@b.cn", "zhang.san+x@mail.example.com", "Ａ＠example.com", "a @b.cn"]
)
def test_addresses(text: str) -> None:
    address, findings = cells.email(text)
    assert findings == ()
    assert address is not None
    assert address.count("@") == 1


@pytest.mark.parametrize(
    "text", ["a", "a@b", "@b.cn", "a@@b.cn", "a@b.c", "张三@b.cn", "a@b.cn;c@d.cn"]
)
def test_no_addresses(text: str) -> None:
    address, (finding,) = cells.email(text)
    assert (address, finding.code) == (None, "email-format")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (f"身份证{NUMBER}，已核", "身份证***,已核"),
        (f"{NUMBER[:6]} {NUMBER[6:14]} {NUMBER[14:]}", "***"),
        ("电话13800000000", "电话***"),
        ("138 0000 0000", "***"),
        ("１３８－００００－００００", "***"),
        ("旧号110105491231002", "旧号***"),
    ],
)
def test_a_note_is_stored_without_numbers_of_persons(text: str, kept: str) -> None:
    value, (finding,) = cells.note(text)
    assert (value, finding.code) == (kept, "note-personal")


@pytest.mark.parametrize(
    "text",
    ["第二期补录", "第一行\n第二行", "订单20211008001", "电话010-68205326", "编号1380000000"],
)
def test_a_note_without_them_stays(text: str) -> None:
    assert cells.note(text) == (text, ())
