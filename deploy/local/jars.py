"""Kafka's jars: resolved once by jgo into a folder, and compared with the committed lock before java sees them."""

import hashlib
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from deploy.local.errors import JarsUnavailable

KAFKA_FOLDER = Path(__file__).parent / "kafka"
REPOSITORY = Path(__file__).parents[2]
DEFAULT_CACHE = REPOSITORY / ".run" / "kafka"
RESOLVE_TIMEOUT_SECONDS = 300.0


def kafka_classpath(cache: Path = DEFAULT_CACHE) -> str:
    """Give java's classpath of a verified Kafka, resolving the jars into `cache` when they are not there.

    Raises `JarsUnavailable` when jgo fails or when a jar differs from the committed sha256.
    """
    if not _is_complete(cache):
        _resolve(cache)
    verify(cache)
    return ":".join(str(folder / "*") for folder in _jar_folders(cache))


def verify(cache: Path) -> None:
    """Compare every jar below `cache` with the committed lock; raises `JarsUnavailable` on the first difference."""
    locked = locked_jars()
    found = {jar.name: jar for jar in _jars(cache)}
    if strangers := found.keys() ^ locked.keys():
        raise JarsUnavailable(f"{cache} and jgo.lock.toml differ in {sorted(strangers)}. Delete {cache} and try again")
    for name, path in found.items():
        if _sha256(path) != locked[name]:
            raise JarsUnavailable(f"{path} does not have the sha256 of jgo.lock.toml. Delete {cache} and try again")


def locked_jars() -> dict[str, str]:
    """File name of every jar in the committed lock, with its sha256."""
    lock = tomllib.loads((KAFKA_FOLDER / "jgo.lock.toml").read_text())
    return {f"{jar['artifactId']}-{jar['version']}.jar": jar["sha256"] for jar in lock["dependencies"]}


def _resolve(cache: Path) -> None:
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as folder:
        shutil.copy(KAFKA_FOLDER / "jgo.toml", folder)
        _run_jgo(Path(folder))
        try:
            Path(folder, ".jgo").rename(cache / ".jgo")
        except OSError as error:  # the folder exists: another process was faster, or it is damaged
            if not _is_complete(cache):
                raise JarsUnavailable(f"{cache} is damaged. Delete it and try again") from error


def _run_jgo(folder: Path) -> None:
    command = [sys.executable, "-m", "jgo", "sync"]
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter, constant arguments
            command, cwd=folder, capture_output=True, text=True, timeout=RESOLVE_TIMEOUT_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise JarsUnavailable("jgo did not finish in time. Check the network, then try again") from error
    if done.returncode != 0:
        raise JarsUnavailable(_jgo_failure(done.stdout + done.stderr))


def _jgo_failure(output: str) -> str:
    if "No module named jgo" in output:
        return "jgo is not installed: pip install 'cqshop-monitor[local]'"
    return f"jgo could not fetch Kafka's jars. Is Maven Central within reach? Then try again.\n{output[-2000:]}"


def _is_complete(cache: Path) -> bool:
    return {jar.name for jar in _jars(cache)} == locked_jars().keys()


def _jars(cache: Path) -> list[Path]:
    return [jar for folder in _jar_folders(cache) for jar in sorted(folder.glob("*.jar"))]


def _jar_folders(cache: Path) -> list[Path]:
    # jgo splits class-path and module-path jars over two folders; Kafka runs with both on the class path.
    return [cache / ".jgo" / "jars", cache / ".jgo" / "modules"]


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
