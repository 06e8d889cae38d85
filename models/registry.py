"""Where models live: `<folder>/<stem>/<version>/`, and `<folder>/<stem>/PROMOTED` names the one that serves."""

from dataclasses import dataclass
from pathlib import Path

from models.errors import BundleRefused

STORE = Path(__file__).parent / "store"
PROMOTED = "PROMOTED"


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
        mark = self.folder / stem / PROMOTED
        return mark.read_text("utf-8").strip() if mark.is_file() else None

    def promoted(self, stem: str) -> Path:
        """The folder of the version that serves; BundleRefused when there is none."""
        version = self.promoted_version(stem)
        if version is None:
            raise BundleRefused(
                self.folder / stem, "no version is promoted; train one: python -m models train --promote"
            )
        return self.path(stem, version)

    def promote(self, stem: str, version: str) -> None:
        """From now on this version serves; the mark is replaced in one step."""
        self.path(stem, version)
        aside = self.folder / stem / f".{PROMOTED}.part"
        aside.write_text(version + "\n", "utf-8")
        aside.replace(self.folder / stem / PROMOTED)

    def next_version(self, stem: str) -> str:
        """`1`, `2`, ... with leading zeros, so that names sort."""
        return f"{max((int(name) for name in self.versions(stem) if name.isdigit()), default=0) + 1:04d}"

    @staticmethod
    def _folders(folder: Path) -> list[Path]:
        if not folder.is_dir():
            return []
        return [path for path in folder.iterdir() if path.is_dir() and not path.name.startswith(".")]
