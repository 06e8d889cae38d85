"""Words that are planted in every payload and must turn up nowhere else."""

SECRET = "hunter2-plum-tomato"  # in every field but the id, which goes into evidence by design
ID_SECRET = "id-secret-of-juniper"  # in ids; allowed in reports, nowhere else


def leaks(text: bytes | str, *words: str) -> bool:
    """Whether one of the words is in the text."""
    held = text if isinstance(text, bytes) else text.encode("utf-8", "replace")
    return any(word.encode() in held for word in words)


TOKEN = "token-of-walnut-and-rust"  # of the calendar's API
