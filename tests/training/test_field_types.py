"""What a field of a row dialog may hold."""

import pytest
from training import configuration
from training.field_types import TYPES
from training.migrations import OFFICE_TABLES
from training.wording import speaking

BY_NAME = {kind.name: kind for kind in TYPES}
GOOD = {
    "day": ["2021-10-08", "2024-02-29"],
    "moment": ["2021-10-08T09:30:00+08:00"],
    "when": ["2021-10-08", "2021-10-08T09:30:00+08:00"],
    "programme-year": ["2021-2022", "2099-2100"],
    "slug": ["tsinghua", "a-1"],
    "province": ["330000"],
    "percent": [0, 30, 100, "30"],
    "email-address": ["name@example.cn"],
    "phone": ["010-68200000", "+86 10 6820 0000", "(010)68200000", "010-68200000-123"],
}
BAD = {
    "day": ["2021-10-8", "2021-02-29", "2021年10月8日", "20211008", "", " 2021-10-08", "２021-10-08", 5],
    "moment": ["2021-10-08", "2021-10-08T25:00:00+08:00", "2021-10-08T09:30:00Z", "now"],
    "when": ["yesterday", "2021-10", "2021-10-08 09:30"],
    "programme-year": ["2021", "2021-2023", "2022-2021", "2021/2022"],
    "slug": ["Tsinghua", "清华", "1a", "a_b", "-a", ""],
    "province": ["33", "3300000", "浙江", "33000x"],
    "percent": [-1, 101, 30.5, "30%", "三十", True],
    "email-address": ["name", "name@", "@example.cn", "a b@example.cn"],
    "phone": ["电话", "1", "010-6820000x", "010 68200000\n"],
}  # fmt: skip


def test_every_type_is_tried() -> None:
    assert GOOD.keys() == BAD.keys() == BY_NAME.keys()


@pytest.mark.parametrize("name", BY_NAME)
def test_good_and_bad_values(name: str) -> None:
    kind = BY_NAME[name]
    assert [value for value in [*GOOD[name], None] if kind.fault(value)] == []
    assert [value for value in [*BAD[name], {}, []] if not kind.fault(value)] == []


def test_a_fault_is_told_in_the_readers_language() -> None:
    assert BY_NAME["day"].fault("x") == "请按 2021-10-08 的样子填写日期。"
    with speaking("en"):
        assert BY_NAME["day"].fault("x") == "Write the date like 2021-10-08."


def test_each_assignment_names_a_type_and_a_column_of_the_offices() -> None:
    config = configuration.load()
    tables = config["databases"]["training"]["tables"]
    assigned = {name: one["column_types"] for name, one in tables.items() if "column_types" in one}
    assert assigned.keys() <= set(OFFICE_TABLES)
    for name, types in assigned.items():
        assert set(types.values()) <= BY_NAME.keys()
        assert types.keys() <= tables[name]["columns"].keys()
