"""Where the attack knocks: the addresses of the running app, each form of them, and odd spellings."""

import re
import tempfile
from functools import cache
from pathlib import Path

from datasette.app import Datasette

from tests.conftest import ROOT

#: Of each kind one: the record, what is beside it, scope files, the core's own, and none at all.
DATABASES = (
    "training",
    "staging",
    "public",
    "_internal",
    "analysis",
    "institution-tsinghua",
    "institution-pku",
    "province-110000",
    "institution-nowhere",
)
#: Other files, and other spellings of `institution-pku` and of the record.
SPELLINGS = (
    "certificates",
    "_memory",
    "accounts",
    "internal",
    "province-330000",
    "province-999999",
    "register",
    "institution",
    "province",
    "Training",
    "TRAINING",
    "tr%61ining",
    "%74raining",
    "~74raining",
    "training%00",
    "training.",
    "./training",
    "../training",
    "%2e%2e/training",
    "-/../training",
    "//training",
    "training;x",
    "training%2f",
    "training%20",
    "/training/",
    "training-abcdef0",
    "institution~2Dpku",
    "institution%2Dpku",
    "Institution-pku",
    "institution-PKU",
    "institution-pku%00",
    "institution-pku.db",
    "./institution-pku",
    "scopes/institution-pku",
    "%2e/institution-pku",
    "institution-pku;",
    "institution-pku%2ejson",
    "assets/../training",
    "assets/%2e%2e/%2e%2e/db/training",
)
#: What is asked of each file. {id} is a canary's row.
FORMS = (
    "",
    ".json",
    ".csv",
    ".db",
    "?sql=select+*+from+trainees",
    ".json?sql=select+*+from+trainees",
    "/trainees",
    "/trainees.json",
    "/trainees.csv",
    "/trainees.csv?_stream=1&_size=max",
    "/trainees.Notebook",
    "/trainees.xlsx",
    "/trainees.json?_shape=array&_size=max",
    "/trainees.json?_shape=arrays",
    "/trainees.json?_shape=objects&_labels=on",
    "/trainees.json?_shape=object",
    "/trainees.json?_nl=on&_shape=array",
    "/trainees.json?_extra=count,columns,query,debug,request,all_columns,database_color",
    "/trainees.json?_extra=suggested_facets,facet_results&_facet=name&_facet=email&_facet_size=max",
    "/trainees?_facet=mobile_key&_facet=person_key",
    "/trainees?_facet_array=name",
    "/trainees?_facet_date=selected_at",
    "/trainees.json?_sort=person_key",
    "/trainees.json?_sort_desc=mobile_key&_next=1",
    "/trainees?name__contains=雀",
    "/trainees?_search=雀&_searchmode=raw",
    "/trainees.json?institution=pku",
    "/trainees.json?_where=1%3D1+union+select+*+from+sealed_identities",
    "/trainees.json?_where=exists(select+1+from+sealed_identities)",
    '/trainees.json?_through={"table":"trainee_events","column":"id","value":"1"}',
    '/trainees.json?_through={"table":"sealed_identities","column":"key_version","value":"1"}',
    "/trainees.json?name__arraycontains=x",
    "/trainees.json?name__in=雀甲甲,雀甲乙",
    "/trainees.json?_col=person_key&_col=mobile_key&_col=name",
    "/trainees?_nocol=id",
    "/trainees.json?id__gt=0&_trace=1",
    "/trainees/{id}",
    "/trainees/{id}.json",
    "/trainees/{id}.json?_extras=foreign_key_tables",
    "/trainees/{id}.blob?_blob_column=name",
    "/trainees/{id}.csv",
    "/trainees/~31",
    "/trainees/{id},1",
    "/sealed_identities",
    "/sealed_identities.json",
    "/sealed_identities/{id}.json",
    "/sealed_identities/{id}.blob?_blob_column=sealed",
    "/people_in_words.json",
    "/people_in_words.csv?_stream=1",
    "/enterprises.json?_size=max",
    "/trainee_events.json",
    "/batch_changes.json?_size=max",
    "/batch_problems.csv",
    "/province_contacts.json",
    "/roster_batches.json",
    "/audit_log.json?_size=max",
    "/certificates.json",
    "/trainees/-/autocomplete?q=雀",
    "/trainees/-/schema",
    "/-/schema.json",
    "/-/queries.json?_size=100",
    "/-/queries.json?owner_id=analyst",
    "/-/queries?owner_id=institution_a",
    "/-/query.json?sql=select+*+from+trainees",
    "/-/query?sql=select+*+from+sealed_identities",
    "/-/query.csv?sql=select+name+from+trainees&_stream=1",
    "/kept_by_analyst",
    "/kept_by_institution_a.json",
    "/find_duplicate_persons.json",
    "/find_identity_doubts.csv",
    "/report_states.json",
    "/check_missing_data",
    "/quota_headcount.json?year=2020-2021",
    "/check_trainee_history.json?year=' or 1=1 --",
    "/sqlite_master.json",
    "/sqlite_sequence.json",
    "/trainees~2E.json",
    "/TRAINEES.json",
    "/%74rainees.json",
    "/-/create",
    "/-/execute-write",
    "/-/edit",
    "/trainees/{id}/-/edit",
    "/trainees/-/insert",
)
#: What stands beside the databases.
ELSEWHERE = (
    "/",
    "/-/jump.json?q=雀",
    "/-/jump.json?q=trainees",
    "/-/jump?q=institution",
    "/-/queries.json?_size=100",
    *(
        f"/-/queries.json?owner_id={who}&_size=100"
        for who in ("analyst", "institution_a", "office", "", "%25")
    ),
    "/-/schema",
    "/-/schema.json",
    "/-/schema.md",
    "/-/actor.json",
    "/-/databases.json",
    "/-/config.json",
    "/-/versions.json",
    "/-/plugins.json",
    "/-/settings.json",
    "/-/threads.json",
    "/-/messages",
    "/-/logs",
    "/-/permissions",
    "/-/allowed.json?action=view-table",
    "/-/rules.json?action=view-table",
    "/-/check.json?action=view-table&parent=training&child=trainees",
    "/-/debug/autocomplete",
    "/-/password-tool",
    "/-/create-token",
    "/-/auth-token?token=x",
    "/-/login?next=/training/trainees",
    "/-/roster/export.csv",
    "/-/roster/export.xlsx",
    "/-/roster/batch/1/faults.xlsx",
    "/-/roster/batch/3/faults.xlsx",
    *(f"/-/office/batch/{number}" for number in range(1, 6)),
    *(f"/-/roster/batch/{n}" for n in range(1, 6)),
    "/-/classes/1",
    "/-/classes/2",
    "/-/classes/1/attendance",
    "/-/classes/2/completion",
    "/-/classes/2/people",
    "/data/institutions.csv",
    "/data/training.db",
    "/data/../training.db",
    "/releases/1.json",
    "/releases.atom",
    "/institutions.json?_shape=array",
    "/institution/pku",
    "/authority/330000",
    "/verify?number=1&name=雀",
    "/-/static/../../training.db",
    "/assets/../../db/training.db",
    "/assets/%2e%2e/%2e%2e/db/training.keys",
    "/-/static-plugins/datasette_upload_csvs/x",
    "/.git/config",
    "/db/training.db",
    "/metadata.yml",
    "/robots.txt",
)

_FILLED = {
    "format": "json",
    "kind": "xlsx",
    "token": "a" * 32,
    "year": "2021-2022",
    "language": "zh",
    "name": "table.js",
    "path": "app.css",
    "rest": "",
    "slug": "pku",
    "code": "330000",
    "facet": "track",
    "value": "digital",
    "number": "LJRC-2021-02-00001-9",
    "database": "training",
    "table": "trainees",
    "query": "report_states",
}


def _sample(pattern: str, procedure: str) -> str:
    """An address that a route's pattern matches; the first row of whatever it counts."""
    path = pattern.removeprefix("^").rstrip("$")
    path = re.sub(r"\(\\\.\(\?P<format>[^()]*\)\)\?", ".json", path)
    path = re.sub(
        r"\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)",
        lambda m: procedure if m[1] == "procedure" else _FILLED.get(m[1], "1"),
        path,
    )
    return re.sub(r"\(([^()|]*)[^()]*\)\?", "", path).replace("\\.", ".")


@cache
def routes() -> tuple[str, ...]:
    """An address of every route of the app, the core's and the plugins', as they are today."""
    from training.procedure_pages import DESKS

    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder, f"{name}.db") for name in ("training", "public", "staging")]
        for file in files:
            file.touch()
        app = Datasette([str(file) for file in files], plugins_dir=str(ROOT / "plugins"))
        patterns = [str(getattr(regex, "pattern", regex)) for regex, _ in app._routes()]
        app.close()
    found = {
        _sample(one, desk) for one in patterns for desk in (DESKS if "procedure" in one else [""])
    }
    return tuple(sorted(found))
