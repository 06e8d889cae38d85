"""Who may do what in the console. Routes depend on `needs(scope)`; pages call `signed_in`, `require_scope` and `audit`.

Read in this order: `door` (who is it?), `sessions` (the signed cookie), `origin` (did our own page ask?), `guard` (the
ASGI layer around everything), `scopes` (what routes and pages call), `attempts` and `sign_in` (the form), `trail` (the
audit log).
"""

from stream_app.console.access.door import AccessDenied, Door
from stream_app.console.access.scopes import audit, needs, require_scope, signed_in

__all__ = ["AccessDenied", "Door", "audit", "needs", "require_scope", "signed_in"]
