"""Accounts, groups, roles and what is held, in the back office."""
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import Group as LibraryGroup
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apps.core.iam.forms import AccountForm
from apps.core.iam.models import ApiToken, Assignment, Grant, Group, Membership, Role, RoleInclusion, Rule, User
from apps.kernel.admin.filters import ChoicesDropdownFilter, ReferenceFilter
from apps.kernel.admin.resource import LineInline, ResourceAdmin

admin.site.unregister(LibraryGroup)     # teams are iam.Group


@admin.register(User)
class UserAdmin(ResourceAdmin):
    icon = "person"
    form = AccountForm
    list_display = ("name", "email", "kind", "status", "is_staff")
    list_filter = (("status", ChoicesDropdownFilter), ("kind", ChoicesDropdownFilter), "is_staff")
    search_fields = ("name__holds", "email__holds")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Only a superuser may make superusers."""
        fields = ["email", "name", "phone", "kind", "language", "time_zone", "is_staff"]
        if request.user.is_superuser:
            fields.append("is_superuser")
        return [(None, {"fields": fields if obj else [*fields, "password"]})]


class MembershipInline(LineInline):
    model = Membership
    fields = ("user", "is_manager")


@admin.register(Group)
class GroupAdmin(ResourceAdmin):
    icon = "group"
    list_display = ("name", "parent", "description")
    list_select_related = ("parent",)
    search_fields = ("name__holds",)
    fields = ("name", "parent", "description")
    inlines = (MembershipInline,)


class RuleInline(LineInline):
    model = Rule
    fields = ("permission", "condition", "deny")


class InclusionInline(LineInline):
    model = RoleInclusion
    fk_name = "role"
    fields = ("included",)


@admin.register(Role)
class RoleAdmin(ResourceAdmin):
    icon = "badge"
    list_display = ("name", "code", "description")
    search_fields = ("name__holds", "code__holds")
    fields = ("code", "name", "description")
    inlines = (InclusionInline, RuleInline)


@admin.register(Assignment)
class AssignmentAdmin(ResourceAdmin):
    icon = "assignment_ind"
    list_display = ("role", "user", "group", "site", "starts_at", "ends_at")
    list_select_related = ("role", "user", "group", "site")
    list_filter = (("role", ReferenceFilter), ("user", ReferenceFilter), ("site", ReferenceFilter))
    fields = ("role", "user", "group", "site", "starts_at", "ends_at")


@admin.register(Grant)
class GrantAdmin(ResourceAdmin):
    icon = "key"
    list_display = ("permission", "object_id", "user", "group")
    list_select_related = ("user", "group")
    list_filter = (("user", ReferenceFilter), ("group", ReferenceFilter))
    fields = ("permission", "object_id", "user", "group")


@admin.register(ApiToken)
class ApiTokenAdmin(ResourceAdmin):
    icon = "vpn_key"
    list_display = ("name", "user", "read_only", "expires_at", "last_used_at")
    list_select_related = ("user",)
    list_filter = (("user", ReferenceFilter), "read_only")
    readonly_fields = ("user", "last_used_at")
    fieldsets = ((None, {"fields": ("name", "user", "read_only", "expires_at", "last_used_at"),
                         "description": _("Tokens are made by their owner through the API; the secret is shown once.")}),)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
