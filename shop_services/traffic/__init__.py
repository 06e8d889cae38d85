"""The simulator: shoppers, staff and trouble, over months in-process or live over HTTP.

Reading order: `actions` (what people can do), `curve` (when they come), `shopper` and `staff` (what they do once
there), `timeline` (everybody's steps in one order), `scenarios` (what goes wrong, and what only looks like it), and the
two drivers that carry out the steps: `inprocess` on a virtual clock, `live` against the gateway.
"""
