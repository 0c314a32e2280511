"""Where the pictures of companies, persons and sites stand in the back office."""
from django.utils.translation import gettext_lazy as _

from apps.core.factory.selectors import Facet, site_facet
from apps.kernel.admin.links import record_page
from apps.kernel.admin.site import OpsFluxSite
from apps.tiers import moments, operators
from apps.tiers.admin_group import group_view
from apps.tiers.admin_ownership import ownership_view
from apps.tiers.admin_timeline import company_timeline_view, person_timeline_view


def offer() -> None:
    """Register the pages, and their links on the records."""
    OpsFluxSite.add_page("tiers/company/<int:pk>/group/", group_view, "tiers_company_group")
    record_page("tiers.Company", label=_("Group"), icon="hub", name="tiers_company_group")
    OpsFluxSite.add_page("tiers/company/<int:pk>/timeline/", company_timeline_view, "tiers_company_timeline")
    OpsFluxSite.add_page("tiers/person/<int:pk>/timeline/", person_timeline_view, "tiers_person_timeline")
    record_page("tiers.Company", label=_("Timeline"), icon="timeline", name="tiers_company_timeline")
    record_page("tiers.Person", label=_("Timeline"), icon="timeline", name="tiers_person_timeline")
    OpsFluxSite.add_page("factory/site/<int:pk>/ownership/", ownership_view, "factory_site_ownership")
    record_page("factory.Site", label=_("Ownership"), icon="pie_chart", name="factory_site_ownership", asks="tiers.Interest")
    site_facet(Facet("operator", _("operator"), operators.options, operators.narrow, operators.about))
    moments.offer()
