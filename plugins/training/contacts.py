"""《领军人才培训工作信息表》(三(一)): who answers for an authority, when its form came, who is missing.

A form that comes late is taken like any other: lateness is a flag. Contacts are never overwritten
but on the day they were entered; the earlier ones keep their dates.
"""

import sqlite3
from collections.abc import Mapping
from datetime import date, timedelta

from training.database import now
from training.wording import t
from training.workflow import Refused

ROLES = ("responsible_official", "liaison")
FIELDS = ("name", "department", "title", "phone", "mobile", "email")


def form_of(conn: sqlite3.Connection, year: str, province: str) -> sqlite3.Row | None:
    """The form of an authority in a year, with how many days late it came."""
    return next((row for row in forms(conn, year) if row["code"] == province), None)


def forms(conn: sqlite3.Connection, year: str) -> list[sqlite3.Row]:
    """All 37 authorities with their form of the year, its lateness in days, and missing contacts.

    ``state`` is on_time, late, missing or waiting (not yet due); ``days_late`` counts from the due
    day to the day the form came, or to today.
    """
    return conn.execute(
        "select p.code, p.name_zh, p.name_en, y.contact_form_due, f.received_at, f.status,"
        " f.returned_reason, c.roles, l.name as liaison, l.mobile, l.phone, l.email,"
        " max(cast(julianday(coalesce(substr(f.received_at, 1, 10), :today))"
        "  - julianday(y.contact_form_due) as integer), 0) as days_late,"
        " case when f.received_at > y.contact_form_due || 'T23:59:59+08:00' then 'late'"
        "  when f.received_at is not null then 'on_time'"
        "  when :today > y.contact_form_due then 'missing' else 'waiting' end as state"
        " from programme_years as y join provinces as p"
        " left join contact_forms as f on f.year = y.key and f.province = p.code"
        " left join province_contacts as l on l.province = p.code and l.role = 'liaison'"
        "  and l.valid_to is null"
        " left join (select province, count(distinct role) as roles from province_contacts"
        "  where valid_from <= :today and coalesce(valid_to, '9999') >= :today group by province)"
        "  as c on c.province = p.code"
        " where y.key = :year order by p.seq",
        {"year": year, "today": now()[:10]},
    ).fetchall()


def contacts_of(conn: sqlite3.Connection, province: str) -> dict[str, sqlite3.Row]:
    """The present contacts of an authority by role."""
    rows = conn.execute(
        "select * from province_contacts where province = ? and valid_to is null", (province,)
    )
    return {row["role"]: row for row in rows}


def earlier_contacts(conn: sqlite3.Connection, province: str) -> list[sqlite3.Row]:
    """Contacts of an authority that others have followed, the latest first."""
    return conn.execute(
        "select * from province_contacts where province = ? and valid_to is not null"
        " order by valid_to desc, role",
        (province,),
    ).fetchall()


def send(
    conn: sqlite3.Connection,
    year: str,
    province: str,
    contacts: Mapping[str, Mapping[str, str | None]],
) -> None:
    """Take the form of an authority inside the caller's transaction.

    The moment of the first form counts, unless that was returned.
    """
    for role in ROLES:
        _follow(conn, province, role, contacts[role])
    conn.execute(
        "insert into contact_forms (year, province, received_at) values (?, ?, ?)"
        " on conflict do update set status = 'received', returned_reason = null,"
        " received_at = iif(status = 'returned', excluded.received_at, received_at)",
        (year, province, now()),
    )


def _follow(
    conn: sqlite3.Connection, province: str, role: str, values: Mapping[str, str | None]
) -> None:
    """Make ``values`` the present contact; the one before ends yesterday."""
    today = date.fromisoformat(now()[:10])
    old = contacts_of(conn, province).get(role)
    if old and all(old[field] == values[field] for field in FIELDS):
        return
    if old and old["valid_from"] >= today.isoformat():
        sets = ", ".join(f"{field} = :{field}" for field in FIELDS)
        conn.execute(
            f"update province_contacts set {sets} where id = :id", {**values, "id": old["id"]}
        )
        return
    if old:
        yesterday = (today - timedelta(days=1)).isoformat()
        conn.execute(
            "update province_contacts set valid_to = ? where id = ?", (yesterday, old["id"])
        )
    names, marks = ", ".join(FIELDS), ", ".join(f":{field}" for field in FIELDS)
    conn.execute(
        f"insert into province_contacts (province, role, valid_from, {names})"
        f" values (:province, :role, :today, {marks})",
        {**values, "province": province, "role": role, "today": today.isoformat()},
    )


def judge(conn: sqlite3.Connection, year: str, province: str, status: str, reason: str) -> None:
    """Accept a form, or return it with a reason, inside the caller's transaction."""
    if status == "returned" and not reason:
        raise Refused(t("请写明退回理由。", "Write the reason for returning it."))
    changed = conn.execute(
        "update contact_forms set status = ?, returned_reason = ? where year = ? and province = ?",
        (status, reason or None, year, province),
    ).rowcount
    if not changed:
        raise Refused(t("该主管部门还没有报送信息表。", "That authority has sent no form."))


def reminder(rows: list[sqlite3.Row], year: str) -> str:
    """A text to copy that names who has not answered, '' if everybody has."""
    missing = [row for row in rows if row["state"] in ("missing", "waiting")]
    if not missing:
        return ""
    names = t("、", ", ").join(t(row["name_zh"], row["name_en"]) for row in missing)
    due = missing[0]["contact_form_due"]
    return t(
        f"按照{year}年度领军人才培训工作通知，请于{due}前反馈《领军人才培训工作信息表》"
        f"（分管负责同志和联络员）。截至{now()[:10]}，以下 {len(missing)} 个主管部门尚未反馈，"
        f"请尽快登录系统填报：{names}。",
        f"By the notice of {year} the contact form (responsible official and liaison) was due on"
        f" {due}. As of {now()[:10]} these {len(missing)} authorities have not sent it: {names}.",
    )
