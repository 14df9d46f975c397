"""What is searched for does not reach the access log."""

import logging

import pytest

from tests.served import plugin


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    logging.getLogger("uvicorn.access").filters.clear()
    plugin("access_log").startup()
    caplog.set_level(logging.INFO, "uvicorn.access")
    return caplog


def say(path: str) -> None:
    # As uvicorn says it.
    logging.getLogger("uvicorn.access").info(
        '%s - "%s %s HTTP/%s" %d', "127.0.0.1:5", "GET", path, "1.1", 200
    )


def test_the_query_string_is_left_out(log: pytest.LogCaptureFixture) -> None:
    say("/training/trainees?name__contains=%E5%BC%A0")
    say("/institutions")
    assert log.messages == [
        '127.0.0.1:5 - "GET /training/trainees HTTP/1.1" 200',
        '127.0.0.1:5 - "GET /institutions HTTP/1.1" 200',
    ]


def test_a_token_in_the_path_is_starred(log: pytest.LogCaptureFixture) -> None:
    say("/analysis/ljt_" + "a" * 43 + ".json")
    assert log.messages == ['127.0.0.1:5 - "GET /analysis/ljt_***.json HTTP/1.1" 200']


def test_other_messages_pass(log: pytest.LogCaptureFixture) -> None:
    logging.getLogger("uvicorn.access").info("plain?text")
    assert log.messages == ["plain?text"]


def test_once_is_enough() -> None:
    logging.getLogger("uvicorn.access").filters.clear()
    for _ in range(3):
        plugin("access_log").startup()
    assert len(logging.getLogger("uvicorn.access").filters) == 1
