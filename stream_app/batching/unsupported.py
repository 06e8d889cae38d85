"""What Faust's collections offer and a batch table does not: access without a partition, and windows."""

from typing import Any, NoReturn

from faust.tables.base import Collection


class WithoutPartition(Collection):
    """Refuses every access that names no partition: a batch table cannot know it from "the current event"."""

    def _refuse(self, *args: Any, **options: Any) -> NoReturn:
        raise NotImplementedError("a batch table is used by partition: get, put and items")

    _has_key = _get_key = _set_key = _del_key = _refuse
    as_ansitable = hopping = tumbling = using_window = _refuse
