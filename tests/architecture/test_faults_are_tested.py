import ast
import re

from tests.architecture.sources import ROOT, python_files, tree


def functions() -> set[str]:
    kinds = ast.FunctionDef | ast.AsyncFunctionDef
    tests = [path for path in python_files() if path.is_relative_to(ROOT / "tests")]
    return {node.name for path in tests for node in tree(path).body if isinstance(node, kinds)}


def test_every_fault_that_is_written_down_has_a_test():
    rows = [line for line in (ROOT / "docs/faults.md").read_text().splitlines() if line.startswith("| ")]
    faults = [row for row in rows if not row.startswith(("| ---", "| fault |"))]
    named = [re.findall(r"`(test_\w+)`", row) for row in faults]

    assert all(named)
    assert {name for names in named for name in names} <= functions()
