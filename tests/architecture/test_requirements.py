import re
import tomllib

from tests.architecture.sources import ROOT


def test_the_worker_is_installed_with_every_codec_a_producer_may_use():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    (client,) = [name for name in project["optional-dependencies"]["monitor"] if name.startswith("aiokafka")]
    pinned = re.findall(r"^([a-z0-9-]+)==", (ROOT / "requirements/run.txt").read_text(), re.MULTILINE)

    assert set(re.findall(r"\w+", client.partition("]")[0])) >= {"lz4", "snappy", "zstd"}
    assert "cramjam" in pinned
