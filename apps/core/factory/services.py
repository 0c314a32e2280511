"""What is decided about the organisation tree beyond a single site."""
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext_lazy as _

from apps.core.factory.models import Site
from apps.kernel.access import can, rights
from apps.kernel.bulk import Outcome, put_all
from apps.kernel.integrity import explain
from apps.kernel.writing import before_write

SITE_RIGHTS = ((Site, "add"), (Site, "change"))

explain("factory_division_same_site", _("A division, the one it is part of and its own parts lie on one site."))


@before_write(Site)
def authorise_move(actor: Any, site: Site, *, removing: bool = False) -> None:
    """Before a changed site is saved: who moves it must be allowed to change the site it leaves and the one it goes to, for rights are
    held at sites. To or from the top is for those who may change every site. Raises PermissionDenied."""
    before = Site._base_manager.filter(pk=site.pk).select_related("parent").first()
    if removing or before is None or before.parent_id == site.parent_id:
        return
    for place in (before.parent, site.parent):
        allowed = rights(actor).filter(Site, "change") is True if place is None else can(actor, "change", place)
        if not allowed:
            raise PermissionDenied(str(_("A site is moved by somebody who may change the site it leaves and the one it goes to.")))


def lock_sites(pks: Iterable[int]) -> dict[int, Site]:
    """Sites by key, locked in the order of their keys until the transaction ends."""
    return {site.pk: site for site in Site._base_manager.filter(pk__any=set(pks)).order_by("pk").select_for_update(of=("self",))}


def put_sites(wanted: Sequence[tuple[Site | None, Mapping[str, Any]]]) -> list[tuple[Site, Outcome]]:
    """Bring many sites (None: a new one) to the values given, parents before their parts; `extra` is added to what is there. The caller has
    locked them, and asked SITE_RIGHTS everywhere: sites may be moved by it. Returns each site with its outcome, in the same order."""
    return put_all(Site, [(site, {**values, "extra": (site.extra if site else {}) | dict(values.get("extra", {}))})
                          for site, values in wanted])
