"""What a request changed, into the audit log: a request and what was done come in, an entry stays."""

from fastapi import Request

from serving.api.access import asker, asker_address
from serving.api.needs import Desk


def audited(desk: Desk, request: Request, action: str, target: str, **detail: object) -> None:
    """Blocking. Note that whoever asks did this, as `document.removed`, to that. Raises DatabaseUnusable."""
    from serving.accounts.audit import Audit, actor_of

    Audit(desk.database()).note(actor_of(asker(request)), action, target, detail, asker_address(request))
