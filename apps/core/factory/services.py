"""What is decided about the organisation tree beyond a single site."""
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext_lazy as _

from apps.core.factory.models import Site
from apps.kernel.access import can, rights
from apps.kernel.integrity import explain

explain("factory_division_same_site", _("A division, the one it is part of and its own parts lie on one site."))


def authorise_move(actor: Any, site: Site) -> None:
    """Before a changed site is saved: who moves it must be allowed to change the site it leaves and the one it goes to, for rights are
    held at sites. To or from the top is for those who may change every site. Raises PermissionDenied."""
    before = Site._base_manager.filter(pk=site.pk).select_related("parent").first()
    if before is None or before.parent_id == site.parent_id:
        return
    for place in (before.parent, site.parent):
        allowed = rights(actor).filter(Site, "change") is True if place is None else can(actor, "change", place)
        if not allowed:
            raise PermissionDenied(str(_("A site is moved by somebody who may change the site it leaves and the one it goes to.")))
