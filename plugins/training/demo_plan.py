"""Who sends what in the two demonstration years: every roster with its date, decision and people.

The sums are chosen so that the next approval shows: with 1,992 people trained, 595 of them in
manufacturing and 5 of unknown industry, the demonstration roster of Tsinghua (12 people, 8 in
manufacturing) lifts the headcount over 2,000 and the share over 30 %.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

THIS_YEAR = "2021-2022"
LAST_YEAR = "2020-2021"
NEXT_YEAR = "2022-2023"
OFFICE = "miit-talent-exchange"
#: People trained this year by industry: in manufacturing, elsewhere, unknown.
TRAINED = {True: 595, False: 1_392, None: 5}
#: The one authority nobody is recommended by, so that the coverage of Q25 has a gap.
SILENT_AUTHORITY = "540000"
#: The authority with a demonstration account; its roster is on a special topic, see `origin`.
DEMO_AUTHORITY = "530000"

#: How many each of the 21 trains, in the notice's order: 1,800 in all. Tsinghua has sent nothing
#: yet, only people recommended to it: its clerk is the one who tries the demonstration.
_TRAINED_BY = (
    0, 97, 89, 93, 85, 99, 95, 91, 97, 89, 93, 87, 91, 85, 83, 87, 93, 84, 80, 86, 96,
)  # fmt: skip


@dataclass(frozen=True)
class Sending:
    """A roster: who sent it when, what the office said, and how many people are where now."""

    year: str
    institution: str
    track: str
    uploaded_at: str
    states: dict[str, int] = field(default_factory=dict)
    status: str = "approved"
    decided_at: str | None = None
    reason: str | None = None
    authority: str | None = None  # the sender, where an authority recommends
    unchanged: int = 0


def this_year(institutions: Sequence[str]) -> Iterator[Sending]:
    """The rosters of 2021-2022; ``institutions`` are the 21 in the notice's order."""
    for place, (institution, trained) in enumerate(zip(institutions, _TRAINED_BY, strict=True)):
        if trained:
            yield from _two_rosters(place, institution, trained)
    yield from _special_topics()
    yield from _recommended()
    yield from _undecided()


def _two_rosters(place: int, institution: str, trained: int) -> Iterator[Sending]:
    """The bulk in November, the rest in December; one institution is late."""
    states = {"enrolled": trained * 2 // 3}
    if institution == "fudan":
        states = {"enrolled": states["enrolled"] - 52, "certified": 52, "not_completed": 6}
    if institution in ("zju", "xmu", "csu"):
        states["withdrawn"] = 4
    day = 8 + place % 20
    yield Sending(
        THIS_YEAR, institution, "regional_development", f"2021-11-{day:02d}T10:15:00+08:00",
        states, decided_at=f"2021-11-{day + 3:02d}T15:40:00+08:00",
    )  # fmt: skip
    rest = {"enrolled": trained - trained * 2 // 3}
    if institution == "nju":
        rest["rejected"] = 12
    sent = (
        "2022-01-06T09:05:00+08:00" if institution == "gxu" else f"2021-12-{day:02d}T16:20:00+08:00"
    )
    yield Sending(
        THIS_YEAR, institution, "thematic", sent, rest, decided_at="2022-01-10T11:00:00+08:00"
    )


def _special_topics() -> Iterator[Sending]:
    yield Sending(
        THIS_YEAR, OFFICE, "srdi", "2021-12-03T09:30:00+08:00",
        {"certified": 96, "completed": 14, "enrolled": 10}, decided_at="2021-12-09T14:00:00+08:00",
    )  # fmt: skip
    yield Sending(
        THIS_YEAR, OFFICE, "large_sme_integration", "2021-12-15T09:30:00+08:00",
        {"enrolled": 72}, decided_at="2021-12-20T14:00:00+08:00",
    )  # fmt: skip


def _recommended() -> Iterator[Sending]:
    """People whom an authority recommends and no institution has selected yet."""
    for institution, people in (("tsinghua", 5), ("ynu", 3)):
        yield Sending(
            THIS_YEAR, institution, "regional_development", "2021-12-22T08:50:00+08:00",
            {"nominated": people}, "recorded", authority=DEMO_AUTHORITY,
        )  # fmt: skip


def _undecided() -> Iterator[Sending]:
    """One roster in each other state: waiting, approved but not enrolled, returned, undone."""
    for institution, track, people in (
        ("pku", "regional_development", 30),
        ("sjtu", "thematic", 26),
        (OFFICE, "srdi", 32),
    ):
        sent = "2021-12-28T17:10:00+08:00"
        yield Sending(THIS_YEAR, institution, track, sent, {"submitted": people}, "submitted")
    yield Sending(
        THIS_YEAR, "hit", "regional_development", "2021-12-27T10:00:00+08:00", {"approved": 14},
        decided_at="2021-12-30T10:00:00+08:00",
    )  # fmt: skip
    yield Sending(
        THIS_YEAR, "bit", "regional_development", "2021-12-24T10:00:00+08:00", {"returned": 18},
        "returned", "2021-12-29T10:00:00+08:00", "部分学员缺少推荐材料，请补充后重新报送。",
    )  # fmt: skip
    yield Sending(
        THIS_YEAR, "ruc", "thematic", "2021-12-23T10:00:00+08:00", {}, "undone",
        "2021-12-23T11:30:00+08:00", "误传了上一版名单。",
    )  # fmt: skip
    yield Sending(
        THIS_YEAR, "zju", "regional_development", "2021-12-26T10:00:00+08:00", {}, "recorded",
        unchanged=61,
    )  # fmt: skip


def last_year(institutions: Sequence[str]) -> Iterator[Sending]:
    """The rosters of 2020-2021: all decided, the people certified or alumni by now."""
    for place, institution in enumerate(institutions):
        states = {"alumni": 72 + place % 3 * 4, "certified": 7}
        if place % 4 == 0:
            states |= {"not_completed": 3, "withdrawn": 2}
        yield Sending(
            LAST_YEAR, institution, "regional_development",
            f"2020-11-{5 + place:02d}T10:00:00+08:00", states,
            decided_at="2020-12-08T10:00:00+08:00",
        )  # fmt: skip
