"""Which scope files (范围文件) a change of a row concerns, as triggers that mark them.

A scope that a row leaves is marked as well as the one it enters: staleness is a leak.
"""

from collections.abc import Iterator
from dataclasses import dataclass

#: Every scope file shows the closed lists; a change of one is an entry of this scope, which all count.
SHARED = "shared"
_ALL = f"select '{SHARED}' as scope"
_INSTITUTION = "select 'institution:' || {row}.institution as scope"
_PROVINCE = "select 'province:' || {row}.province as scope"
_PERSON = f"""
    {_INSTITUTION}
    union all select 'province:' || {{row}}.province
    union all select 'province:' || {{row}}.recommending_authority
    union all select 'analysis'"""


def _people(which: str) -> str:
    """The scopes of the trainees that a row of another table is about."""
    return " union all ".join(
        f"select {scope} as scope from trainees where {which}"
        for scope in (
            "'institution:' || institution",
            "'province:' || province",
            "'province:' || recommending_authority",
            "'analysis'",
        )
    )


_OF_TRAINEE = _people("id = {row}.trainee_id")
_OF_BATCH = """
    select coalesce('institution:' || b.institution, 'province:' || b.province) as scope
    from roster_batches as b where b.id = {row}.batch_id"""
_SENDER = """
    select coalesce('institution:' || {row}.institution, 'province:' || {row}.province) as scope"""


@dataclass(frozen=True, slots=True)
class Watch:
    """``scopes`` is a select of the scopes that a row (``{row}``: old or new) of ``table`` concerns.

    ``quiet`` rows are written in thousands by acts that mark their scopes once for all of them:
    see :mod:`training.scope_marks`. ``when`` is what must differ or hold for the change to count.
    """

    table: str
    scopes: str
    quiet: bool = False
    when: str = ""
    events: tuple[str, ...] = ("insert", "update", "delete")


#: As step m008 found the tables; a step that has run is never edited.
WATCHED_IN_M008 = (
    *(
        Watch(table, _ALL)
        for table in (
            "programme_years",
            "provinces",
            "institutions",
            "tracks",
            "industries",
            "trainee_states",
            "institution_tracks",
        )
    ),
    # How an institution stands in the assessment is in no file and must not move one.
    Watch("institution_years", _ALL, events=("insert", "delete")),
    Watch(
        "institution_years",
        _ALL,
        when="(old.year, old.institution, old.status = 'named')"
        " is not (new.year, new.institution, new.status = 'named')",
        events=("update",),
    ),
    Watch("suspensions", _ALL, when="new.published_at <> ''", events=("insert",)),
    Watch(
        "suspensions",
        _ALL,
        when="old.published_at <> '' or new.published_at <> ''",
        events=("update",),
    ),
    Watch("suspensions", _ALL, when="old.published_at <> ''", events=("delete",)),
    Watch("trainees", _PERSON, quiet=True),
    Watch("trainee_events", _OF_TRAINEE, quiet=True, events=("insert",)),
    Watch("certificates", _OF_TRAINEE),
    Watch("roster_batches", _SENDER),
    Watch("batch_changes", _OF_BATCH, quiet=True),
    Watch("batch_problems", _OF_BATCH, quiet=True),
    Watch("cohorts", f"{_INSTITUTION} union all {_people('cohort_id = {row}.id')}"),
    Watch("training_plans", _INSTITUTION),
    Watch("commissioned_trainings", f"{_INSTITUTION} union all {_PROVINCE}"),
    Watch("province_contacts", _PROVINCE),
    Watch("contact_forms", _PROVINCE),
    Watch("enterprises", _people("uscc = {row}.uscc"), events=("update",)),
)


def triggers(watches: tuple[Watch, ...]) -> Iterator[str]:
    """The triggers that mark the scopes of each change of the watched tables."""
    for watch in watches:
        for event in watch.events:
            yield _trigger(watch, event)


def _trigger(watch: Watch, event: str) -> str:
    images = {"insert": ("new",), "delete": ("old",), "update": ("old", "new")}[event]
    concerned = " union ".join(f"select scope from ({watch.scopes.format(row=i)})" for i in images)
    conditions = [watch.when] if watch.when else []
    if watch.quiet:
        conditions.append("not exists (select 1 from write_context where bulk)")
    when = f" when {' and '.join(f'({one})' for one in conditions)}" if conditions else ""
    return (
        f"create trigger scope_{watch.table}_{event} after {event} on {watch.table}{when}\nbegin\n"
        f"    insert into changed_scopes select scope from ({concerned}) where scope is not null;\n"
        "end"
    )
