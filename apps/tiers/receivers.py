"""What the register does when something has happened."""
from django.utils.translation import gettext_noop

from apps.core.notifications.services import notify
from apps.kernel.events import receives
from apps.tiers.events import CompanyBlocked


@receives(CompanyBlocked)
def tell_account_manager(event: CompanyBlocked) -> None:
    """Whoever answers for the company learns that it was blocked, and why."""
    notify([event.account_manager_id], event, title=gettext_noop("%(legal_name)s was blocked"), body=gettext_noop("Reason: %(reason)s"))
