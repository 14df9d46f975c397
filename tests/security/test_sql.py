"""P5, P21: SQL on a file of one's own reaches that file alone, and no longer or bigger than allowed."""

import time
from urllib.parse import quote

import pytest

from tests.security.conftest import City
from tests.security.test_reading import OWN

pytestmark = pytest.mark.asyncio(loop_scope="session")

#: Where each actor may run SQL.
PLACES = [*OWN.items(), ("analyst", "staging"), ("office", "staging")]
#: {record} and {foreign} are paths of files that lie on the same disk.
OUTSIDE = (
    "attach database '{record}' as r",
    "attach 'file:{record}?mode=ro' as r",
    "select * from r.trainees",
    "select * from training.trainees",
    "select * from main.sealed_identities",
    "select * from temp.trainees",
    "detach database main",
    "vacuum into '{record}.copy'",
    "vacuum",
    "reindex",
    "analyze",
    "pragma database_list",
    "pragma table_info(sealed_identities)",
    "pragma writable_schema=on",
    "pragma temp_store_directory='/tmp'",
    "pragma journal_mode=delete",
    "pragma query_only=off",
    "select * from pragma_table_xinfo('sealed_identities')",
    "select * from pragma_module_list where name='x'",
    "select load_extension('/lib/x')",
    "select readfile('{record}')",
    "select writefile('{record}.x', 'x')",
    "select fts3_tokenizer('x')",
    "select edit('x')",
    "select * from fsdir('/')",
    "select * from zipfile('{record}')",
    "select * from sqlite_dbpage",
    "select * from sqlite_stmt",
    "select * from bytecode('x')",
    "select * from csv_data",
    "create virtual table v using csv(filename='{record}')",
    "create temp table t as select 1",
    "create temp trigger g after insert on trainees begin select 1; end",
    "insert into trainees default values",
    "update trainees set name='x'",
    "delete from trainees",
    "drop table trainees",
    "alter table trainees add column x",
    "replace into trainees default values",
    "begin exclusive",
    "commit",
    "savepoint s",
    "explain delete from trainees",
    "select 1; select 2",
    "select 1; delete from trainees",
    "/* x */ delete from trainees",
    "with x as (select 1) delete from trainees",
    "with x as (select 1) insert into trainees select 1",
    "-- x\ndelete from trainees",
    "select current_actor()",
    "select person_key('resident', 'x')",
    "select open_sealed(1)",
    "select unseal(sealed) from sealed_identities",
)
#: What reads the own file in a way that a filter of names might not see.
INSIDE = (
    "select * from sqlite_master",
    "select * from sqlite_schema",
    "select sql from sqlite_temp_master",
    "select * from pragma_database_list",
    "select * from pragma_function_list",
    "select hex(name) from trainees",
    "with sealed_identities as (select * from trainees) select * from sealed_identities",
    'with "training.trainees" as (select * from trainees) select * from "training.trainees"',
    "select group_concat(name) from trainees",
    "select json_group_array(json_object('n', name)) from trainees",
    "select * from trainees as training",
    "select * from trainees natural join trainees",
    "select quote(name), unicode(name), substr(name, 1, 1) from trainees",
    "select * from people_in_words",
    "select * from batch_changes",
    "select * from batch_problems",
    "select * from trainee_events",
    "select * from edition",
    "select * from roster_batches",
    "select * from province_contacts",
    "select * from people_by_place",
    "select :name, :x",
    "select * from trainees where name like :q",
    "select * from sqlite_sequence",
    "select * from sqlite_stat1",
    "select * from dbstat",
)
LONG = (
    "with recursive n(x) as (select 1 union all select x + 1 from n) select count(*) from n",
    "with recursive n(x) as (select 1 union all select x + 1 from n) select x from n",
    "with recursive n(x) as (select 'a' union all select x || x from n) select length(x) from n",
    "select count(*) from edition, pragma_function_list b,"
    " pragma_function_list c, pragma_function_list d",
    "with recursive n(x) as (select 1 union all select x+1 from n limit 100000000)"
    " select sum(length(hex(randomblob(x % 1000)))) from n",
)
BIG = (
    "select hex(randomblob(3e7)) as x",
    "select zeroblob(1e9) as x",
    "select printf('%.*c', 900000000, 'x') as x",
    "select replace(hex(zeroblob(1e6)), '0', hex(zeroblob(1e4))) as x",
)
MOST = 5_000_000


async def leaks_of(city: City, who: str, database: str, sql: str) -> list[str]:
    """What one statement gives away, and whether it did what nobody may."""
    places = {"record": city.folder / "training.db", "foreign": city.folder / "scopes"}
    text = sql.format(**places) if "{" in sql else sql
    found = []
    for form in (".json?_shape=array&sql=", ".csv?_stream=1&sql="):
        answer = await city.get(f"/{database}/-/query{form}{quote(text)}&q=%25", who)
        found += city.scanner.leaks(who, database, answer.everything)
        if answer.status >= 500:
            found.append(f"{who} {sql}: {answer.status}")
    return found


@pytest.mark.parametrize(("who", "database"), PLACES)
@pytest.mark.parametrize("sql", [*OUTSIDE, *INSIDE])
async def test_a_statement_stays_in_its_file(city: City, who: str, database: str, sql: str) -> None:
    assert await leaks_of(city, who, database, sql) == []


@pytest.mark.parametrize("sql", OUTSIDE)
async def test_what_reaches_out_gets_nothing(city: City, sql: str) -> None:
    text = sql.format(record=city.folder / "training.db")
    answer = await city.get(
        f"/institution-tsinghua/-/query.json?_shape=array&sql={quote(text)}", "institution_a"
    )
    harmless = ("explain", "select * from pragma_table_xinfo", "select * from pragma_module_list")
    assert answer.status in (400, 403) or (answer.body == b"[]" and sql.startswith(harmless)), (
        answer
    )
    assert not list(city.folder.glob("training.db.*"))


@pytest.mark.parametrize("sql", LONG)
async def test_a_bomb_ends_in_time(city: City, sql: str) -> None:
    began = time.monotonic()
    answer = await city.get(f"/analysis/-/query.json?sql={quote(sql)}", "analyst")
    assert answer.status in (400, 200)
    assert len(answer.body) < MOST
    assert time.monotonic() - began < 8


@pytest.mark.parametrize("sql", BIG)
async def test_a_blob_is_bounded(city: City, sql: str) -> None:
    answer = await city.get(f"/analysis/-/query.json?sql={quote(sql)}", "analyst")
    assert answer.status in (200, 400, 413)
    assert len(answer.body) < MOST
