"""`python -m tests.simulation`: see the package."""

import secrets
import sys
import time
from typing import Annotated

import structlog
import typer
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.simulation.machine import Schedule

STEPS = 60  # in a schedule, at most


app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def main(
    schedules: Annotated[int, typer.Option(min=1, help="How many schedules to try.")] = 3_000,
    chosen: Annotated[int | None, typer.Option("--seed", help="The same seed gives the same schedules.")] = None,
) -> None:
    """Try schedules; status 1 with the shortest one that fails."""
    number = secrets.randbelow(10**6) if chosen is None else chosen
    print(f"seed {number}", flush=True)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger("critical"))
    began = time.monotonic()
    wanted = settings(
        max_examples=schedules,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        print_blob=True,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(seed(number)(Schedule), settings=wanted)
    print(f"{schedules:,} schedules agree with one process, {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    sys.exit(app())
