"""Names people read for columns, tables and databases."""

import pytest
from training.labels import Labels
from training.wording import speaking


@pytest.fixture
def labels() -> Labels:
    return Labels(
        columns={
            ("record", "trainees", "name"): "姓名 | Name",
            ("record", "enterprises", "name"): "企业名称 | Enterprise",
            ("scope", "trainees", "name"): "姓名 | Name",
            ("record", "trainees", "state"): "状态 | State",
        },
        titles={("record", None): "培训记录 | Record", ("record", "trainees"): "学员 | Trainees"},
        anywhere={"heads": "人数 | Heads", "state": "办理状态 | Status"},
    )


@pytest.mark.parametrize(
    ("name", "place", "zh"),
    [
        ("name", ("record", "trainees"), "姓名"),
        ("name", ("record", "enterprises"), "企业名称"),
        ("name", ("record", "a_view_without_labels"), "姓名"),
        ("name", (), "姓名"),
        ("state", ("record", "trainees"), "状态"),
        ("state", (), "办理状态"),
        ("heads", (), "人数"),
        ("unheard_of", (), "unheard_of"),
    ],
)
def test_the_nearest_label_of_a_column(
    labels: Labels, name: str, place: tuple[str, str], zh: str
) -> None:
    assert labels.column(name, *place) == zh


def test_labels_are_in_the_language_of_the_request(labels: Labels) -> None:
    with speaking("en"):
        assert labels.columns(["name", "x"], "record", "trainees") == {"name": "Name", "x": "x"}
        assert (labels.table("record", "trainees"), labels.database("record")) == (
            "Trainees",
            "Record",
        )


def test_what_has_no_title_shows_its_name(labels: Labels) -> None:
    assert (labels.table("record", "log"), labels.database("scope")) == ("log", "scope")


PLACE = ("record", "trainees")


@pytest.mark.parametrize(
    ("clauses", "sort", "sort_desc", "zh"),
    [
        ([], None, None, ""),
        ([("name", "包含", "张")], None, None, "姓名 包含 “张”"),
        ([("name", "为空", None)], "state", None, "姓名 为空；按 状态 升序"),
        ([], None, "state", "按 状态 降序"),
    ],
)
def test_what_a_table_page_shows_in_words(
    labels: Labels, clauses: list, sort: str | None, sort_desc: str | None, zh: str
) -> None:
    assert labels.filters(clauses, sort, sort_desc, PLACE) == zh
