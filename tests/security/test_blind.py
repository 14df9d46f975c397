"""P2: two requests that differ in a hidden fact alone get answers that differ in nothing."""

from urllib.parse import quote

import pytest

from tests.security.canaries import EVERYBODY
from tests.security.conftest import City

pytestmark = pytest.mark.asyncio(loop_scope="session")

#: Something that is there and something that is not; who may know is told by the place.
PAIRS = (
    ("/training/trainees/{hidden}", "/training/trainees/987654"),
    ("/training/trainees/{hidden}.json", "/training/trainees/987654.json"),
    (
        "/training/trainees/{hidden}.blob?_blob_column=name",
        "/training/trainees/987654.blob?_blob_column=name",
    ),
    ("/training/sealed_identities/{hidden}", "/training/sealed_identities/987654"),
    ("/training/sealed_identities.json", "/training/sealed_nothing_.json"),
    ("/training/trainees", "/training/traineez"),
    ("/training/trainees.json", "/training/traineez.json"),
    ("/training/find_identity_doubts", "/training/find_identity_nothin"),
    ("/training/roster_batches/{batch}.json", "/training/roster_batches/987654.json"),
    ("/training/certificates.json", "/training/certificatez.json"),
    ("/institution-{other}", "/institution-{none}"),
    ("/institution-{other}.json", "/institution-{none}.json"),
    ("/institution-{other}/trainees/{hidden}", "/institution-{none}/trainees/{hidden}"),
    ("/institution-{other}/trainees.csv", "/institution-{none}/trainees.csv"),
    (
        "/institution-{other}/-/query.json?sql=select+1",
        "/institution-{none}/-/query.json?sql=select+1",
    ),
    ("/institution-{other}/kept_by_institution_a", "/institution-{none}/kept_by_institution_a"),
    ("/province-{far}", "/province-999999"),
    ("/province-{far}/trainees.json", "/province-999999/trainees.json"),
    ("/own/trainees/{hidden}", "/own/trainees/987654"),
    ("/own/trainees/{hidden}.json", "/own/trainees/987654.json"),
    ("/own/trainees.json?id={hidden}", "/own/trainees.json?id=987654"),
    ("/own/trainees.json?name={name}", "/own/trainees.json?name={nobody}"),
    (
        "/own/trainees?enterprise_name__contains={firm}",
        "/own/trainees?enterprise_name__contains={nofirm}",
    ),
    ("/own/trainees.json?email={mail}", "/own/trainees.json?email={nomail}"),
    (
        "/own/-/query.json?_shape=array&sql=select+count(*)+from+trainees+where+name='{name}'",
        "/own/-/query.json?_shape=array&sql=select+count(*)+from+trainees+where+name='{nobody}'",
    ),
    ("/own/trainees/-/autocomplete?q={name}", "/own/trainees/-/autocomplete?q={nobody}"),
    ("/-/jump.json?q={name}", "/-/jump.json?q={nobody}"),
    ("/-/jump.json?q=institution-{other}", "/-/jump.json?q=institution-{none}"),
    ("/-/roster/batch/{batch}", "/-/roster/batch/987654"),
    ("/-/roster/batch/{batch}/faults.xlsx", "/-/roster/batch/987654/faults.xlsx"),
    ("/-/office/batch/{batch}", "/-/office/batch/987654"),
    ("/-/classes/{course}", "/-/classes/987654"),
    ("/-/classes/{course}/completion", "/-/classes/987654/completion"),
    ("/-/people/{hidden}", "/-/people/987654"),
    ("/-/person/{hidden}", "/-/person/987654"),
    ("/-/queries.json?owner_id=analyst", "/-/queries.json?owner_id=nobodyx"),
    ("/-/accounts/analyst", "/-/accounts/nobodyx"),
    ("/db/training.db", "/db/trainink.db"),
    ("/-/config", "/-/confog"),
    ("/_internal", "/_internox"),
    ("/staging/kept_by_analyst", "/staging/kept_by_nobodyx"),
    (
        "/verify?number=LJRC-2021-02-00001-9&name={name}",
        "/verify?number=LJRC-2021-02-00001-9&name={nobody}",
    ),
)
#: Who may see the difference, by the first part of the first address that begins so.
OPEN = (
    ("/-/accounts", {"auditor"}),
    ("/training", {"office", "auditor"}),
    ("/staging", {"analyst"}),
    ("/-/office", {"office"}),
    ("/-/roster", {"office"}),
    ("/-/classes", {"office"}),
    ("/-/pe", {"office"}),
    ("/-/queries", {"analyst"}),
)


def words(city: City, who: str | None) -> dict[str, str]:
    """What is hidden from ``who``, and the like of it that is not there."""
    hidden = next(one for one in city.people if not one.read_by(who) or who == "office")
    own = {
        "institution_a": "institution-tsinghua",
        "institution_b": "institution-pku",
        "province_a": "province-330000",
        "province_b": "province-110000",
    }
    foreign = "tsinghua" if who == "institution_b" else "pku"
    return {
        "hidden": f"{city.ids[hidden.number]:06}"[-6:].lstrip("0"),
        "other": foreign,
        "none": "nowhere"[: len(foreign)],
        "own": own.get(who or "", "analysis"),
        "far": "330000" if who == "province_b" else "110000",
        "name": hidden.marks["name"],
        "nobody": "雀不在",
        "firm": hidden.marks["enterprise_name"],
        "nofirm": "示例999号有限公司",
        "mail": hidden.marks["email"],
        "nomail": "canary999@example.com",
        "batch": str(city.batches[foreign]),
        "course": str(city.classes[foreign]),
    }


def filled(target: str, said: dict[str, str]) -> str:
    path = target.replace("/own/", f"/{said['own']}/")
    for word, value in said.items():
        path = path.replace("{" + word + "}", quote(value))
    return path


async def differences(city: City, there: str, missing: str, who: str | None) -> list[str]:
    """[] if both get the same; what the two requests said themselves does not count."""
    said = words(city, who)
    shapes = []
    for target in (filled(there, said), filled(missing, said)):
        answer = await city.get(target, who)
        asked = [
            target,
            target.partition("?")[0],
            target.rpartition("/")[2].split("?")[0].split(".")[0],
        ]
        own = {*said.values(), "analyst", "nobodyx", "987654", "999999", "999"}
        spelled = {
            *(spelling for t in asked for spelling in (t, quote(t, safe="/"), quote(t, safe=""))),
            *(spelling for w in own for spelling in (w, quote(w), quote(quote(w)))),
        }
        # The longest first: a number of one digit stands in a longer one, whichever was asked for.
        status, headers, body = answer.shape(*sorted(spelled, key=len, reverse=True))
        shapes.append((status, headers, len(body)))
    if shapes[0] == shapes[1]:
        return []
    return [
        f"{who} {there} {missing}: {shapes[0][0]}/{shapes[1][0]}, {shapes[0][2]}/{shapes[1][2]}"
    ]


@pytest.mark.parametrize(("there", "missing"), PAIRS)
async def test_a_hidden_fact_makes_no_difference(city: City, there: str, missing: str) -> None:
    knows = next((people for start, people in OPEN if there.startswith(start)), set())
    for who in EVERYBODY:
        if who not in knows:
            assert await differences(city, there, missing, who) == []


async def test_a_difference_would_be_seen(city: City) -> None:
    assert await differences(
        city, "/training/trainees/{hidden}", "/training/trainees/987654", "office"
    )
