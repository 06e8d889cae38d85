"""The shop's published language: the envelope, the topics, every command and event. The only part outsiders import.

Reading order: `message`, one owner (`cart`), `catalogue` (what was declared), `envelope`, `topics`, `anomaly`.
A new message type is one class in its owner's module; catalogue and schema find it there.
"""
