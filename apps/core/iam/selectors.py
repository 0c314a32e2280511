"""What other apps may ask about accounts."""
from typing import Any

from apps.core.iam.choices import AccountKind, AccountStatus
from apps.core.iam.door import HeldRights
from apps.core.iam.models import User
from apps.core.iam.system import system_user
from apps.kernel.access import rights

__all__ = ["helpers", "holds_nothing", "system_user"]


def holds_nothing(user: Any) -> bool:
    """Whether the account holds no role and no grant: it is let in and sees no records."""
    held = rights(user)
    return isinstance(held, HeldRights) and held.known and not (held.superuser or held.held or held.granted)


def helpers(most: int = 3) -> list[str]:
    """The names of administrators of everything, who can give an account its role."""
    people = User.objects.filter(is_superuser=True, status=AccountStatus.ACTIVE, kind=AccountKind.PERSON)
    return list(people.order_by("name", "pk").values_list("name", flat=True)[:most])
