"""Acts in the back office: read, never written."""
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apps.core.audit.models import Act
from apps.kernel.admin.filters import ChoicesDropdownFilter, ReferenceFilter
from apps.kernel.admin.resource import ResourceAdmin


@admin.register(Act)
class ActAdmin(ResourceAdmin):
    icon = "policy"
    form = forms.ModelForm      # type: ignore[assignment]  # no version: nothing is written
    list_display = ("at", "kind", "actor", "about", "said", "address")
    list_select_related = ("actor",)
    list_filter = (("kind", ChoicesDropdownFilter), ("actor", ReferenceFilter))
    sortable_by = ("at", "kind")
    fields = readonly_fields = ("at", "kind", "actor", "about", "object_id", "details", "request_id", "address")
    actions = None

    @admin.display(description=_("details"))
    def said(self, act: Act) -> str:
        """What there is to say, in a line."""
        return ", ".join(f"{key}: {value}" for key, value in act.details.items() if key not in ("columns", "method"))[:120]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    has_change_permission = has_delete_permission = has_add_permission
