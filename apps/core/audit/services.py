"""Keeping acts."""
from typing import Any

from apps.core.audit.choices import ActKind
from apps.core.audit.models import Act
from apps.kernel import acts


def keep(act: acts.Act) -> None:
    """Store what was done: at once, or with the open transaction."""
    Act.objects.create(kind=act.kind, actor_id=act.actor_id, about=act.about, object_id=act.pk, details=act.details,
                       request_id=act.request_id[:64], address=act.address)


def signed_in(sender: Any, request: Any, user: Any, **_kwargs: Any) -> None:
    """Called by Django when somebody signed in."""
    acts.record_act(ActKind.LOGIN, request=request, actor=user)


def failed_to_sign_in(sender: Any, credentials: dict[str, Any], request: Any = None, **_kwargs: Any) -> None:
    """Called by Django when somebody did not: with the address typed, unless it is none (a password lands in that field, too)."""
    typed = str(credentials.get("username") or credentials.get("email") or "")[:254]
    details: dict[str, Any] = {"email": typed} if "@" in typed else {}
    acts.record_act(ActKind.LOGIN_FAILED, request=request, **details)
