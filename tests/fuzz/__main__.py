"""`python -m tests.fuzz`: see the package."""

import secrets
import sys
import warnings
from pathlib import Path
from typing import Annotated

import typer

from tests.fuzz.run import FoundError, Progress, run

FOUND = Path(".run/fuzz")
EVERY = 10_000  # payloads between two lines of progress


app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def main(
    count: Annotated[int, typer.Option(min=1, help="Payloads for decode and intake; others take less.")],
    seed: Annotated[int | None, typer.Option(help="The same seed gives the same payloads.")] = None,
) -> None:
    """Payloads nobody expects; status 1 when one is treated wrongly, and the smallest that is goes to .run/fuzz."""
    chosen = secrets.randbelow(10**6) if seed is None else seed
    print(f"seed {chosen}", flush=True)
    warnings.simplefilter("error")
    try:
        _follow(count, chosen)
    except FoundError as found:
        print(f"FAILED: {found}\nkept in {_kept(found)}", file=sys.stderr)
        raise typer.Exit(1) from found


def _follow(count: int, seed: int) -> None:
    """Run, with a line now and then and one for every target."""
    last: Progress | None = None
    for now in run(count, seed):
        if last and last.target != now.target:
            print(_line(last), flush=True)
        elif last and now.done // EVERY > last.done // EVERY:
            print(f"{now.target}: {now.done:,} so far", flush=True)
        last = now
    if last:
        print(_line(last))


def _line(now: Progress) -> str:
    outcomes = ", ".join(f"{name} {number:,}" for name, number in sorted(now.outcomes.items()))
    return f"{now.target}: {now.done:,} in {now.seconds:.0f} s: {outcomes}"


def _kept(found: FoundError) -> Path:
    """Write down what fails, to be read by people and by `ast.literal_eval`."""
    FOUND.mkdir(parents=True, exist_ok=True)
    path = FOUND / f"{found.target.name}-{found.seed}.txt"
    path.write_text(f"# {found}\n".replace("\n", " ").rstrip() + f"\n{found.payloads!r}\n", errors="backslashreplace")
    return path


if __name__ == "__main__":
    sys.exit(app())
