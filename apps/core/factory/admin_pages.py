"""FAC-01 in the back office: the map of sites, with the list that says the same."""
from typing import Any

from django import forms
from django.contrib import admin
from django.core.paginator import InvalidPage
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from apps.core.factory.choices import Phase, SiteKind
from apps.core.factory.facets import site_facets
from apps.core.factory.models import Site
from apps.kernel.admin.links import pages_of
from apps.kernel.admin.pages import CappedPaginator

POINTS = 5_000
PER_PAGE = 15
COLUMNS = ("pk", "name", "latitude", "longitude", "kind", "phase", "position_accuracy", "position_flags")
ANY = ("", gettext_lazy("Any"))
POSITIONS = [ANY, ("known", gettext_lazy("on the map")), ("none", gettext_lazy("without position"))]
FLAGS = {"outside_area": gettext_lazy("outside the area the conversion was made for"), "unknown_datum": gettext_lazy("datum unknown")}


class MapForm(forms.Form):
    """Which sites: the map and the list show the same ones."""
    search = forms.CharField(label=gettext_lazy("name"), required=False, max_length=100, widget=forms.TextInput(attrs={"type": "search"}))
    kind = forms.ChoiceField(label=gettext_lazy("kind"), choices=[ANY, *SiteKind.choices], required=False)
    phase = forms.ChoiceField(label=gettext_lazy("phase"), choices=[ANY, *Phase.choices], required=False)
    position = forms.ChoiceField(label=gettext_lazy("position"), choices=POSITIONS, required=False)

    def __init__(self, user: Any, *args: Any, offer: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        for facet in site_facets():
            field: forms.Field = forms.CharField(label=facet.label, required=False, max_length=100)
            if offer:
                field = forms.ChoiceField(label=facet.label, choices=[ANY, *facet.options(user)], required=False)
            self.fields[facet.name] = field

    def sites(self) -> QuerySet:
        """The sites asked for, of those shown to the reader; what cannot be read asks for nothing."""
        self.is_valid()
        asked = self.cleaned_data
        rows: QuerySet = Site.objects.visible_to(self.user)
        for name in ("kind", "phase"):
            rows = rows.filter(**{name: asked[name]}) if asked.get(name) else rows
        if asked.get("search"):
            rows = rows.filter(name__holds=asked["search"])
        if asked.get("position"):
            rows = rows.filter(latitude__isnull=asked["position"] == "none")
        for facet in site_facets():
            rows = facet.narrow(rows, self.user, asked[facet.name]) if asked.get(facet.name) else rows
        return rows


@require_safe
def map_view(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """`?kind=field&phase=in_service&operator=12&p=2` → the map and one page of the list. With a key, the map opens on that site."""
    site = None if pk is None else Site.objects.visible_to(request.user).filter(pk=pk).first()
    if pk is not None and site is None:
        raise Http404
    form = MapForm(request.user, request.GET)
    pages = CappedPaginator(form.sites().order_by("name", "pk").only(*COLUMNS), PER_PAGE)
    try:
        page = pages.page(request.GET.get("p", 1))
    except InvalidPage as error:
        raise Http404(str(error)) from error
    asking = request.GET.copy()
    asking.pop("p", None)
    return TemplateResponse(request, "factory/map.html", {
        **admin.site.each_context(request), "title": _("Map of sites"), "opts": Site._meta, "form": form, "page": page,
        "asking": asking.urlencode(), "rows": _rows(request.user, list(page.object_list)), "phases": Phase.choices,
        "points_url": f"{reverse('admin:factory_site_points')}?{asking.urlencode()}", "limit": POINTS, "focus": site, "original": site,
        "of_pages": pages_of(request.user, site) if site else (), "of_here": "factory_site_place"})


@require_safe
def points_view(request: HttpRequest) -> JsonResponse:
    """The points of the map: `{"points": [{id, name, at, kind, phase, …}], "more": whether there are more than POINTS}`."""
    rows = MapForm(request.user, request.GET, offer=False).sites().filter(latitude__isnull=False)
    found = list(rows.order_by("name", "pk").only(*COLUMNS)[:POINTS + 1])
    return JsonResponse({"points": _rows(request.user, found[:POINTS]), "more": len(found) > POINTS})


def _rows(user: Any, sites: list[Site]) -> list[dict[str, Any]]:
    """Sites as the map and its list show them."""
    facets = [(facet, facet.about(user, [site.pk for site in sites])) for facet in site_facets()]
    change = reverse("admin:factory_site_change", args=[0])
    return [{"id": site.pk, "name": site.name, "at": None if site.latitude is None else [float(site.latitude), float(site.longitude or 0)],
             "kind": site.get_kind_display(), "phase": site.phase, "phase_label": site.get_phase_display(), "accuracy": _accuracy(site),
             "url": change.replace("/0/", f"/{site.pk}/"), "about": [text for _facet, told in facets if (text := told.get(site.pk))]}
            for site in sites]


def _accuracy(site: Site) -> str:
    """How far the position may be off, and what was remarked on it."""
    metres = site.position_accuracy
    told = [] if metres is None else [_("position within %(metres)s m") % {"metres": number_format(metres.normalize(), use_l10n=True)}]
    return ", ".join([*told, *(str(FLAGS.get(flag, flag)) for flag in site.position_flags)])
