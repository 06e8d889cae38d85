"""The supervisor with small real processes: order, death, force, and nothing left behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from rich.console import Console

from deploy.local import children as module
from deploy.local.children import Children
from deploy.local.errors import PartEnded
from deploy.local.interruption import SIGNALS, Interrupted, Interruption
from deploy.local.options import RunOptions
from deploy.local.screen import Screen
from deploy.local.startup import Startup
from tests.unit.deploy.scripts import FAILS, SLEEP, STUBBORN, is_up, last_words, script, wait_until


@pytest.fixture
def children(tmp_path: Path) -> Iterator[Children]:
    started = Children(tmp_path)
    yield started
    started.stop()


@pytest.fixture
def signals() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in SIGNALS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def startup(children: Children) -> Startup:
    return Startup(RunOptions(), children, Screen(Console(quiet=True)), lambda: None)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"


def wait_until_gone(pids: list[int], seconds: float = 10) -> list[int]:
    deadline = time.monotonic() + seconds
    while (left := [pid for pid in pids if is_alive(pid)]) and time.monotonic() < deadline:
        time.sleep(0.05)
    return left


def test_rows_stop_in_reverse_order(tmp_path: Path, children: Children) -> None:
    words = tmp_path / "words"
    for name in ("broker", "service", "shoppers"):
        (child,) = children.start(script(tmp_path, name, last_words(words, name)))
        wait_until(partial(is_up, child))

    children.stop()

    assert words.read_text().split() == ["shoppers", "service", "broker"]


def test_a_part_that_ends_while_starting_is_named_with_the_end_of_its_log(tmp_path: Path, children: Children) -> None:
    (child,) = children.start(script(tmp_path, "worker", FAILS))

    with pytest.raises(PartEnded, match=r"(?s)worker ended by itself with status 7.*worker\.log.*the reason"):
        startup(children).wait_for(child, "the worker", lambda: False)


def test_a_part_that_never_comes_up_is_given_up(tmp_path: Path, children: Children) -> None:
    (child,) = children.start(script(tmp_path, "worker", SLEEP))

    with pytest.raises(PartEnded, match="worker is not ready after 0 s"):
        startup(children).wait_for(child, "the worker", lambda: False, 0.3)


@pytest.mark.usefixtures("signals")
def test_waiting_ends_when_somebody_wants_to_stop(tmp_path: Path, children: Children) -> None:
    (child,) = children.start(script(tmp_path, "worker", SLEEP))
    interruption = Interruption()  # the fixture gives the signals back
    patient = replace(startup(children), check=interruption.check)

    os.kill(os.getpid(), signal.SIGTERM)

    with pytest.raises(Interrupted):
        patient.wait_for(child, "the worker", lambda: False)


def test_a_part_that_ignores_the_request_is_ended_by_force(
    tmp_path: Path, children: Children, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "STOP_SECONDS", 0.2)
    (child,) = children.start(script(tmp_path, "stubborn", STUBBORN))
    wait_until(lambda: is_up(child))

    children.stop()

    assert child.process.returncode == -signal.SIGKILL


def test_a_paused_part_stands_still_goes_on_and_can_be_stopped(tmp_path: Path, children: Children) -> None:
    text = "import time\nfor n in range(1200):\n    print('up', flush=True)\n    time.sleep(0.05)\n"
    (child,) = children.start(script(tmp_path, "ticks", text))
    wait_until(lambda: is_up(child))

    child.pause()
    time.sleep(0.1)
    before = child.log.stat().st_size
    time.sleep(0.3)
    assert child.log.stat().st_size == before

    child.resume()
    wait_until(lambda: child.log.stat().st_size > before)

    child.pause()
    children.stop()
    assert child.has_ended


def test_a_part_started_again_keeps_its_log_and_its_place(tmp_path: Path, children: Children) -> None:
    (child,) = children.start(script(tmp_path, "orders", SLEEP))
    wait_until(lambda: is_up(child))
    child.terminate()
    child.process.wait(10)

    again = children.restart(child)
    wait_until(lambda: again.log.read_text().count("up") == 2)

    assert list(children) == [again]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of their parent's death")
def test_children_end_when_the_runner_itself_is_killed(tmp_path: Path) -> None:
    """INVARIANT: a killed runner leaves nothing running, not even a part that it has paused.

    Without it the next run finds its ports taken by processes that nobody owns.
    """
    runner = (
        "import sys, time\nfrom pathlib import Path\nfrom deploy.local.children import Children\n"
        "from tests.unit.deploy.scripts import SLEEP, script\n"
        f"folder = Path({str(tmp_path)!r})\nchildren = Children(folder)\n"
        "children.start(script(folder, 'one', SLEEP), script(folder, 'two', SLEEP))\n"
        "children.named('two').pause()\n"
        "print(*(child.process.pid for child in children), flush=True)\ntime.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", runner], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        pids = [int(word) for word in process.stdout.readline().split()]
        process.kill()

    assert len(pids) == 2
    assert wait_until_gone(pids) == []


def test_a_part_that_was_killed_is_named_with_the_signal(tmp_path: Path, children: Children) -> None:
    (child,) = children.start(script(tmp_path, "worker", SLEEP))

    child.process.kill()
    child.process.wait()

    assert child.epitaph().startswith("worker was killed by SIGKILL; ")
