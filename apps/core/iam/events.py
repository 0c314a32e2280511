"""What accounts tell the others."""
from dataclasses import dataclass

from apps.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class AccountSuspended(Event):
    """An account may no longer act, for now."""
    topic = "iam.account.suspended"
    about = "iam.user"
    reason: str
    actor_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class AccountResumed(Event):
    """A suspended or deactivated account may act again."""
    topic = "iam.account.resumed"
    about = "iam.user"
    actor_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class AccountDeactivated(Event):
    """An account is closed; what it did stays."""
    topic = "iam.account.deactivated"
    about = "iam.user"
    reason: str
    actor_id: int | None = None
