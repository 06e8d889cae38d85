"""A recorder: what stands on the shop's topics, as a log that replay, training and what-if read.

Read in this order: `lines` (what is kept of a record), `disguise` (identifiers that are none), `merging` (one order of
many partitions), `reading` (Kafka), `sinks` (a file), `pieces` and `notes` (a folder that grows and forgets), `run`
(all of it together), `health` and `metrics`. It joins no consumer group and commits nothing, so nobody notices it.
"""
