"""What is wrong, as people see it: anomalies of one cause are one incident with a life of its own. Pure.

Read in this order: `incident` (what is kept), `topology` (what belongs together), `book` (how incidents arise, grow and
end), `hints` (who began, what it costs, which requests), `telling` (what is news to whom).
"""
