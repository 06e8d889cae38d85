"""How much the visits of a shop swing, as training learns it."""

from models.scenarios.daily_evidence import SPANS, columns
from models.scenarios.daily_memory import visit_unrest
from models.training.daily_workload import learnt
from models.training.volume_log import MinuteLog
from models.volume.families import groups
from models.volume.surprise import Dispersion
from models.volume.unrest import VisitUnrest


def visit_unrest_of(log: MinuteLog) -> VisitUnrest:
    """Learnt from a log of whole days."""
    names = [groups()[index].name for index in columns()]
    return visit_unrest(Dispersion.restored(learnt(log, None)["dispersion"], names, len(SPANS)))
