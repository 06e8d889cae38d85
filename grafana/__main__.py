"""`python -m grafana -o grafana/dashboards`: write the JSON of every dashboard."""

import importlib
import json
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from grafana_foundation_sdk.cog.encoder import JSONEncoder

import grafana.boards
from grafana.board import Board

DASHBOARDS = Path(__file__).parent / "dashboards"


def boards() -> Iterator[tuple[str, Board]]:
    """Every dashboard with the name of its module."""
    for module in pkgutil.iter_modules(grafana.boards.__path__):
        yield module.name, importlib.import_module(f"{grafana.boards.__name__}.{module.name}").BOARD


def as_json(stem: str, board: Board) -> str:
    """The file that Grafana loads."""
    return json.dumps(board.build(stem), cls=JSONEncoder, indent=2, sort_keys=True) + "\n"


def main(out: Annotated[Path, typer.Option("-o", "--out", help="Folder of the files.")] = DASHBOARDS) -> None:
    """Write the JSON of every dashboard."""
    for stem, board in boards():
        (out / f"{stem}.json").write_text(as_json(stem, board))


if __name__ == "__main__":
    typer.run(main)
