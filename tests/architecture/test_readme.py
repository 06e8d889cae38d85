import re

from tests.architecture.sources import ROOT


def test_every_make_target_the_documents_name_exists():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    documents = [(ROOT / name).read_text() for name in ("README.md", "CONTRIBUTING.md", "ARCHITECTURE.md")]
    named = {target for text in documents for target in re.findall(r"`make ([a-z]+)", text)}

    assert named <= targets
    assert {"run", "test"} <= named
