"""Pages about a record beside its form (its group, its timeline), offered by its own app or by one further right.

    record_page("tiers.Company", label=_("Group"), icon="account_tree", name="tiers_company_group")

makes a link on every company's page, to those who may see any `asks` (by default the record alone is enough)."""
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.urls import reverse

from apps.kernel.access import may


@dataclass(frozen=True)
class RecordPage:
    """One such page: its address is named `admin:<name>` and takes the record's key."""
    label: Any
    icon: str
    name: str
    asks: str = ""


_PAGES: dict[str, list[RecordPage]] = defaultdict(list)


def record_page(model: str, *, label: Any, icon: str, name: str, asks: str = "") -> None:
    """Offer a page about the records of `model` ("app.Model"); `asks` names the model it shows, where that has a right of its own."""
    _PAGES[model].append(RecordPage(label, icon, name, asks))


def pages_of(user: Any, record: Any) -> list[dict[str, Any]]:
    """The links for this reader, in the order they were offered."""
    return [{"label": one.label, "icon": one.icon, "name": one.name, "url": reverse(f"admin:{one.name}", args=[record.pk])}
            for one in _PAGES[record._meta.label] if not one.asks or may(user, "view", apps.get_model(one.asks))]
