"""What can go wrong in the brain.

ModelsError
├── BundleRefused        a model bundle is missing, damaged or does not fit its scenario
├── ModelBroken          a serving model gave scores that are no numbers
├── LogRefused           a recorded log cannot be read, or is no basis for training
├── ExportMismatch       an exported model does not answer as the original does
├── SeriesRefused        a file of timestamps and values cannot be read or judged
├── ScenarioMalformed    a module in `models.scenarios` is no scenario
└── StateRefused         a saved state cannot be taken up
"""


class ModelsError(Exception):
    """Root of all errors of this package; the text is one sentence and the remedy."""


class BundleRefused(ModelsError):
    """Serve the last good version, or train again: `python -m models train`."""

    def __init__(self, bundle: object, reason: str) -> None:
        super().__init__(f"model bundle {bundle} refused: {reason}")
        self.bundle = bundle
        self.reason = reason

    def __reduce__(self) -> tuple[type["BundleRefused"], tuple[object, str]]:
        """As it was made, so that it survives the way out of another process."""
        return type(self), (self.bundle, self.reason)


class ModelBroken(ModelsError):
    """A model answered with NaN or infinity: roll back to the version before."""


class LogRefused(ModelsError):
    """Check the path and the format: JSON lines of topic, key, value, in order of arrival."""


class ExportMismatch(ModelsError):
    """The model must not ship; the training data or the exporter's version is the place to look."""


class SeriesRefused(ModelsError):
    """Give CSV files with a header `timestamp,value`, rows in order of time."""


class ScenarioMalformed(ModelsError):
    """Give the module what `models.spec.Scenario` asks for."""


class StateRefused(ModelsError):
    """Start without the saved state; it belongs to other scenarios or another version."""
