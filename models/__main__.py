"""`python -m models COMMAND`: train, exchange, evaluate and replay models, judge any series."""

import sys

import typer

from models.cli import calibrate, evaluate, refit, replay, train
from models.cli import models as stored
from models.cli import series as numeric
from models.errors import ModelsError

BAD_INPUT = 2

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Train, inspect and replay the monitor's models.")
app.command("train")(train.train)
app.command("list")(stored.list_models)
app.command("show")(stored.show)
app.command("verify")(stored.verify)
app.command("promote")(stored.promote)
app.command("rollback")(stored.rollback)
app.command("shadow")(stored.shadow)
app.command("refit")(refit.refit)
app.command("calibrate")(calibrate.calibrate)
app.command("evaluate")(evaluate.evaluate)
app.command("replay")(replay.replay)
app.command("series")(numeric.series)


def main() -> None:
    """Errors made on purpose are one sentence on stderr, not a stack trace."""
    try:
        app()
    except ModelsError as error:
        print(f"models: {error}", file=sys.stderr)
        sys.exit(BAD_INPUT)


if __name__ == "__main__":
    main()
