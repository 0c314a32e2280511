"""The product's addresses and a page with every kind of chart."""
from decimal import Decimal

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

from apps.kernel.charts import Drawing, Kind, Row
from opsflux.urls import urlpatterns as product

PAGE = ("{% extends 'opsflux/page.html' %}{% load charts %}"
        "{% block page %}{% for one in drawings %}{% chart one %}{% endfor %}{% endblock %}")
SHARES = [("2008", "65", "20"), ("2009", "65", "20"), ("2010", "50.5", "34.5"), ("2011", "50.5", None), ("2012", "35", "50")]
DRAWINGS = [
    Drawing("test.line", "Parts d’Alvheim", "%", Kind.LINE,
            [Row(year, (Decimal(one), None if two is None else Decimal(two))) for year, one, two in SHARES],
            "2008–2012", ("Marathon", "ConocoPhillips"), label="année"),
    Drawing("test.stacked", "Sites par phase", "sites", Kind.STACKED,
            [Row("Usine", (2, 3), ("/admin/factory/site/?phase__exact=planned", "/admin/factory/site/?phase__exact=in_service"))],
            "", ("prévu", "en service"), label="type"),
    Drawing("test.donut", "Sociétés", "sociétés", Kind.DONUT, [Row.one("Actif", 3, "/admin/tiers/company/?status__exact=active"),
                                                               Row.one("Bloqué", 1, "//evil.example/")], label="statut"),
    Drawing("test.bar", "Pays", "sociétés", Kind.BAR, [Row.one("<b>Norvège</b>", 1_234_567, "/admin/tiers/company/?country__exact=NO")],
            label="pays"),
]


def charts(request: HttpRequest) -> HttpResponse:
    page = engines["django"].from_string(PAGE)
    return HttpResponse(page.render({**admin.site.each_context(request), "title": "Charts", "drawings": DRAWINGS}, request))


urlpatterns = [path("admin/charts/", admin.site.admin_view(charts)), *product]
