"""The rules about classes, enterprises, funds and people's data, each at its boundary."""

import sqlite3
from typing import Any

import pytest

from tests.worlds import (
    YEAR,
    add_batch,
    add_class,
    add_people,
    ask,
    insert,
    set_year,
    statuses,
    verdict,
)

LAST = "2020-2021"
TOMORROW = "2999-12-31"
#: An enterprise of 工业 (division 34): large from 1,000 people and 40,000 万元 on.
LARGE = {"employees": 1_000, "revenue_wan": 40_000.0}
MICRO = {"employees": 5, "revenue_wan": 100.0}


def open_last_year(conn: sqlite3.Connection, state: str = "closed") -> None:
    insert(
        conn, "programme_years", key=LAST, name_zh=LAST, name_en=LAST, state=state,
        target_trainees=1, suspended_count=0,
    )  # fmt: skip
    insert(
        conn, "institution_years", year=LAST, institution="tsinghua", status="assessed",
        selection_basis="示例",
    )  # fmt: skip


def add_session(conn: sqlite3.Connection, cohort: int, **columns: Any) -> int:
    values = {
        "cohort_id": cohort, "held_on": "2022-03-01", "mode": "classroom", "hours": 4.0,
        "title": "示例课",
    }  # fmt: skip
    return insert(conn, "class_sessions", **(values | columns))


# ---- Q05 kind and size, Q06 positions ---------------------------------------------------------


@pytest.mark.parametrize(
    ("columns", "finding"),
    [
        ({"kind": "startup_micro_small", "founded_on": "2020-01-01", **MICRO}, None),
        ({"kind": "startup_micro_small", "founded_on": "2020-01-01", **LARGE}, "startup_too_large"),
        (
            {"kind": "startup_micro_small", "founded_on": "2020-01-01", **MICRO}
            | {"employees": 300, "revenue_wan": 2_000.0},
            "startup_too_large",
        ),
        # Selected on 2021-12-01: five years to the day are not more than five.
        ({"kind": "startup_micro_small", "founded_on": "2016-12-01", **MICRO}, None),
        ({"kind": "startup_micro_small", "founded_on": "2016-11-30", **MICRO}, "startup_too_old"),
        ({"kind": "startup_micro_small", "founded_on": "2016-11", **MICRO}, "startup_too_old"),
        ({"kind": "startup_micro_small", "founded_on": "2015", **MICRO}, "startup_too_old"),
        ({"kind": "growth_backbone", **LARGE}, "backbone_large"),
        ({"kind": "growth_backbone", **LARGE, "employees": 999}, None),
        ({"kind": "growth_backbone", **LARGE, "industry_code": "83"}, None),
    ],
)
def test_a_kind_and_its_enterprise(
    conn: sqlite3.Connection, columns: dict[str, Any], finding: str | None
) -> None:
    assert verdict(conn, "check_kind_vs_size") == (0, 0, "not_applicable")
    add_people(conn, state="submitted", kind="growth_backbone", **LARGE)
    (person,) = add_people(conn, state="approved", **columns)
    found = statuses(conn, "check_kind_vs_size")
    assert {scope for scope, status in found.items() if status != "pass"} == (
        {"conflicts", finding} if finding else set()
    )
    rows = ask(conn, "find_kind_vs_size")
    assert [(row["id"], row["finding"]) for row in rows] == ([(person, finding)] if finding else [])


@pytest.mark.parametrize(
    "columns",
    [
        {"kind": "growth_backbone", "employees": 1_000},
        {"kind": "growth_backbone", **LARGE, "industry_code": None},
        {"kind": "startup_micro_small", "founded_on": None, **MICRO},
        {"kind": "startup_micro_small", "founded_on": "2016", **MICRO},
    ],
)
def test_what_is_not_known_of_an_enterprise_is_listed_apart(
    conn: sqlite3.Connection, columns: dict[str, Any]
) -> None:
    (person,) = add_people(conn, state="approved", **columns)
    found = statuses(conn, "check_kind_vs_size")
    assert (found["conflicts"], found["unknown"]) == ("pass", "undetermined")
    assert ask(conn, "find_kind_vs_size") == []
    assert [row["id"] for row in ask(conn, "find_unknown_size")] == [person]


def test_how_old_a_start_up_may_be_is_the_years_own(conn: sqlite3.Connection) -> None:
    add_people(conn, kind="startup_micro_small", founded_on="2016-11-30", **MICRO)
    assert verdict(conn, "check_kind_vs_size")[0] == 1
    set_year(conn, startup_max_years=6)
    assert verdict(conn, "check_kind_vs_size")[0] == 0


@pytest.mark.parametrize(
    ("position", "is_manager"),
    [
        ("董事长兼总经理", True),
        ("副总经理", True),
        ("ceo", True),
        ("技术负责人", True),
        ("工程师", False),
        ("总经理助理", False),
        ("董事会秘书", False),
    ],
)
def test_a_position_of_management(
    conn: sqlite3.Connection, position: str, is_manager: bool
) -> None:
    assert verdict(conn, "check_management_position") == (0, 0, "not_applicable")
    add_people(conn, state="submitted", position=position)
    add_people(conn, state="rejected", position="工程师")
    expected = (0, 1, "pass") if is_manager else (1, 1, "undetermined")
    assert verdict(conn, "check_management_position") == expected
    assert len(ask(conn, "find_other_positions")) == (not is_manager)


# ---- Q09 period -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("columns", "status", "days_off"),
    [
        ({"ends_on": "2023-01-10"}, "pass", None),
        ({"ends_on": "2023-02-10"}, "pass", None),
        ({"ends_on": "2023-02-11"}, "undetermined", 32),
        ({"ends_on": "2022-12-09"}, "undetermined", -32),
        ({"ends_on": "2022-12-10"}, "pass", None),
        ({"ends_on": "2022-03-01", "duration_kind": "short"}, "not_applicable", None),
        ({"ends_on": "2022-03-01", "duration_kind": "long"}, "undetermined", -315),
    ],
)
def test_a_long_class_lasts_a_year(
    conn: sqlite3.Connection, columns: dict[str, Any], status: str, days_off: int | None
) -> None:
    assert verdict(conn, "check_cohort_period") == (0, 0, "not_applicable")
    add_class(conn, **columns)
    assert verdict(conn, "check_cohort_period")[2] == status
    found = [row["days_off"] for row in ask(conn, "check_cohort_period_offenders")]
    assert found == ([days_off] if days_off else [])


def test_a_class_without_a_date_is_undetermined(conn: sqlite3.Connection) -> None:
    add_class(conn, ends_on=None)
    assert statuses(conn, "check_cohort_period") == {
        "off": "undetermined", "unknown": "undetermined",
    }  # fmt: skip
    assert len(ask(conn, "check_cohort_period_offenders")) == 1
    set_year(conn, period_months=None)
    assert verdict(conn, "check_cohort_period")[2] == "not_applicable"


# ---- Q17 completion ---------------------------------------------------------------------------


def test_who_has_completed_of_those_whose_class_has_ended(conn: sqlite3.Connection) -> None:
    assert verdict(conn, "quota_completion_rate") == (0, 0, "not_applicable")
    ended, running = add_class(conn), add_class(conn, name="二班", ends_on=TOMORROW)
    add_people(conn, 3, state="completed", cohort_id=ended)
    add_people(conn, 1, state="not_completed", cohort_id=ended)
    add_people(conn, 2, state="withdrawn", cohort_id=ended)
    add_people(conn, 1, state="approved", cohort_id=ended)
    add_people(conn, 7, cohort_id=running)
    assert verdict(conn, "quota_completion_rate") == (3, 4, "not_applicable")
    row = ask(conn, "quota_completion_rate")[0]
    assert (row["value"], row["withdrawn"], row["undecided"], row["unknown"]) == (75.0, 2, 0, 0)
    (by_class,) = ask(conn, "report_completion_by_class")
    assert (by_class["cohort_id"], by_class["numerator"], by_class["denominator"]) == (ended, 3, 4)
    set_year(conn, min_completion_percent=75)
    assert verdict(conn, "quota_completion_rate")[2] == "pass"
    assert statuses(conn, "quota_completion_by_institution")["tsinghua"] == "at_or_above"
    set_year(conn, min_completion_percent=76)
    assert verdict(conn, "quota_completion_rate")[2] == "fail"
    assert statuses(conn, "quota_completion_by_institution")["tsinghua"] == "below"


@pytest.mark.parametrize("with_class", [True, False])
def test_who_is_not_decided_yet_may_still_complete(
    conn: sqlite3.Connection, with_class: bool
) -> None:
    cohort = add_class(conn)
    set_year(conn, min_completion_percent=80)
    add_people(conn, 3, state="completed", cohort_id=cohort)
    add_people(conn, 1, state="enrolled", cohort_id=cohort if with_class else None)
    assert verdict(conn, "quota_completion_rate")[2] == "undetermined"
    assert len(ask(conn, "find_undecided_completion")) == 1
    row = ask(conn, "quota_completion_rate")[0]
    assert (row["undecided"], row["unknown"]) == ((1, 0) if with_class else (0, 1))


def test_modes_of_teaching(conn: sqlite3.Connection) -> None:
    cohort = add_class(conn)
    add_session(conn, cohort)
    add_session(conn, cohort, title="参观", mode="benchmark_visit", hours=2.5)
    rows = {row["institution"]: row for row in ask(conn, "report_session_modes")}
    row = rows["tsinghua"]
    assert (row["sessions"], row["hours"], row["classroom_hours"], row["visit_hours"]) == (
        2, 6.5, 4.0, 2.5,
    )  # fmt: skip
    assert rows["pku"]["hours"] == 0


# ---- Q19 retraining ---------------------------------------------------------------------------


def test_only_alumni_are_retrained(conn: sqlite3.Connection) -> None:
    open_last_year(conn)
    cohort = add_class(conn)
    alumnus, other = (
        add_people(conn, year=LAST, state=state)[0] for state in ("alumni", "not_completed")
    )
    (newly,) = add_people(conn, state="completed")
    row = {"cohort_id": cohort, "year": YEAR, "registered_at": "2022-05-01T10:00:00+08:00"}
    assert statuses(conn, "check_retraining") == {
        "not_alumni": "not_applicable", "retrained": "not_applicable",
    }  # fmt: skip
    insert(conn, "retraining", trainee_id=alumnus, **row)
    assert verdict(conn, "check_retraining") == (0, 1, "pass")
    for person in (other, newly):
        with pytest.raises(sqlite3.IntegrityError, match="以前年度完成学业"):
            insert(conn, "retraining", trainee_id=person, **row)
    conn.execute("drop trigger retraining_of_alumni")
    for person in (other, newly):
        insert(conn, "retraining", trainee_id=person, **row)
    assert verdict(conn, "check_retraining") == (2, 3, "fail")
    assert [row["id"] for row in ask(conn, "find_retraining_faults")] == [other, newly]
    retrained = ask(conn, "check_retraining")[1]
    assert (retrained["numerator"], retrained["denominator"]) == (1, 1)
    assert verdict(conn, "quota_headcount")[0] == 1  # whoever has completed this year, alone


# ---- Q20 funds --------------------------------------------------------------------------------


def book(conn: sqlite3.Connection, cohort: int, direction: str, fen: int, **columns: Any) -> None:
    values = {
        "cohort_id": cohort, "direction": direction, "amount_fen": fen, "voucher_no": "1",
        "booked_on": "2022-02-01", "source": "学费", "category": "师资",
    }  # fmt: skip
    insert(conn, "fund_items", **(values | columns))


def close(conn: sqlite3.Connection, cohort: int) -> None:
    insert(conn, "cohort_accounts", cohort_id=cohort, closed_at="2023-02-01", closed_by="office")


@pytest.mark.parametrize(
    ("spent", "voucher", "closed", "fault"),
    [
        (10_000, "1", True, None),
        (10_001, "1", True, "overspent"),
        (10_000, " ", True, "no_voucher"),
        (10_000, None, True, "no_voucher"),
        (10_000, "1", False, "not_closed"),
    ],
)
def test_the_account_of_a_class(
    conn: sqlite3.Connection, spent: int, voucher: str | None, closed: bool, fault: str | None
) -> None:
    add_class(conn, name="未结束", ends_on=TOMORROW)
    assert verdict(conn, "check_funds") == (0, 0, "not_applicable")
    cohort = add_class(conn)
    book(conn, cohort, "received", 10_000)
    book(conn, cohort, "spent", spent, voucher_no=voucher)
    if closed:
        close(conn, cohort)
    found = statuses(conn, "check_funds")
    assert {scope for scope, status in found.items() if status == "fail"} == (
        {"classes", fault} if fault else set()
    )
    assert [row["cohort_id"] for row in ask(conn, "check_funds_offenders")] == (
        [cohort] if fault else []
    )


def test_a_running_class_is_only_asked_for_what_it_has_booked(conn: sqlite3.Connection) -> None:
    cohort = add_class(conn, ends_on=TOMORROW)
    book(conn, cohort, "spent", 1)
    assert statuses(conn, "check_funds") == {
        "classes": "fail", "not_closed": "pass", "overspent": "fail", "no_voucher": "pass",
    }  # fmt: skip


# ---- Q22 exchange -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sessions", "finding"),
    [
        ([], "none"),
        ([{"mode": "classroom", "host_province": "310000"}], "none"),
        ([{"mode": "benchmark_visit", "host_province": "310000"}], "none"),
        ([{"mode": "exchange", "host_province": "110000"}], "same_region"),
        ([{"mode": "exchange", "host_province": None}], "unknown"),
        ([{"mode": "exchange", "host_province": "310000"}], None),
        ([{"mode": "exchange", "host_province": "110000"},
          {"mode": "exchange", "host_province": "310000", "title": "二"}], None),
    ],
)  # fmt: skip
def test_a_class_goes_elsewhere(
    conn: sqlite3.Connection, sessions: list[dict[str, Any]], finding: str | None
) -> None:
    add_class(conn, name="未开班", starts_on=TOMORROW, ends_on=None)
    assert verdict(conn, "check_cross_region_exchange") == (0, 0, "not_applicable")
    cohort = add_class(conn)
    add_people(conn, 2, cohort_id=cohort)
    for columns in sessions:
        add_session(conn, cohort, **columns)
    expected = (1, 1, "undetermined") if finding else (0, 1, "pass")
    assert verdict(conn, "check_cross_region_exchange") == expected
    rows = ask(conn, "check_cross_region_offenders")
    assert [row["finding"] for row in rows] == ([finding] if finding else [])


def test_only_those_who_were_there_make_an_exchange_cross_region(conn: sqlite3.Connection) -> None:
    cohort = add_class(conn)
    (local,) = add_people(conn, cohort_id=cohort)
    (guest,) = add_people(conn, cohort_id=cohort, province="310000")
    session = add_session(conn, cohort, mode="exchange", host_province="110000")
    assert verdict(conn, "check_cross_region_exchange")[0] == 0
    insert(conn, "attendance", session_id=session, trainee_id=local, present=1)
    insert(conn, "attendance", session_id=session, trainee_id=guest, present=0)
    assert verdict(conn, "check_cross_region_exchange")[0] == 1


# ---- Q27 columns, Q28 documents ---------------------------------------------------------------


def test_each_column_and_what_is_wrong_with_it(conn: sqlite3.Connection) -> None:
    assert set(statuses(conn, "check_missing_data").values()) == {"not_applicable"}
    batch, undone = add_batch(conn), add_batch(conn, status="undone")
    full = dict.fromkeys(("main_business", "founded_on"), "示例") | {
        "email": "a@example.org", "assets_wan": 1.0, "srdi_level": "none", "sex": "male",
        "batch_id": batch,
    } | MICRO  # fmt: skip
    add_people(conn, 2, state="submitted", **full)
    assert set(statuses(conn, "check_missing_data").values()) == {"pass"}
    add_people(conn, state="submitted", **(full | {"industry_code": None}))
    add_people(conn, state="rejected", batch_id=batch)
    for code, column, severity in (
        ("id-rounded", "id_number", "error"), ("id-checksum", "id_number", "error"),
        ("id-county", "id_number", "warning"), ("sex-unknown", "sex", "warning"),
    ):  # fmt: skip
        for number in (batch, undone):
            insert(conn, "batch_problems", batch_id=number, row=5, column=column, code=code,
                   severity=severity)  # fmt: skip
    found = {
        row["scope"]: (row["numerator"], row["denominator"], row["invalid"], row["suspicious"])
        for row in ask(conn, "check_missing_data")
        if row["status"] != "pass"
    }
    assert found == {
        "industry_code": (1, 3, 0, 0), "id_number": (0, 3, 1, 1), "sex": (0, 3, 1, 0),
    }  # fmt: skip
    rows = [tuple(row.values())[3:] for row in ask(conn, "check_missing_data_by_batch")]
    assert rows == [("id_number", 0, 1, 1), ("industry_code", 1, 0, 0), ("sex", 0, 1, 0)]


@pytest.mark.parametrize(
    ("columns", "finding"),
    [
        ({"age_at_selection": 18}, None),
        ({"age_at_selection": 75}, None),
        ({"age_at_selection": 17}, "age"),
        ({"age_at_selection": 76}, "age"),
        # The 17th digit is 9, which is odd: a man.
        ({"age_at_selection": 40, "sex": "male"}, None),
        ({"age_at_selection": 40, "sex": "female"}, "sex_mismatch"),
        ({"age_at_selection": 40, "sex": "female", "id_masked": "119***********9982"}, None),
        ({"age_at_selection": 40, "id_masked": "119***********1000"}, "ends_in_000"),
        ({"age_at_selection": 40, "id_masked": "E1****000", "id_type": "passport",
          "sex": "female"}, None),
    ],
)  # fmt: skip
def test_a_document_in_doubt(
    conn: sqlite3.Connection, columns: dict[str, Any], finding: str | None
) -> None:
    assert verdict(conn, "check_identity_quality") == (0, 0, "not_applicable")
    add_people(conn, state="submitted", **columns)
    expected = (1, 1, "undetermined") if finding else (0, 1, "pass")
    assert verdict(conn, "check_identity_quality") == expected
    rows = ask(conn, "find_identity_doubts")
    assert [row["finding"] for row in rows] == ([finding] if finding else [])


def test_an_unknown_age_and_refused_rows_are_told_apart(conn: sqlite3.Connection) -> None:
    add_people(conn, state="submitted", age_at_selection=None)
    for code, status in (("id-checksum", "recorded"), ("id-rounded", "undone")):
        batch = add_batch(conn, status=status)
        insert(conn, "batch_problems", batch_id=batch, column="id_number", code=code,
               severity="error")  # fmt: skip
    rows = {row["scope"]: row for row in ask(conn, "check_identity_quality")}
    assert (rows["people"]["status"], rows["age"]["unknown"]) == ("pass", 1)
    assert (rows["refused"]["numerator"], rows["refused"]["status"]) == (1, "not_applicable")


# ---- Q29 retention ----------------------------------------------------------------------------


def seal(conn: sqlite3.Connection, *people: int) -> None:
    for person in people:
        insert(conn, "sealed_identities", trainee_id=person, key_version=1, sealed=b"x")


def day(conn: sqlite3.Connection, *modifiers: str) -> str:
    marks = ", ?" * len(modifiers)
    row = conn.execute(f"select date('now', '+8 hours'{marks})", modifiers).fetchone()
    return str(row[0])


@pytest.mark.parametrize(("days", "overdue"), [("-1 day", 1), ("+0 days", 0), ("+1 day", 0)])
def test_a_closed_year_is_kept_so_many_years_after_its_last_class(
    conn: sqlite3.Connection, days: str, overdue: int
) -> None:
    assert verdict(conn, "check_retention") == (0, 0, "not_applicable")
    kept, erased = add_people(conn, 2, state="certified")
    seal(conn, kept)
    add_class(conn, starts_on=None, ends_on="2010-01-01")
    add_class(conn, name="二班", starts_on=None, ends_on=day(conn, "-3 years", days))
    assert verdict(conn, "check_retention") == (0, 1, "pass")
    set_year(conn, state="closed")
    assert verdict(conn, "check_retention") == (overdue, 1, "fail" if overdue else "pass")
    assert [row["id"] for row in ask(conn, "find_retention_due")] == [kept] * overdue
    assert erased
    set_year(conn, retention_years=4)
    assert verdict(conn, "check_retention")[0] == 0


@pytest.mark.parametrize("state", ["rejected", "withdrawn"])
@pytest.mark.parametrize(("months", "overdue"), [("-7 months", 1), ("-5 months", 0)])
def test_who_was_refused_is_kept_half_a_year(
    conn: sqlite3.Connection, state: str, months: str, overdue: int
) -> None:
    (person,) = add_people(conn, state=state)
    seal(conn, person)
    conn.execute("drop trigger trainee_events_fixed")
    conn.execute("update trainee_events set at = ?", (f"{day(conn, months)}T10:00:00+08:00",))
    assert verdict(conn, "check_retention")[0] == overdue


def test_who_has_not_consented_is_found(conn: sqlite3.Connection) -> None:
    first, second = add_people(conn, 2, state="submitted")
    add_people(conn, state="withdrawn")
    insert(
        conn, "consents", trainee_id=first, text_version="2021-1", at="2021-12-01", channel="paper"
    )
    assert [row["id"] for row in ask(conn, "find_missing_consent")] == [second]


def test_a_blank_support_is_not_zero(conn: sqlite3.Connection) -> None:
    for province, amount in (("110000", None), ("120000", 0)):
        insert(conn, "province_supports", year=YEAR, province=province, amount_fen=amount,
               reported_at="2022-01-01")  # fmt: skip
    rows = {row["province"]: row["amount_fen"] for row in ask(conn, "report_province_support")}
    assert (rows["110000"], rows["120000"], rows["130000"]) == (None, 0, None)
