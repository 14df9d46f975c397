"""The rules of the notice that other rows decide, each on a small world at its boundary."""

import sqlite3
from typing import Any

import pytest

from tests.worlds import (
    YEAR,
    add_batch,
    add_class,
    add_people,
    ask,
    assess,
    certify,
    insert,
    lift_laws_of_assessment,
    set_year,
    statuses,
    verdict,
)  # fmt: skip

TOMORROW = "2999-12-31"


def members(conn: sqlite3.Connection) -> list[str]:
    rows = conn.execute(
        "select institution from institution_years where year = ? and ranked", (YEAR,)
    )
    return [row[0] for row in rows]


# ---- Q08 enterprises --------------------------------------------------------------------------


def test_two_people_of_an_enterprise_are_fine_and_three_are_shown(
    conn: sqlite3.Connection,
) -> None:
    assert verdict(conn, "check_enterprise_concentration") == (0, 0, "not_applicable")
    add_people(conn, 1, uscc="1" * 18)
    add_people(conn, 1, uscc="1" * 18, institution="pku", state="approved")
    add_people(conn, 1, uscc="1" * 18, state="submitted")
    assert verdict(conn, "check_enterprise_concentration") == (0, 1, "pass")
    assert ask(conn, "check_enterprise_concentration_offenders") == []
    add_people(conn, 1, uscc="1" * 18, institution="bit")
    assert verdict(conn, "check_enterprise_concentration") == (1, 1, "undetermined")
    (row,) = ask(conn, "check_enterprise_concentration_offenders")
    assert (row["uscc"], row["people"]) == ("1" * 18, 3)
    assert set(row["institutions"].split(",")) == {"tsinghua", "pku", "bit"}
    set_year(conn, max_people_per_enterprise=3)
    assert verdict(conn, "check_enterprise_concentration") == (0, 1, "pass")


# ---- Q10 contacts, Q11 forms ------------------------------------------------------------------


def add_contacts(conn: sqlite3.Connection, **columns: Any) -> None:
    for (code,) in conn.execute("select code from provinces").fetchall():
        for role in ("responsible_official", "liaison"):
            values = {"province": code, "role": role, "name": "示例", "valid_from": "2021-10-29"}
            insert(conn, "province_contacts", **(values | columns))


def test_both_contacts_of_every_authority_at_present(conn: sqlite3.Connection) -> None:
    add_contacts(conn)
    assert verdict(conn, "check_contacts") == (37, 37, "pass")
    conn.execute(
        "update province_contacts set valid_to = '2022-01-01'"
        " where province = '530000' and role = 'liaison'"
    )
    assert verdict(conn, "check_contacts") == (36, 37, "fail")
    assert [(row["province"], row["missing"]) for row in ask(conn, "check_contacts_offenders")] == [
        ("530000", "liaison")
    ]
    set_year(conn, contact_form_due=TOMORROW)
    assert verdict(conn, "check_contacts") == (36, 37, "undetermined")


def test_a_contact_of_the_future_is_not_there_yet(conn: sqlite3.Connection) -> None:
    add_contacts(conn, valid_from=TOMORROW)
    assert verdict(conn, "check_contacts") == (0, 37, "fail")


def add_forms(conn: sqlite3.Connection, received_at: str, but: str = "") -> None:
    for (code,) in conn.execute("select code from provinces where code <> ?", (but,)).fetchall():
        insert(conn, "contact_forms", year=YEAR, province=code, received_at=received_at)


@pytest.mark.parametrize(
    ("received_at", "expected"),
    [
        ("2021-10-30T23:59:59+08:00", (37, 37, "pass")),
        ("2021-10-31T00:00:00+08:00", (36, 37, "fail")),
    ],
)
def test_a_form_is_in_time_until_the_last_second_of_the_day_in_beijing(
    conn: sqlite3.Connection, received_at: str, expected: tuple[int, int, str]
) -> None:
    add_forms(conn, "2021-10-30T09:00:00+08:00", but="530000")
    insert(conn, "contact_forms", year=YEAR, province="530000", received_at=received_at)
    assert verdict(conn, "check_contact_forms") == expected


def test_late_forms_and_missing_ones(conn: sqlite3.Connection) -> None:
    add_forms(conn, "2021-10-30T09:00:00+08:00", but="530000")
    assert verdict(conn, "check_contact_forms") == (36, 37, "fail")
    conn.execute(
        "update contact_forms set received_at = '2021-11-02T08:00:00+08:00'"
        " where province = '110000'"
    )
    row = ask(conn, "check_contact_forms")[0]
    assert (row["numerator"], row["late"], row["missing"]) == (35, 1, 1)
    found = [
        (row["province"], row["finding"], row["days_late"])
        for row in ask(conn, "check_contact_forms_offenders")
    ]
    assert found == [("110000", "late", 3), ("530000", "missing", None)]


def test_a_missing_form_is_undetermined_before_its_day(conn: sqlite3.Connection) -> None:
    set_year(conn, contact_form_due=TOMORROW)
    assert verdict(conn, "check_contact_forms") == (0, 37, "undetermined")
    set_year(conn, contact_form_due=None)
    assert verdict(conn, "check_contact_forms")[2] == "not_applicable"


# ---- Q12 selection ----------------------------------------------------------------------------


def select_everywhere(conn: sqlite3.Connection, but: str = "") -> None:
    for institution in [*members(conn), "miit-talent-exchange"]:
        if institution != but:
            add_people(conn, institution=institution)


@pytest.mark.parametrize(
    ("selected_at", "status", "finding"),
    [
        ("2021-12-31T23:59:59+08:00", "pass", None),
        ("2021-12-31T15:59:59+00:00", "pass", None),
        ("2022-01-01T00:00:00+08:00", "fail", "late"),
        (None, "undetermined", "unknown_time"),
    ],
)
def test_selection_until_the_last_second_of_the_year_in_beijing(
    conn: sqlite3.Connection, selected_at: str | None, status: str, finding: str | None
) -> None:
    select_everywhere(conn, but="pku")
    (person,) = add_people(conn, institution="pku", selected_at=selected_at)
    assert statuses(conn, "check_selection_deadline") == {"institutions": status}
    found = [
        (row["institution"], row["finding"], row["people"])
        for row in ask(conn, "check_selection_deadline_offenders")
    ]
    assert found == ([("pku", finding, 1)] if finding else [])
    people = [row["id"] for row in ask(conn, "find_late_selections")]
    assert people == ([person] if finding else [])


def test_an_institution_without_anybody_fails_after_the_day(conn: sqlite3.Connection) -> None:
    select_everywhere(conn, but="pku")
    add_people(conn, institution="pku", state="submitted")
    assert verdict(conn, "check_selection_deadline") == (21, 22, "fail")
    (row,) = ask(conn, "check_selection_deadline_offenders")
    assert (row["institution"], row["finding"]) == ("pku", "none")
    set_year(conn, selection_due=TOMORROW)
    assert verdict(conn, "check_selection_deadline") == (21, 22, "undetermined")
    set_year(conn, selection_due=None)
    assert verdict(conn, "check_selection_deadline")[2] == "not_applicable"


def test_a_late_person_who_was_rejected_does_not_matter(conn: sqlite3.Connection) -> None:
    select_everywhere(conn)
    add_people(conn, state="rejected", selected_at="2022-05-01T00:00:00+08:00")
    assert verdict(conn, "check_selection_deadline") == (22, 22, "pass")


# ---- Q13 coverage, Q14 the lowest -------------------------------------------------------------


def test_coverage_needs_every_institution_and_every_indicator(conn: sqlite3.Connection) -> None:
    institutions = members(conn)
    assess(conn, {slug: 9_000 + place for place, slug in enumerate(institutions)})
    assert verdict(conn, "check_assessment_coverage") == (21, 21, "pass")
    lift_laws_of_assessment(conn)
    conn.execute(
        "delete from assessment_scores where indicator = 'funds' and assessment_id ="
        " (select id from assessments where institution = 'pku')"
    )
    assert verdict(conn, "check_assessment_coverage") == (20, 21, "undetermined")
    (row,) = ask(conn, "check_assessment_coverage_offenders")
    assert (row["institution"], row["finding"], row["scored"]) == ("pku", "incomplete", 6)
    assert "pku" not in {row["institution"] for row in ask(conn, "check_assessment_ranking")}
    set_year(conn, state="closed")
    assert verdict(conn, "check_assessment_coverage") == (20, 21, "fail")


def test_a_draft_is_no_final_score_and_the_office_is_not_ranked(conn: sqlite3.Connection) -> None:
    assess(conn, {"pku": 9_000}, status="draft")
    assess(conn, {"miit-talent-exchange": 1_000})
    assert verdict(conn, "check_assessment_coverage") == (0, 21, "undetermined")
    findings = {
        row["institution"]: row["finding"]
        for row in ask(conn, "check_assessment_coverage_offenders")
    }
    assert (findings["pku"], findings["tsinghua"], len(findings)) == ("draft", "none", 21)
    assert ask(conn, "check_assessment_ranking") == []


def test_a_total_weighs_the_indicators(conn: sqlite3.Connection) -> None:
    assess(conn, {"pku": 8_550})
    lift_laws_of_assessment(conn)
    conn.execute("update assessment_scores set score_hundredths = 0 where indicator = 'funds'")
    (row,) = ask(conn, "check_assessment_ranking")
    assert (row["place"], row["points"]) == (1, 81.225)


def lowest(conn: sqlite3.Connection, *scores: int) -> dict[str, str]:
    """Q14 where the first institutions have ``scores`` and all others more, each its own."""
    institutions = members(conn)
    rest = {slug: 9_000 + place for place, slug in enumerate(institutions)}
    assess(conn, rest | dict(zip(institutions, scores, strict=False)))
    return statuses(conn, "check_bottom_two")


TIE, LOW = "tie_decision_required", "bottom_two"


@pytest.mark.parametrize(
    ("scores", "status", "concerned"),
    [
        ((7_000, 7_001), "pass", [LOW, LOW]),
        ((7_000, 7_000), "pass", [LOW, LOW]),
        ((7_000, 7_000, 7_000), "undetermined", [TIE, TIE, TIE]),
        ((7_000, 7_100, 7_100), "undetermined", [LOW, TIE, TIE]),
        ((7_000, 7_100, 7_100, 7_100), "undetermined", [LOW, TIE, TIE, TIE]),
        ((0, 7_100), "pass", [LOW, LOW]),
    ],
)
def test_the_two_lowest_and_their_ties(
    conn: sqlite3.Connection, scores: tuple[int, ...], status: str, concerned: list[str]
) -> None:
    institutions = members(conn)
    found = lowest(conn, *scores)
    assert found.pop("ranked_institutions") == status
    assert found == dict(zip(institutions, concerned, strict=False))
    assert verdict(conn, "check_bottom_two")[0] == len(concerned)


def test_the_lowest_are_provisional_until_all_are_final(conn: sqlite3.Connection) -> None:
    institutions = members(conn)
    lowest(conn, 7_000, 7_001)
    conn.execute("drop trigger assessments_final_fixed")
    conn.execute(
        "update assessments set status = 'draft' where institution = ?", (institutions[0],)
    )
    found = statuses(conn, "check_bottom_two")
    # The draft has the lowest total of all, but no score is not a zero and a draft is no score.
    assert found == {
        "ranked_institutions": "undetermined",
        institutions[1]: "provisional",
        institutions[2]: "provisional",
    }


def test_fewer_ranked_than_three_are_provisional(conn: sqlite3.Connection) -> None:
    kept = members(conn)[:2]
    conn.execute(
        "update institution_years set ranked = 0 where institution not in (?, ?)", tuple(kept)
    )
    assess(conn, {kept[0]: 7_000, kept[1]: 8_000})
    assert verdict(conn, "check_assessment_coverage") == (2, 2, "pass")
    assert statuses(conn, "check_bottom_two") == {
        "ranked_institutions": "undetermined", kept[0]: "provisional", kept[1]: "provisional",
    }  # fmt: skip


@pytest.mark.parametrize(("count", "concerned"), [(0, 0), (1, 1), (3, 3)])
def test_how_many_are_suspended_is_the_years_own(
    conn: sqlite3.Connection, count: int, concerned: int
) -> None:
    set_year(conn, suspended_count=count)
    found = lowest(conn, 7_000, 7_001, 7_002)
    assert found.pop("ranked_institutions") == ("pass" if count else "not_applicable")
    assert list(found.values()) == [LOW] * concerned


def test_a_suspended_institution_is_neither_covered_nor_ranked(conn: sqlite3.Connection) -> None:
    institutions = members(conn)
    lowest(conn, 7_000, 7_001, 7_002)
    conn.execute(
        "update institution_years set status = 'suspended' where institution = ?",
        (institutions[0],),
    )
    assert verdict(conn, "check_assessment_coverage") == (20, 20, "pass")
    assert set(statuses(conn, "check_bottom_two")) == {
        "ranked_institutions", institutions[1], institutions[2],
    }  # fmt: skip


# ---- Q15 suspension ---------------------------------------------------------------------------


def suspend(conn: sqlite3.Connection, institution: str) -> None:
    lift_laws_of_assessment(conn)
    insert(
        conn, "suspensions", year=YEAR, institution=institution, assessed_year=YEAR,
        decided_by="office", decided_at="2021-06-01", document="示例",
    )  # fmt: skip


@pytest.mark.parametrize("trace", ["class", "plan", "person"])
def test_a_suspended_institution_leaves_no_trace(conn: sqlite3.Connection, trace: str) -> None:
    assert verdict(conn, "check_suspended_active") == (0, 0, "not_applicable")
    suspend(conn, "pku")
    suspend(conn, "bit")
    add_people(conn, institution="pku", state="submitted")
    assert verdict(conn, "check_suspended_active") == (0, 2, "pass")
    assert ask(conn, "check_suspended_active_offenders") == []
    if trace == "class":
        add_class(conn, institution="pku")
    elif trace == "plan":
        insert(conn, "training_plans", year=YEAR, institution="pku", version=1, status="draft")
    else:
        add_people(conn, institution="pku", state="approved")
    assert verdict(conn, "check_suspended_active") == (1, 2, "fail")
    (row,) = ask(conn, "check_suspended_active_offenders")
    found = {"class": row["classes"], "plan": row["plans"], "person": row["people"]}
    assert (row["institution"], found) == (
        "pku", {"class": 0, "plan": 0, "person": 0} | {trace: 1},
    )  # fmt: skip


def test_who_is_suspended_shows_in_both_years(conn: sqlite3.Connection) -> None:
    assert ask(conn, "check_suspended_institutions") == []
    suspend(conn, "pku")
    insert(
        conn, "programme_years", key="2020-2021", name_zh="上一年度", name_en="The year before",
        target_trainees=1, min_manufacturing_percent=0, period_months=12, suspended_count=2,
    )  # fmt: skip
    conn.execute("drop trigger suspensions_fixed")
    conn.execute("update suspensions set assessed_year = '2020-2021'")
    for year in (YEAR, "2020-2021"):
        (row,) = ask(conn, "check_suspended_institutions", year=year)
        assert (row["institution"], row["assessed_year"], row["suspended_in"]) == (
            "pku", "2020-2021", YEAR,
        )  # fmt: skip


# ---- Q16 certificates -------------------------------------------------------------------------


def test_certificates_in_order(conn: sqlite3.Connection) -> None:
    assert verdict(conn, "check_certificates") == (0, 0, "not_applicable")
    first, second = add_people(conn, 2, state="completed", cohort_id=add_class(conn))
    certify(conn, first, "LJ-1")
    certify(conn, second, "LJ-2", issued_on="2023-01-10")
    conn.execute("update trainees set state = 'certified'")
    assert set(statuses(conn, "check_certificates").values()) == {"pass"}
    assert verdict(conn, "check_certificates") == (0, 2, "pass")


@pytest.mark.parametrize(
    ("fault", "spoil"),
    [
        ("not_done", "update trainees set state = 'revoked' where id = 1"),
        ("not_office", "update certificates set issuer_role = 'institution' where number = 'LJ-1'"),
        ("duplicate_number", "update certificates set number = 'lj-2 ' where number = 'LJ-1'"),
        ("before_class_end",
         "update certificates set issued_on = '2023-01-08' where number = 'LJ-1'"),
        ("two_per_person", "update certificates set trainee_id = 2 where number = 'LJ-1'"),
    ],
)  # fmt: skip
def test_each_fault_of_a_certificate(conn: sqlite3.Connection, fault: str, spoil: str) -> None:
    people = add_people(conn, 2, state="completed", cohort_id=add_class(conn))
    for person in people:
        certify(conn, person, f"LJ-{person}")
    conn.execute("update trainees set state = 'certified'")
    # The record refuses some of these itself; a check does not rely on it.
    conn.execute("pragma ignore_check_constraints = on")
    conn.execute("drop trigger certificates_fixed")
    conn.execute("drop index certificates_valid")
    conn.execute(spoil)
    found = statuses(conn, "check_certificates")
    assert found.pop("certificates") == "fail"
    assert {scope for scope, status in found.items() if status == "fail"} == {fault}
    assert {row["finding"] for row in ask(conn, "find_certificate_faults")} == {fault}


def test_an_unknown_end_of_class_leaves_a_certificate_undetermined(
    conn: sqlite3.Connection,
) -> None:
    (person,) = add_people(conn, state="completed")
    certify(conn, person, "LJ-1")
    found = statuses(conn, "check_certificates")
    assert (found["certificates"], found["before_class_end"]) == ("undetermined", "undetermined")
    assert found["not_done"] == "pass"
    assert ask(conn, "find_certificate_faults")[0]["finding"] == "class_end_unknown"


def test_a_revoked_certificate_of_a_revoked_trainee_is_in_order(conn: sqlite3.Connection) -> None:
    (person,) = add_people(conn, state="completed", cohort_id=add_class(conn))
    certify(conn, person, "LJ-1")
    conn.execute("update trainees set state = 'certified'")
    conn.execute("update trainees set state = 'revoked'")
    conn.execute("update certificates set status = 'revoked', revoked_reason = '理由'")
    assert verdict(conn, "check_certificates") == (0, 1, "pass")


# ---- Q18 plans, Q21 commissioned --------------------------------------------------------------


AGREED = dict.fromkeys(
    ("office_agreed_at", "province_agreed_at", "institution_agreed_at"), "2021-12-01"
)


def test_only_a_class_that_has_begun_needs_a_plan(conn: sqlite3.Connection) -> None:
    add_class(conn, name="未来的班", starts_on=TOMORROW, ends_on=None)
    add_class(conn, name="日期未定", starts_on=None, ends_on=None)
    assert verdict(conn, "check_training_plans") == (0, 0, "not_applicable")
    begun = add_class(conn)
    assert verdict(conn, "check_training_plans") == (1, 1, "fail")
    assert [row["cohort_id"] for row in ask(conn, "check_training_plans_offenders")] == [begun]


@pytest.mark.parametrize(
    ("columns", "status"),
    [
        ({}, "pass"),
        ({"office_agreed_at": None}, "fail"),
        ({"province_agreed_at": None}, "fail"),
        ({"institution_agreed_at": None}, "fail"),
        ({"status": "agreed"}, "fail"),
        ({"institution": "pku"}, "fail"),
    ],
)
def test_a_plan_is_in_force_when_all_three_have_agreed(
    conn: sqlite3.Connection, columns: dict[str, Any], status: str
) -> None:
    add_class(conn)
    # The record refuses some of these itself; a check does not rely on it.
    conn.execute("drop trigger training_plans_agreed_insert")
    plan = {"year": YEAR, "institution": "tsinghua", "version": 1, "status": "in_force"}
    insert(conn, "training_plans", **(plan | AGREED | columns))
    assert statuses(conn, "check_training_plans") == {"classes_begun": status}
    assert bool(ask(conn, "check_training_plans_offenders")) == (status == "fail")


@pytest.mark.parametrize(
    ("columns", "status", "finding"),
    [
        ({"reported_at": "2022-03-14T17:00:00+08:00"}, "pass", None),
        ({"reported_at": "2022-03-15T00:00:00+08:00"}, "fail", "reported_late"),
        ({}, "fail", "not_reported"),
        ({"reported_at": "2022-03-01", "institution": "scu"}, "fail", "not_active"),
        ({"reported_at": "2022-03-01", "starts_on": None}, "undetermined", "start_unknown"),
    ],
)
def test_commissioned_trainings_are_reported_before_they_begin(
    conn: sqlite3.Connection, columns: dict[str, Any], status: str, finding: str | None
) -> None:
    assert verdict(conn, "check_commissioned_trainings") == (0, 0, "not_applicable")
    insert(
        conn, "institutions", slug="scu", seq=99, name_zh="四川大学", name_en="Sichuan University",
        kind="university", named_in="示例",
    )  # fmt: skip
    values = {
        "year": YEAR, "province": "530000", "institution": "pku", "mode": "joint", "title": "示例",
        "starts_on": "2022-03-14",
    }  # fmt: skip
    insert(conn, "commissioned_trainings", **(values | columns))
    assert statuses(conn, "check_commissioned_trainings") == {"commissioned_trainings": status}
    found = [row["finding"] for row in ask(conn, "check_commissioned_trainings_offenders")]
    assert found == ([finding] if finding else [])


# ---- Q23 duplicates, Q24 backlog --------------------------------------------------------------


def test_duplicate_persons(conn: sqlite3.Connection) -> None:
    assert verdict(conn, "check_duplicate_persons") == (0, 0, "not_applicable")
    add_people(conn, person_key="a" * 32, institution="pku", state="rejected")
    add_people(conn, person_key="a" * 32)
    add_people(conn, person_key="b" * 32)
    assert verdict(conn, "check_duplicate_persons") == (0, 2, "pass")
    conn.execute("drop index trainees_person")
    add_people(conn, person_key="a" * 32, institution="pku", state="submitted")
    assert verdict(conn, "check_duplicate_persons") == (1, 2, "fail")
    rows = ask(conn, "find_duplicate_persons")
    assert [(row["finding"], row["institution"]) for row in rows] == [
        ("same_document", "tsinghua"), ("same_document", "pku"),
    ]  # fmt: skip


def test_the_same_name_and_mobile_under_two_documents_is_for_the_office(
    conn: sqlite3.Connection,
) -> None:
    add_people(conn, name="王伟", mobile_key="c" * 32)
    add_people(conn, name="王伟", mobile_key="d" * 32)
    add_people(conn, name="李娜", mobile_key="c" * 32)
    same = statuses(conn, "check_duplicate_persons")
    assert same == {"same_document": "pass", "same_name_and_mobile": "pass"}
    add_people(conn, name="王伟", mobile_key="c" * 32, institution="pku")
    same = statuses(conn, "check_duplicate_persons")
    assert same == {"same_document": "pass", "same_name_and_mobile": "undetermined"}
    assert [row["institution"] for row in ask(conn, "find_duplicate_persons")] == [
        "tsinghua", "pku",
    ]  # fmt: skip


def test_a_batch_that_waits_longer_than_the_year_allows(conn: sqlite3.Connection) -> None:
    def waiting(days: str) -> int:
        sql = "select strftime('%Y-%m-%dT%H:%M:%S+08:00', 'now', '+8 hours', ?)"
        return add_batch(conn, uploaded_at=conn.execute(sql, (days,)).fetchone()[0])

    assert verdict(conn, "check_audit_backlog") == (0, 0, "not_applicable")
    waiting("-9 days")
    assert verdict(conn, "check_audit_backlog") == (0, 1, "pass")
    late = waiting("-11 days")
    add_batch(conn, status="approved", decided_by="office")
    add_batch(conn, status="recorded")
    assert verdict(conn, "check_audit_backlog") == (1, 4, "undetermined")
    (row,) = ask(conn, "check_audit_backlog_offenders")
    assert (row["batch_id"], row["finding"], row["days_waiting"]) == (late, "overdue", 11)


def test_nobody_approves_his_own_batch(conn: sqlite3.Connection) -> None:
    conn.execute("pragma ignore_check_constraints = on")
    own = add_batch(conn, status="approved", decided_by="tsinghua")
    add_batch(conn, status="undone", decided_by="tsinghua")
    assert statuses(conn, "check_audit_backlog") == {"overdue": "pass", "own_approval": "fail"}
    assert [row["batch_id"] for row in ask(conn, "check_audit_backlog_offenders")] == [own]


# ---- Q25 coverage, Q26 tracks -----------------------------------------------------------------


def test_every_authority_recommends_somebody(conn: sqlite3.Connection) -> None:
    codes = [row[0] for row in conn.execute("select code from provinces order by seq")]
    for code in codes[:-1]:
        add_people(
            conn, state="approved", origin="recommended", recommending_authority=code, province=code
        )
    # The last one, 兵团, has somebody who waits and somebody who came by himself.
    last = {"recommending_authority": "660000", "province": "660000"}
    add_people(conn, state="submitted", origin="recommended", **last)
    add_people(conn, state="approved", origin="self_selected", **last)
    assert verdict(conn, "check_province_coverage") == (36, 37, "undetermined")
    found = statuses(conn, "check_province_coverage")
    assert found["separately_planned_cities"] == "pass"
    assert found["provinces_and_corps"] == "undetermined"
    (row,) = ask(conn, "check_province_coverage_offenders")
    assert (row["province"], row["nominated"]) == ("660000", 1)
    set_year(conn, state="closed")
    assert verdict(conn, "check_province_coverage") == (36, 37, "fail")
    add_people(conn, state="approved", origin="both", **last)
    assert verdict(conn, "check_province_coverage") == (37, 37, "pass")
    assert ask(conn, "check_province_coverage_offenders") == []


@pytest.mark.parametrize(
    ("columns", "finding"),
    [
        ({"track": "thematic"}, None),
        ({"track": "thematic", "origin": "both", "recommending_authority": "110000"}, None),
        ({"track": "thematic", "origin": "recommended", "recommending_authority": "110000"},
         "recommended_thematic"),
        ({"track": "srdi"}, "topic_elsewhere"),
        ({"track": "srdi", "institution": "miit-talent-exchange"}, None),
        ({"track": "thematic", "institution": "miit-talent-exchange"}, "track_at_centre"),
    ],
)  # fmt: skip
def test_tracks_and_where_people_come_from(
    conn: sqlite3.Connection, columns: dict[str, str], finding: str | None
) -> None:
    assert verdict(conn, "check_track_origin") == (0, 0, "not_applicable")
    add_people(conn, state="submitted", **columns)
    found = statuses(conn, "check_track_origin")
    warned = finding == "recommended_thematic"
    assert found["organiser"] == ("fail" if finding and not warned else "pass")
    assert found["recommended_thematic"] == ("undetermined" if warned else "pass")
    rows = [row["finding"] for row in ask(conn, "find_track_conflicts")]
    assert rows == ([finding] if finding else [])


# ---- Q30 history ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spoil", "finding"),
    [
        ("update trainees set state = 'certified' where id = 1", "not_allowed"),
        ("update trainee_events set to_state = 'returned' where trainee_id = 1 and to_state ="
         " 'approved'", "not_connected"),
        ("delete from trainee_events where trainee_id = 1 and to_state = 'enrolled'",
         "stands_elsewhere"),
        ("delete from trainee_events where trainee_id = 1", "stands_elsewhere"),
    ],
)  # fmt: skip
def test_a_history_without_a_jump(conn: sqlite3.Connection, spoil: str, finding: str) -> None:
    assert verdict(conn, "check_trainee_history") == (0, 0, "not_applicable")
    add_people(conn, 2)
    assert verdict(conn, "check_trainee_history") == (0, 2, "pass")
    assert ask(conn, "find_broken_histories") == []
    for trigger in ("trainees_step", "trainee_events_fixed", "trainee_events_kept"):
        conn.execute(f"drop trigger {trigger}")
    conn.execute(spoil)
    assert verdict(conn, "check_trainee_history") == (1, 2, "fail")
    found = ask(conn, "find_broken_histories")
    assert {row["trainee_id"] for row in found} == {1}
    assert finding in {row["finding"] for row in found}


def test_an_empty_record_has_nobody_to_find(conn: sqlite3.Connection) -> None:
    for name in (
        "find_unknown_industry", "find_late_selections", "find_certificate_faults",
        "find_duplicate_persons", "find_track_conflicts", "find_broken_histories",
    ):  # fmt: skip
        assert ask(conn, name) == []
