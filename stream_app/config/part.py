"""What every section is: frozen, and a misspelt key is refused."""

from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    """A table of the file."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)
