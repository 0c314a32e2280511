"""Persons and their accounts."""
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from apps.kernel.access import can
from apps.kernel.writing import before_write
from apps.tiers.models import Person


@before_write(Person)
def authorise_account(actor: Any, person: Person, *, removing: bool = False) -> None:
    """Linking an account gives it what conditions on $person and $company allow: only who may change the account links or unlinks it."""
    before = Person._base_manager.filter(pk=person.pk).select_related("user").first() if person.pk else None
    linked = before.user if before else None
    touched = [account for account in {linked, None if removing else person.user} - {None}
               if removing or linked != person.user]
    if any(not can(actor, "change", account) for account in touched):
        raise PermissionDenied(_("Only somebody who may change the account links it to a person."))
