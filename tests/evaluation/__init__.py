"""The judge: how the detectors do on situations of shops nobody tuned to.

    python -m tests.evaluation run --seeds 1,2 --families price_exploit,stock_exhaustion --draws 2 --keep .run/judge
    python -m tests.evaluation generate --seed 1 -o log.jsonl                                 # a shop's clean days
    python -m tests.evaluation generate --seed 1 --situation "giant add" -o case.jsonl        # prints the truth too
    python -m tests.evaluation situations                                                     # all there are

Seeds 1 to 49 are for development: look at them, tune on them. Seeds 50 to 99 are for the final report alone.

A statistical generator (numpy, nothing of the simulator `shop_services.traffic`, nothing of the situations that train
the models) draws a shop a seed: size (seed modulo 3: 0 small, 1 middle, 2 large), curve of day and week, catalogue,
customers, habits. Even seeds have an outage in their training days. The monitor is trained on the clean days, replays
them, and goes on from its saved state into each situation, a log of its own of a few hours; and into a clean week.

Right, of a `detect` case: an anomaly of the family opens about the right entity (or one that is as good), in the
right direction where there is one, between the begin and the deadline; the two volume families count for each other.
Right, of a `silent` case: no anomaly that concerns it (of a product or user, by price or stock; of volume, by either
volume scenario; of a fault of delivery, none at all). A family's score is the mean of the two shares.
Budgets: those of the design, but of volume never sooner than the shop's visits can tell (`information`); the column
`listed` is the share within the budget as if every single message were independent of the others. Only the
scenarios of the chosen families are replayed (both volume ones for either).
"""
