"""The demonstration years but for their people: last year itself, classes, contacts, assessment."""

import sqlite3
from collections.abc import Sequence
from random import Random

from training.demo_plan import LAST_YEAR, OFFICE, THIS_YEAR, Sending
from training.demo_storing import insert

#: Named for 2020-2021 but not for 2021-2022; the notices do not say why, and neither does this.
_LAST_YEAR_ONLY = (
    {
        "slug": "scu", "seq": 23, "name_zh": "四川大学", "name_en": "Sichuan University",
        "aliases": "川大", "city": "成都市", "province_code": "510000",
        "website_domain": "scu.edu.cn",
    },
    {
        "slug": "ustb", "seq": 24, "name_zh": "北京科技大学",
        "name_en": "University of Science and Technology Beijing", "aliases": "北科大",
        "city": "北京市", "province_code": "110000", "website_domain": "ustb.edu.cn",
    },
)  # fmt: skip
_NOT_LAST_YEAR = "uestc"
_BASIS = "2020-2021年度通知（公开转载）"

_PLANNED_TITLES = (
    ("530000", "ynu", "joint", "云南省专精特新企业经营者研修班", "2022-03-14", "2022-02-21"),
    ("330000", "zju", "entrusted", "浙江省数字化管理专题班", "2022-04-11", "2022-03-25"),
    ("440300", "sysu", "entrusted", "深圳市融通创新专题班", "2022-05-16", "2022-05-20"),
    ("370000", "sdu", "joint", "山东省制造业骨干企业研修班", "2022-06-13", None),
)
_SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻"

_PLAN = (
    "一、目标：提升企业经营管理者专业素质。\n二、班次：一年期班，集中授课与线上学习结合。\n"
    "三、课程：战略与政策、经营管理、实践与交流。\n四、经费：学费和财政补助，按班级记账。"
)

#: The four lowest of the 21: one alone at the bottom, then three with the very same total.
_LOWEST = ("cqu", "tju", "gxu", "uestc")


def open_last_year(conn: sqlite3.Connection) -> list[str]:
    """Add 2020-2021, its target, its 22 institutions and their track; return the institutions."""
    insert(conn, "programme_years", {
        "key": LAST_YEAR, "name_zh": "2020-2021年度", "name_en": "Programme year 2020-2021",
        "state": "closed", "target_trainees": 1_800, "min_manufacturing_percent": 30,
        # What that year's notice says of the last ranked is not known: no rule rather than a guess.
        "period_months": 12, "suspended_count": 0,
    })  # fmt: skip
    for row in _LAST_YEAR_ONLY:
        insert(conn, "institutions", row | {"kind": "university", "named_in": _BASIS})
    named = conn.execute(
        "select slug from institutions where slug not in (?, ?) order by seq",
        (_NOT_LAST_YEAR, OFFICE),
    )
    slugs = [row["slug"] for row in named]
    for slug in slugs:
        insert(conn, "institution_years", {
            "year": LAST_YEAR, "institution": slug, "status": "assessed", "selection_basis": _BASIS,
        })  # fmt: skip
        insert(conn, "institution_tracks", {
            "year": LAST_YEAR, "institution": slug, "track": "regional_development",
        })  # fmt: skip
    return slugs


def hold_classes(conn: sqlite3.Connection, sendings: Sequence[Sending]) -> None:
    """A class for each institution and track that has people, and the plan that must precede it."""
    names = dict(conn.execute("select code, name_zh from tracks").fetchall())
    held = {(one.year, one.institution, one.track) for one in sendings if one.states}
    for place, (year, institution, track) in enumerate(sorted(held)):
        begins = int(year[5:])
        short = institution == OFFICE
        insert(conn, "cohorts", {
            "year": year, "institution": institution, "track": track,
            "name": f"{year}年度{names[track]}一班",
            "starts_on": f"{begins}-{3 if short else 1:02d}-{5 + place % 20:02d}",
            "ends_on": f"{begins}-03-{9 + place % 20:02d}" if short
            else f"{begins + 1}-01-{4 + place % 20:02d}",
            "duration_kind": "short" if short else "long",
            "delivery": ("offline", "mixed")[place % 2],
        })  # fmt: skip
    _agree_on_plans(conn, sorted({(year, slug) for year, slug, _ in held}))


def _agree_on_plans(conn: sqlite3.Connection, held: Sequence[tuple[str, str]]) -> None:
    """A plan in force for each institution and year, and two new versions that are being agreed on."""
    homes = dict(conn.execute("select slug, province_code from institutions").fetchall())
    # A university in a separately planned city agrees with that city's authority.
    homes |= {"xmu": "350200"}
    for year, institution in held:
        agreed = f"{year[:4]}-12-20T10:00:00+08:00"
        insert(conn, "training_plans", {
            "year": year, "institution": institution, "version": 1, "status": "in_force",
            "province": homes[institution] or "110000", "content": _PLAN,
            "office_agreed_at": agreed, "province_agreed_at": agreed,
            "institution_agreed_at": agreed,
        })  # fmt: skip
    for institution in ("tsinghua", "ynu"):
        insert(conn, "training_plans", {
            "year": THIS_YEAR, "institution": institution, "version": 2, "status": "draft",
            "province": homes[institution], "content": f"{_PLAN}\n五、增加一次跨区域交流。",
            "institution_agreed_at": "2022-03-01T10:00:00+08:00",
        })  # fmt: skip


def answer_the_notice(conn: sqlite3.Connection) -> None:
    """Contacts, information forms and commissioned trainings of the authorities, gaps included."""
    codes = [row["code"] for row in conn.execute("select code from provinces order by seq")]
    for place, code in enumerate(codes):
        for role, title in (("responsible_official", "副局长"), ("liaison", "主任科员")):
            if (code, role) == ("630000", "liaison"):
                continue
            insert(conn, "province_contacts", {
                "province": code, "role": role, "title": title, "department": "中小企业处",
                "name": f"{_SURNAMES[place % len(_SURNAMES)]}示例",
                "phone": f"000-2000{place:04d}",
                "mobile": f"1380000{place:04d}" if role == "liaison" else None,
                "email": f"{role[:4]}-{code}@example.org",
                "valid_from": "2021-10-29",
            })  # fmt: skip
        if code == "650000":
            continue
        day = {"150000": "2021-10-31", "460000": "2021-11-03"}.get(code, "2021-10-30")
        # The first second of the day after is late; the last one of the day itself is not.
        hour = {"140000": "23:59:59", "150000": "00:00:00"}.get(code, f"{9 + place % 8:02d}:30:00")
        insert(conn, "contact_forms", {
            "year": THIS_YEAR, "province": code, "received_at": f"{day}T{hour}+08:00",
            "status": "accepted",
        })  # fmt: skip
    for province, institution, mode, title, starts_on, reported_on in _PLANNED_TITLES:
        insert(conn, "commissioned_trainings", {
            "year": THIS_YEAR, "province": province, "institution": institution, "mode": mode,
            "title": title, "starts_on": starts_on,
            "reported_at": reported_on and f"{reported_on}T10:00:00+08:00",
        })  # fmt: skip


def assess(
    conn: sqlite3.Connection, year: str, institutions: Sequence[str], random: Random
) -> None:
    """A final assessment of each institution by the year's indicators."""
    indicators = conn.execute(
        "select code, weight from assessment_indicators where year = ? order by seq", (year,)
    ).fetchall()
    for slug in institutions:
        assessment = insert(conn, "assessments", {
            "year": year, "institution": slug, "scored_by": "assessor",
            "finalised_at": f"{year[5:]}-12-15T10:00:00+08:00",
        })  # fmt: skip
        for indicator in indicators:
            score = random.randint(8_200, 9_700)
            if year == THIS_YEAR and slug in _LOWEST:
                score = _low_score(slug, indicator["code"])
            insert(conn, "assessment_scores", {
                "assessment_id": assessment, "year": year, "indicator": indicator["code"],
                "score_hundredths": score,
            })  # fmt: skip
        conn.execute("update assessments set status = 'final' where id = ?", (assessment,))


def _low_score(slug: str, indicator: str) -> int:
    """Scores that differ and yet tie: what two indicators of equal weight gain and lose cancels."""
    place = _LOWEST.index(slug)
    if place == 0:
        return 7_400
    return 7_800 + {"selection": 40 * place, "faculty": -40 * place}.get(indicator, 0)


def copy_indicators(conn: sqlite3.Connection) -> None:
    """Last year was scored by the same indicators."""
    conn.execute(
        "insert into assessment_indicators (year, code, seq, name_zh, name_en, weight)"
        " select ?, code, seq, name_zh, name_en, weight from assessment_indicators where year = ?",
        (LAST_YEAR, THIS_YEAR),
    )


def list_little_giants(conn: sqlite3.Connection) -> None:
    """Put two in five enterprises of the 专精特新 topic on the ministry's lists, their people too."""
    conn.execute(
        "insert into little_giants (uscc, batch, name, year, valid_until, source)"
        " select uscc, 1 + min(id) % 3, min(enterprise_name), 2019 + min(id) % 3,"
        "  (2022 + min(id) % 3) || '-12-31', '示例名单' from trainees"
        " where track = 'srdi' and id % 5 < 2 group by uscc"
    )
    conn.execute(
        "update trainees set srdi_level = 'little_giant' where uscc in"
        " (select uscc from enterprises where little_giant_batch is not null)"
    )
