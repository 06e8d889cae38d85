"""Where models live: `<folder>/<stem>/<version>/`, beside them marks: `PROMOTED` names the version that serves,
`SHADOW` one that looks on, `PROBATION` the one that serves while it is compared with its predecessor, `HISTORY` those
that served before, `WITHDRAWN` those that were rolled back, oldest first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from models.errors import BundleRefused
from models.whole_file import write_whole

STORE = Path(__file__).parent / "store"
PROMOTED, SHADOW, PROBATION, HISTORY, WITHDRAWN = "PROMOTED", "SHADOW", "PROBATION", "HISTORY", "WITHDRAWN"
REMEMBERED = 20  # versions in the history, and of those rolled back


@dataclass(frozen=True, slots=True)
class Registry:
    """A folder of bundles."""

    folder: Path = STORE

    def stems(self) -> list[str]:
        """Scenarios with at least one version."""
        return sorted(path.name for path in self._folders(self.folder) if self.versions(path.name))

    def versions(self, stem: str) -> list[str]:
        """All versions of a scenario's model, oldest first."""
        return sorted(path.name for path in self._folders(self.folder / stem))

    def path(self, stem: str, version: str) -> Path:
        """The folder of a version; BundleRefused when there is none."""
        path = self.folder / stem / version
        if version not in self.versions(stem):
            held = ", ".join(self.versions(stem)) or "none; train one: python -m models train"
            raise BundleRefused(path, f"there is no such version; there are: {held}")
        return path

    def promoted_version(self, stem: str) -> str | None:
        """The version that serves, None when none was promoted."""
        return next(iter(self._lines(stem, PROMOTED)), None)

    def shadow_version(self, stem: str) -> str | None:
        """The version that is scored beside the serving one, None when there is none."""
        return next(iter(self._lines(stem, SHADOW)), None)

    def on_probation(self, stem: str) -> str | None:
        """The version that serves while it has not stood its probation yet; None when it is trusted."""
        version = self.promoted_version(stem)
        return version if version in self._lines(stem, PROBATION) else None

    def history(self, stem: str) -> list[str]:
        """Versions that served before and are still there, oldest first."""
        held, now = set(self.versions(stem)), self.promoted_version(stem)
        return [version for version in self._lines(stem, HISTORY) if version in held and version != now]

    def withdrawn(self, stem: str) -> list[str]:
        """Versions that were rolled back and not promoted again, oldest first."""
        now = self.promoted_version(stem)
        return [version for version in self._lines(stem, WITHDRAWN) if version != now]

    def promoted(self, stem: str) -> Path:
        """The folder of the version that serves; BundleRefused when there is none."""
        version = self.promoted_version(stem)
        if version is None:
            raise BundleRefused(
                self.folder / stem, "no version is promoted; train one: python -m models train --promote"
            )
        return self.path(stem, version)

    def promote(self, stem: str, version: str) -> None:
        """From now on this version serves; the one before is remembered, the mark is replaced in one step."""
        self.path(stem, version)
        before = self.promoted_version(stem)
        if before and before != version:
            self._mark(stem, HISTORY, [*self.history(stem), before][-REMEMBERED:])
            self._mark(stem, PROBATION, [version])
        self._withdraw(stem, None, served=version)
        self._mark(stem, PROMOTED, [version])
        if self.shadow_version(stem) == version:
            self.shade(stem, None)

    def trust(self, stem: str) -> None:
        """The version that serves has stood its probation."""
        (self.folder / stem / PROBATION).unlink(missing_ok=True)

    def rollback(self, stem: str) -> str:
        """The version that served before serves again, and is given back; BundleRefused when there is none."""
        history = self.history(stem)
        if not history:
            raise BundleRefused(
                self.folder / stem, "no other version served before; promote one: python -m models list"
            )
        self.return_to(stem, history[-1])
        return history[-1]

    def return_to(self, stem: str, version: str) -> None:
        """An earlier version serves again; the one that is left is not remembered, so that nothing returns to it."""
        self.path(stem, version)
        history = self.history(stem)
        self._withdraw(stem, self.promoted_version(stem), served=version)  # first: who sees the return knows from whom
        self._mark(stem, PROMOTED, [version])
        self._mark(stem, HISTORY, [held for held in history if held != version])

    def shade(self, stem: str, version: str | None) -> None:
        """From now on this version is scored beside the serving one; None: none is."""
        if version is None:
            (self.folder / stem / SHADOW).unlink(missing_ok=True)
        else:
            self._mark(stem, SHADOW, [self.path(stem, version).name])

    def next_version(self, stem: str) -> str:
        """`1`, `2`, ... with leading zeros, so that names sort."""
        return f"{max((int(name) for name in self.versions(stem) if name.isdigit()), default=0) + 1:04d}"

    def _withdraw(self, stem: str, left: str | None, *, served: str) -> None:
        before = self._lines(stem, WITHDRAWN)
        after = [version for version in before if version not in (left, served)]
        after += [left] if left and left != served else []
        if after != before:
            self._mark(stem, WITHDRAWN, after[-REMEMBERED:])

    def _lines(self, stem: str, name: str) -> list[str]:
        mark = self.folder / stem / name
        return mark.read_text("utf-8").split() if mark.is_file() else []

    def _mark(self, stem: str, name: str, lines: Sequence[str]) -> None:
        write_whole(self.folder / stem / name, "".join(f"{line}\n" for line in lines).encode())

    @staticmethod
    def _folders(folder: Path) -> list[Path]:
        if not folder.is_dir():
            return []
        return [path for path in folder.iterdir() if path.is_dir() and not path.name.startswith(".")]
