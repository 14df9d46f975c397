"""P9: what stood in a cell is what the record holds, in every encoding that can say it."""

import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from training import identity, texts

from tests.hostile.sending import Office, grid, text, workbook
from tests.people import credit_code, identity_number, person

CODECS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030", "big5hkscs", "xlsx")
COLUMNS = {
    "姓名": ("name", texts.proper_name, 100),
    "单位名称": ("enterprise_name", texts.proper_name, 200),
    "职务": ("position", texts.line, 100),
    "主营业务": ("main_business", texts.line, 200),
    "班级": ("cohort", texts.line, 200),
    "备注": ("note", texts.clean, 2000),
}
#: A roster needs something that only a roster of its encoding says; the rest may be anything.
RARE = (
    "䶮", "㛃", "𠅤", "𬭎", "龴", "〇", "李䶮㛃", "买买提·艾力", "00123", "000000000000000001",
    "12345678901234567X",
    "110000000000000000", "=1+1", "=SUM(A1:A9)", "+8610", "-5", "@cmd", "a,b", "a;b", 'say "hi"', '""',
    "1E5", "1.10", "TRUE", "2021-10-08", "3/4", "#N/A", "null", "None", "a'b", "b'", "a=b", "ß", "é",
    "Ⅷ", "ａ１", "（甲）", "㈱", "①", "a\tb", "張偉", "A  B", "甲 乙", "甲　乙", "\\n", "%d", "{x}",
    "<b>", "&amp;",
    "😀", "ไทย", "עברית", "x" * 100,
)  # fmt: skip
_PERSONAL = re.compile(r"\d{11}")


def traditional(n: int) -> dict[str, str]:
    """The n-th impossible person in words that Big5 has."""
    words = {
        "姓名": "張偉", "单位名称": "某公司", "职务": "經理", "省份": "110000", "选拔方式": "自主選拔",
        "学员类别": "growth_backbone", "承担机构": "tsinghua", "培训方向": "regional_development",
    }  # fmt: skip
    return person(n) | words


#: Headers that Big5 has not, in its own forms.
BIG5_HEADERS = {
    "序号": "序號", "身份证号码": "身分證號碼", "手机": "手機", "单位名称": "單位名稱",
    "统一社会信用代码": "統一社會信用代碼", "职务": "職務", "选拔方式": "選拔方式",
    "所属行业": "所屬行業",
    "学员类别": "學員類別", "承担机构": "承擔機構", "培训方向": "培訓方向", "主营业务": "主營業務",
    "班级": "班級", "备注": "備註",
}  # fmt: skip


def rows_of(people: list[dict[str, str]], codec: str) -> list[list[str]]:
    """Header and rows, in words that the encoding has."""
    header, *rows = grid(people)
    if codec == "big5hkscs":
        header = [BIG5_HEADERS.get(name, name) for name in header]
    return [header, *rows]


def sendable(cell: str, normal: str, limit: int) -> bool:
    """Whether the contract promises this cell back: no fault of its own, no word for nothing."""
    return bool(
        normal
        and len(texts.clean(cell)) <= limit
        and not texts.has_forbidden(texts.clean(cell))
        and not re.search("\ufffd|锟斤拷|ï»¿", cell)
        and normal not in ("无", "無", "/", "-", "暂无", "暫無", "—", "同上", "〃", "(清空)")
        and normal.strip("-—–―/")
        and not set(normal) <= set('"″′“”')
    )


def file_of(rows: list[list[str]], codec: str) -> bytes | None:
    """The rows as a file of that kind, or None if it can't hold them."""
    if codec == "xlsx":
        return workbook(rows)
    try:
        return text(rows).encode(codec)
    except UnicodeEncodeError:
        return None


@pytest.mark.parametrize("codec", CODECS)
def test_rare_cells_in_every_text_column(office: Office, codec: str) -> None:
    people: list[dict[str, str]] = []
    wanted: list[tuple[Any, ...]] = []
    for n, cell in enumerate(RARE):
        usual = traditional(n) if codec == "big5hkscs" else person(n)
        one = usual | dict.fromkeys(("主营业务", "班级", "备注"), "")
        row = {}
        for header, (column, normalise, limit) in COLUMNS.items():
            odd = cell if header != "备注" else f"{cell}\n{cell}"
            normal = normalise(odd)
            if sendable(odd, normal, limit) and not (header == "备注" and _PERSONAL.search(odd)):
                one[header], row[column] = odd, normal
        if row and file_of([list(one.values())], codec):
            people.append(one)
            wanted.append(tuple(row.get(name) for name, _, _ in COLUMNS.values()))
    assert len(people) > len(RARE) / 2.5
    data = file_of(rows_of(people, codec), codec)
    assert data is not None
    encoding = codec if codec == "big5hkscs" else None
    answer = office.send(data, commit=True, encoding=encoding)
    assert answer.faults == []
    names = ", ".join(name for name, _, _ in COLUMNS.values())
    found = office.stored(f"select {names} from trainees order by batch_row")
    for got, due in zip(found, wanted, strict=True):
        assert [g for g, d in zip(got, due, strict=True) if d is not None] == [
            d for d in due if d is not None
        ]


@pytest.mark.parametrize("codec", ["utf-8", "gb18030", "xlsx"])
def test_numbers_come_back_digit_by_digit(office: Office, codec: str) -> None:
    people = [person(n) for n in range(40)]
    data = file_of(grid(people), codec)
    assert data is not None
    assert office.send(data, commit=True).faults == []
    conn = office.world.connect()
    sealer = identity.Sealer(office.world.keys)
    rows = conn.execute(
        "select t.person_key, s.key_version, s.sealed, t.uscc from trainees as t"
        " join sealed_identities as s on s.trainee_id = t.id order by t.batch_row"
    ).fetchall()
    conn.close()
    for n, (key, version, sealed, uscc) in enumerate(rows):
        assert sealer.open(key, version, sealed) == f"{identity_number(n)}\n138{n:08d}"
        assert uscc == credit_code(n)
    assert any(identity_number(n).endswith("X") for n in range(40))


TEXTS = st.one_of(
    st.text(max_size=40),
    st.text(
        alphabet="甲乙䶮𠅤 \u3000·•・'\"=-/,;\t\n\r（）().:：ａ1㈱\u00ad\u200b\u0301é", max_size=15
    ),
)
EASY = settings(
    deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@settings(EASY, max_examples=400)
@given(cell=TEXTS)
def test_normalising_twice_is_normalising_once(cell: str) -> None:
    for normalise in (texts.clean, texts.line, texts.proper_name):
        once = normalise(cell)
        assert normalise(once) == once


@settings(EASY, max_examples=25)
@given(cells=st.lists(TEXTS, min_size=12, max_size=12), codec=st.sampled_from(CODECS[:7]))
def test_any_texts_come_back(office: Office, cells: list[str], codec: str) -> None:
    people, wanted = [], []
    for n, cell in enumerate(cells):
        one = (traditional(n) if codec == "big5hkscs" else person(n)) | {"主营业务": "", "备注": ""}
        due = {}
        for header, (column, normalise, limit) in COLUMNS.items():
            normal = normalise(cell)
            broken = cell.count("\n") + cell.count("\r") > 4 or "\0" in cell
            if header in one and sendable(cell, normal, limit) and not broken:
                one[header], due[column] = cell, normal
        if not _PERSONAL.search(one["备注"]) and file_of([list(one.values())], codec):
            people.append(one)
            wanted.append(due)
    if not people:
        return
    data = file_of(rows_of(people, codec), codec)
    assert data is not None
    encoding = None if codec.startswith("utf-8") else codec
    answer = office.send(data, commit=True, force=True, encoding=encoding)
    assert answer.faults == []
    conn = office.world.connect()
    conn.row_factory = None
    for due, one in zip(wanted, people, strict=True):
        for column, normal in due.items():
            # Each person keeps his number, whatever else the examples before this one stored.
            mask = identity.mask_mobile(one["手机"])
            rows = conn.execute(f"select {column} from trainees where mobile_masked = ?", (mask,))
            assert rows.fetchall() == [(normal,)]
    conn.close()


@settings(EASY, max_examples=40)
@given(cells=st.lists(TEXTS, min_size=1, max_size=6))
def test_what_is_stored_comes_back_unchanged_when_sent_again(
    office: Office, cells: list[str]
) -> None:
    """An export that is imported again differs nowhere."""
    people = [person(n) for n in range(len(cells))]
    for one, cell in zip(people, cells, strict=True):
        normal = texts.line(cell)
        if sendable(cell, normal, 100) and not {"\n", "\r", "\0"} & set(cell):
            one["职务"] = cell
    answer = office.send(text(grid(people)), commit=True, force=True)
    assert answer.faults == []
    stored = office.stored("select mobile_masked, position from trainees")
    for one in people:
        one["职务"] = dict(stored)[identity.mask_mobile(one["手机"])]
    again = office.send(text(grid(people)) + "\r\n")
    assert again.counts["unchanged"] == len(people)
