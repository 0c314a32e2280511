"""The register in the back office."""
from functools import partial
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from apps.kernel.admin.filters import ChoicesDropdownFilter, ReferenceFilter
from apps.kernel.admin.recent import CreatedFilter
from apps.kernel.admin.resource import LineInline, ResourceAdmin
from apps.tiers.admin_duplicates import DuplicateCandidateAdmin
from apps.tiers.admin_filters import InForceFilter, VerifiedFilter
from apps.tiers.admin_pages import Mergeable, undo_view
from apps.tiers.admin_photo import HasPhoto
from apps.tiers.choices import MergeState, NameKind
from apps.tiers.models import (
    Address,
    Affiliation,
    Category,
    Company,
    CompanyName,
    CompanyRole,
    ContactPoint,
    DuplicateCandidate,
    ExternalId,
    Identifier,
    Interest,
    Merge,
    Ownership,
    Person,
    PersonalDetails,
    Relation,
)


class NameInline(LineInline):
    """Trade and former names; the legal name is the form's."""
    model = CompanyName
    fields = ("kind", "name", "period")
    verbose_name_plural = _("other names")
    tab = True

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).exclude(kind=NameKind.LEGAL)

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "kind":
            kwargs["choices"] = [choice for choice in NameKind.choices if choice[0] != NameKind.LEGAL]
        return super().formfield_for_choice_field(db_field, request, **kwargs)


class IdentifierInline(LineInline):
    model = Identifier
    fields = ("scheme", "value", "check_result", "confirmed_on")
    readonly_fields = ("check_result",)
    tab = True


class RoleInline(LineInline):
    model = CompanyRole
    fields = ("role", "period", "blocked_reason")
    tab = True


class AddressInline(LineInline):
    model = Address
    fields = ("kind", "lines", "postcode", "city", "subdivision", "country")
    tab = True


class ContactPointInline(LineInline):
    model = ContactPoint
    fields = ("kind", "value", "label", "primary")
    tab = True


class ExternalIdInline(LineInline):
    model = ExternalId
    fields = ("system", "value")
    tab = True


class AffiliationInline(LineInline):
    model = Affiliation
    fields = ("company", "function", "period", "primary")
    tab = True


@admin.register(Category)
class CategoryAdmin(ResourceAdmin):
    icon = "category"
    list_display = ("code", "name", "active")
    search_fields = ("code__holds", "name__holds")
    fields = ("code", "name", "active")


@admin.register(Company)
class CompanyAdmin(Mergeable, ResourceAdmin):
    icon = "domain"
    kind = "company"
    list_display = ("legal_name", "status", "country", "category", "account_manager", "incomplete")
    sorted_by = {"legal_name": "sort_name"}
    list_select_related = ("category", "account_manager")
    list_filter = (("status", ChoicesDropdownFilter), ("country", ChoicesDropdownFilter), ("category", ReferenceFilter),
                   ("account_manager", ReferenceFilter), VerifiedFilter, "incomplete", CreatedFilter)
    search_fields = ("search__holds",)
    readonly_fields = ("incomplete",)
    fieldsets = (
        (None, {"fields": ("legal_name", "legal_form", "country", "category", "tags", "account_manager", "incomplete")}),
        (_("Business"), {"classes": ["tab"], "fields": ("nace", "headcount", "currency", "language", "website")}),
    )
    inlines = (RoleInline, IdentifierInline, NameInline, AddressInline, ContactPointInline, ExternalIdInline)
    watched = ("legal_name",)


@admin.register(Person)
class PersonAdmin(HasPhoto, Mergeable, ResourceAdmin):
    icon = "contacts"
    kind = "person"
    watched = ("given", "family")
    list_display = ("family", "given", "category", "language")
    sorted_by = {"family": "sort_name"}
    list_display_links = ("family", "given")
    list_select_related = ("category",)
    list_filter = (("category", ReferenceFilter),)
    search_fields = ("search__holds",)
    fieldsets = ((None, {"fields": ("given", "family", "user", "language", "time_zone", "category", "tags")}),)
    inlines = (AffiliationInline, ContactPointInline, AddressInline, ExternalIdInline)


@admin.register(PersonalDetails)
class PersonalDetailsAdmin(ResourceAdmin):
    icon = "lock_person"
    list_display = ("person", "nationality", "birth_date")
    list_select_related = ("person",)
    list_filter = (("person", ReferenceFilter),)
    fields = ("person", "birth_date", "nationality", "sex")


@admin.register(Ownership)
class OwnershipAdmin(ResourceAdmin):
    icon = "account_tree"
    list_display = ("parent", "child", "share_pct", "votes_pct", "period")
    list_select_related = ("parent", "child")
    list_filter = (("parent", ReferenceFilter), ("child", ReferenceFilter))
    fields = ("parent", "child", "share_pct", "votes_pct", "period")


@admin.register(Relation)
class RelationAdmin(ResourceAdmin):
    icon = "link"
    list_display = ("a", "kind", "b", "period")
    list_select_related = ("a", "b")
    list_filter = (("kind", ChoicesDropdownFilter), ("a", ReferenceFilter), ("b", ReferenceFilter))
    fields = ("a", "kind", "b", "period")


@admin.register(Interest)
class InterestAdmin(ResourceAdmin):
    icon = "percent"
    list_display = ("company", "site", "role", "share_pct", "period")
    list_select_related = ("company", "site")
    list_filter = (("role", ChoicesDropdownFilter), ("company", ReferenceFilter), ("site", ReferenceFilter), InForceFilter)
    fields = ("company", "site", "role", "share_pct", "state_share_pct", "period", "source")


@admin.register(Merge)
class MergeAdmin(ResourceAdmin):
    icon = "merge"
    list_display = ("kind", "survivor_id", "loser_id", "state", "created_at")
    list_filter = (("kind", ChoicesDropdownFilter), ("state", ChoicesDropdownFilter))
    readonly_fields = ("kind", "survivor_id", "loser_id", "state", "report")
    fields = readonly_fields

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(partial(undo_view, self.admin_site))
        return [path("<int:pk>/undo/", view, name="tiers_merge_undo"), *super().get_urls()]

    def action_buttons(self, request: HttpRequest, record: Any) -> list[dict[str, Any]]:
        if record.state != MergeState.APPLIED:
            return []
        return [{"label": _("Undo the merge"), "danger": True, "url": reverse("admin:tiers_merge_undo", args=[record.pk]), "reasons": []}]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    has_change_permission = has_delete_permission = has_add_permission


admin.site.register(DuplicateCandidate, DuplicateCandidateAdmin)
