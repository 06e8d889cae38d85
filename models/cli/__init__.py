"""The commands of `python -m models`; what they do stands elsewhere, here is what they take and print."""
