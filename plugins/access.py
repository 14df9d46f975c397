"""Who may see and do what in Datasette (权限): everything is closed but what is listed here.

SQL on `training` is granted to nobody: whoever may run SQL on a file may read all of it, the sealed
table included. `public` is granted to nobody either: its pages are at /institutions. An institution, an
authority and the analysts have a file of their own (training/scopes.py), and SQL on it.
"""

import json
from collections.abc import Callable
from typing import Any

from datasette import hookimpl
from datasette.permissions import PermissionSQL
from training import scopes
from training.migrations import OFFICE_TABLES

STAGING = {"office", "analyst"}
#: Tables and views of the record that the office reads; a new one is closed until it is added.
OFFICE_READS = (
    *("programme_years", "provinces", "institutions", "institution_years", "institution_tracks"),
    *("tracks", "cohorts", "industries", "sme_size_thresholds", "enterprises"),
    *("trainees", "trainee_states", "trainee_transitions", "trainee_events"),
    *("roster_batches", "batch_changes", "batch_problems", "remembered_headers"),
    *("assessment_indicators", "assessments", "assessment_scores", "assessment_totals"),
    *("assessment_events", "assessment_evidence", "assessment_decisions"),
    *("suspensions", "certificates", "province_contacts", "contact_forms"),
    *("course_modules", "class_sessions", "attendance", "class_attendance", "exchange_activities"),
    *("retraining", "province_supports", "fund_items", "cohort_accounts", "partner_organisations"),
    *("little_giants", "size_classes", "trainee_sizes", "management_words", "consents"),
    *("training_plans", "commissioned_trainings", "releases", "release_files"),
    *("audit_log", "current_year"),
)
#: Rows that leave no hole in the history; foreign keys keep those that something refers to.
OFFICE_DELETES = (
    *("institution_tracks", "cohorts", "contact_forms"),
    *("training_plans", "commissioned_trainings"),
    *("course_modules", "class_sessions", "retraining", "province_supports", "fund_items"),
    *("cohort_accounts", "partner_organisations", "management_words"),
)
#: Figures of the whole programme. Those of one institution or authority may be of two people: an
#: analyst reads them in analysis.db, where no group is that small.
NATIONWIDE = (
    "quota_headcount",
    "quota_manufacturing_share",
    "quota_kind_split",
    "quota_little_giant_share",
)
#: Canned queries of `training` by name pattern; what a name promises stands atop metadata.yml.
ROLE_QUERIES: dict[str, tuple[str, ...]] = {
    "office": ("*",),
    "institution": (),
    "province": (),
    "assessor": ("check_assessment_*", "check_bottom_two"),
    "analyst": NATIONWIDE,
    "auditor": (),
}
TABLES: dict[tuple[str, str], tuple[str, ...]] = {
    ("office", "view-table"): OFFICE_READS,
    ("office", "insert-row"): OFFICE_TABLES,
    ("office", "update-row"): OFFICE_TABLES,
    ("office", "delete-row"): OFFICE_DELETES,
    ("auditor", "view-table"): ("audit_log",),
}
SEES_TRAINING = {"office", "assessor", "analyst", "auditor"}
#: What one may do on the free tables, and on a file of one's own.
AT_HOME = {"view-database", "view-table", "execute-sql", "store-query"}

# A stored query is seen with the permission of its place, and a private one by its owner alone.
# The core's own rules take the owner from a parameter that ?owner_id= overwrites, hence :me_here.
QUERIES = """
select database_name as parent, name as child, 1 as allow, 'query of the role' as reason
from queries where
    (:query_act = 'view-query' and source = 'config' and database_name = 'training'
        and exists (select 1 from json_each(:own_patterns) where queries.name glob value))
    or (:query_act = 'view-query' and source = 'config' and database_name = :own_file)
    or (source = 'user'
        and (database_name = :own_file or (:in_staging and database_name = 'staging'))
        and (owner_id = :me_here or (is_private = 0 and :query_act = 'view-query')))
"""
LISTED = """
select json_extract(value, '$[0]') as parent, json_extract(value, '$[1]') as child, 1 as allow,
    'listed' as reason
from json_each(:listed_here)
union all select null, null, 0, 'closed unless listed' where not :everywhere
"""


def listed(role: str, action: str, own: str | None = None) -> list[tuple[str | None, str | None]]:
    """The places (database, table) where `role` may do `action`; (None, None) is everywhere.

    `own` is the database made for the actor.
    """
    places: list[tuple[str | None, str | None]] = [
        ("training", table) for table in TABLES.get((role, action), ())
    ]
    if role in SEES_TRAINING and action == "view-database":
        places.append(("training", None))
    if role in STAGING and action in AT_HOME:
        places.append(("staging", None))
    if own and action in AT_HOME:
        places.append((own, None))
    if (role and action == "view-instance") or (role in STAGING and action == "upload-csvs"):
        places.append((None, None))
    return places


def granted(actor: dict[str, Any] | None) -> Callable[[str], bool]:
    """Whether queries of a database are within the actor's token; without a token all are.

    Everything else is cut by the core (training/api_grants.py tells why this is not).
    """
    restrictions = (actor or {}).get("_r")
    return lambda database: restrictions is None or database in restrictions["d"]


@hookimpl
def permission_resources_sql(actor: dict[str, Any] | None, action: str) -> list[PermissionSQL]:
    role = (actor or {}).get("role") or ""
    if role not in ROLE_QUERIES:
        role = ""
    file = scopes.of(actor)
    own = file.name if file else None
    grant = granted(actor)
    places = listed(role, action, own)
    params = {"listed_here": json.dumps(places), "everywhere": (None, None) in places}
    rules = [PermissionSQL(sql=LISTED, params=params)]
    if action in ("view-query", "update-query", "delete-query"):
        params = {
            "query_act": action,
            "own_patterns": json.dumps(ROLE_QUERIES.get(role, ()) if grant("training") else ()),
            "in_staging": role in STAGING and grant("staging"),
            "own_file": own if own and grant(own) else None,
            "me_here": actor["id"] if actor else None,
        }
        only = f"select parent, child from ({QUERIES})"
        rules.append(PermissionSQL(sql=QUERIES, restriction_sql=only, params=params))
    return rules
