"""The register by REST: companies and persons with their lines (TIE-01, 02, 03, 07, 08), what ties them, possible duplicates."""
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from apps.kernel.api.registry import resource
from apps.kernel.api.viewsets import ResourceViewSet
from apps.tiers import api_group, api_merging, api_ownership, api_photo, api_timeline  # noqa: F401 (register more addresses)
from apps.tiers.models import (
    Address,
    Affiliation,
    Category,
    Company,
    CompanyName,
    CompanyRole,
    ContactPoint,
    ExternalId,
    Identifier,
    Interest,
    Ownership,
    Person,
    PersonalDetails,
    Relation,
)

_KEPT = ("version", "created_at", "updated_at", "created_by", "updated_by")
_KEY, _TEXT, _MAYBE = ("exact", "in"), ("exact", "holds"), ("exact", "in", "isnull")
_DATES = {"created_at": ("gte", "lt"), "updated_at": ("gte", "lt")}
_TIMES = ("created_at", "updated_at")
_COMPANY = {"company": ("legal_name", "status")}


class MovedViewSet(ResourceViewSet):
    """Base of what can be merged: the address of a merged record says where it went, and lists leave it out unless asked for."""

    def retrieve(self, request: Request, pk: int) -> Response:
        moved = self.rows().filter(pk=pk, merged_into__isnull=False).values_list("merged_into", flat=True).first()
        if moved is None:
            return super().retrieve(request, pk)
        where = request.path.removesuffix(f"{pk}/") + f"{moved}/"
        return Response({"id": pk, "moved_to": where}, status=301, headers={"Location": where})

    def rows(self, right: str = "view") -> Any:
        rows = super().rows(right)
        asked = any(name.startswith("merged_into") for name in self.request.GET)
        return rows if asked or self.action not in ("list", "export") else rows.current()


@resource
class CategoryViewSet(ResourceViewSet):
    """Categories of companies and persons."""
    model = Category
    writable = ("code", "name", "active")
    fields = ("id", *writable, *_KEPT)
    filters = {"code": _TEXT, "name": _TEXT, "active": ("exact",), **_DATES}
    search = ("name", "code")
    ordering = ("code", "name", *_TIMES)
    order = "code"


@resource
class CompanyViewSet(MovedViewSet):
    """Companies. The status is written by the actions; what was merged is found with `merged_into`."""
    model = Company
    writable = ("legal_name", "legal_form", "country", "nace", "headcount", "currency", "language", "website", "category", "tags",
                "account_manager")
    fields = ("id", "uuid", "status", *writable, "incomplete", "merged_into", *_KEPT)
    filters = {"legal_name": _TEXT, "status": _KEY, "country": _MAYBE, "nace": ("exact", "startswith"),
               "headcount": ("gte", "lte", "isnull"), "category": _MAYBE, "account_manager": _MAYBE, "incomplete": ("exact",),
               "merged_into": _MAYBE, "tags": ("contains",), **_DATES}
    search = ("search",)
    ordering = ("sort_name", "legal_name", "status", "country", "headcount", *_TIMES)
    order = "sort_name"
    expand = {"category": ("code", "name"), "account_manager": ("name",), "merged_into": ("legal_name",)}


@resource
class CompanyNameViewSet(ResourceViewSet):
    """Legal, trade and former names of companies."""
    model = CompanyName
    writable = ("company", "kind", "name", "period")
    fields = ("id", *writable, "name_key", *_KEPT)
    filters = {"company": _KEY, "kind": _KEY, "name": _TEXT, "name_key": ("exact",), **_DATES}
    search = ("name",)
    ordering = ("name", "kind", *_TIMES)
    expand = _COMPANY


@resource
class IdentifierViewSet(ResourceViewSet):
    """Registration and tax numbers, kept compact and checked by their digits."""
    model = Identifier
    writable = ("company", "scheme", "value", "confirmed_on")
    fields = ("id", *writable, "check_result", *_KEPT)
    filters = {"company": _KEY, "scheme": _KEY, "value": ("exact", "in"), "check_result": ("exact",), **_DATES}
    ordering = ("scheme", "value", *_TIMES)
    expand = _COMPANY


@resource
class CompanyRoleViewSet(ResourceViewSet):
    """What companies are to us, and when."""
    model = CompanyRole
    writable = ("company", "role", "period", "blocked_reason")
    fields = ("id", *writable, *_KEPT)
    filters = {"company": _KEY, "role": _KEY, "period": ("contains",), "blocked_reason": ("isnull",), **_DATES}
    ordering = ("role", *_TIMES)
    expand = _COMPANY


@resource
class PersonViewSet(MovedViewSet):
    """Natural persons; private details stand apart, under their own right."""
    model = Person
    writable = ("given", "family", "language", "time_zone", "category", "tags")
    fields = ("id", "uuid", *writable, "user", "merged_into", *_KEPT)
    filters = {"given": _TEXT, "family": _TEXT, "user": _MAYBE, "category": _MAYBE, "merged_into": _MAYBE, "tags": ("contains",), **_DATES}
    search = ("search",)
    ordering = ("sort_name", "family", "given", *_TIMES)
    order = "sort_name"
    expand = {"category": ("code", "name"), "user": ("name",), "merged_into": ("given", "family")}


@resource
class PersonalDetailsViewSet(ResourceViewSet):
    """Birth date, nationality and sex: few may read them."""
    model = PersonalDetails
    writable = ("person", "birth_date", "nationality", "sex")
    fields = ("id", *writable, *_KEPT)
    filters = {"person": _KEY, "birth_date": ("exact", "gte", "lte"), "nationality": _KEY, "sex": _KEY, **_DATES}
    ordering = ("birth_date", *_TIMES)
    expand = {"person": ("given", "family")}


@resource
class AffiliationViewSet(ResourceViewSet):
    """Who works where, as what, and when."""
    model = Affiliation
    writable = ("person", "company", "function", "period", "primary")
    fields = ("id", *writable, *_KEPT)
    filters = {"person": _KEY, "company": _KEY, "function": _TEXT, "primary": ("exact",), "period": ("contains",), **_DATES}
    ordering = ("function", *_TIMES)
    expand = {"person": ("given", "family"), **_COMPANY}


@resource
class AddressViewSet(ResourceViewSet):
    """Postal addresses of companies and persons."""
    model = Address
    writable = ("company", "person", "kind", "lines", "postcode", "city", "subdivision", "country", "latitude", "longitude")
    fields = ("id", *writable, *_KEPT)
    filters = {"company": _MAYBE, "person": _MAYBE, "kind": _KEY, "city": _TEXT, "country": _KEY,
               "postcode": ("exact", "startswith"), **_DATES}
    ordering = ("kind", "city", *_TIMES)
    expand = {**_COMPANY, "person": ("given", "family")}


@resource
class ContactPointViewSet(ResourceViewSet):
    """E-mails and phones of companies and persons."""
    model = ContactPoint
    writable = ("company", "person", "kind", "value", "label", "primary")
    fields = ("id", *writable, *_KEPT)
    filters = {"company": _MAYBE, "person": _MAYBE, "kind": _KEY, "value": ("exact", "in"), "primary": ("exact",), **_DATES}
    ordering = ("kind", "value", *_TIMES)
    expand = {**_COMPANY, "person": ("given", "family")}


@resource
class ExternalIdViewSet(ResourceViewSet):
    """The keys other systems know our records by."""
    model = ExternalId
    writable = ("system", "value", "company", "person", "site")
    fields = ("id", *writable, *_KEPT)
    filters = {"system": _KEY, "value": _KEY, "company": _MAYBE, "person": _MAYBE, "site": _MAYBE, **_DATES}
    ordering = ("system", "value", *_TIMES)
    expand = {**_COMPANY, "person": ("given", "family"), "site": ("name",)}


@resource
class OwnershipViewSet(ResourceViewSet):
    """Shares companies hold in companies."""
    model = Ownership
    writable = ("parent", "child", "share_pct", "votes_pct", "period")
    fields = ("id", *writable, *_KEPT)
    filters = {"parent": _KEY, "child": _KEY, "share_pct": ("gte", "lte"), "period": ("contains",), **_DATES}
    ordering = ("share_pct", *_TIMES)
    expand = {"parent": ("legal_name",), "child": ("legal_name",)}


@resource
class RelationViewSet(ResourceViewSet):
    """Other ties between companies."""
    model = Relation
    writable = ("a", "kind", "b", "period")
    fields = ("id", *writable, *_KEPT)
    filters = {"a": _KEY, "b": _KEY, "kind": _KEY, "period": ("contains",), **_DATES}
    ordering = ("kind", *_TIMES)
    expand = {"a": ("legal_name",), "b": ("legal_name",)}


@resource
class InterestViewSet(ResourceViewSet):
    """What companies are on sites: operators, licensees with shares, contractors."""
    model = Interest
    writable = ("company", "site", "role", "share_pct", "state_share_pct", "period", "source")
    fields = ("id", *writable, *_KEPT)
    filters = {"company": _KEY, "site": _KEY, "role": _KEY, "share_pct": ("gte", "lte", "isnull"), "period": ("contains",), **_DATES}
    ordering = ("share_pct", *_TIMES)
    expand = {**_COMPANY, "site": ("name", "kind")}
