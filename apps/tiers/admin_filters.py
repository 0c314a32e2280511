"""Filters of the register that no single column answers."""
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter

from apps.tiers.choices import Check
from apps.tiers.models import Identifier


class VerifiedFilter(DropdownFilter):
    """Companies with a number whose check digits agree."""
    title = _("identity")
    parameter_name = "verified"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("verified")), ("no", _("not verified"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        valid = Exists(Identifier._base_manager.filter(company=OuterRef("pk"), check_result=Check.VALID))
        return {"yes": queryset.filter(valid), "no": queryset.filter(~valid)}.get(self.value() or "", queryset)


class InForceFilter(DropdownFilter):
    """What holds today."""
    title = _("period")
    parameter_name = "in_force"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("in force")), ("no", _("ended or to come"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        day = {"period__contains": timezone.localdate()}
        return {"yes": queryset.filter(**day), "no": queryset.exclude(**day)}.get(self.value() or "", queryset)
