"""Tries schedules, and makes the one that fails as short as it goes."""

import structlog
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.simulation.machine import Schedule

STEPS = 50  # in a schedule, at most


def try_schedules(count: int, number: int) -> None:
    """As many schedules as asked for; AssertionError with the shortest that fails. A seed gives the same ones again."""
    wanted = settings(
        max_examples=count,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        print_blob=False,
        report_multiple_bugs=False,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger("critical"))
    try:
        run_state_machine_as_test(seed(number)(Schedule), settings=wanted)
    finally:
        structlog.configure(**before)
