"""IAM-01 to IAM-04, SEC-04 by REST: accounts, teams, roles, what is held, tokens.

What gives rights is asked of services.authorise before each write."""
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.response import Response

from apps.core.iam import tokens
from apps.core.iam.models import ApiToken, Assignment, Grant, Group, Membership, Role, RoleInclusion, Rule, User
from apps.kernel.api.registry import resource
from apps.kernel.api.viewsets import ResourceViewSet

_KEPT = ("version", "created_at", "updated_at", "created_by", "updated_by")
_KEY, _TEXT, _WHEN = ("exact", "in"), ("exact", "holds"), ("gte", "lt")
_DATES = {"created_at": _WHEN, "updated_at": _WHEN}
_TIMES = ("created_at", "updated_at")


class TokenScheme(OpenApiAuthenticationExtension):
    """How the document describes personal tokens."""
    target_class = "apps.core.iam.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "apiKey", "in": "header", "name": "Authorization", "description": "Token <secret>"}


@resource
class UserViewSet(ResourceViewSet):
    """Accounts. Passwords, states, back office and superuser rights are not set here."""
    model = User
    writable = ("email", "name", "phone", "language", "time_zone")
    fields = ("id", *writable, "kind", "status", "is_staff", "is_superuser", "groups", *_KEPT)
    filters = {"email": _TEXT, "name": _TEXT, "kind": _KEY, "status": _KEY, "is_staff": ("exact",), **_DATES}
    search = ("name", "email")
    ordering = ("name", "email", "status", *_TIMES)
    order = "name"

    def prepare(self, record: User) -> None:
        super().prepare(record)
        record.set_unusable_password()


@resource
class GroupViewSet(ResourceViewSet):
    """Teams, in a tree."""
    model = Group
    writable = ("name", "parent", "description")
    fields = ("id", *writable, *_KEPT)
    filters = {"name": _TEXT, "parent": ("exact", "in", "isnull"), "path": ("within",), **_DATES}
    search = ("name",)
    ordering = ("name", *_TIMES)
    order = "name"
    expand = {"parent": ("name",)}


@resource
class MembershipViewSet(ResourceViewSet):
    """Who is in which team."""
    model = Membership
    writable = ("group", "user", "is_manager")
    fields = ("id", *writable, *_KEPT)
    filters = {"group": _KEY, "user": _KEY, "is_manager": ("exact",), **_DATES}
    ordering = ("group", "user", *_TIMES)
    expand = {"group": ("name",), "user": ("name", "email")}


@resource
class RoleViewSet(ResourceViewSet):
    """Named sets of rules."""
    model = Role
    writable = ("code", "name", "description")
    fields = ("id", *writable, "includes", *_KEPT)
    filters = {"code": _KEY, "name": _TEXT, **_DATES}
    search = ("name", "code")
    ordering = ("name", "code", *_TIMES)
    order = "name"


@resource
class RuleViewSet(ResourceViewSet):
    """What roles allow and deny."""
    model = Rule
    writable = ("role", "permission", "condition", "deny")
    fields = ("id", *writable, *_KEPT)
    filters = {"role": _KEY, "permission": ("exact", "in", "startswith"), "deny": ("exact",), **_DATES}
    ordering = ("role", "permission", *_TIMES)
    expand = {"role": ("code", "name")}


@resource
class RoleInclusionViewSet(ResourceViewSet):
    """Roles inside other roles."""
    model = RoleInclusion
    writable = ("role", "included")
    fields = ("id", *writable, *_KEPT)
    filters = {"role": _KEY, "included": _KEY, **_DATES}
    ordering = ("role", "included", *_TIMES)
    expand = {"role": ("code", "name"), "included": ("code", "name")}


@resource
class AssignmentViewSet(ResourceViewSet):
    """Roles held by accounts and teams, at a site with everything below it or everywhere, between two moments."""
    model = Assignment
    writable = ("role", "user", "group", "site", "starts_at", "ends_at")
    fields = ("id", *writable, *_KEPT)
    filters = {"role": _KEY, "user": ("exact", "in", "isnull"), "group": ("exact", "in", "isnull"), "site": ("exact", "in", "isnull"),
               "starts_at": (*_WHEN, "isnull"), "ends_at": (*_WHEN, "isnull"), **_DATES}
    ordering = ("role", "starts_at", "ends_at", *_TIMES)
    expand = {"role": ("code", "name"), "user": ("name", "email"), "group": ("name",), "site": ("name",)}


@resource
class GrantViewSet(ResourceViewSet):
    """Rights on single objects."""
    model = Grant
    writable = ("permission", "object_id", "user", "group")
    fields = ("id", *writable, *_KEPT)
    filters = {"permission": _KEY, "object_id": _KEY, "user": ("exact", "in", "isnull"), "group": ("exact", "in", "isnull"), **_DATES}
    ordering = ("permission", "object_id", *_TIMES)
    expand = {"user": ("name", "email"), "group": ("name",)}


@resource
class ApiTokenViewSet(ResourceViewSet):
    """Personal tokens. Making one answers its secret, once."""
    model = ApiToken
    writable = ("name", "read_only", "expires_at")
    fields = ("id", "user", *writable, "last_used_at", *_KEPT)
    filters = {"user": _KEY, "name": _TEXT, "read_only": ("exact",), "expires_at": (*_WHEN, "isnull"), **_DATES}
    ordering = ("name", "expires_at", *_TIMES)
    expand = {"user": ("name", "email")}
    secret_answer = True

    def prepare(self, record: ApiToken) -> None:
        super().prepare(record)
        record.secret = tokens.seal(record)     # type: ignore[attr-defined]  # shown once, never stored

    def answer(self, record: Any, status: int = 200) -> Response:
        response = super().answer(record, status)
        secret = getattr(record, "secret", None)
        if secret:
            response.data["secret"] = secret
        return response
