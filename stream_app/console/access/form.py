"""The sign-in page: plain HTML in the look of the other pages. No script, so that nothing is loaded before one may."""

from dataclasses import dataclass
from html import escape

from fastapi.responses import HTMLResponse

from stream_app.console.theme import DARK, LIGHT, RULES, variables

LAYOUT = """
main { max-width: 24rem; margin: 3rem auto; padding: 0 1rem; box-sizing: border-box; }
form { display: flex; flex-direction: column; gap: .5rem; margin: .6rem 0 0; }
input { font: inherit; font-size: 16px; padding: .5rem .6rem; border: 1px solid var(--line); border-radius: 4px;
  background: var(--bg); color: var(--ink); }
input:focus-visible { outline: 3px solid var(--info); outline-offset: 2px; }
form .flat-button { padding: .5rem .6rem; margin-top: .4rem; }
"""
CSS = (
    f":root{{color-scheme:light dark;{variables(LIGHT)}}}"
    f"@media (prefers-color-scheme:dark){{:root:not(.light){{{variables(DARK)}}}}}"
    f":root.dark{{color-scheme:dark;{variables(DARK)}}}:root.light{{color-scheme:light}}{RULES}{LAYOUT}"
)
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
NO_FILE = (
    "There is no access file, so nobody can sign in: python -m stream_app access add-person NAME --scope act, "
    "with MONITOR_ACCESS set to it."
)


@dataclass(frozen=True, slots=True)
class Form:
    """What the page shows: where to go afterwards, what was wrong, and who has signed in already."""

    back: str
    problem: str = ""
    signed_in: str = ""
    is_open: bool = False
    theme: str = ""


def page(form: Form, status: int = 200) -> HTMLResponse:
    """The whole page."""
    problem = f'<p role="alert" class="toned tone-critical">{escape(form.problem)}</p>' if form.problem else ""
    body = f"<p>{NO_FILE}</p>" if form.is_open else _leave(form) if form.signed_in else _enter(form)
    text = (
        f'<!doctype html><html lang="en" class="{form.theme}"><head><meta charset="utf-8"><title>Sign in</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{CSS}</style></head>'
        f"<body><main><section class=panel><h1>Sign in</h1>{problem}{body}</section></main></body></html>"
    )
    return HTMLResponse(text, status, HEADERS)


def _enter(form: Form) -> str:
    return (
        '<form method="post" action="/sign-in"><label for="name">Name</label>'
        '<input id="name" name="name" autocomplete="username" autocapitalize="none" maxlength="64" required autofocus>'
        '<label for="password">Password</label><input id="password" name="password" type="password" '
        'autocomplete="current-password" maxlength="1000" required>'
        f'<input type="hidden" name="next" value="{escape(form.back)}">'
        '<button class="flat-button">Sign in</button></form>'
    )


def _leave(form: Form) -> str:
    return (
        f'<p>Signed in as {escape(form.signed_in)}. <a href="/">To the overview</a></p>'
        '<form method="post" action="/sign-out"><button class="flat-button">Sign out</button></form>'
    )
