"""Who operates which site today: the filter and the line that the register adds to the map of sites."""
from collections.abc import Iterable
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from apps.tiers.choices import InterestRole
from apps.tiers.models import Company, Interest

OPTIONS = 500


def _today(user: Any) -> Any:
    return Interest.objects.visible_to(user).filter(role=InterestRole.OPERATOR, period__contains=timezone.localdate())


def options(user: Any) -> list[tuple[str, str]]:
    """The companies that operate a site today, of those shown to the reader."""
    rows = Company.objects.visible_to(user).filter(pk__in=_today(user).values("company"))
    return [(str(pk), name) for pk, name in rows.values_list("pk", "legal_name")[:OPTIONS]]


def narrow(sites: Any, user: Any, company: str) -> Any:
    """The sites this company operates; none for what is no company shown to the reader."""
    seen = Company.objects.visible_to(user).filter(pk=company) if company.isdecimal() and len(company) < 19 else Company.objects.none()
    return sites.filter(pk__in=_today(user).filter(company__in=seen.values("pk")).values("site"))


def about(user: Any, sites: Iterable[int]) -> dict[int, str]:
    """Site → its operators' names, of those shown to the reader."""
    rows = _today(user).filter(site__any=sites, company__in=Company.objects.visible_to(user).values("pk"))
    names: dict[int, list[str]] = {}
    for site, name in rows.order_by("company__sort_name").values_list("site_id", "company__legal_name"):
        names.setdefault(site, []).append(name)
    return {site: _("Operator: %(names)s") % {"names": ", ".join(found)} for site, found in names.items()}
