"""Filter a list by when its records were made."""
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter

from apps.kernel.kpis import days_back


class CreatedFilter(DropdownFilter):
    """Made in the last days, today among them."""
    title = _("created")
    parameter_name = "created"
    periods = {"7": _("in the last 7 days"), "30": _("in the last 30 days"), "365": _("in the last 365 days")}

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(self.periods.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        days = self.value()
        return queryset.filter(created_at__gte=days_back(int(days))) if days in self.periods else queryset
