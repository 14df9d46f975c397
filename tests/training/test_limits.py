"""Limits: what costs much, how often it may be asked for, and when it may be again."""

import pytest
from training import limits
from training.limits import Limiter, Rate


@pytest.mark.parametrize(
    ("method", "path", "query", "kind"),
    [
        ("POST", "/-/login", "", "sign-in"),
        ("GET", "/-/login", "", None),
        ("POST", "/-/roster/upload", "", "upload"),
        ("POST", "/-/upload-csvs", "", "upload"),
        ("POST", "/-/little-giants", "", "upload"),
        ("GET", "/-/little-giants", "", None),
        ("POST", "/-/assessment/upload", "", "upload"),
        ("POST", "/-/assessment/evidence", "", "upload"),
        ("GET", "/-/assessment/evidence/1", "", "export"),
        ("GET", "/-/roster", "", None),
        ("GET", "/training/trainees.csv", "", "export"),
        ("GET", "/training/trainees.xlsx", "", "export"),
        ("GET", "/training/trainees.Notebook", "", "export"),
        ("GET", "/training/trainees.json", "_stream=1", "export"),
        ("GET", "/training/trainees", "_stream", "export"),
        ("GET", "/training/trainees", "", None),
        ("GET", "/training/trainees/1", "", None),
        ("GET", "/training/quota_headcount", "year=2021-2022", "sql"),
        ("GET", "/training/check_contacts.json", "", "sql"),
        ("GET", "/staging/-/query", "sql=select+1", "sql"),
        ("GET", "/staging", "sql=select+1", "sql"),
        ("GET", "/staging", "%73ql=select+1", "sql"),
        ("GET", "/staging/my_saved_query", "", "sql"),
        ("GET", "/institutions.csv", "", None),
        ("GET", "/", "", None),
    ],
)
def test_what_costs(method: str, path: str, query: str, kind: str | None) -> None:
    assert limits.cost(method, path, query) == kind


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_burst_and_then_a_pace(clock: Clock) -> None:
    limiter = Limiter({"sql": Rate(3, 30)}, clock)
    assert [limiter.wait("sql", "clerk", None) for _ in range(5)] == [0, 0, 0, 2, 2]
    clock.now += 1.9
    assert limiter.wait("sql", "clerk", None) == 1
    clock.now += 0.1
    assert [limiter.wait("sql", "clerk", None) for _ in range(2)] == [0, 2]
    clock.now += 3600
    assert [limiter.wait("sql", "clerk", None) for _ in range(4)] == [0, 0, 0, 2]


def test_nobody_waits_for_another(clock: Clock) -> None:
    limiter = Limiter({"sql": Rate(1, 1), "export": Rate(1, 1)}, clock)
    assert limiter.wait("sql", "clerk", None) == 0
    assert limiter.wait("sql", "clerk", None) > 0
    assert limiter.wait("sql", "other", None) == 0
    assert limiter.wait("export", "clerk", None) == 0
    assert limiter.wait(None, "clerk", None) == 0


def test_an_address_is_bounded_whoever_asks(clock: Clock) -> None:
    limiter = Limiter({"sign-in": Rate(1, 1)}, clock)
    asked = [limiter.wait("sign-in", None, "192.0.2.1") for _ in range(limits.PER_ADDRESS + 1)]
    assert [bool(seconds) for seconds in asked] == [False] * limits.PER_ADDRESS + [True]
    assert limiter.wait("sign-in", None, "192.0.2.2") == 0


def test_a_refusal_takes_no_token(clock: Clock) -> None:
    limiter = Limiter({"sql": Rate(1, 60)}, clock)
    limiter.wait("sql", "clerk", None)
    for _ in range(50):
        assert limiter.wait("sql", "clerk", "192.0.2.1") == 1
    clock.now += 1
    assert limiter.wait("sql", "clerk", "192.0.2.1") == 0


def test_who_is_gone_is_forgotten(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST", 10)
    limiter = Limiter({"sql": Rate(1, 60)}, clock)
    for n in range(10):
        limiter.wait("sql", f"clerk{n}", None)
    clock.now += 1
    limiter.wait("sql", "last", None)
    assert len(limiter._left) == 1


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ("", {}),
        ("sql=60/30", {"sql": Rate(60, 30)}),
        (" sql=1/2 , export=off ", {"sql": Rate(1, 2), "export": None}),
    ],
)
def test_settings(text: str, changed: dict[str, Rate | None]) -> None:
    wanted = {key: rate for key, rate in (limits.RATES | changed).items() if rate}
    assert limits.configured(text) == wanted


def test_all_off() -> None:
    assert limits.configured("off") == {}


@pytest.mark.parametrize("text", ["sql", "sql=", "sql=0/1", "sql=1/0", "boss=1/1", "sql=-1/1"])
def test_a_setting_that_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="LINGJUN_LIMITS"):
        limits.configured(text)
