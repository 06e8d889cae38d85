"""Volume: how many messages of each kind a minute brought, and what was to be expected.

What `usage_intensity` and `daily_workload` share. `counts` (minutes x message kinds), `visits` (how many of them
begin, which is what a crowd changes), `families` (what causes what, what belongs to whom), `profile` (the expected rate
of any minute of the week, from `curve`, `level` and `weekdays`), `today` and `unrest` (what this day's hours change in
that), `surprise` (a count against its expectation), `attribution` (which entity a deviation
belongs to), `packing` (arrays in a bundle's JSON).
"""
