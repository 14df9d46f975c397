"""The home page (首页) begins with what its reader came to do."""

from typing import Any

from datasette import Request, hookimpl
from datasette.app import Datasette
from training import scopes
from training.wording import t

Duty = tuple[str, str, str]


def duties(actor: dict[str, Any] | None) -> list[Duty]:
    """Address, title and one sentence for each thing that somebody does here."""
    role, file = (actor or {}).get("role") or "", scopes.of(actor)
    own = file.name if file else ""
    rosters = (
        "/-/roster",
        t("名单报送", "Send a roster"),
        t("上传名单，核对每一处错误，确认报送。", "Upload, see every fault, confirm."),
    )
    people = (
        f"/{own}/trainees",
        t("本单位学员", "Our trainees"),
        t(
            "查找、筛选、导出，看每人的经历。",
            "Find, filter, export; see how each one came so far.",
        ),
    )
    batches = (
        f"/{own}/report_batches",
        t("报送记录", "Our batches"),
        t("每一批名单的问题和审核结论。", "The faults of each batch and its decision."),
    )
    data = (
        f"/{own}",
        t("本单位数据", "Our data"),
        t(
            "全部数据表、汇总和期限；可以写 SQL，可以保存查询。",
            "All tables, summaries and deadlines; ask with SQL and save what you asked.",
        ),
    )
    groups = (
        f"/{own}",
        t("分析数据", "Analysis"),
        t(
            "不含个人的分组人数，可以写 SQL。",
            "People counted by group, nobody singly; ask with SQL.",
        ),
    )
    checks = (
        "/-/checks",
        t("完成情况", "Checks"),
        t(
            "通知的各项要求、当前数字和依据的查询。",
            "Each rule of the notice, its number, its SQL.",
        ),
    )
    tables = (
        "/-/upload-csvs",
        t("自由表", "Free tables"),
        t("上传任意数据表，用 SQL 查询。", "Upload any table and query it with SQL."),
    )
    inbox = (
        "/-/office/inbox",
        t("名单审核", "Review rosters"),
        t("等待审核的批次，先到先审。", "Batches that wait for a decision, oldest first."),
    )
    record = (
        "/training",
        t("培训记录", "The record"),
        t(
            "浏览、筛选、导出各表；维护年度、机构、班级。",
            "Browse, filter, export; keep the year's tables.",
        ),
    )
    release = (
        "/-/release",
        t("公布名单", "Publish"),
        t(
            "核对尚未公布的改动，两人确认后公布。",
            "What would change; two people publish it.",
        ),
    )
    reviews = (
        "/-/promote",
        t("固定查询审核", "Review of saved queries"),
        t("审核他人共享的查询，确认为固定查询。", "Make what others share an official query."),
    )
    accounts = (
        "/-/accounts",
        t("账号管理", "Accounts"),
        t("新建、重置、停用账号，结束登录。", "Create, reset and disable accounts, end sessions."),
    )
    scores = (
        "/-/assessment",
        t("考核评分", "Assessment"),
        t(
            "评分、上传评分表、定稿，看排名。",
            "Score, upload the sheet, make it final, see the ranking.",
        ),
    )
    own_result = (
        "/-/assessment",
        t("考核结果", "Our assessment"),
        t(
            "办公室公布后，本单位的得分和名次。",
            "Our own scores and place, once the office publishes.",
        ),
    )
    decision = (
        "/-/assessment/decision",
        t("考核和末位决定", "Assessment and decision"),
        t("覆盖、排名、末位决定及其公布。", "Coverage, ranking, the decision on the lowest."),
    )
    report = (
        "/-/report",
        t("定期报告", "Periodical report"),
        t(
            "人数、占比、检查、待办；可打印，可下载。",
            "Figures, checks, backlog; to print or download.",
        ),
    )
    log = (
        "/-/audit",
        t("审计记录", "Audit log"),
        t("谁在什么时候做了什么。", "Who did what, and when."),
    )
    classes = (
        "/-/classes",
        t("班级", "Classes"),
        t(
            "学员编班、教学活动、出勤、经费和结业认定。",
            "People, sessions, attendance, funds, completion.",
        ),
    )
    contacts = (
        "/-/contact-form",
        t("信息表", "Contact form"),
        t("分管负责同志和联络员，截止日期，催报。", "Official and liaison, due day, reminders."),
    )
    plans = (
        "/-/plans",
        t("培训方案", "Training plans"),
        t("起草、三方同意、生效。", "Draft, agree on all three sides, put in force."),
    )
    commissioned = (
        "/-/commissioned",
        t("联合委托培养", "Commissioned trainings"),
        t("开班前上报，部里确认。", "Reported before they begin, acknowledged."),
    )
    support = (
        "/-/support",
        t("地方支持", "Provincial support"),
        t("财政支持金额；空着不等于零。", "What is given; blank is not zero."),
    )
    retraining = (
        "/-/retraining",
        t("复训", "Retraining"),
        t("往届学员回来参加培训，不计人数。", "Alumni come back to a class, never counted."),
    )
    certificates = (
        "/-/certificates",
        t("结业证书", "Certificates"),
        t("核对名单后颁发；打印、换发、作废。", "Look, then issue; print, replace, revoke."),
    )
    giants = (
        "/-/little-giants",
        t("“小巨人”名单", "Little giants"),
        t("工信部各批名单，按企业查找。", "The ministry's lists; look an enterprise up."),
    )
    persons = (
        "/-/people",
        t("学员查询与办理", "People"),
        t("按姓名查找；修改资料、登记退出。", "Find by name; change, withdraw."),
    )
    local = [contacts, plans, commissioned, support]
    return {
        "institution": [
            rosters,
            *([people, batches, data] if own else []),
            persons,
            classes,
            plans,
            retraining,
            giants,
            own_result,
        ],
        "province": [rosters, persons, *([people, batches, data] if own else []), *local, giants],
        "office": [
            inbox,
            persons,
            checks,
            classes,
            *local,
            retraining,
            giants,
            certificates,
            decision,
            report,
            record,
            release,
            reviews,
            tables,
        ],
        "assessor": [scores, checks],
        "analyst": [checks, groups, tables],
        "auditor": [accounts, log],
    }.get(role, [])


@hookimpl
def top_homepage(datasette: Datasette, request: Request) -> Any:
    async def cards() -> str:
        found = duties(request.actor)
        return await datasette.render_template("_duties.html", {"duties": found}, request=request)

    return cards
