"""Certificates (结业证书): who gets one, issuing, reissuing, revoking. The office alone does it (三(六)).

What is printed is kept with the certificate and never follows the record; a correction is a new
certificate in place of the old one.
"""

import hashlib
import json
import sqlite3
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from training import audit, certificate_font, certificate_keys, certificate_numbers
from training.certificate_tokens import Facts
from training.database import acting, now, transaction
from training.wording import t
from training.workflow import Refused

#: The states that are looked at when certificates are issued: in training or past it.
_LOOKED_AT = "('enrolled', 'not_completed', 'completed', 'certified', 'alumni', 'revoked')"


class Candidate(NamedTuple):
    """One person of the preview. ``hindrance`` is a key of :func:`hindrances`, '' for nothing."""

    trainee: int
    name: str
    id_masked: str
    institution_zh: str
    institution_en: str
    cohort: str
    hindrance: str


@dataclass(frozen=True)
class Preview:
    """Who would be certified on a day, and who not and why.

    ``waiver`` is the office's reason to certify people whose consent is not recorded, '' for none.
    """

    year: str
    institution: str
    issued_on: str
    given: list[Candidate]
    left_out: list[Candidate]
    waiver: str = ""

    @property
    def mark(self) -> str:
        """Changes whenever other people would be certified than those shown."""
        people = ",".join(str(one.trainee) for one in self.given)
        return f"{len(self.given)}-{_hash_of(people)}"


def _hash_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def hindrances() -> dict[str, str]:
    """Why somebody gets no certificate, in words."""
    return {
        "not_completed": t("未完成学业", "Training not completed"),
        "has_one": t("已有证书", "Has a certificate already"),
        "revoked": t("证书已作废", "Certificate was revoked"),
        "no_class": t("未编班或班级没有结束日期", "No class, or no end of the class"),
        "class_not_ended": t("颁发日期早于班级结束", "The class ends after the day of issue"),
        "no_consent": t("未登记知情同意", "Consent not recorded"),
        "font": t("姓名中有字库缺少的字，请先补充字库", "The font lacks a character of the name"),
    }


def preview(
    conn: sqlite3.Connection, year: str, institution: str, issued_on: str, waiver: str = ""
) -> Preview:
    """Everybody of ``year`` (of one institution, or of all with '') sorted by what stands in the way.

    Without recorded consent nobody is certified unless ``waiver`` says why.
    Raises :class:`Refused` for a year, an institution or a day that makes no sense.
    """
    _check(conn, year, institution, issued_on)
    waiver = waiver.strip()[:500]
    given: list[Candidate] = []
    left_out: list[Candidate] = []
    for row in people(conn, year, institution):
        one = Candidate(
            row["id"], row["name"], row["id_masked"], row["institution_zh"], row["institution_en"],
            row["class"] or "", _hindrance(row, issued_on, waiver),
        )  # fmt: skip
        (left_out if one.hindrance else given).append(one)
    return Preview(year, institution, issued_on, given, left_out, waiver)


def _check(conn: sqlite3.Connection, year: str, institution: str, issued_on: str) -> None:
    if not conn.execute("select 1 from programme_years where key = ?", (year,)).fetchone():
        raise Refused(t("没有这个年度。", "There is no such year."))
    known = conn.execute("select 1 from institutions where slug = ?", (institution,)).fetchone()
    if institution and not known:
        raise Refused(t("没有这个机构。", "There is no such institution."))
    try:
        day = date.fromisoformat(issued_on)
    except ValueError:
        day = None
    if day is None or day.isoformat() != issued_on or issued_on > now()[:10]:
        raise Refused(
            t(
                "颁发日期应为不晚于今天的日期，如 2023-01-09。",
                "The day of issue is a day that has come.",
            )
        )


def people(conn: sqlite3.Connection, year: str, institution: str) -> list[sqlite3.Row]:
    """Everybody of a year who is in training or past it, with what a certificate says of each."""
    return conn.execute(
        "select t.id, t.name, t.id_masked, t.state, i.slug, i.seq, i.name_zh as institution_zh,"
        " i.name_en as institution_en, k.name_zh as track_zh, k.name_en as track_en,"
        " c.name as class, c.starts_on, c.ends_on,"
        " exists (select 1 from certificates as x where x.trainee_id = t.id) as has_one,"
        " exists (select 1 from consents as x where x.trainee_id = t.id) as consented"
        " from trainees as t join institutions as i on i.slug = t.institution"
        " join tracks as k on k.code = t.track left join cohorts as c on c.id = t.cohort_id"
        f" where t.year = ? and (? = '' or t.institution = ?) and t.state in {_LOOKED_AT}"
        " order by i.seq, c.starts_on, t.id",
        (year, institution, institution),
    ).fetchall()


def _hindrance(row: sqlite3.Row, issued_on: str, waiver: str) -> str:
    reasons = {
        "revoked": row["state"] == "revoked",
        "has_one": row["has_one"],
        "not_completed": row["state"] != "completed",
        "no_class": not row["ends_on"],
        "class_not_ended": bool(row["ends_on"]) and issued_on < row["ends_on"],
        "no_consent": not row["consented"] and not waiver,
        "font": bool(certificate_font.missing(row["name"])),
    }
    return next((reason for reason, holds in reasons.items() if holds), "")


def issue(conn: sqlite3.Connection, folder: Path, shown: Preview, by: str, via: str) -> list[str]:
    """Certify exactly the people of a preview and return the numbers; all of them or nobody.

    ``folder`` holds the keys. Raises :class:`Refused` if other people would be certified by now.
    """
    key, numbers = certificate_keys.verify_key(folder), []
    with transaction(conn), acting(conn, by, via, "certified"):
        certificate_keys.announce(conn, folder)
        found = preview(conn, shown.year, shown.institution, shown.issued_on, shown.waiver)
        if found.mark != shown.mark:
            raise Refused(
                t("名单已有变化，请重新核对后再颁发。", "The list has changed: look at it again.")
            )
        if not found.given:
            raise Refused(t("没有可以颁发证书的学员。", "Nobody can be certified."))
        wanted, unasked = {one.trainee for one in found.given}, 0
        for row in people(conn, shown.year, shown.institution):
            if row["id"] in wanted:
                unasked += not row["consented"]
                numbers.append(enter(conn, key, row, shown.year, shown.issued_on, by))
                conn.execute("update trainees set state = 'certified' where id = ?", (row["id"],))
        waived = {"without_consent": unasked, "reason": shown.waiver} if unasked else {}
        audit.record(
            conn, by, via, "issue", "certificates", f"{numbers[0]}…", people=len(numbers),
            year=shown.year, institution=shown.institution, issued_on=shown.issued_on, **waived,
        )  # fmt: skip
    return numbers


def enter(
    conn: sqlite3.Connection, key: bytes, row: sqlite3.Row, year: str, issued_on: str, by: str,
    replaces: str | None = None,
) -> str:  # fmt: skip
    """Enter the certificate of one person (a row of :func:`people`) and return its number."""
    number = _next_number(conn, year, row["seq"])
    printed = {
        "name": row["name"], "year": year,
        "institution_zh": row["institution_zh"], "institution_en": row["institution_en"],
        "track_zh": row["track_zh"], "track_en": row["track_en"],
        "studied_from": row["starts_on"] or "", "studied_to": row["ends_on"] or "",
    }  # fmt: skip
    conn.execute(
        "insert into certificates (number, trainee_id, issued_on, issued_by, issuer_role, printed,"
        " holder_key, replaces) values (?, ?, ?, ?, 'office', ?, ?, ?)",
        (number, row["id"], issued_on, by, json.dumps(printed, ensure_ascii=False),
         certificate_keys.holder_key(key, number, row["name"]), replaces),
    )  # fmt: skip
    return number


def _next_number(conn: sqlite3.Connection, year: str, institution: int) -> str:
    prefix = conn.execute(
        "select certificate_prefix from programme_years where key = ?", (year,)
    ).fetchone()[0]
    stem = certificate_numbers.stem(prefix, year, institution)
    # Numbers begin alike and serials are of one width, so the greatest text is the last serial.
    last = conn.execute(
        "select max(number) from certificates where number > ? and number < ?", (stem, stem + ":")
    ).fetchone()[0]
    try:
        return certificate_numbers.number(stem, certificate_numbers.serial(last) + 1 if last else 1)
    except ValueError as full:
        raise Refused(t("该机构本年度的编号已用完。", "No numbers are left.")) from full


def reissue(
    conn: sqlite3.Connection, folder: Path, number: str, issued_on: str, reason: str, by: str,
    via: str,
) -> str:  # fmt: skip
    """Replace a valid certificate by a new one with the record's present facts; the new number."""
    reason = _reason(reason)
    key = certificate_keys.verify_key(folder)
    with transaction(conn), acting(conn, by, via, reason):
        certificate_keys.announce(conn, folder)
        old = _valid(conn, number)
        _check(conn, old["year"], "", issued_on)
        row = next(one for one in people(conn, old["year"], "") if one["id"] == old["trainee_id"])
        if row["ends_on"] and issued_on < row["ends_on"]:
            raise Refused(hindrances()["class_not_ended"])
        if certificate_font.missing(row["name"]):
            raise Refused(hindrances()["font"])
        _close(conn, number, "replaced", reason)
        new = enter(conn, key, row, old["year"], issued_on, by, replaces=number)
        audit.record(
            conn, by, via, "reissue", "certificates", number, new_number=new, reason=reason
        )
    return new


def revoke(conn: sqlite3.Connection, number: str, reason: str, by: str, via: str) -> None:
    """Revoke a valid certificate (作废) and its holder's state with it; the number stays forever."""
    reason = _reason(reason)
    with transaction(conn), acting(conn, by, via, reason):
        old = _valid(conn, number)
        _close(conn, number, "revoked", reason)
        conn.execute("update trainees set state = 'revoked' where id = ?", (old["trainee_id"],))
        audit.record(conn, by, via, "revoke", "certificates", number, reason=reason)


def _reason(reason: str) -> str:
    if not reason.strip():
        raise Refused(t("请写明理由。", "Write the reason."))
    return reason.strip()[:500]


def _valid(conn: sqlite3.Connection, number: str) -> sqlite3.Row:
    found = find(conn, number)
    if found is None:
        raise Refused(t("没有这个编号的证书。", "There is no such certificate."))
    if found["status"] != "valid":
        raise Refused(t("这张证书已不是有效证书。", "This certificate is not valid any more."))
    return found


def _close(conn: sqlite3.Connection, number: str, status: str, reason: str) -> None:
    conn.execute(
        "update certificates set status = ?, revoked_reason = ?, closed_at = ? where number = ?",
        (status, reason, now(), number),
    )


_SELECT = (
    "select c.*, t.year, t.institution, t.name, t.state, i.name_zh as institution_zh,"
    " i.name_en as institution_en,"
    " (select number from certificates as n where n.replaces = c.number) as replaced_by"
    " from certificates as c join trainees as t on t.id = c.trainee_id"
    " join institutions as i on i.slug = t.institution"
)


def find(conn: sqlite3.Connection, number: str) -> sqlite3.Row | None:
    """One certificate by its number as printed, with its holder."""
    row: sqlite3.Row | None = conn.execute(f"{_SELECT} where c.number = ?", (number,)).fetchone()
    return row


def register(conn: sqlite3.Connection, year: str, number: str, limit: int) -> list[sqlite3.Row]:
    """The latest certificates of a year, or those whose number begins with ``number``."""
    if number:
        return conn.execute(
            f"{_SELECT} where c.number >= ? and c.number < ? order by c.number limit ?",
            (number, number + "\U0010ffff", limit),
        ).fetchall()
    return conn.execute(
        f"{_SELECT} where t.year = ? order by c.issued_on desc, c.number desc limit ?",
        (year, limit),
    ).fetchall()


def valid_numbers(conn: sqlite3.Connection, year: str, institution: str) -> list[str]:
    """The valid certificates of a year (and an institution) that can be printed, by number."""
    return [
        row[0]
        for row in conn.execute(
            "select c.number from certificates as c join trainees as t on t.id = c.trainee_id"
            " where t.year = ? and (? = '' or t.institution = ?) and c.status = 'valid'"
            " and c.printed is not null order by c.number",
            (year, institution, institution),
        )
    ]


def facts(row: sqlite3.Row) -> Facts:
    """What a certificate says; raises :class:`Refused` for one without printed facts or a name."""
    printed: dict[str, Any] = json.loads(row["printed"] or "{}")
    if not printed.get("name"):
        raise Refused(
            t(
                "这张证书没有保存印制内容，不能打印。",
                "What it says was not kept: it can't be printed.",
            )
        )
    return Facts(
        row["number"], printed["name"], printed["year"], printed["institution_zh"],
        printed["track_zh"], printed["studied_from"], printed["studied_to"], row["issued_on"],
    )  # fmt: skip
