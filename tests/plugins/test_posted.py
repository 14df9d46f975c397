"""Broken bytes in a form are no fault of ours: every page that takes a small form survives them."""

import pytest

from tests.served import Served

FORMS = (
    ("/-/login", None), ("/-/login/code", None), ("/-/password", "office"), ("/-/release", "office"),
    ("/-/people", "office"), ("/-/people/1", "office"), ("/-/report.xlsx", "office"),
    ("/-/assessment", "assessor"), ("/-/assessment/back", "office"), ("/-/accounts", "auditor"),
    ("/-/account", "office"), ("/-/account/totp", "office"), ("/-/roster/take", "office"),
    ("/-/promote", "office"),
)  # fmt: skip


@pytest.mark.parametrize(("path", "who"), FORMS)
async def test_a_broken_form_is_answered(served: Served, path: str, who: str | None) -> None:
    answer = await served.post(
        path, who, content=b"act=\xff\xfe&reason=\x80",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )  # fmt: skip
    assert answer.status_code < 500, answer.text[-300:]
