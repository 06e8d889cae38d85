"""Where in a TOML file a key stands: its parser keeps no positions, and a mistake without its line is a search."""

import re
from collections import Counter
from typing import NamedTuple

Path = tuple[str | int, ...]

_TABLE = re.compile(r"^\s*(\[\[?)\s*(.+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(r"""^\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*=""")
_NAME = re.compile(r"""[A-Za-z0-9_-]+|"[^"]*"|'[^']*'""")


class Place(NamedTuple):
    """Counted from 1."""

    line: int
    column: int


def places(text: str) -> dict[Path, Place]:
    """Every table and key that stands at the beginning of a line.

    >>> places("[detectors.price_exploit]\\nmode = 'on'")[("detectors", "price_exploit", "mode")]
    Place(line=2, column=1)
    """
    found: dict[Path, Place] = {}
    counts: Counter[Path] = Counter()
    table: Path = ()
    for number, line in enumerate(text.splitlines(), 1):
        place = Place(number, len(line) - len(line.lstrip()) + 1)
        if heading := _TABLE.match(line):
            table = _table(_names(heading[2]), heading[1] == "[[", counts)
            found.setdefault(table, place)
        elif key := _KEY.match(line):
            found.setdefault((*table, *_names(key[1])), place)
    return found


def nearest(found: dict[Path, Place], path: Path) -> Place | None:
    """Where the path stands, or the innermost table or key around it that stands on a line of its own."""
    for length in range(len(path), 0, -1):
        if (place := found.get(path[:length])) is not None:
            return place
    return None


def _names(dotted: str) -> Path:
    return tuple(name.strip("\"'") for name in _NAME.findall(dotted))


def _table(names: Path, is_array: bool, counts: Counter[Path]) -> Path:
    """The path of a heading, with the numbers of the arrays of tables that it is in."""
    path: Path = ()
    for at, name in enumerate(names):
        path = (*path, name)
        is_last = at == len(names) - 1
        if is_last and is_array:
            counts[path] += 1
        if counts[path]:
            path = (*path, counts[path] - 1)
    return path
