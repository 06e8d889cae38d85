import threading

import pytest

from stream_app.alerting.ports import FakeTime, RealTime, Time


@pytest.fixture(params=[RealTime, FakeTime])
def time(request: pytest.FixtureRequest) -> Time:
    made: Time = request.param()
    return made


def test_waiting_takes_at_least_as_long_as_was_asked_for_when_nothing_comes(time: Time):
    before = time.now()

    time.wait(threading.Event(), 0.02)

    assert time.now() - before >= 0.015  # a wall clock may be set back a little


def test_waiting_ends_at_once_when_there_is_news(time: Time):
    news, before = threading.Event(), time.now()
    news.set()

    time.wait(news, 3_600)

    assert time.now() - before < 600
