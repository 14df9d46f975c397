"""One year of the office, from the first roster to the published ranking, and the year after it.

Each person sits at a browser of their own and uses the pages alone. What is seen is compared with
what the record holds.
"""

import csv
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from conftest import Site, bare_site, run_script, sign_in
from playwright.sync_api import Browser, Page, expect

from tests.evidence import PDF
from tests.people import person, roster_csv

YEAR, NEXT = "2021-2022", "2022-2023"
OWN, RECOMMENDED = 4, 2
#: Who is last, as the sheet lists the institutions: the fewer points the higher up.
LOWEST = ("清华大学", "北京大学")
DOCUMENT = "工信厅企业函〔2023〕9号"
PEOPLE: dict[str, dict[str, str]] = {
    "one": {"role": "office"},
    "another": {"role": "office"},
    "tsinghua": {"role": "institution", "institution": "tsinghua"},
    "beijing": {"role": "province", "province": "110000"},
    "assessor": {"role": "assessor"},
}


class Trip:
    """The people of the trip at their browsers, the public at one without a session, the record."""

    def __init__(self, site: Site, chromium: Browser) -> None:
        self.site, self.chromium = site, chromium
        self.pages: dict[str, Page] = {}

    def at(self, who: str) -> Page:
        """The browser of ``who``, signed in through the form; ``anyone`` is not signed in."""
        if who not in self.pages:
            context = self.chromium.new_context(
                base_url=self.site.url, viewport={"width": 1280, "height": 900}
            )
            context.set_default_timeout(15_000)
            self.pages[who] = context.new_page()
            if who != "anyone":
                sign_in(self.pages[who], self.site.accounts[who])
        return self.pages[who]

    def ask(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """What the record holds."""
        with closing(sqlite3.connect(self.site.folder / "training.db")) as conn:
            return conn.execute(sql, values).fetchall()

    def states(self) -> dict[str, int]:
        """How many people are in each state."""
        return dict(self.ask("select state, count(*) from trainees group by state"))

    def acts(self, *names: str) -> list[str]:
        """Who did these acts, oldest first, as the audit log says."""
        marks = ", ".join("?" * len(names))
        sql = f"select actor from audit_log where action in ({marks}) order by id"
        return [row[0] for row in self.ask(sql, *names)]


@pytest.fixture
def trip(tmp_path: Path, chromium: Browser) -> Iterator[Trip]:
    folder = tmp_path / "office"
    folder.mkdir()
    with bare_site(folder, PEOPLE) as site:
        made = Trip(site, chromium)
        yield made
        for page in made.pages.values():
            page.context.close()


def test_from_the_first_roster_to_the_published_ranking(trip: Trip, tmp_path: Path) -> None:
    recommend(trip, tmp_path)
    select_and_send(trip, tmp_path)
    review(trip)
    set_the_year(trip)
    teach(trip)
    certify(trip)
    score(trip, tmp_path)
    prepare_next_year(trip)
    decide(trip)
    open_next_year(trip)
    publish(trip)
    refuse_the_suspended(trip, tmp_path)
    report(trip)


def upload(page: Page, file: Path, year: str = YEAR) -> None:
    page.goto("/-/roster")
    page.set_input_files("input[type=file]", file)
    page.select_option("#year", year)
    page.click("button:has-text('上传并核对')")
    page.wait_for_url(re.compile(r"/-/roster/check/"))


def confirm(page: Page) -> str:
    """Confirm the roster that is shown, and that it lacks people on record; its batch's address."""
    if page.locator("input[name=force]").count():
        page.check("input[name=force]")
    page.click("button:has-text('确认报送')")
    page.wait_for_url(re.compile(r"/-/roster/batch/\d+$"))
    return page.url


def roster(folder: Path, name: str, numbers: range, **cells: str) -> Path:
    file = folder / f"{name}.csv"
    people = [person(n, industry="34", **cells) for n in numbers]
    file.write_bytes(roster_csv(people).encode("gb18030"))
    return file


def recommend(trip: Trip, folder: Path) -> None:
    """An authority's roster nominates: its people are before nobody yet."""
    page = trip.at("beijing")
    cells = {"选拔方式": "推荐", "推荐单位": "北京市"}
    upload(page, roster(folder, "推荐", range(OWN, OWN + RECOMMENDED), **cells))
    expect(page.locator("[data-count=new]")).to_have_text(str(RECOMMENDED))
    confirm(page)
    assert trip.states() == {"nominated": RECOMMENDED}


def select_and_send(trip: Trip, folder: Path) -> None:
    """The institution takes whom the authority recommends, and sends people of its own."""
    page = trip.at("tsinghua")
    page.goto("/-/roster")
    form = page.locator("form[action='/-/roster/select']")
    boxes = form.locator("input[name=person]")
    expect(boxes).to_have_count(RECOMMENDED)
    for place in range(RECOMMENDED):
        boxes.nth(place).check()
    form.locator("button").click()
    page.wait_for_url(re.compile(r"/-/roster/batch/\d+$"))
    upload(page, roster(folder, "自主选拔", range(OWN)))
    expect(page.locator("[data-count=new]")).to_have_text(str(OWN))
    confirm(page)
    assert trip.states() == {"submitted": RECOMMENDED + OWN}


def review(trip: Trip) -> None:
    """The office rejects one row with a reason and approves the rest of both batches."""
    page = trip.at("one")
    page.goto("/-/office/inbox")
    waiting = page.locator("tbody a[href^='/-/roster/batch/']")
    expect(waiting).to_have_count(2)
    waiting.nth(1).click()
    page.locator("input[name=person]").first.check()
    page.fill("input[name=reason]", "单位不是中小企业")
    page.click("button[value=reject]")
    expect(page.locator("[data-people]")).to_contain_text("单位不是中小企业")
    page.click("button[value=approve]")
    expect(page.locator("h1")).to_contain_text("已审核通过")
    page.goto("/-/office/inbox")
    waiting.first.click()
    page.click("button[value=approve]")
    expect(page.locator("h1")).to_contain_text("已审核通过")
    assert trip.states() == {"rejected": 1, "enrolled": RECOMMENDED + OWN - 1}
    assert trip.acts("approve", "reject") == ["one"] * 3
    page.goto("/-/office/inbox")
    expect(page.locator("tbody tr")).to_have_count(0)


def edit(page: Page, row: str, **values: str) -> None:
    """Change the fields of the row at the address ``row`` in Datasette's own dialog."""
    page.goto(row)
    page.locator("button[data-row-action=edit]").first.click()
    dialog = page.locator("dialog.row-edit-dialog")
    for name, value in values.items():
        dialog.locator(f".row-edit-input[name={name}]").fill(value)
    dialog.locator(".row-edit-save").click()
    expect(dialog).to_be_hidden()


def set_the_year(trip: Trip) -> None:
    """The rule of completion and two weights, in the office's own tables; they still total 100."""
    page = trip.at("one")
    edit(page, f"/training/programme_years?key={YEAR}", min_attendance_percent="80")
    for code, weight in (("curriculum", "15"), ("outcome", "15")):
        edit(page, f"/training/assessment_indicators?year={YEAR}&code={code}", weight=weight)
    weights = dict(trip.ask("select code, weight from assessment_indicators where year = ?", YEAR))
    assert (weights["curriculum"], weights["outcome"], sum(weights.values())) == (15, 15, 100)


def teach(trip: Trip) -> None:
    """A class with its people, two sessions, attendance, consent, and who has completed."""
    page = trip.at("tsinghua")
    page.goto("/-/classes")
    page.fill("[name=name]", "清华大学一班")
    page.select_option("[name=track]", "regional_development")
    page.fill("[name=starts_on]", "2022-01-10")
    page.fill("[name=ends_on]", "2023-01-09")
    page.click("form[action='/-/classes'] button")
    page.wait_for_url(re.compile(r"/-/classes/\d+$"))
    cohort = page.url
    members = RECOMMENDED + OWN - 1
    boxes = page.locator("details:has(button[value=put-in]) input[name=person]")
    expect(boxes).to_have_count(members)
    for place in range(members):
        boxes.nth(place).check()
    page.click("button[value=put-in]")
    for day, title in (("2022-03-01", "企业战略"), ("2022-06-01", "精益管理")):
        page.click("summary:has-text('添加教学活动')")
        page.fill("[name=held_on]", day)
        page.fill("[name=hours]", "6")
        page.fill("[name=title]", title)
        page.click("button[value=session]")
        expect(page.locator("tr", has_text=title)).to_contain_text("未登记")
    page.click("summary:has-text('登记全班知情同意')")
    page.fill("[name=version]", "2021-11 版")
    page.fill("details [name=at]", "2022-01-10")
    page.click("button[value=consent]")
    page.goto(f"{cohort}/attendance")
    page.locator("[data-tick-all]").first.click()
    page.locator("[data-tick-all]").last.click()
    # The last one misses half of the hours.
    page.locator("input[name=present]").last.uncheck()
    page.click("button[value=grid]")
    assert trip.ask("select sum(present), count(*) from attendance") == [
        (2 * members - 1, 2 * members)
    ]
    page.goto(f"{cohort}/completion")
    page.check("form:has(button[value=mark]) input[type=checkbox]")
    page.click("button[value=mark]")
    expect(page.locator("h2:has-text('已认定')")).to_contain_text(str(members))
    assert trip.states() == {"rejected": 1, "completed": members - 1, "not_completed": 1}


def certify(trip: Trip) -> None:
    """The office issues to those who have completed, and to nobody else."""
    page = trip.at("one")
    page.goto("/-/certificates")
    page.click("a:has-text('颁发证书')")
    page.fill("[name=issued_on]", "2023-01-20")
    page.click("button:has-text('核对名单')")
    given = RECOMMENDED + OWN - 2
    page.check("form[action='/-/certificates/issue'] input[type=checkbox]")
    page.click(f"button:has-text('颁发 {given} 张证书')")
    page.goto("/-/certificates")
    expect(page.locator("tbody tr")).to_have_count(given)
    expect(page.locator("tbody tr").last).to_contain_text("LJRC-2021-01-00001-")
    assert trip.states()["certified"] == given
    assert trip.ask("select count(distinct trainee_id) from certificates") == [(given,)]


def score(trip: Trip, folder: Path) -> None:
    """The assessor fills the sheet in, corrects one cell, makes all final: the ranking stands."""
    page = trip.at("assessor")
    page.goto("/-/assessment")
    expect(page.locator("main")).to_contain_text("排名只是暂定")
    with page.expect_download() as download:
        page.click("a:has-text('下载评分表')")
    page.set_input_files("#sheet-file", filled(Path(download.value.path()), folder))
    page.click("button:has-text('上传并保存草稿')")
    wrong = page.locator("input[aria-invalid=true]")
    expect(wrong).to_have_value("缺考")
    wrong.fill("72.5")
    page.click(".sheet-buttons button[value=save]")
    expect(wrong).to_have_count(0)
    attach(page, folder)
    page.check("input[name=confirm]")
    page.click("button:has-text('全部定稿')")
    institutions = trip.ask("select count(*) from assessments where status = 'final'")[0][0]
    expect(page.locator("table.sheet .badge-good")).to_have_count(institutions)
    expect(page.locator("main")).to_contain_text(f"{institutions} / {institutions}")
    expect(page.locator("main")).not_to_contain_text("排名只是暂定")
    lowest = page.locator("table:has(caption) tbody tr")
    expect(lowest).to_have_count(2)
    for place, name in enumerate(LOWEST):
        expect(lowest.nth(place)).to_contain_text(name)
        expect(lowest.nth(place)).to_contain_text("末位")


def attach(page: Page, folder: Path) -> None:
    """The assessor keeps the questionnaire behind a score with it."""
    file = folder / "满意度调查.pdf"
    file.write_bytes(PDF)
    page.select_option("#evidence-for", "pku")
    page.set_input_files("#evidence-file", file)
    page.click("button:has-text('保存依据')")
    expect(page.locator("main")).to_contain_text("满意度调查.pdf")


def filled(template: Path, folder: Path) -> Path:
    """The sheet as a spreadsheet of a Chinese Windows saves it, one cell wrong."""
    with template.open(encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file)
    for place, row in enumerate(rows):
        row[1:] = [f"{70 + place}.5"] * (len(header) - 1)
    rows[2][3] = "缺考"
    path = folder / "评分表.csv"
    with path.open("w", encoding="gb18030", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def prepare_next_year(trip: Trip) -> None:
    """Without it there is nothing that a suspension could be for."""
    page = trip.at("one")
    page.goto("/-/assessment/decision")
    expect(page.locator("main")).to_contain_text("须先建立该年度")
    db = trip.site.folder / "training.db"
    run_script("new_year.py", NEXT, "--commit", "--db", db)
    assert trip.ask("select state from programme_years where key = ?", NEXT) == [("planned",)]


def decide(trip: Trip) -> None:
    """One records the lowest two, the other publishes; both are suspended for exactly one year."""
    page = trip.at("one")
    page.goto("/-/assessment")
    with page.expect_download() as download:
        page.click("a:has-text('满意度调查.pdf')")
    assert Path(download.value.path()).read_bytes() == PDF
    page.goto("/-/assessment/decision")
    page.fill("input[name=document]", DOCUMENT)
    page.fill("input[name=dated_on]", "2023-02-20")
    page.click("button[value=decide]")
    expect(page.locator("main")).to_contain_text("、".join(LOWEST))
    expect(page.locator("button[value=publish]")).to_have_count(0)
    suspended = "select year, institution, published_at is not null from suspensions order by 2"
    assert trip.ask(suspended) == [(NEXT, "pku", 0), (NEXT, "tsinghua", 0)]

    page = trip.at("another")
    page.goto("/-/assessment/decision")
    page.check("input[name=confirm]")
    page.click("button[value=publish]")
    expect(page.locator("h2 .badge-good")).to_have_text("已公布")
    assert trip.ask(suspended) == [(NEXT, "pku", 1), (NEXT, "tsinghua", 1)]
    assert trip.acts("decide") == ["one"]

    page = trip.at("tsinghua")
    page.goto("/-/assessment")
    expect(page.locator("main")).to_contain_text("70.5")


def open_next_year(trip: Trip) -> None:
    """The office sets the new year's own target and opens it, closes the old one."""
    page = trip.at("another")
    edit(page, f"/training/programme_years?key={NEXT}", target_trainees="1800", state="open")
    edit(page, f"/training/programme_years?key={YEAR}", state="closed")
    assert trip.ask("select key, state, target_trainees from programme_years order by key") == [
        (YEAR, "closed", 2000),
        (NEXT, "open", 1800),
    ]
    marked = "select institution from institution_years where year = ? and status = 'suspended'"
    assert sorted(trip.ask(marked, NEXT)) == [("pku",), ("tsinghua",)]


def publish(trip: Trip) -> None:
    """The public sees none of it until two people have released it."""
    public, page = trip.at("anyone"), trip.at("one")
    public.goto(f"/institutions/{NEXT}")
    expect(public.locator("main")).not_to_contain_text("清华大学")
    public.goto("/institutions")
    expect(public.locator(".badge-bad")).to_have_count(0)
    page.goto("/-/release")
    page.click("button[value=prepare]")
    expect(page.locator("main")).to_contain_text("须由办公室另一人登录后确认")
    public.goto(f"/institutions/{NEXT}")
    expect(public.locator("main")).not_to_contain_text("清华大学")

    page = trip.at("another")
    page.goto("/-/release")
    expect(page.locator("main")).to_contain_text("清华大学")
    page.click("button[value=confirm]")
    page.wait_for_load_state()
    public.goto(f"/institutions/{NEXT}")
    for name in LOWEST:
        row = public.locator("tr", has_text=name)
        expect(row.locator(".badge-bad")).to_have_count(1)
    expect(public.locator(".badge-bad")).to_have_count(len(LOWEST))
    public.goto("/institution/tsinghua")
    expect(public.locator("main")).to_contain_text(DOCUMENT)
    public.goto(f"/institutions/{YEAR}")
    expect(public.locator(".badge-bad")).to_have_count(0)
    # Scores stay with those they are about.
    public.goto("/institution/tsinghua")
    assert "70.5" not in public.content()


def refuse_the_suspended(trip: Trip, folder: Path) -> None:
    """Neither the suspended institution nor an authority sends anybody there in the next year."""
    before = trip.ask("select count(*) from trainees")
    again = range(40, 42)
    cells = {"选拔方式": "推荐", "推荐单位": "北京市"}
    for who, more in (("tsinghua", {}), ("beijing", cells)):
        page = trip.at(who)
        upload(page, roster(folder, f"下一年度{who}", again, **more), NEXT)
        expect(page.locator("tr.row-error")).to_have_count(len(again))
        expect(page.locator("main")).to_contain_text("这个机构本年度暂停培训任务")
        expect(page.locator("button:has-text('确认报送')")).to_have_count(0)
    assert trip.ask("select count(*) from trainees") == before


def report(trip: Trip) -> None:
    """The periodical report of both years says who was lowest, and who is suspended."""
    page = trip.at("one")
    for year in (YEAR, NEXT):
        page.goto(f"/-/report?year={year}")
        rows = page.locator("table:below(h2:has-text('暂停的机构')) >> nth=0").locator("tbody tr")
        expect(rows).to_have_count(len(LOWEST))
        for place, name in enumerate(LOWEST):
            for text in (name, YEAR, NEXT, DOCUMENT):
                expect(rows.nth(place)).to_contain_text(text)
    page.goto(f"/-/report?year={YEAR}")
    ranking = page.locator("table:below(h2:has-text('考核排名')) >> nth=0").locator("tbody tr")
    for place, name in enumerate(LOWEST):
        expect(ranking.nth(place)).to_contain_text(name)
