"""`python -m stream_app.console.trial LOG SCENARIO THRESHOLD`: the process that judges for `trials`; JSON on stdout."""

import os
import sys
from pathlib import Path

import msgspec

from stream_app.alerting.trying import Trial, try_out
from stream_app.console.trials import Outcome
from stream_app.errors import MonitorError
from stream_app.settings import load_settings

NICE = 10  # whoever serves pages or judges live goes first


def main(log: str, scenario: str, threshold: str) -> None:
    """Judge and tell; a refusal is one line on stderr, with exit status 1."""
    os.nice(NICE)
    try:
        found = try_out(load_settings(), [Path(log)], Trial(scenario, float(threshold)))
    except (MonitorError, ValueError) as error:
        print(str(error).replace("\n", " "), file=sys.stderr)
        sys.exit(1)
    told = Outcome(tuple(found.added), tuple(found.gone), tuple(found.same), found.records)
    sys.stdout.buffer.write(msgspec.json.encode(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
