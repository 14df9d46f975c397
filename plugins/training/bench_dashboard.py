"""What the home page with its dashboard costs, and that it costs the same however many people."""

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from training import bench_scopes, boards, building, passwords, queries
from training.bench_scopes import Cost, median
from training.database import acting, connect, transaction
from training.system_user import system_user

YEAR = "2021-2022"
_ENTERPRISES = """
insert into enterprises (uscc, name)
with recursive n (i) as (select 1 union all select i + 1 from n where i < :people)
select printf('91119999%010d', i), '示例有限公司' from n"""
_PEOPLE = """
insert into trainees (
    year, institution, track, person_key, name, id_masked, mobile_key, mobile_masked,
    enterprise_name, uscc, position, province, origin, industry_code, kind, selected_at, state
)
with recursive n (i) as (select 1 union all select i + 1 from n where i < :people),
places as (select code, row_number() over (order by seq) - 1 as place from provinces),
homes as (
    select institution, row_number() over (order by institution) - 1 as place
    from institution_years where year = :year
)
select :year, homes.institution, 'regional_development', printf('%032x', i), '示例' || i,
    '119***********999X', printf('%032x', i), '138****0000', '示例有限公司',
    printf('91119999%010d', i), '总经理', places.code, 'self_selected',
    case i % 3 when 0 then '34' when 1 then '65' end, 'growth_backbone',
    '2021-12-01T10:00:00+08:00', 'nominated'
from n
join places on places.place = i % (select count(*) from places)
join homes on homes.place = i % (select count(*) from homes)"""


def costs(folder: Path, sizes: tuple[int, ...], repeat: int) -> Iterator[Cost]:
    """For records of so many people, made in ``folder``: the page over HTTP, and the figures alone."""
    passwords.ITERATIONS = 1  # nobody signs in with these
    pages = []
    for people in sizes:
        record = folder / str(people) / "training.db"
        list(building.build(record, bench_scopes.ROOT / "db" / "seed"))
        fill(record, people)
        source = boards.source_of(
            record, {"role": "office"}, lambda name: queries.load(database=name)
        )
        assert source is not None  # noqa: S101 - the office has a dashboard
        begin = time.perf_counter()
        boards.compute(source)
        yield Cost(f"count and draw, {people} people", (time.perf_counter() - begin) * 1000)
        boards.board(source)
        alone = median(lambda: boards.ready(source), 1000)  # noqa: B023
        yield Cost(f"the figures, warm, {people} people", alone)
        with bench_scopes.server(record) as ask:
            own = bench_scopes.cookie(record, "office")
            median(lambda: ask("/", own), 10)  # noqa: B023 - the first pages load templates
            bare = median(lambda: ask("/-/password", own), 20 * repeat)  # noqa: B023
            pages.append(median(lambda: ask("/", own), 20 * repeat))  # noqa: B023
        yield Cost(f"a page without figures, {people} people", bare)
        yield Cost(f"home page, warm, {people} people", pages[-1], "<= 50")
    yield Cost("what more people add to the page", pages[-1] - pages[0], "< 10")


def fill(record: Path, people: int) -> None:
    """Put ``people`` nominated people into the record, spread over institutions and authorities."""
    values = {"people": people, "year": YEAR}
    with (
        closing(connect(record)) as conn,
        transaction(conn),
        acting(conn, system_user(), "script", bulk=True),
    ):
        conn.execute(_ENTERPRISES, {"people": people})
        conn.execute(_PEOPLE, values)
