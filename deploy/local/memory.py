"""The most memory each process of a run has used, as Linux counts it."""

from collections.abc import Iterable
from pathlib import Path

from deploy.local.children import Child


def peaks_mb(children: Iterable[Child]) -> dict[str, float]:
    """Peak resident memory by part, MiB, with the processes it started; nothing where there is no /proc."""
    found = {child.name: _peak_kb(child.process.pid) / 1024 for child in children}
    return {name: round(peak) for name, peak in found.items() if peak}


def _peak_kb(pid: int) -> int:
    own = next((int(line.split()[1]) for line in _lines(pid, "status") if line.startswith("VmHWM:")), 0)
    started = (int(word) for line in _lines(pid, f"task/{pid}/children") for word in line.split())
    return own + sum(_peak_kb(child) for child in started)


def _lines(pid: int, name: str) -> list[str]:
    try:
        return Path(f"/proc/{pid}/{name}").read_text().splitlines()
    except OSError:
        return []  # the process has just ended, or this is not Linux
