"""The admin's look and menu (Unfold). Menus come from the modules' declarations."""
from django.templatetags.static import static

UNFOLD = {
    "SITE_TITLE": "OpsFlux",
    "SITE_HEADER": "OpsFlux",
    "SITE_SYMBOL": "factory",
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "ENVIRONMENT": None,
    "STYLES": [lambda request: static("opsflux/records.css"), lambda request: static("opsflux/dashboards.css")],
    "DASHBOARD_CALLBACK": "apps.core.dashboards.admin_pages.home",
    "SITE_URL": None,       # there is no other site to go back to
    "SIDEBAR": {"show_search": False, "show_all_applications": False, "navigation": "apps.kernel.admin.menu.navigation"},
    "COMMAND": {"search_models": False, "show_history": False},       # the palette is our own (apps.core.search)
}
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
