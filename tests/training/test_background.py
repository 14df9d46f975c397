"""Work behind a page: one piece a key, progress, a stop that stops, results kept for a while."""

import threading

import pytest
from training import background
from training.background import Cancelled, Job, Jobs
from training.wording import current_language, speaking


def endless(job: Job) -> None:
    rows = 0
    while True:
        rows += 1
        job.progress(rows)
        threading.Event().wait(0.001)


def test_what_is_finished_is_not_done_again() -> None:
    jobs, done = Jobs(), []

    def work(job: Job) -> int:
        done.append(1)
        return len(done)

    first = jobs.start("token", "mark", work)
    assert first.wait(5)
    assert jobs.start("token", "mark", work) is first
    assert first.result() == 1
    again = jobs.start("token", "another mark", work)
    assert again.wait(5)
    assert again.result() == 2


def test_a_stop_ends_the_work_and_the_next_start_is_a_new_one() -> None:
    jobs = Jobs()
    job = jobs.start("token", "mark", endless)
    while not job.rows:
        assert not job.wait(0.001)
    assert job.cancel(5)
    with pytest.raises(Cancelled):
        job.result()
    assert jobs.start("token", "mark", lambda _: 1) is not job


def test_a_fault_is_told_to_whoever_asks_for_the_result() -> None:
    def fail(job: Job) -> None:
        raise ValueError("broken")

    job = Jobs().start("token", "mark", fail)
    assert job.wait(5)
    with pytest.raises(ValueError, match="broken"):
        job.result()


def test_no_more_run_at_once_than_there_are_slots() -> None:
    jobs = Jobs()
    busy = [jobs.start(f"{n}", "mark", endless) for n in range(background.SLOTS)]
    waiting = jobs.start("last", "mark", lambda _: "done")
    assert not waiting.wait(0.3)
    assert busy[0].cancel(5)
    assert waiting.wait(5)
    assert waiting.result() == "done"
    assert all(job.cancel(5) for job in busy)


def test_only_the_latest_results_are_kept() -> None:
    jobs = Jobs()
    for n in range(background.KEPT + 5):
        assert jobs.start(f"{n}", "mark", lambda _: 1).wait(5)
    jobs.start("one more", "mark", lambda _: 1)
    assert jobs.find("0") is None
    assert jobs.find(f"{background.KEPT + 4}")


def test_the_work_speaks_the_language_of_who_began_it() -> None:
    with speaking("en"):
        job = Jobs().start("token", "mark", lambda _: current_language())
    assert job.wait(5)
    assert job.result() == "en"
