"""Closed lists and senders of the contract: topics, institutions, authorities."""

import zipfile
from typing import Any

import pytest
from training.rows import Sender

from tests.hostile.sending import (
    BEIJING,
    ERROR,
    OFFICE,
    WARNING,
    Office,
    crowd,
    good,
    grid,
    text,
)


@pytest.mark.parametrize(
    ("cell", "track"),
    [
        ("专精特新", "srdi"), ("“专精特新”", "srdi"), ("“专精特新”培训班", "srdi"),
        ('"专精特新"', "srdi"),
        ("专精特新“小巨人”", "srdi"), ("專精特新", "srdi"), ("专精特新专题", "srdi"),
        ("融通创新", "large_sme_integration"), ("大中小企业融通创新", "large_sme_integration"),
        ("促进大中小企业融通创新", "large_sme_integration"), ("大中小企業融通創新",
        "large_sme_integration"),
        ("促进大中小企业融通创新专题培训", "large_sme_integration"),
    ],
)  # fmt: skip
def test_special_topics_of_the_talent_exchange_centre(
    office: Office, cell: str, track: str
) -> None:
    people = crowd(1, 承担机构="人才交流中心", 培训方向=cell)
    assert office.send(text(grid(people)), sender=OFFICE, commit=True).faults == []
    assert office.stored("select institution, track from trainees") == [
        ("miit-talent-exchange", track)
    ]


@pytest.mark.parametrize(
    ("cell", "slug"),
    [
        ("北大", "pku"), ("清华", "tsinghua"), ("人大", "ruc"), ("上交", "sjtu"), ("上海交大", "sjtu"),
        ("北理工", "bit"), ("哈工大", "hit"), ("华科", "hust"), ("西工大", "nwpu"), ("电子科大", "uestc"),
        ("复旦", "fudan"), ("南大", "nju"), ("浙大", "zju"), ("厦大", "xmu"), ("中南大学", "csu"),
        ("中大", None), ("北京大學", "pku"), ("Peking University", "pku"), ("PKU", "pku"),
    ],
)  # fmt: skip
def test_short_names_of_institutions(reader: Office, cell: str, slug: str | None) -> None:
    answer = reader.send(
        text(grid(crowd(1, 承担机构=cell))), sender=Sender(institution=slug or "sysu")
    )
    codes = [code for _, _, code, _ in answer.faults]
    assert codes == ([] if slug else ["institution-unknown"])


def test_what_could_be_two_is_unknown_and_offers_both(reader: Office) -> None:
    answer = reader.send(text(grid(crowd(1, 承担机构="北京大学、清华大学"))))
    (problem,) = (p for p in answer["problems"] if p["code"] == "institution-unknown")
    assert "北京大学" in problem["message"]
    assert "清华大学" in problem["message"]


def test_an_authority_is_itself_the_recommender(office: Office) -> None:
    answer = office.send(good(选拔方式="推荐"), sender=BEIJING, commit=True)
    assert (answer.faults, answer.counts) == ([], {"rows": 3, "new": 3})
    assert office.stored("select distinct recommending_authority, state from trainees") == [
        ("110000", "nominated")
    ]


def test_a_suspended_institution(office: Office) -> None:
    conn = office.world.connect()
    conn.execute("update institution_years set status = 'suspended' where institution = 'tsinghua'")
    conn.close()
    answer = office.send(good(), commit=True)
    assert [fault[1:] for fault in answer.faults] == [
        ("institution", "institution-suspended", ERROR)
    ] * 3
    assert not answer["committed"]


def test_all_faults_in_one_pass(reader: Office) -> None:
    people = crowd(5)
    people[0]["手机"] = "1"
    people[2] |= {"手机": "2", "学员类别": "?", "省份": "火星", "性别": "女"}
    rows = grid(people)
    rows[0] += ["结业情况"]
    for one in rows[1:]:
        one.append("x")
    answer = reader.send(text(rows))
    assert sorted(map(str, answer.faults)) == sorted(map(str, [
        (1, None, "column-forbidden", ERROR), (2, "mobile", "mobile-format", ERROR),
        (4, "mobile", "mobile-format", ERROR), (4, "kind", "kind-unknown", ERROR),
        (4, "province", "province-unknown", ERROR), (4, "sex", "sex-mismatch", WARNING),
    ]))  # fmt: skip
    assert answer.counts == {"rows": 5, "new": 3, "rejected": 2}


def test_clearing_the_kind_of_document_changes_nothing_twice(office: Office) -> None:
    """A cell that is residents' by default can't be emptied: 居民身份证 stays what it was."""
    office.send(text(grid(crowd(10, 证件类型="居民身份证"))), commit=True)
    answer = office.send(text(grid(crowd(10, 证件类型="（清空）"))), commit=True)
    assert (answer.faults, answer.counts) == ([], {"rows": 10, "unchanged": 10})


def test_an_encrypted_or_strange_archive(reader: Office, tmp_path: Any) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("名单.csv", good())
    assert reader.send(path.read_bytes()).faults == [(None, None, "file-kind", ERROR)]
