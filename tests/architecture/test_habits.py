import ast
import re

from tests.architecture.sources import ROOT, name, python_files, tracked, tree

MOST_MOCKS = 20
SHUNNED_NAMES = {"utils", "helpers", "common", "manager", "base"}


def test_no_exception_is_swallowed():
    swallowed = [
        f"{name(path)}:{node.lineno}"
        for path in python_files()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ExceptHandler) and all(isinstance(line, ast.Pass) for line in node.body)
    ]

    assert swallowed == []


def test_tests_use_fakes_rather_than_mocks():
    mocks = sum(len(re.findall(r"\b(Mock|MagicMock|AsyncMock|patch)\(", path.read_text())) for path in python_files())

    assert mocks < MOST_MOCKS


def test_a_module_is_named_after_what_it_holds():
    assert [name(path) for path in python_files() if path.stem in SHUNNED_NAMES] == []


def test_nothing_is_left_unfinished():
    marks = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|X{3})\b")

    assert [name(path) for path in python_files() if marks.search(path.read_text())] == []


def test_no_file_names_a_path_of_one_machine():
    here = re.compile("|".join(re.escape(f"{folder}/") for folder in {ROOT, ROOT.parent} if folder != folder.parent))
    texts = [path for path in tracked() if path.suffix not in {".onnx", ".png"}]

    assert [name(path) for path in texts if here.search(path.read_text(errors="replace"))] == []
