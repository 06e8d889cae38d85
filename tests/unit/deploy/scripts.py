"""Parts for tests: small Python scripts instead of services."""

import time
from collections.abc import Callable
from pathlib import Path

from deploy.local.children import Child, Part


def script(folder: Path, name: str, text: str) -> Part:
    """A part that runs this text; the folder holds it as a module."""
    (folder / f"part_{name}.py").write_text(text)
    return Part(name, [f"part_{name}"], {"PYTHONPATH": str(folder)})


SLEEP = "import time\nprint('up', flush=True)\ntime.sleep(60)\n"
STUBBORN = (
    "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint('up', flush=True)\ntime.sleep(60)\n"
)
FAILS = "import sys\nprint('the reason', file=sys.stderr)\nsys.exit(7)\n"


def last_words(file: Path, name: str) -> str:
    """A script that sleeps and writes its name into the file when it is told to end."""
    return (
        "import signal, sys, time\n"
        f"def end(*_):\n    open({str(file)!r}, 'a').write('{name} ')\n    sys.exit(0)\n"
        "signal.signal(signal.SIGTERM, end)\nprint('up', flush=True)\ntime.sleep(60)\n"
    )


def is_up(child: Child) -> bool:
    """The script has got so far as to say so."""
    return "up" in child.log.read_text()


def wait_until(is_so: Callable[[], bool], seconds: float = 10) -> None:
    """Wait until something is so; fails when it is not after so many seconds."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)
