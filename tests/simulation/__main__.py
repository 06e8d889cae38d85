"""`python -m tests.simulation`: see the package."""

import secrets
import sys
import time
from typing import Annotated

import typer

from tests.simulation.schedules import try_schedules

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def main(
    schedules: Annotated[int, typer.Option(min=1, help="How many schedules to try.")] = 3_000,
    seed: Annotated[int | None, typer.Option(help="The same seed gives the same schedules.")] = None,
) -> None:
    """Try schedules; status 1 with the shortest one that fails."""
    number = secrets.randbelow(10**6) if seed is None else seed
    print(f"seed {number}", flush=True)
    began = time.monotonic()
    try_schedules(schedules, number)
    print(f"{schedules:,} schedules agree with one process, {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    sys.exit(app())
