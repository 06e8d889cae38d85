"""One demonstration a session: the dashboards are looked at while it goes on, its end is judged by `test_make_run`."""

from collections.abc import Iterator

import pytest

from tests.e2e.local_run import SECONDS, LocalRun


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalRun]:
    """A whole evening with all its trouble, as `make run DURATION=180` plays it."""
    run = LocalRun(tmp_path_factory.mktemp("demonstration") / "run", "--duration", str(SECONDS))
    yield run
    run.end()
