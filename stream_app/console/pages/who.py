"""Who has signed in, in the head of every page, and the way out."""

from stream_app.console.access import signed_in
from stream_app.console.pages.elements import box, link, text
from stream_app.console.state import Console


def who(console: Console) -> None:
    """Name and button; without an access file a hint, since nobody may act then."""
    if console.door.is_open:
        link("Nobody may act", "/sign-in", "muted", title="There is no access file: see how to make one")
        return
    identity = signed_in()
    with box("form", "who", method="post", action="/sign-out", aria_label="Session"):
        text(identity.name if identity else "", "span", "muted")
        text("Sign out", "button", "flat-button", type="submit")
