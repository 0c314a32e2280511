"""What the register does when something has happened."""
from collections.abc import Iterator

from django.contrib.auth import get_user_model
from django.utils.translation import gettext_noop

from apps.core.iam.choices import AccountKind, AccountStatus
from apps.core.notifications.services import notify
from apps.kernel.access import may
from apps.kernel.events import receives
from apps.tiers.events import CompanyBlocked, DuplicatesFound
from apps.tiers.models import DuplicateCandidate


@receives(CompanyBlocked)
def tell_account_manager(event: CompanyBlocked) -> None:
    """Whoever answers for the company learns that it was blocked, and why."""
    notify([event.account_manager_id], event, title=gettext_noop("%(legal_name)s was blocked"), body=gettext_noop("Reason: %(reason)s"))


@receives(DuplicatesFound)
def tell_stewards(event: DuplicatesFound) -> None:
    """Who asked for the search learns how many pairs it opened; of the night's search, all who may search the whole register."""
    told = [event.author_id] if event.author_id else _stewards()
    notify(told, event, title=gettext_noop("New possible duplicates: %(opened)d"))


def _stewards() -> Iterator[int]:
    people = get_user_model().objects.filter(status=AccountStatus.ACTIVE, kind=AccountKind.PERSON, is_staff=True).order_by("pk")
    return (user.pk for user in people.iterator() if may(user, "find", DuplicateCandidate))
