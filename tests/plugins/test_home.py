"""The home page leads each role to its work, and to nothing that is closed to it."""

import re

import pytest

from tests.served import PEOPLE, Served


async def test_every_duty_of_every_role_opens(served: Served) -> None:
    for role in PEOPLE:
        page = (await served.get("/", role)).text
        cards = re.findall(r'<div class="card"><h2><a href="([^"]+)">', page)
        assert cards, role
        for href in cards:
            assert (await served.get(href, role)).status_code == 200, (role, href)


FILES = r"""<h2 style="[^"]*"><a href="/([^"]+)">"""


async def test_it_lists_the_files_of_its_reader_and_what_is_in_them(served: Served) -> None:
    own = {
        "institution": {"institution-tsinghua"}, "province": {"province-330000"},
        "analyst": {"analysis", "staging", "training"}, "office": {"training", "staging"},
    }  # fmt: skip
    for role in PEOPLE:
        page = (await served.get("/", role)).text
        assert set(re.findall(FILES, page)) - {"public"} == own.get(role, {"training"}), role
    office = (await served.get("/", "office")).text
    listed = (await served.get("/training.json?_size=0", "office")).json()["tables"]
    shown = [one["name"] for one in listed if not one["hidden"]]
    assert len(shown) > 30
    _, *parts = re.split(FILES, office)
    assert f"{len(shown)} 张表" in dict(zip(parts[::2], parts[1::2], strict=True))["training"]
    for name in re.findall(r'<a href="/training/(\w+)">', office):
        assert (await served.get(f"/training/{name}.json?_size=1", "office")).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/training/trainees?_timelimit=abc",
        "/training/trainees?_facet=nope",
        "/training/trainees?_size=abc",
        "/training/quota_headcount?_timelimit=abc",
        "/training/trainees.json?_timelimit=abc",
        "/training/trainees.csv?_facet=nope&_timelimit=x",
    ],
)
async def test_an_address_typed_by_hand_gets_an_answer_not_a_fault(
    served: Served, path: str
) -> None:
    answer = await served.get(path, "office")
    assert answer.status_code in (200, 400)
    assert "Traceback" not in answer.text


async def test_no_error_prints_the_variables_round_it(
    served: Served, capfd: pytest.CaptureFixture[str]
) -> None:
    for path in ("/training/nowhere", "/institution/nobody", "/training/trainees?_size=canary"):
        await served.get(path, "office", headers={"X-Canary": "canary-header"})
    said = "".join(capfd.readouterr())
    assert "canary" not in said
    assert "locals" not in said
