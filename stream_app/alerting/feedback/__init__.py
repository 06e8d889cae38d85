"""What people say about anomalies, and what comes of it: look-alikes keep quiet, training listens, precision is told.

Read in this order: `verdicts` (what is said), `likeness` (what is like what was judged), `mutes` (what is muted on
demand), `quiet` (whether anybody is told), `judging` (taking it all down), `precision` and `labels` (what is made of
it). Pure but for `judging`, which works on one transaction of the incidents' store.
"""

from stream_app.alerting.feedback.mutes import Mute, Scope
from stream_app.alerting.feedback.verdicts import VERDICTS, Given, Verdict

__all__ = ["VERDICTS", "Given", "Mute", "Scope", "Verdict"]
