"""Who may see and do what in Datasette (权限): everything is closed but what is listed here.

SQL on `training` is granted to nobody: whoever may run SQL on a file may read all of it, the sealed
table included. `public` is granted to nobody either: its pages are at /institutions.
"""

import json
from typing import Any

from datasette import hookimpl
from datasette.permissions import PermissionSQL
from training.migrations import OFFICE_TABLES

STAGING = {"office", "analyst"}
#: Tables and views of the record that the office reads; a new one is closed until it is added.
OFFICE_READS = (
    *("programme_years", "provinces", "institutions", "institution_years", "institution_tracks"),
    *("tracks", "cohorts", "industries", "sme_size_thresholds", "enterprises"),
    *("trainees", "trainee_states", "trainee_transitions", "trainee_events"),
    *("roster_batches", "batch_changes", "batch_problems", "remembered_headers"),
    *("assessment_indicators", "assessments", "assessment_scores", "assessment_totals"),
    *("suspensions", "certificates", "province_contacts", "contact_forms"),
    *("training_plans", "commissioned_trainings", "releases", "release_files"),
    *("audit_log", "current_year"),
)
#: Rows that leave no hole in the history; foreign keys keep those that something refers to.
OFFICE_DELETES = (
    *("institution_tracks", "cohorts", "contact_forms"),
    *("training_plans", "commissioned_trainings"),
)
#: Canned queries of `training` by name pattern; what a name promises stands atop metadata.yml.
ROLE_QUERIES: dict[str, tuple[str, ...]] = {
    "office": ("*",),
    "institution": ("my_*",),
    "province": ("my_*",),
    "assessor": ("check_assessment_*", "check_bottom_two"),
    "analyst": ("quota_*", "report_*"),
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
ON_STAGING = {"view-database", "view-table", "execute-sql", "store-query"}

# A stored query is seen with the permission of its place, and a private one by its owner alone.
# The core's own rules take the owner from a parameter that ?owner_id= overwrites, hence :me_here.
QUERIES = """
select database_name as parent, name as child, 1 as allow, 'query of the role' as reason
from queries where
    (:query_act = 'view-query' and source = 'config' and database_name = 'training'
        and exists (select 1 from json_each(:own_patterns) where queries.name glob value))
    or (:in_staging and source = 'user' and database_name = 'staging'
        and (owner_id = :me_here or (is_private = 0 and :query_act = 'view-query')))
"""
LISTED = """
select json_extract(value, '$[0]') as parent, json_extract(value, '$[1]') as child, 1 as allow,
    'listed' as reason
from json_each(:listed_here)
union all select null, null, 0, 'closed unless listed' where not :everywhere
"""


def listed(role: str, action: str) -> list[tuple[str | None, str | None]]:
    """The places (database, table) where `role` may do `action`; (None, None) is everywhere."""
    places: list[tuple[str | None, str | None]] = [
        ("training", table) for table in TABLES.get((role, action), ())
    ]
    if role in SEES_TRAINING and action == "view-database":
        places.append(("training", None))
    if role in STAGING and action in ON_STAGING:
        places.append(("staging", None))
    if (role and action == "view-instance") or (role in STAGING and action == "upload-csvs"):
        places.append((None, None))
    return places


@hookimpl
def permission_resources_sql(actor: dict[str, Any] | None, action: str) -> list[PermissionSQL]:
    role = (actor or {}).get("role") or ""
    if role not in ROLE_QUERIES:
        role = ""
    places = listed(role, action)
    params = {"listed_here": json.dumps(places), "everywhere": (None, None) in places}
    rules = [PermissionSQL(sql=LISTED, params=params)]
    if action in ("view-query", "update-query", "delete-query"):
        params = {
            "query_act": action,
            "own_patterns": json.dumps(ROLE_QUERIES.get(role, ())),
            "in_staging": role in STAGING,
            "me_here": actor["id"] if actor else None,
        }
        only = f"select parent, child from ({QUERIES})"
        rules.append(PermissionSQL(sql=QUERIES, restriction_sql=only, params=params))
    return rules
